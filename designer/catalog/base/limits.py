"""Facts with a source: quotas, documented behaviour, measured latencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REGIONS = {
    "us-east-1": "N. Virginia",
    "eu-west-1": "Ireland",
    "eu-central-1": "Frankfurt",
    "ap-southeast-2": "Sydney",
    "ap-northeast-1": "Tokyo",
    "sa-east-1": "São Paulo",
}

#: Services as the bill names them. The price book holds their titles; a test compares the two.
BILLED_SERVICES = frozenset(
    {
        "lambda",
        "api_gateway",
        "cognito",
        "step_functions",
        "eventbridge",
        "cloudwatch",
        "xray",
        "ec2",
        "vpc",
        "data_transfer",
        "elb",
        "fargate",
        "sqs",
        "sns",
        "kinesis_data_streams",
        "data_firehose",
        "managed_flink",
        "kinesis_data_analytics_sql",
        "kinesis_video_streams",
        "dynamodb",
        "s3",
        "ses",
        "rekognition",
        "opensearch",
        "redshift",
        "glue",
        "connect",
        "msk",
        "mq",
        "kms",
    }
)


@dataclass(frozen=True)
class Source:
    """Where a fact was read, and when."""

    text: str
    url: str
    checked: str

    def to_dict(self) -> dict[str, str]:
        return {"text": self.text, "url": self.url, "checked": self.checked}


@dataclass(frozen=True)
class Limit:
    """A quota or a documented constant of AWS.

    Attributes:
        id: Dotted, stable; the key under `assumptions.quotas` when `adjustable`.
        value: The value of most regions, in `unit`.
        by_region: Regions whose value differs.
        adjustable: AWS raises it on request, so a design may state its own value.
    """

    id: str
    title: str
    value: float
    unit: str
    source: Source
    adjustable: bool = False
    note: str = ""
    by_region: Mapping[str, float] = field(default_factory=dict)

    def at(self, region: str) -> float:
        return self.by_region.get(region, self.value)


@dataclass(frozen=True)
class Context:
    """What a room may ask of the design as a whole.

    Attributes:
        fan_out: Number of arrows that leave the node which is asked.
        taken: What nodes keep for themselves of an account-wide limit, by limit id.
        busy: Requests in progress at the node which is asked, at the busiest hour; None while
            the load is not known yet.
        hour: The busiest hour of the day; None where all hours are alike.
        errors: Share of the calls of a step that fail, by step of the node which is asked.
        siblings: For a connection: all connections that leave the same source, itself included.
    """

    region: str
    month_h: float
    quotas: Mapping[str, float] = field(default_factory=dict)
    fan_out: int = 0
    taken: Mapping[str, float] = field(default_factory=dict)
    busy: float | None = None
    hour: int | None = None
    errors: Mapping[str, float] = field(default_factory=dict)
    siblings: tuple[Any, ...] = ()

    @property
    def month_s(self) -> float:
        return self.month_h * 3600.0

    def value(self, limit: Limit) -> float:
        """Return the limit that holds here: the design's own value, else the region's."""
        return self.quotas.get(limit.id, limit.at(self.region))

    def left(self, limit: Limit) -> float:
        """Return what is left of an account-wide limit for nodes that keep nothing of it."""
        return max(1.0, self.value(limit) - self.taken.get(limit.id, 0.0))
