"""The CloudFormation of every destination that is not plain S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..base import Link, Resource, Site, arn, get_att, ref

if TYPE_CHECKING:
    from .room import FirehoseStream

Common = Mapping[str, Any]
Made = Callable[["FirehoseStream", Site, Link, Common, Link | None], dict[str, Any]]


def bucket(stream: FirehoseStream, site: Site, kept: Link | None) -> dict[str, Any]:
    """Return where the backup goes: the drawn bucket, else the stream's own."""
    found: dict[str, Any] = {"RoleARN": site.placed.role_arn}
    if kept is None:
        return {"BucketARN": get_att(f"{site.logical_id}Failed", "Arn"), **found}
    found |= {
        "BucketARN": kept.target.arn,
        "CompressionFormat": stream.compression,
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
    }
    if prefix := getattr(kept.connection, "prefix", ""):
        found["Prefix"] = prefix
    return found


def _all(kept: Link | None) -> bool:
    return kept is not None and getattr(kept.connection, "records", "failed") == "all"


def _http(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    encoding = "GZIP" if stream.compression == "GZIP" else "NONE"
    return {
        "EndpointConfiguration": {"Url": link.target.address.value},
        **common,
        "RequestConfiguration": {"ContentEncoding": encoding},
        "S3BackupMode": "AllData" if _all(kept) else "FailedDataOnly",
        "S3Configuration": bucket(stream, site, kept),
    }


def _search(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    edge, domain = link.connection, link.target.service
    found: dict[str, Any] = {
        "DomainARN": link.target.arn,
        "IndexName": getattr(edge, "index", "events"),
        "IndexRotationPeriod": getattr(edge, "rotation", "OneDay"),
        **common,
        "S3BackupMode": "AllDocuments" if _all(kept) else "FailedDocumentsOnly",
        "S3Configuration": bucket(stream, site, kept),
    }
    zones = int(getattr(domain, "delivery_zones", 0))
    if zones:
        group = get_att(f"{link.target.logical_id}SecurityGroup", "GroupId")
        found["VpcConfiguration"] = {
            "RoleARN": site.placed.role_arn,
            "SubnetIds": [{"Fn::Select": [i, ref("PrivateSubnetIds")]} for i in range(zones)],
            "SecurityGroupIds": [group],
        }
    return found


def _warehouse(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    edge = link.connection
    options = str(getattr(edge, "options", ""))
    gzip = stream.compression == "GZIP"
    copy: dict[str, Any] = {
        "DataTableName": getattr(edge, "table", "events"),
        "CopyOptions": f"{options} gzip".strip() if gzip else options,
    }
    if columns := getattr(edge, "columns", ""):
        copy["DataTableColumns"] = columns
    rest = {key: value for key, value in common.items() if key != "BufferingHints"}
    secret = get_att(link.target.logical_id, "MasterPasswordSecretArn")
    found: dict[str, Any] = {
        "ClusterJDBCURL": link.target.address.value,
        "CopyCommand": copy,
        **rest,
        "SecretsManagerConfiguration": {
            "Enabled": True,
            "SecretARN": secret,
            "RoleARN": site.placed.role_arn,
        },
        "S3Configuration": {
            "BucketARN": get_att(f"{site.logical_id}Staging", "Arn"),
            "RoleARN": site.placed.role_arn,
            "BufferingHints": common["BufferingHints"],
            "CompressionFormat": stream.compression,
        },
    }
    if _all(kept):
        found["S3BackupMode"] = "Enabled"
        found["S3BackupConfiguration"] = bucket(stream, site, kept)
    return found


def staging(link: Link) -> Resource:
    """Return the bucket from which Redshift copies."""
    rule = {
        "Id": "delete-staged-files",
        "Status": "Enabled",
        "ExpirationInDays": getattr(link.connection, "staged_days", 1),
    }
    properties = {"LifecycleConfiguration": {"Rules": [rule]}}
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return Resource("AWS::S3::Bucket", properties, "Staging", kept)


def _secret(site: Site, link: Link) -> dict[str, Any]:
    return {
        "Enabled": True,
        "SecretARN": ref(f"{link.target.logical_id}Secret"),
        "RoleARN": site.placed.role_arn,
    }


def _splunk(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    collector = link.target.service
    rest = {key: value for key, value in common.items() if key != "RoleARN"}
    return {
        "HECEndpoint": link.target.address.value,
        "HECEndpointType": getattr(collector, "endpoint", "Raw"),
        "HECAcknowledgmentTimeoutInSeconds": getattr(collector, "ack_timeout_s", 180),
        **rest,
        "SecretsManagerConfiguration": _secret(site, link),
        "S3BackupMode": "AllEvents" if _all(kept) else "FailedEventsOnly",
        "S3Configuration": bucket(stream, site, kept),
    }


def _snowflake(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    table = link.target.service
    return {
        "AccountUrl": link.target.address.value,
        "Database": getattr(table, "database", ""),
        "Schema": getattr(table, "schema_name", ""),
        "Table": getattr(table, "table", ""),
        "DataLoadingOption": getattr(table, "loading", "JSON_MAPPING"),
        **common,
        "SecretsManagerConfiguration": _secret(site, link),
        "S3BackupMode": "AllData" if _all(kept) else "FailedDataOnly",
        "S3Configuration": bucket(stream, site, kept),
    }


def _iceberg(
    stream: FirehoseStream, site: Site, link: Link, common: Common, kept: Link | None
) -> dict[str, Any]:
    table: dict[str, Any] = {
        "DestinationDatabaseName": ref(f"{link.target.logical_id}Database"),
        "DestinationTableName": getattr(link.target.service, "table", ""),
    }
    append_only = bool(getattr(link.connection, "append_only", True))
    if not append_only:
        table["UniqueKeys"] = [getattr(link.connection, "unique_key", "id")]
    return {
        "CatalogConfiguration": {"CatalogArn": arn("glue", "catalog")},
        "DestinationTableConfigurationList": [table],
        "AppendOnly": append_only,
        **common,
        "s3BackupMode": "AllData" if _all(kept) else "FailedDataOnly",
        "S3Configuration": bucket(stream, site, kept),
    }


MADE: Mapping[str, tuple[str, Made]] = {
    "http_endpoint": ("HttpEndpointDestinationConfiguration", _http),
    "opensearch_domain": ("AmazonopensearchserviceDestinationConfiguration", _search),
    "redshift_cluster": ("RedshiftDestinationConfiguration", _warehouse),
    "splunk_endpoint": ("SplunkDestinationConfiguration", _splunk),
    "snowflake_table": ("SnowflakeDestinationConfiguration", _snowflake),
    "glue_table": ("IcebergDestinationConfiguration", _iceberg),
}
