"""Amazon S3 bucket: stores objects, serves pages, and notifies others of new objects.

Quotas:  https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
Pricing: https://aws.amazon.com/s3/pricing/
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Address,
    Cap,
    Connection,
    Context,
    Delivery,
    Excess,
    Finding,
    Hop,
    Kind,
    Limit,
    Link,
    Lognormal,
    Mechanism,
    NodeFlow,
    NodeView,
    Patch,
    Per,
    Resource,
    Role,
    Rule,
    Service,
    Severity,
    Site,
    Source,
    Station,
    Usage,
    flag,
    get_att,
    latency_fields,
    latency_item,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    sub,
    text,
)

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
P50_S, P99_S = 0.100, 0.200  # "100-200 ms for small objects or first byte": PERFORMANCE.
KIB_PER_GB = 1024.0 * 1024.0
STORED_DAYS_PER_MONTH = 365 / 12
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


class S3Bucket(Service):
    type: Literal["s3_bucket"] = "s3_bucket"
    title: ClassVar = "S3 bucket"
    aliases: ClassVar = ("s3", "bucket", "object storage", "static site", "data lake")
    category: ClassVar = "Storage"
    summary: ClassVar = "Stores objects and notifies others of new ones."
    docs_url: ClassVar = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html"
    pricing_url: ClassVar = "https://aws.amazon.com/s3/pricing/"
    role: ClassVar = Role.STORE
    cloudformation: ClassVar = "AWS::S3::Bucket"
    id_base: ClassVar = "bucket"
    limits: ClassVar = (PUTS, GETS)
    rules: ClassVar = (SLOW_DOWN, NOTIFIES_ITSELF)

    prefixes: int = quantity(
        "prefixes",
        1,
        "Partitioned prefixes that share the load.",
        ge=1,
        le=100_000,
        group="Assumptions",
        assumed=True,
    )
    retention_days: float | None = quantity(
        "days",
        None,
        "Objects are deleted after this time; empty keeps them.",
        title="Lifecycle",
        gt=0,
        le=36_500,
    )
    kept_days: float = quantity(
        "days",
        30,
        "Age of the data that the monthly storage is counted for, where nothing is deleted.",
        title="Data of the last",
        gt=0,
        le=36_500,
        group="Assumptions",
        assumed=True,
    )
    stored_gb: float = quantity(
        "GB", 0, "Data that is stored already.", title="Stored data", ge=0, le=1e9
    )
    read_kib: float = quantity(
        "KiB",
        100,
        "Mean size of an object that is read.",
        title="Size of a read",
        gt=0,
        le=5e9,
        group="Assumptions",
        assumed=True,
    )
    static_site: bool = flag(
        False, "The bucket's objects are read by anyone as web pages.", title="Static site"
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="S3 request",
            service_source=PERFORMANCE,
            service_assumed=False,
            caps=(
                Cap(PUTS, Per.REQUEST, PUTS.value * self.prefixes, ops=WRITES),
                Cap(GETS, Per.REQUEST, GETS.value * self.prefixes, ops=READS),
            ),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        written_gb_per_s = 0.0
        for edge in flow.inbound:
            if edge.op in READS:
                meter = "s3.requests.get_and_other"
                origin = f"Reads by {edge.peer}"
                yield monthly(meter, "request", edge.requests_per_s, ctx.month_s, origin)
                if self.static_site or edge.peer_type == "client":
                    gb_per_s = edge.requests_per_s * self.read_kib / KIB_PER_GB
                    origin = f"Objects of {number(self.read_kib)} KiB to {edge.peer}"
                    yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)
            elif edge.op in WRITES:
                meter = "s3.requests.put_copy_post_list"
                origin = f"Writes by {edge.peer}"
                yield monthly(meter, "request", edge.requests_per_s, ctx.month_s, origin)
                written_gb_per_s += edge.events_per_s * edge.size_kib / KIB_PER_GB
        days = self.retention_days or self.kept_days
        gb = self.stored_gb + written_gb_per_s * 86_400 * days
        if gb > 0:
            yield Usage(
                "s3.storage.standard",
                gb,
                "GB-month",
                f"{number(self.stored_gb)} GB stored + {number(written_gb_per_s * 86_400)} GB/day "
                f"× {number(days)} days",
            )

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        for limit in (PUTS, GETS):
            used = view.utilisation.get(limit.id, 0.0)
            if used > 1:
                yield SLOW_DOWN.found(
                    f"{view.name} gets {number(used * 100)} % of what {self.prefixes} prefix(es) "
                    f"take ({limit.title}).",
                    "Spread the keys over more prefixes.",
                    field="prefixes",
                )
        writers = {e.flow.peer for e in view.inbound if e.flow.op in WRITES}
        for edge in view.outbound:
            notified = isinstance(edge.connection, Notification) and not edge.connection.prefix
            if notified and edge.flow.peer in writers:
                yield NOTIFIES_ITSELF.found(
                    f"{edge.flow.peer} writes to {view.name} and is started by it.",
                    "Give the notification a prefix that the writes do not have.",
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        closed = not self.static_site
        properties: dict[str, Any] = {
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                ]
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": closed,
                "RestrictPublicBuckets": closed,
            },
        }
        if self.retention_days is not None:
            properties["LifecycleConfiguration"] = {
                "Rules": [
                    {
                        "Id": "delete-after-retention",
                        "Status": "Enabled",
                        "ExpirationInDays": math.ceil(self.retention_days),
                    }
                ]
            }
        if self.static_site:
            pages = {"IndexDocument": "index.html", "ErrorDocument": "error.html"}
            properties["WebsiteConfiguration"] = pages
        # Data outlives the stack.
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        yield Resource("AWS::S3::Bucket", properties, attributes=kept)
        if self.static_site:
            statement = {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": sub(f"${{{site.logical_id}.Arn}}/*"),
            }
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            properties = {"Bucket": site.placed.ref, "PolicyDocument": policy}
            yield Resource("AWS::S3::BucketPolicy", properties, "BucketPolicy")

    def obstacles(self, site: Site) -> Iterable[tuple[tuple[str | int, ...], str]]:
        drawn = [
            (link, link.connection)
            for link in site.outbound
            if isinstance(link.connection, Notification)
            and link.target.service.type != "events_bus"
        ]
        for i, (one, first) in enumerate(drawn):
            for other, second in drawn[:i]:
                if first.overlaps(second):
                    yield (
                        (),
                        (
                            f"{site.placed.label} notifies {other.target.label} and "
                            f"{one.target.label} of the same objects, which S3 refuses: give the "
                            "arrows prefixes or suffixes apart, or fan out by a topic or a bus."
                        ),
                    )

    def remarks(self, site: Site) -> Iterable[str]:
        yield f"{site.placed.label} is kept when the stack is deleted, with its objects."
        if self.static_site:
            yield f"Anyone may read the objects of {site.placed.label}: it is a static site."

    def address(self, logical_id: str) -> Address:
        return Address("NAME", ref(logical_id), "Name of the bucket")

    def entrances(self, logical_id: str) -> Iterable[Address]:
        yield self.address(logical_id)
        if self.static_site:
            yield Address("URL", get_att(logical_id, "WebsiteURL"), "Address of the site")

    def access(self, logical_id: str, operation: str) -> Access:
        action = "s3:GetObject" if operation == "read" else "s3:PutObject"
        return Access((action,), (sub(f"${{{logical_id}.Arn}}/*"),))


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


SERVICES = (S3Bucket,)
CONNECTIONS = (Notification,)
