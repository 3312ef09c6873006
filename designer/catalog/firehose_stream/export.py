"""What a stream is in CloudFormation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..base import (
    LOG_DAYS,
    Grant,
    Link,
    Parameter,
    Resource,
    Site,
    arn,
    get_att,
    log_group,
    ref,
    sub,
)
from . import destinations
from .facts import BACKUP_TYPE, BOUNDS, BUCKET_ACTIONS, DESTINATION_TYPES, LARGE_BUFFER_MIB

if TYPE_CHECKING:
    from .room import FirehoseStream

FORMATS = {"parquet": "ParquetSerDe", "orc": "OrcSerDe"}


def ends(site: Site) -> list[Link]:
    return [o for o in site.outbound if o.connection.type in DESTINATION_TYPES]


def backup(site: Site) -> Link | None:
    found = (o for o in site.outbound if o.connection.type == BACKUP_TYPE)
    return next(found, None)


def own_bucket(site: Site) -> bool:
    """Return whether what fails goes to a bucket that the drawing does not show."""
    return backup(site) is None and ends(site)[0].target.service.type != "s3_bucket"


def transforms(site: Site) -> list[Link]:
    return [o for o in site.outbound if o.connection.type == "firehose_transform"]


def source(site: Site) -> Link | None:
    kind = "firehose_kinesis_source"
    return next((link for link in site.inbound if link.connection.type == kind), None)


def resources(stream: FirehoseStream, site: Site) -> Iterable[Resource]:
    if not ends(site):
        return  # Refused by `obstacles`.
    link = ends(site)[0]
    yield log_group("Logs", LOG_DAYS)
    logs = {"LogGroupName": ref(f"{site.logical_id}Logs"), "LogStreamName": "delivery"}
    yield Resource("AWS::Logs::LogStream", logs, "LogStream")
    read = source(site)
    properties: dict[str, Any] = {"DeliveryStreamType": "DirectPut"}
    if read is not None:
        properties = {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": read.source.arn,
                "RoleARN": site.placed.role_arn,
            },
        }
    if own_bucket(site):
        failed = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::S3::Bucket", {}, "Failed", failed)
    kind = link.target.service.type
    if kind == "s3_bucket":
        properties["ExtendedS3DestinationConfiguration"] = _s3(stream, site, link)
    else:
        name, made = destinations.MADE[kind]
        common = {
            "RoleARN": site.placed.role_arn,
            "BufferingHints": _buffer(stream),
            "CloudWatchLoggingOptions": _logging(site),
            "RetryOptions": {"DurationInSeconds": getattr(link.connection, "retry_s", 300)},
        }
        if steps := list(_steps(stream, site)):
            common["ProcessingConfiguration"] = {"Enabled": True, "Processors": steps}
        properties[name] = made(stream, site, link, common, backup(site))
    if kind == "redshift_cluster":
        yield destinations.staging(link)
    yield Resource(
        "AWS::KinesisFirehose::DeliveryStream",
        properties,
        attributes={"DependsOn": [site.placed.policy_id]} if _granted(site) else {},
    )


def _granted(site: Site) -> bool:
    """Return whether arrows grant the role something: then there is a policy to wait for."""
    plain = ends(site)[0].target.service.type == "http_endpoint" and backup(site) is None
    return not plain or source(site) is not None or bool(transforms(site))


def _buffer(stream: FirehoseStream) -> dict[str, Any]:
    return {
        "IntervalInSeconds": math.ceil(stream.buffer_interval_s),
        "SizeInMBs": math.ceil(stream.buffer_size_mib),
    }


def _logging(site: Site) -> dict[str, Any]:
    return {
        "Enabled": True,
        "LogGroupName": ref(f"{site.logical_id}Logs"),
        "LogStreamName": ref(f"{site.logical_id}LogStream"),
    }


def _s3(stream: FirehoseStream, site: Site, link: Link) -> dict[str, Any]:
    prefix = str(getattr(link.connection, "prefix", ""))
    if stream.dynamic_partitioning:
        key = stream.partition_key
        prefix += f"{key}=!{{partitionKeyFromQuery:{key}}}/"
    destination: dict[str, Any] = {
        "BucketARN": link.target.arn,
        "RoleARN": site.placed.role_arn,
        "Prefix": prefix,
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "BufferingHints": _buffer(stream),
        "CompressionFormat": stream.compression,
        "CloudWatchLoggingOptions": _logging(site),
    }
    if not prefix:
        del destination["Prefix"]
    if stream.dynamic_partitioning:
        destination["DynamicPartitioningConfiguration"] = {"Enabled": True}
    if stream.format_conversion != "none":
        destination["CompressionFormat"] = "UNCOMPRESSED"  # Columns are compressed by their own.
        destination["DataFormatConversionConfiguration"] = _conversion(stream, site)
    if steps := list(_steps(stream, site)):
        destination["ProcessingConfiguration"] = {"Enabled": True, "Processors": steps}
    if (kept := backup(site)) is not None:
        destination["S3BackupMode"] = "Enabled"
        destination["S3BackupConfiguration"] = destinations.bucket(stream, site, kept)
    return destination


def _conversion(stream: FirehoseStream, site: Site) -> dict[str, Any]:
    return {
        "Enabled": True,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {FORMATS[stream.format_conversion]: {}}},
        "SchemaConfiguration": {
            "DatabaseName": ref(f"{site.logical_id}GlueDatabase"),
            "TableName": ref(f"{site.logical_id}GlueTable"),
            "Region": ref("AWS::Region"),
            "RoleARN": site.placed.role_arn,
            "VersionId": "LATEST",
        },
    }


def _steps(stream: FirehoseStream, site: Site) -> Iterable[dict[str, Any]]:
    for link in transforms(site)[:1]:
        values = {
            "LambdaArn": link.target.arn,
            "BufferSizeInMBs": f"{getattr(link.connection, 'buffer_size_mb', 1):g}",
            "BufferIntervalInSeconds": str(getattr(link.connection, "buffer_interval_s", 60)),
        }
        yield {"Type": "Lambda", "Parameters": _named(values)}
    if stream.dynamic_partitioning:
        query = f"{{{stream.partition_key}:.{stream.partition_key}}}"
        values = {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6"}
        yield {"Type": "MetadataExtraction", "Parameters": _named(values)}


def _named(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"ParameterName": k, "ParameterValue": v} for k, v in values.items()]


def grants(stream: FirehoseStream, site: Site) -> Iterable[Grant]:
    logs = get_att(f"{site.logical_id}Logs", "Arn")
    yield Grant("source", ("logs:PutLogEvents",), (logs,))
    if ends(site) and own_bucket(site):
        failed = get_att(f"{site.logical_id}Failed", "Arn")
        within = sub(f"${{{site.logical_id}Failed.Arn}}/*")
        yield Grant("source", BUCKET_ACTIONS, (failed, within))
    if any(link.target.service.type == "redshift_cluster" for link in ends(site)[:1]):
        staged = get_att(f"{site.logical_id}Staging", "Arn")
        files = sub(f"${{{site.logical_id}Staging.Arn}}/*")
        yield Grant("source", BUCKET_ACTIONS, (staged, files))
    if stream.format_conversion != "none":
        database = f"${{{site.logical_id}GlueDatabase}}"
        found = (
            arn("glue", "catalog"),
            arn("glue", f"database/{database}"),
            arn("glue", f"table/{database}/${{{site.logical_id}GlueTable}}"),
        )
        actions = ("glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions")
        yield Grant("source", actions, found)


def parameters(stream: FirehoseStream, site: Site) -> Iterable[Parameter]:
    if stream.format_conversion != "none":
        label = site.placed.label
        yield Parameter(f"{site.logical_id}GlueDatabase", f"Glue database with {label}'s schema.")
        yield Parameter(f"{site.logical_id}GlueTable", f"Glue table with the columns of {label}.")


def obstacles(stream: FirehoseStream, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
    label, found = site.placed.label, ends(site)
    if not found:
        yield (
            (),
            (
                f"{label} has no destination and cannot be created: draw an arrow to an S3 bucket, "
                "an OpenSearch domain or another destination."
            ),
        )
        return
    if len(found) > 1:
        names = " and ".join(link.target.label for link in found)
        yield (), f"{label} delivers to {names}; a stream has one destination."
    if len(transforms(site)) > 1:
        yield (), f"{label} has one transformation: let one function do all of it."
    if source(site) is not None and len(site.inbound) > 1:
        yield (), f"{label} reads a data stream and gets other records: it has one source."
    kind = found[0].target.service.type
    special = stream.dynamic_partitioning or stream.format_conversion != "none"
    if special and kind != "s3_bucket":
        yield (), f"{label} partitions or converts records, which it does for S3 only."
    elif special and stream.buffer_size_mib < LARGE_BUFFER_MIB:
        message = f"Partitioning and conversion need a buffer of {LARGE_BUFFER_MIB} MiB or more."
        yield ("buffer_size_mib",), message
    most_mib, most_s = BOUNDS[kind]
    most_mib = min(most_mib, int(getattr(found[0].target.service, "payload_mib", most_mib)))
    if stream.buffer_size_mib > most_mib:
        yield ("buffer_size_mib",), f"This destination takes a buffer of at most {most_mib} MiB."
    if stream.buffer_interval_s > most_s:
        yield ("buffer_interval_s",), f"This destination takes an interval of at most {most_s} s."


def remarks(stream: FirehoseStream, site: Site) -> Iterable[str]:
    label = site.placed.label
    if ends(site) and own_bucket(site):
        yield (
            f"What {label} cannot deliver goes to a bucket of its own, which the drawing does not "
            "show; it is kept when the stack is deleted."
        )
    if stream.format_conversion != "none":
        yield (
            f"{label} converts records by a Glue table: its database and name are asked for at "
            "deployment, and its calls and storage are not in the bill."
        )
    for link in transforms(site):
        yield (
            f"{link.target.label} transforms records of {label}: its code must answer with "
            "recordId, result and data of every record."
        )
