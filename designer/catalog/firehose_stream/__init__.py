"""Amazon Data Firehose stream: gathers records until a size or an age is reached, then delivers.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/limits.html
Pricing: https://aws.amazon.com/firehose/pricing/
"""

from .edges import KinesisSource, Transform
from .ends import (
    DESTINATIONS,
    Backup,
    FirehoseDestination,
    IcebergDestination,
    SearchDestination,
    SnowflakeDestination,
    SplunkDestination,
    WarehouseDestination,
)
from .room import FirehoseStream

SERVICES = (FirehoseStream,)
CONNECTIONS = (*DESTINATIONS, Backup, KinesisSource, Transform)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "Backup",
    "FirehoseDestination",
    "FirehoseStream",
    "IcebergDestination",
    "KinesisSource",
    "SearchDestination",
    "SnowflakeDestination",
    "SplunkDestination",
    "Transform",
    "WarehouseDestination",
]
