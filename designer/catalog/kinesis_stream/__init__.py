"""Amazon Kinesis data stream: keeps records in order, per shard, for consumers that read them.

Quotas:  https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
Pricing: https://aws.amazon.com/kinesis/data-streams/pricing/
"""

from .room import CONNECTIONS, SERVICES, KinesisStream

__all__ = ["CONNECTIONS", "SERVICES", "KinesisStream"]
