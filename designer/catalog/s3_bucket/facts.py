"""S3's rates, storage classes and rules."""

from __future__ import annotations

from dataclasses import dataclass

from ..base import Limit, Rule, Severity, Source

PERFORMANCE = Source(
    "S3 User Guide, performance",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html",
    "2026-11-21",
)
EVENTS = Source(
    "S3 User Guide, event notifications",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
    "2026-11-21",
)
PUTS = Limit(
    "s3.prefix_put_rate",
    "PUT per prefix",
    3_500,
    "requests/s",
    PERFORMANCE,
    note="Per partitioned prefix; S3 answers 503 Slow Down while it scales.",
)
GETS = Limit("s3.prefix_get_rate", "GET per prefix", 5_500, "requests/s", PERFORMANCE)
WRITES = frozenset({"write", "file"})
READS = frozenset({"read"})
P50_MS, P99_MS = 100, 200  # "100-200 ms for small objects or first byte": PERFORMANCE.
# Kind of notification, its key for the target, and the resource that lets S3 in, by target.
NOTIFIED = {
    "lambda_function": ("LambdaConfigurations", "Function", "Permission"),
    "sqs_queue": ("QueueConfigurations", "Queue", "QueuePolicy"),
    "sns_topic": ("TopicConfigurations", "Topic", "TopicPolicy"),
}

SLOW_DOWN = Rule(
    "s3-prefix-rate",
    Severity.WARNING,
    "One prefix gets more than it takes",
    "Above the rate of a prefix S3 answers 503 Slow Down until it has split the prefix.",
    PERFORMANCE,
)
NOTIFIES_ITSELF = Rule(
    "s3-notification-loop",
    Severity.ERROR,
    "Bucket triggers its own writer",
    "A function that writes to the bucket that starts it runs for ever; filter by prefix or use a "
    "second bucket.",
    EVENTS,
)


@dataclass(frozen=True)
class StorageClass:
    """A class that objects move to with age.

    Attributes:
        meter: Ending of its storage and transition meters.
        least_days: Shorter storage is billed as this.
        overhead_kib: Added to each object in the class.
        restored: Objects must be restored before they can be read.
    """

    name: str
    title: str
    meter: str
    least_days: int
    overhead_kib: float = 0.0
    restored: bool = False


LIFECYCLE = Source(
    "S3 User Guide, transitioning objects using lifecycle",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
    "lifecycle-transition-general-considerations.html",
    "2026-11-21",
)
CLASSES = {
    one.name: one
    for one in (
        StorageClass("STANDARD_IA", "Standard-IA", "standard_ia", 30),
        StorageClass("ONEZONE_IA", "One Zone-IA", "onezone_ia", 30),
        StorageClass("GLACIER_IR", "Glacier Instant Retrieval", "glacier_instant", 90),
        StorageClass(
            "GLACIER", "Glacier Flexible Retrieval", "glacier_flexible", 90, 32.0, restored=True
        ),
        StorageClass(
            "DEEP_ARCHIVE",
            "Glacier Deep Archive",
            "glacier_deep_archive",
            180,
            32.0,
            restored=True,
        ),
    )
}
INFREQUENT_MIN_DAYS = 30  # Before objects may move to an infrequent-access class, and in it.
ARCHIVED_STANDARD_KIB = 8.0  # Of each archived object stay in Standard: its name and metadata.
MOVED_MIN = Limit(
    "s3.transition_min",
    "Smallest object that moves by default",
    128,
    "KiB",
    LIFECYCLE,
    note="The default of new lifecycle rules since September 2024, for every class.",
)
SMALL_STAY = Rule(
    "s3-small-objects-stay",
    Severity.WARNING,
    "Objects are too small to move",
    "By default lifecycle rules leave objects below 128 KB where they are: below that the colder "
    "classes cost more.",
    LIFECYCLE,
)
SHORT_STAY = Rule(
    "s3-deleted-before-minimum",
    Severity.WARNING,
    "Objects leave a class before its minimum",
    "What is deleted or moved earlier is billed to the end of the class's minimum duration.",
    LIFECYCLE,
)
ARCHIVED_READS = Rule(
    "s3-archived-objects-read",
    Severity.WARNING,
    "Archived objects cannot be read at once",
    "Objects in Glacier Flexible Retrieval and Deep Archive must be restored first, which takes "
    "minutes to hours; a plain read fails.",
    LIFECYCLE,
)
