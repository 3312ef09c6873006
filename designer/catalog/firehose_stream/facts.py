"""Limits of AWS::KinesisFirehose::DeliveryStream and what can be found about it."""

from __future__ import annotations

from ..base import Limit, Rule, Severity, Source

QUOTAS = Source(
    "Data Firehose quotas",
    "https://docs.aws.amazon.com/firehose/latest/dev/limits.html",
    "2026-11-21",
)
DELIVERY = Source(
    "Data Firehose delivery, buffering hints",
    "https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html",
    "2026-11-21",
)
BIG = ("us-east-1", "eu-west-1")
RECORDS = Limit(
    "firehose.direct_put.records",
    "Direct PUT records",
    100_000,
    "records/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 500_000.0),
    note="The three Direct PUT quotas are raised together.",
)
REQUESTS = Limit(
    "firehose.direct_put.requests",
    "Direct PUT requests",
    1_000,
    "requests/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 2_000.0),
)
BYTES = Limit(
    "firehose.direct_put.kib",
    "Direct PUT data",
    1_024,
    "KiB/s",
    QUOTAS,
    adjustable=True,
    by_region=dict.fromkeys(BIG, 5_120.0),
)
RECORD_MAX = Limit("firehose.record_max", "Largest record", 1_000, "KiB", QUOTAS)
PUT_MAX = Limit(
    "firehose.put_batch_kib",
    "Largest PutRecordBatch request",
    4_096,
    "KiB",
    QUOTAS,
    note="500 records.",
)
INTERVAL = Limit(
    "firehose.buffer_interval",
    "Longest buffer interval",
    900,
    "s",
    DELIVERY,
    note="AWS's own default is 300 s; the shortest was 60 s until December 2023, 0 s since.",
)
BILLED_KIB = 5.0  # Pricing: each record is rounded up to the next 5 KB (5,120 bytes).
PUT_P50_MS, PUT_P99_MS = 20, 100  # Assumption: an API call inside the region.
BUCKET_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:PutObject",
)

THROTTLED = Rule(
    "firehose-put-throttled",
    Severity.ERROR,
    "Firehose refuses records",
    "Above the Direct PUT quotas the producer gets ServiceUnavailable.",
    QUOTAS,
)
NOT_REAL_TIME = Rule(
    "firehose-holds-records",
    Severity.NOTE,
    "Firehose holds records",
    "Records wait until the buffer's size or age is reached: near real time, not real time.",
    DELIVERY,
)
NO_DESTINATION = Rule(
    "firehose-no-destination",
    Severity.ERROR,
    "The stream delivers nowhere",
    "A stream cannot be created without a destination.",
    DELIVERY,
)
SMALL_RECORDS = Rule(
    "firehose-small-records",
    Severity.NOTE,
    "Small records are billed as 5 KB",
    "Every record is rounded up to the next 5 KB.",
    QUOTAS,
)
PAYLOAD = Rule(
    "firehose-record-over-limit",
    Severity.ERROR,
    "Record larger than the stream takes",
    "Firehose refuses larger records.",
    QUOTAS,
)
SOURCE_READ = Limit(
    "firehose.source_read_kib",
    "Part of a source shard's read throughput",
    2_048,
    "KiB/s",
    Source(
        "Kinesis Data Streams quotas",
        "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
        "2026-11-21",
    ),
    note="2 MiB a second of each shard, divided among the consumers without enhanced fan-out.",
)
PARTITIONS = Limit(
    "firehose.active_partitions",
    "Active partitions",
    500,
    "partitions",
    QUOTAS,
    adjustable=True,
    note="What is over goes to the error prefix.",
)
LARGE_BUFFER_MIB = 64  # Least buffer with dynamic partitioning or format conversion.
# Bounds of the buffer by destination: size in MiB, interval in s. DELIVERY. The shortest interval
# is 0 s since December 2023; it was 60 s before, and Splunk's was fixed at 5 MiB and 60 s.
BOUNDS = {
    "s3_bucket": (128, 900),
    "http_endpoint": (64, 900),
    "opensearch_domain": (100, 900),
    "redshift_cluster": (128, 900),
    "splunk_endpoint": (5, 60),
    "snowflake_table": (128, 900),
    "glue_table": (128, 900),
}
BACKUP_TYPE = "firehose_backup"
DESTINATION_TYPES = frozenset(
    {
        "firehose_destination",
        "firehose_search_destination",
        "firehose_warehouse_destination",
        "firehose_splunk_destination",
        "firehose_snowflake_destination",
        "firehose_iceberg_destination",
    }
)
RETRY = Limit(
    "firehose.retry",
    "Longest time of delivery attempts",
    7_200,
    "s",
    DELIVERY,
    note="To others than S3; then records go to the backup bucket. S3 itself is tried for 24 h.",
)
RETRY_EVERY_S = 60.0  # Assumption: the mean of growing pauses.
# What a destination is billed by, where it is not the common meter: by table and by source.
INGEST = "firehose.ingest.direct_put_or_kds"
OWN_INGEST = {
    "snowflake_table": ("firehose.ingest.to_snowflake", "firehose.ingest.to_snowflake"),
    "glue_table": (
        "firehose.ingest.to_iceberg_direct_put",
        "firehose.ingest.to_iceberg_kds_or_msk",
    ),
}

TWO_SOURCES = Rule(
    "firehose-two-sources",
    Severity.ERROR,
    "The stream has more than one source",
    "A stream reads one data stream, or takes direct puts; never both.",
    DELIVERY,
)
BUFFER = Rule(
    "firehose-buffer-out-of-bounds",
    Severity.ERROR,
    "The destination takes no such buffer",
    "AWS refuses a buffer outside of the destination's bounds; dynamic partitioning and format "
    "conversion need at least 64 MiB.",
    DELIVERY,
)
PARTITIONS_OVER = Rule(
    "firehose-too-many-partitions",
    Severity.ERROR,
    "More active partitions than the stream may have",
    "Records of further partitions go to the error prefix.",
    QUOTAS,
)
SMALL_FILES = Rule(
    "firehose-partitions-make-small-files",
    Severity.NOTE,
    "Partitions make many small files",
    "Every partition has a buffer of its own; each file is billed as an object and as a PUT.",
    DELIVERY,
)
NO_BACKUP = Rule(
    "firehose-backup-not-drawn",
    Severity.NOTE,
    "What cannot be delivered goes where nobody looks",
    "To others than S3 a stream needs a bucket for what it gives up; without an arrow the template "
    "makes one that neither drawing nor bill shows.",
    DELIVERY,
)
SHORT_RETRY = Rule(
    "firehose-retry-too-short",
    Severity.WARNING,
    "One failed try is the last",
    "A destination that is away for a minute loses records to the backup bucket, from where "
    "somebody has to fetch them.",
    DELIVERY,
)
OVERLOADED = Rule(
    "firehose-destination-overloaded",
    Severity.ERROR,
    "The destination takes less than the stream delivers",
    "Firehose tries again until its retry time ends; then records go to the backup bucket, or "
    "wait until their source forgets them.",
    DELIVERY,
)
SLOW_COPY = Rule(
    "firehose-copy-slower-than-buffer",
    Severity.NOTE,
    "Files come faster than Redshift copies",
    "Firehose starts the next COPY when the last one is done: files that come meanwhile wait in "
    "the staging bucket.",
    DELIVERY,
)
TWO_BACKUPS = Rule(
    "firehose-two-backups",
    Severity.ERROR,
    "The stream has more than one backup bucket",
    "A destination has one bucket for its backup.",
    DELIVERY,
)
REQUEST = Rule(
    "firehose-put-request-over-limit",
    Severity.ERROR,
    "A PutRecordBatch request larger than the stream takes",
    "A request has 500 records and 4 MiB at most; AWS refuses all of a larger one.",
    QUOTAS,
)
GIVEN_UP = Rule(
    "firehose-records-given-up",
    Severity.WARNING,
    "Records end in the backup bucket",
    "What fails at every try until the retry time ends is written to the backup bucket and is "
    "missing at the destination, until somebody loads it again.",
    DELIVERY,
)
