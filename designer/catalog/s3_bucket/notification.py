"""Event notifications: a bucket tells others of its new objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    Connection,
    Context,
    Delivery,
    Excess,
    Hop,
    Kind,
    Link,
    Mechanism,
    Patch,
    Service,
    latency_fields,
    latency_item,
    number,
    quantity,
    ratio,
    text,
)
from .facts import EVENTS, NOTIFIED, WRITES

_P50, _P99 = latency_fields(
    1_000, 5_000, "from the new object until the target gets the event", None
)


class Notification(Connection):
    type: Literal["s3_notification"] = "s3_notification"
    title: ClassVar = "Event notification"
    summary: ClassVar = "The bucket tells the target of each new object."
    sources: ClassVar = frozenset({"s3_bucket"})
    targets: ClassVar = frozenset({"lambda_function", "sqs_queue", "sns_topic", "events_bus"})
    cloudformation: ClassVar = "AWS::S3::Bucket"
    docs_url: ClassVar = EVENTS.url

    match_ratio: float = ratio(
        1.0,
        "Share of the new objects that match prefix and suffix.",
        title="Objects that match",
        gt=0,
    )
    prefix: str = text("", "Only keys that begin with this.", max_length=200)
    suffix: str = text("", "Only keys that end with this.", max_length=100)
    event_kib: float = quantity(
        "KiB",
        1.0,
        "Size of the event.",
        title="Event size",
        gt=0,
        le=64,
        group="Assumptions",
        assumed=True,
    )
    latency_p50_ms: float = _P50
    latency_p99_ms: float = _P99

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        asynchronous = target.type == "lambda_function"
        return Hop(
            Mechanism.PUSH,
            ratio=self.match_ratio,
            op="event" if asynchronous else "aws" if target.type == "events_bus" else "write",
            reacts_to=WRITES,
            per_request=True,
            payload_kib=self.event_kib,
            latency=(
                latency_item(
                    Kind.NETWORK, "S3 notification", self.latency_p50_ms, self.latency_p99_ms, None
                ),
            ),
            attempts_max=1.0 + float(getattr(target, "async_retries", 0)) if asynchronous else 1.0,
            retry_wait_s=90.0 if asynchronous else 0.0,
            excess=Excess.RETRY,
        )

    def refusal(self, source: Service, target: Service) -> str | None:
        if getattr(target, "fifo", False):
            return (
                "A bucket cannot notify a FIFO queue or topic: use a standard one, or an "
                "EventBridge rule."
            )
        if target.type == "events_bus" and getattr(target, "kind", "") != "default":
            return "A bucket sends its events to the default bus only: set the bus to default."
        return None

    # ---- The template ----

    def overlaps(self, other: Notification) -> bool:
        """Tell whether one object may match both."""
        prefixes = sorted((self.prefix, other.prefix), key=len)
        suffixes = sorted((self.suffix, other.suffix), key=len)
        return prefixes[1].startswith(prefixes[0]) and suffixes[1].endswith(suffixes[0])

    def patches(self, link: Link) -> Iterable[Patch]:
        bucket = link.source.logical_id
        notification = ("Properties", "NotificationConfiguration")
        if link.target.service.type == "events_bus":
            value = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
            yield Patch(bucket, notification, value)
            return
        key, end, suffix = NOTIFIED[link.target.service.type]
        entry: dict[str, Any] = {"Event": "s3:ObjectCreated:*", end: link.target.arn}
        rules = [
            {"Name": name, "Value": value}
            for name, value in (("prefix", self.prefix), ("suffix", self.suffix))
            if value
        ]
        if rules:
            entry["Filter"] = {"S3Key": {"Rules": rules}}
        yield Patch(bucket, (*notification, key), [entry])
        # S3 tries the target when the notification is set: the permission must stand by then.
        owner = link.logical_id if suffix == "Permission" else link.target.logical_id
        yield Patch(bucket, ("DependsOn",), [f"{owner}{suffix}"])

    def delivery(self, link: Link) -> Delivery | None:
        if link.target.service.type == "events_bus":
            return None
        # Not by the bucket's ARN: the bucket waits for the permission, which would wait for it.
        return Delivery("s3.amazonaws.com", account=True)

    def remarks(self, link: Link) -> Iterable[str]:
        if self.match_ratio < 1 and not self.prefix and not self.suffix:
            yield (
                f"{link.target.label} is told of {number(self.match_ratio * 100)} % of the new "
                f"objects of {link.source.label} in the drawing, and of all by the template: "
                "neither prefix nor suffix is given."
            )
