"""Sources, limits, rules and readings of streams by Lambda, with their dates."""

from __future__ import annotations

from ..base import Limit, Rule, Severity, Source

KINESIS_DOCS = Source(
    "Using Lambda with Kinesis Data Streams",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    "2026-11-21",
)
DYNAMODB_DOCS = Source(
    "Using Lambda with DynamoDB streams",
    "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    "2026-11-21",
)
ERRORS_DOCS = Source(
    "Lambda, errors of stream mappings",
    "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
READS = Source(
    "Kinesis Data Streams quotas",
    "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
    "2026-11-21",
)
SHARD_CONCURRENCY = Limit(
    "lambda.esm.stream.concurrency",
    "Batches at a time per shard",
    1,
    "batches",
    KINESIS_DOCS,
    note="The mapping's parallelization factor, 1 to 10; order holds per partition key.",
)
SHARED_READ = Limit(
    "lambda.esm.stream.read_kib",
    "Part of a shard's read throughput",
    2_048,
    "KiB/s",
    READS,
    note="2 MiB a second of each shard, divided among the consumers without enhanced fan-out.",
)
BATCH_KIB = 6_144.0  # The invocation's payload.
# Seconds between two reads of a shard. Shared Kinesis: documented; the others are assumptions.
READ_EVERY_S = {"shared": 1.0, "fan_out": 0.07, "dynamodb": 0.25}
# Median and p99 in ms from write to handler: MEASURED.
LATENCY_MS = {"shared": (627.0, 1_580.0), "fan_out": (49.4, 109.0), "dynamodb": (213.0, 552.0)}
RETRY_WAIT_S = 1.0  # Assumption: the first pauses of the exponential backoff.
NOTICE_KIB = 1.0  # Assumption: what an on-failure destination gets says which batch failed.
KINESIS_READ = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
FAN_OUT_READ = "kinesis:SubscribeToShard"
DYNAMODB_READ = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
)

POISON = Rule(
    "lambda-stream-poison-batch",
    Severity.WARNING,
    "One bad record can stop its shard",
    "A batch that fails is tried until it succeeds or its records expire; nothing behind it in the "
    "shard is handled meanwhile.",
    ERRORS_DOCS,
)
DROPPED = Rule(
    "lambda-stream-records-dropped",
    Severity.WARNING,
    "Failed records vanish",
    "After the last retry the batch is skipped; without an on-failure destination nobody learns "
    "which records it held.",
    ERRORS_DOCS,
)
SHARD_BUSY = Rule(
    "lambda-stream-shard-behind",
    Severity.ERROR,
    "The function is too slow for its shards",
    "A shard is read by as many batches at a time as the parallelization factor; the age of its "
    "records grows.",
    KINESIS_DOCS,
)
LARGE_WINDOW = Rule(
    "lambda-stream-batch-over-payload",
    Severity.NOTE,
    "Batches are cut by size",
    "An invocation takes 6 MB, so that large batches of large records are split.",
    KINESIS_DOCS,
)
