"""Sources, limits and rules of Amazon SNS, with their dates."""

from __future__ import annotations

from ..base import (
    Limit,
    Rule,
    Severity,
    Source,
)

QUOTAS = Source(
    "AWS General Reference, SNS endpoints and quotas",
    "https://docs.aws.amazon.com/general/latest/gr/sns.html",
    "2026-11-21",
)
MEASURED = Source(
    "Serverless Messaging: Latency Compared (measured in eu-west-1, September 2022)",
    "https://bitesizedserverless.com/bite/serverless-messaging-latency-compared/",
    "2026-11-21",
)
FIFO_DOCS = Source(
    "SNS Developer Guide, message delivery for FIFO topics",
    "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html",
    "2026-11-21",
)
DEAD_LETTERS = Source(
    "SNS Developer Guide, dead-letter queues",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
    "2026-11-21",
)
PUBLISH = Limit(
    "sns.publish_rate_standard",
    "Published messages",
    1_500,
    "messages/s",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 30_000, "eu-west-1": 9_000, "sa-east-1": 300},
    note="Account and region; counted in messages, so batches do not raise it.",
)
FIFO_PUBLISH = Limit(
    "sns.fifo_topic_default",
    "Messages of a FIFO topic",
    3_000,
    "messages/s",
    FIFO_DOCS,
    note="Throughput scope Topic; also 20 MB/s, and 300 messages/s per message group.",
)
FIFO_SIZE = Limit(
    "sns.fifo_topic_size",
    "Payload of a FIFO topic",
    19_531.25,
    "KiB/s",
    FIFO_DOCS,
    note="20 MB/s, with throughput scope Topic.",
)
FIFO_ACCOUNT = Limit(
    "sns.publish_rate_fifo",
    "Published messages, FIFO",
    3_000,
    "messages/s",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 30_000, "eu-west-1": 9_000},
    note="Account and region; a topic gets at it with throughput scope MessageGroup (2025).",
)
SUBSCRIPTIONS_FIFO = Limit(
    "sns.fifo_subscriptions", "Subscriptions of a FIFO topic", 100, "subscriptions", QUOTAS
)
FILTERS = Limit(
    "sns.filter_policies", "Filter policies of a topic", 200, "policies", QUOTAS, adjustable=True
)
FIFO_GROUP = Limit("sns.fifo_group_limit", "Messages of one group", 300, "messages/s", QUOTAS)
MESSAGE_MAX = Limit(
    "sns.max_message_bytes",
    "Largest message",
    256,
    "KiB",
    QUOTAS,
    note="Up to 1,024 KiB by a topic attribute since September 2026.",
)
BILLED_KIB = 64.0  # Pricing: every started 64 KiB of a publish is one request.
CALL_MS = (15, 70)  # Assumption: an API call inside the region.
GB_DECIMAL_KIB = 1_000_000.0  # FIFO payload is billed in decimal GB (calculator capture).

PAYLOAD = Rule(
    "sns-payload-over-limit",
    Severity.ERROR,
    "Message larger than the topic takes",
    "SNS refuses a message over the maximum size.",
    QUOTAS,
)
NO_SUBSCRIPTION = Rule(
    "sns-no-subscription",
    Severity.WARNING,
    "Nobody is subscribed",
    "A topic does not store: without a subscription every message is gone.",
    QUOTAS,
)
THROTTLED = Rule(
    "sns-publish-throttled",
    Severity.ERROR,
    "Publish rate over the quota",
    "Above the quota the publisher gets a throttling error.",
    QUOTAS,
)

TWO_DEAD_LETTER_QUEUES = Rule(
    "sns-two-dead-letter-queues",
    Severity.ERROR,
    "Two dead-letter queues on one topic",
    "A subscription has one dead-letter queue; which of the two would get a message is not said.",
    DEAD_LETTERS,
)
NO_DEAD_LETTERS = Rule(
    "sns-no-dead-letter-queue",
    Severity.NOTE,
    "Messages that an endpoint refuses are lost",
    "SNS tries an endpoint outside AWS a few times and then drops the message, unless the "
    "subscription has a dead-letter queue.",
    DEAD_LETTERS,
)
NAMES = Source(
    "SNS API Reference, CreateTopic",
    "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html",
    "2026-11-21",
)
KEYS = Source(
    "SNS Developer Guide, key management and its cost",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    "2026-11-21",
)
KEY_REUSE_S = 300.0  # KEYS: SNS uses a data key for up to five minutes.
FIFO_SUFFIX = Rule(
    "sns-fifo-suffix",
    Severity.ERROR,
    "Name and type of the topic disagree",
    "The name of a FIFO topic ends in .fifo; that of a standard topic has no dot at all.",
    NAMES,
)
MANAGED_KEY = Rule(
    "sns-managed-key-keeps-services-out",
    Severity.ERROR,
    "AWS managed key keeps AWS services out",
    "Rules, schedules and buckets cannot use the key aws/sns, and its policy cannot be changed: "
    "what they publish is refused.",
    KEYS,
)
