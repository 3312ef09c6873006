"""Amazon Data Firehose stream: gathers records until a size or an age is reached, then delivers.

Quotas:  https://docs.aws.amazon.com/firehose/latest/dev/limits.html
Pricing: https://aws.amazon.com/firehose/pricing/
"""

from .edges import FirehoseDestination, KinesisSource, Transform
from .room import FirehoseStream

SERVICES = (FirehoseStream,)
CONNECTIONS = (FirehoseDestination, KinesisSource, Transform)

__all__ = [
    "CONNECTIONS",
    "SERVICES",
    "FirehoseDestination",
    "FirehoseStream",
    "KinesisSource",
    "Transform",
]
