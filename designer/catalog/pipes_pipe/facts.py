"""Sources, limits and rules of EventBridge pipes, with their dates."""

from __future__ import annotations

from ..base import (
    Limit,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "EventBridge quotas, pipes",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    "2026-11-21",
)
DOCS = Source(
    "EventBridge user guide, pipes: batching and concurrency",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html",
    "2026-11-21",
)
CONCURRENCY = Limit(
    "pipes.concurrency",
    "Pipe executions at a time",
    1_000,
    "executions",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 3_000, "eu-west-1": 3_000},
    note="Account and region, all pipes; what is over it waits in the source.",
)
SQS_CONCURRENCY = Limit(
    "pipes.sqs_concurrency", "Executions at a time of one queue", 1_250, "executions", DOCS
)
SHARD_CONCURRENCY = Limit(
    "pipes.shard_concurrency",
    "Batches at a time per shard",
    1,
    "batches",
    DOCS,
    note="The pipe's parallelization factor, 1 to 10.",
)
EXECUTION = Limit("pipes.timeout", "Longest execution of a pipe", 300, "s", QUOTAS)
PAYLOAD = Limit("pipes.payload", "Payload of an execution", 6_144, "KiB", QUOTAS)
STATE_MACHINE_INPUT = Limit("pipes.sfn_input", "Batch for a state machine", 256, "KiB", QUOTAS)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a batch, after the filter, is one request.
# Most events that a target takes from a pipe at once; others take the whole batch.
TARGET_BATCH = {"sqs_queue": 10, "sns_topic": 10, "events_bus": 10, "events_api_destination": 1}
QUEUE_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
STREAM_ACTIONS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)

SHAPE = Rule(
    "pipes-one-source-one-target",
    Severity.ERROR,
    "A pipe has one source and one target",
    "A pipe reads one source and hands to one target, with one enrichment at most; a bus or a "
    "topic behind it fans out.",
    DOCS,
)
TOO_LARGE = Rule(
    "pipes-batch-over-limit",
    Severity.ERROR,
    "Batch larger than the target takes",
    "A pipe carries 6 MB at a time, and 256 KB to a state machine.",
    QUOTAS,
)
TOO_LONG = Rule(
    "pipes-execution-too-long",
    Severity.ERROR,
    "The pipe waits longer than it may",
    "Enrichment and target together have five minutes.",
    QUOTAS,
)
TABLE_ACTIONS = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
)
TABLE_READS_PER_S = 4.0  # Assumption: a pipe asks each shard of a table as often as Lambda does.
# Median and p99 of the read of a stream, in seconds: Kinesis, DynamoDB (Bite-sized Serverless).
READ_S = {"kinesis_stream": (0.627, 1.58), "dynamodb_table": (0.213, 0.552)}
