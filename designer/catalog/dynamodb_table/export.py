"""The CloudFormation of a table: keys, indexes, backups, auto scaling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..base import Resource, Site, sub

if TYPE_CHECKING:
    from .room import DynamodbTable

LIFETIME_ATTRIBUTE = "expires_at"
DIMENSIONS = {
    "Write": ("WriteCapacityUnits", "DynamoDBWriteCapacityUtilization"),
    "Read": ("ReadCapacityUnits", "DynamoDBReadCapacityUtilization"),
}


def resources(table: DynamodbTable, site: Site) -> Iterator[Resource]:
    """Yield the table and what scales it."""
    provisioned = table.billing == "provisioned"
    keys = [table.partition_key, *(f"gsi{i + 1}pk" for i in range(table.indexes))]
    properties: dict[str, Any] = {
        "BillingMode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
        "KeySchema": [{"AttributeName": table.partition_key, "KeyType": "HASH"}],
    }
    if table.point_in_time_recovery:
        on = {"PointInTimeRecoveryEnabled": True}
        properties["PointInTimeRecoverySpecification"] = on
    if provisioned:
        properties["ProvisionedThroughput"] = _throughput(table)
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [_index(table, i) for i in range(table.indexes)]
    if table.table_class != "STANDARD":
        properties["TableClass"] = table.table_class
    if table.ttl_days is not None:
        lifetime = {"AttributeName": LIFETIME_ATTRIBUTE, "Enabled": True}
        properties["TimeToLiveSpecification"] = lifetime
    # Data outlives the stack.
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    yield Resource("AWS::DynamoDB::Table", properties, attributes=kept)
    if table.scales:
        yield from _scaling(table, site)


def _throughput(table: DynamodbTable) -> dict[str, int]:
    return {"ReadCapacityUnits": table.read_units, "WriteCapacityUnits": table.write_units}


def _index(table: DynamodbTable, i: int) -> dict[str, Any]:
    index: dict[str, Any] = {
        "IndexName": f"gsi{i + 1}",
        "KeySchema": [{"AttributeName": f"gsi{i + 1}pk", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": table.index_projection},
    }
    if table.billing == "provisioned":
        index["ProvisionedThroughput"] = _throughput(table)
    return index


def _scaling(table: DynamodbTable, site: Site) -> Iterable[Resource]:
    name = f"${{{site.logical_id}}}"
    for i in range(table.indexes + 1):
        scope = "index" if i else "table"
        where = f"table/{name}/index/gsi{i}" if i else f"table/{name}"
        for kind, (dimension, metric) in DIMENSIONS.items():
            least, most = (
                (table.write_units, table.max_write_units)
                if kind == "Write"
                else (table.read_units, table.max_read_units)
            )
            suffix = f"{kind}Scaling{f'Gsi{i}' if i else ''}"
            target = {
                "ServiceNamespace": "dynamodb",
                "ResourceId": sub(where),
                "ScalableDimension": f"dynamodb:{scope}:{dimension}",
                "MinCapacity": least,
                "MaxCapacity": most,
            }
            yield Resource("AWS::ApplicationAutoScaling::ScalableTarget", target, suffix)
            policy = {
                "PolicyName": sub(f"{name}-{suffix}"),
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": f"{site.logical_id}{suffix}"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": round(table.target_ratio * 100, 6),
                    "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
                },
            }
            yield Resource("AWS::ApplicationAutoScaling::ScalingPolicy", policy, f"{suffix}Policy")
