"""Limits of AWS::Kinesis::Stream and what can be found about it."""

from __future__ import annotations

from ..base import Limit, Rule, Severity, Source

QUOTAS = Source(
    "Kinesis Data Streams quotas",
    "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
    "2026-11-21",
)
PRICING = Source(
    "Kinesis Data Streams pricing",
    "https://aws.amazon.com/kinesis/data-streams/pricing/",
    "2026-11-21",
)
SIZING = Source(
    "Kinesis Data Streams, choosing the capacity mode",
    "https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html",
    "2026-11-21",
)
CONSUMERS = Source(
    "Kinesis Data Streams, consumers with enhanced fan-out",
    "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html",
    "2026-11-21",
)
RETENTION_DOCS = Source(
    "Kinesis Data Streams, data retention period",
    "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
    "2026-11-21",
)
MIB = 1024.0
BIG = ("us-east-1", "eu-west-1")

SHARD_RECORDS = Limit("kds.shard_records", "Records into a shard", 1_000, "records/s", QUOTAS)
SHARD_BYTES = Limit(
    "kds.shard_kib",
    "Data into a shard",
    MIB,
    "KiB/s",
    QUOTAS,
    note="1 MiB/s; a partition key never gets more than one shard.",
)
SHARD_READ = Limit(
    "kds.shard_read_kib",
    "Data out of a shard, shared",
    2 * MIB,
    "KiB/s",
    QUOTAS,
    note="All consumers without enhanced fan-out together.",
)
SHARD_READS = Limit(
    "kds.shard_reads",
    "Reads of a shard, shared",
    5,
    "calls/s",
    QUOTAS,
    note="Lambda and Firehose each read a shard about once a second.",
)
FAN_OUT_READ = Limit(
    "kds.efo_kib", "Data out of a shard, per enhanced consumer", 2 * MIB, "KiB/s", CONSUMERS
)
FAN_OUT_MAX = Limit(
    "kds.efo_consumers",
    "Enhanced consumers of a stream",
    20,
    "consumers",
    QUOTAS,
    note="50 with on-demand advantage, since November 2025.",
)
FAN_OUT_MAX_ADVANTAGE = Limit(
    "kds.efo_consumers_advantage",
    "Enhanced consumers of a stream, on-demand advantage",
    50,
    "consumers",
    QUOTAS,
)
SHARD_QUOTA = Limit(
    "kds.shards",
    "Shards of the account",
    1_000,
    "shards",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 20_000.0),
    note="Provisioned streams; 6,000 in some further regions, 200 or 500 until 2023.",
)
ON_DEMAND_BYTES = Limit(
    "kds.ondemand_kib",
    "Data into an on-demand stream",
    200 * MIB,
    "KiB/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 10 * MIB * MIB),
    note="10 GB/s in large regions, 200 MB/s elsewhere until raised.",
)
ON_DEMAND_START = Limit(
    "kds.ondemand_start", "Data into a new on-demand stream", 4 * MIB, "KiB/s", QUOTAS
)
WARM_MAX = Limit(
    "kds.warm_throughput",
    "Warm throughput of a stream",
    10 * MIB,
    "MiB/s",
    QUOTAS,
    note="On-demand advantage since November 2025, without a charge of its own.",
)
PUT_MAX = Limit(
    "kds.put_records_kib",
    "Largest PutRecords request",
    10_240,
    "KiB",
    QUOTAS,
    note="500 records; 5 MiB until October 2025.",
)
MODE_SWITCHES = Limit(
    "kds.mode_switches",
    "Changes between provisioned and on demand",
    2,
    "changes/day",
    QUOTAS,
    note="Of one stream within 24 hours.",
)
ON_DEMAND_STREAMS = Limit(
    "kds.ondemand_streams", "On-demand streams of the account", 50, "streams", QUOTAS
)
SHARED_DELAY = Limit(
    "kds.shared_delay",
    "Delay of shared reads, one consumer",
    200,
    "ms",
    CONSUMERS,
    note="About 1,000 ms with five consumers, since they share five reads a second; about 70 ms "
    "with enhanced fan-out, however many there are.",
)
RECORD_MAX = Limit(
    "kds.record_max",
    "Largest record",
    10_240,
    "KiB",
    QUOTAS,
    note="By a setting of the stream since October 2025; 1 MiB without it.",
)
RETENTION_MAX = Limit("kds.retention", "Longest retention", 8_760, "h", RETENTION_DOCS)
COMMITMENT = Limit(
    "kds.advantage_commitment",
    "Commitment of on-demand advantage",
    25,
    "MiB/s",
    PRICING,
    note="In and out, for the account and region, billed whether used or not.",
)
# AWS's own break-even of advantage over standard, by ingest.
BREAK_EVEN_MIB = 10.0
LIMITS = (
    SHARD_RECORDS,
    SHARD_BYTES,
    SHARD_READ,
    SHARD_READS,
    FAN_OUT_READ,
    FAN_OUT_MAX,
    FAN_OUT_MAX_ADVANTAGE,
    SHARD_QUOTA,
    ON_DEMAND_BYTES,
    ON_DEMAND_START,
    RECORD_MAX,
    PUT_MAX,
    RETENTION_MAX,
    COMMITMENT,
    WARM_MAX,
    MODE_SWITCHES,
    ON_DEMAND_STREAMS,
    SHARED_DELAY,
)

THROTTLED = Rule(
    "kinesis-throttled",
    Severity.ERROR,
    "The stream refuses records",
    "A shard takes 1,000 records and 1 MiB a second; the producer gets "
    "ProvisionedThroughputExceeded and must try again.",
    QUOTAS,
)
HOT_SHARD = Rule(
    "kinesis-hot-shard",
    Severity.WARNING,
    "One shard gets far more than its part",
    "The hottest shard reaches its limits while the others idle; more shards do not help a "
    "partition key that is too frequent.",
    SIZING,
)
PAYLOAD = Rule(
    "kinesis-record-over-limit",
    Severity.ERROR,
    "Record larger than the stream takes",
    "Kinesis refuses larger records.",
    QUOTAS,
)
NO_CONSUMER = Rule(
    "kinesis-no-consumer",
    Severity.WARNING,
    "Nothing reads the stream",
    "Records expire unread at the end of the retention.",
    RETENTION_DOCS,
)
SHARED_READERS = Rule(
    "kinesis-too-many-shared-consumers",
    Severity.WARNING,
    "Consumers share too little read throughput",
    "Consumers without enhanced fan-out share 2 MiB and 5 reads a second of each shard; with more "
    "of them each falls behind.",
    QUOTAS,
)
FAN_OUT_OVER = Rule(
    "kinesis-too-many-enhanced-consumers",
    Severity.ERROR,
    "Too many enhanced consumers",
    "AWS registers a limited number of consumers for one stream.",
    CONSUMERS,
)
OVERSIZED = Rule(
    "kinesis-more-shards-than-needed",
    Severity.NOTE,
    "More shards than the load needs",
    "Every shard is billed by the hour, whether it is used or not.",
    SIZING,
)
OVER_QUOTA = Rule(
    "kinesis-shards-over-quota",
    Severity.ERROR,
    "More shards than the account may have",
    "The stream cannot be created above the account's quota of shards.",
    QUOTAS,
)
BEHIND = Rule(
    "kinesis-consumer-loses-records",
    Severity.ERROR,
    "A consumer falls behind until records expire",
    "Records that are not read within the retention are gone.",
    RETENTION_DOCS,
)
FIRST_PEAK = Rule(
    "kinesis-ondemand-first-peak",
    Severity.NOTE,
    "A new on-demand stream starts small",
    "It begins with 4 MiB and 4,000 records a second and takes twice the highest peak of the last "
    "30 days; above that it throttles for about 15 minutes.",
    SIZING,
)
OPEN_SHARDS = Rule(
    "kinesis-open-shards-assumed-low",
    Severity.NOTE,
    "The load needs more open shards than assumed",
    "How many consumers work at the same time follows from the number of open shards.",
    SIZING,
)
COMMITTED = Rule(
    "kinesis-advantage-commitment-unused",
    Severity.WARNING,
    "On-demand advantage is paid for and not used",
    "The account is billed for 25 MiB a second in and out, used or not; AWS sees the break-even "
    "at about 10 MiB a second of ingest.",
    PRICING,
)
CHEAPER = Rule(
    "kinesis-advantage-may-be-cheaper",
    Severity.NOTE,
    "On-demand advantage may cost less",
    "Above about 10 MiB a second of ingest in the account, advantage costs less than standard.",
    PRICING,
)
ROUNDED = Rule(
    "kinesis-small-records",
    Severity.NOTE,
    "Small records are billed as 1 KB",
    "On demand every record is rounded up to the next 1 KB.",
    PRICING,
)
REQUEST = Rule(
    "kinesis-put-request-over-limit",
    Severity.ERROR,
    "A PutRecords request larger than the stream takes",
    "A request has 500 records and 10 MiB at most (5 MiB until October 2025); AWS refuses all of a "
    "larger one.",
    QUOTAS,
)
WARM_ONLY = Rule(
    "kinesis-warm-throughput-without-advantage",
    Severity.ERROR,
    "Warm throughput belongs to on-demand advantage",
    "Only accounts with on-demand advantage may ask for warm throughput.",
    SIZING,
)
NO_ORDER = Rule(
    "kinesis-automatic-distribution-loses-order",
    Severity.WARNING,
    "Records of one key come in any order",
    "Automatic distribution puts records on shards without regard to their partition key: no hot "
    "shard, and no order within a key.",
    SIZING,
)
RULES = (
    REQUEST,
    WARM_ONLY,
    NO_ORDER,
    THROTTLED,
    HOT_SHARD,
    PAYLOAD,
    NO_CONSUMER,
    SHARED_READERS,
    FAN_OUT_OVER,
    OVERSIZED,
    OVER_QUOTA,
    BEHIND,
    FIRST_PEAK,
    OPEN_SHARDS,
    COMMITTED,
    CHEAPER,
    ROUNDED,
)
