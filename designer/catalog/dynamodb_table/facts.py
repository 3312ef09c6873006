"""DynamoDB's quotas, units and rules."""

from __future__ import annotations

from ..base import Limit, Rule, Severity, Source

QUOTAS = Source(
    "DynamoDB quotas",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
    "2026-11-21",
)
SCALING = Source(
    "DynamoDB developer guide, managing throughput with auto scaling",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html",
    "2026-11-21",
)
INDEXES = Source(
    "DynamoDB developer guide, global secondary indexes",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html",
    "2026-11-21",
)
CLASSES = Source(
    "DynamoDB developer guide, table classes",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
    "WorkingWithTables.tableclasses.html",
    "2026-11-21",
)
EXPIRY = Source(
    "DynamoDB developer guide, time to live",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html",
    "2026-11-21",
)
CAPTURE = Source(
    "DynamoDB developer guide, Kinesis Data Streams for change data capture",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html",
    "2026-11-21",
)
INDEXES_MAX = Limit(
    "ddb.indexes", "Global secondary indexes of a table", 20, "indexes", QUOTAS, adjustable=True
)
TABLE_WRITES = Limit(
    "ddb.table_writes", "Table write units", 40_000, "WCU", QUOTAS, adjustable=True
)
TABLE_READS = Limit("ddb.table_reads", "Table read units", 40_000, "RCU", QUOTAS, adjustable=True)
PROVISIONED_WRITES = Limit("ddb.provisioned_writes", "Provisioned write units", 5, "WCU", QUOTAS)
PROVISIONED_READS = Limit("ddb.provisioned_reads", "Provisioned read units", 5, "RCU", QUOTAS)
PARTITION_WRITES = Limit("ddb.partition_writes", "Writes to one partition", 1_000, "WCU", QUOTAS)
STREAM_READERS = Limit(
    "ddb.stream_readers",
    "Readers of a stream's shard",
    2,
    "readers",
    QUOTAS,
    note="One where the table is replicated between regions.",
)
NEW_TABLE_PARTITIONS = 4  # A new on-demand table takes 4,000 writes a second: 4 partitions.
PARTITION_READS = 3_000.0
ITEM_MAX = Limit("ddb.item_max", "Largest item", 400, "KiB", QUOTAS)
WRITE_KIB, READ_KIB = 1.0, 4.0  # Pricing: units of 1 KB written, 4 KB read.
KEYS_KIB = 0.1  # An entry of an index that holds keys only; the size is an assumption.
ITEM_OVERHEAD_KIB = 100 / 1024  # Added to each item before storage is counted.
P50_S, P99_S = 0.005, 0.020  # "Single-digit milliseconds": AWS; the p99 is an assumption.
WRITES, READS = frozenset({"write", "call", "event"}), frozenset({"read"})
READ_ACTIONS = ("GetItem", "BatchGetItem", "Query")
WRITE_ACTIONS = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")

THROTTLED = Rule(
    "dynamodb-throttled",
    Severity.ERROR,
    "Table throttles",
    "Above its capacity the table refuses requests with ProvisionedThroughputExceeded.",
    QUOTAS,
)
ITEM_TOO_LARGE = Rule(
    "dynamodb-item-over-limit",
    Severity.ERROR,
    "Item larger than DynamoDB takes",
    "An item has at most 400 KB.",
    QUOTAS,
)
HOT_PARTITION = Rule(
    "dynamodb-hot-partition",
    Severity.ERROR,
    "One partition key gets too many writes",
    "A partition takes 1,000 write units a second, whatever the table's capacity.",
    QUOTAS,
)
TOO_MANY_READERS = Rule(
    "dynamodb-stream-too-many-readers",
    Severity.ERROR,
    "More than two readers of the table's stream",
    "A shard of the stream takes two readers at the same time; more are throttled.",
    QUOTAS,
)
SCALED_OUT = Rule(
    "dynamodb-scaling-at-maximum",
    Severity.WARNING,
    "Auto scaling reaches its maximum",
    "At its maximum the table runs above the target, and a short rise is refused before a person "
    "can raise it.",
    SCALING,
)
CLASS_FOR_READ = Rule(
    "dynamodb-infrequent-class-busy",
    Severity.NOTE,
    "Busy table in the infrequent-access class",
    "The class stores for less and charges a quarter more for each request: it pays where storage "
    "is more than half of the bill.",
    CLASSES,
)
