"""Amazon S3 bucket: stores objects, serves pages, and notifies others of new objects.

Quotas:  https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
Pricing: https://aws.amazon.com/s3/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Access,
    Address,
    Cap,
    Context,
    Finding,
    NodeFlow,
    NodeView,
    Per,
    Resource,
    Role,
    Service,
    Site,
    Station,
    Usage,
    call_fields,
    call_law,
    choice,
    flag,
    get_att,
    monthly,
    number,
    quantity,
    ratio,
    ref,
    sub,
)
from . import lifecycle
from .facts import (
    ARCHIVED_READS,
    GETS,
    MOVED_MIN,
    NOTIFIES_ITSELF,
    P50_MS,
    P99_MS,
    PERFORMANCE,
    PUTS,
    READS,
    SHORT_STAY,
    SLOW_DOWN,
    SMALL_STAY,
    WRITES,
)
from .notification import Notification

_CALL_P50, _CALL_P99 = call_fields(P50_MS, P99_MS, "a request", PERFORMANCE)


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
    limits: ClassVar = (PUTS, GETS, MOVED_MIN)
    rules: ClassVar = (SLOW_DOWN, NOTIFIES_ITSELF, SMALL_STAY, SHORT_STAY, ARCHIVED_READS)

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
        title="Deleted after",
        gt=0,
        le=36_500,
        group="Lifecycle",
    )
    infrequent_after_days: int | None = quantity(
        "days",
        None,
        "Objects of 128 KB or more move to the infrequent-access class at this age; empty leaves "
        "them.",
        title="Infrequent access after",
        ge=30,
        le=36_500,
        group="Lifecycle",
    )
    infrequent_class: Literal["STANDARD_IA", "ONEZONE_IA"] = choice(
        "STANDARD_IA",
        "Both store for less and charge for reading; One Zone keeps the data in one zone only.",
        title="Infrequent-access class",
        titles={"STANDARD_IA": "Standard-IA", "ONEZONE_IA": "One Zone-IA"},
        group="Lifecycle",
    )
    archive_after_days: int | None = quantity(
        "days",
        None,
        "Objects of 128 KB or more move to the archive at this age; empty leaves them.",
        title="Archived after",
        ge=1,
        le=36_500,
        group="Lifecycle",
    )
    archive_class: Literal["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] = choice(
        "GLACIER",
        "The colder, the cheaper to store; the last two must be restored before a read.",
        title="Archive",
        titles={
            "GLACIER_IR": "Glacier Instant Retrieval",
            "GLACIER": "Glacier Flexible Retrieval",
            "DEEP_ARCHIVE": "Glacier Deep Archive",
        },
        group="Lifecycle",
    )
    colder_reads_ratio: float = ratio(
        0.0,
        "Share of the reads that meet objects in the infrequent-access class, or in Glacier "
        "Instant Retrieval where there is no such class.",
        title="Reads of colder objects",
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

    call_p50_ms: float = _CALL_P50
    call_p99_ms: float = _CALL_P99

    def station(self, ctx: Context) -> Station:
        return Station(
            service=call_law(self.call_p50_ms, self.call_p99_ms),
            service_label="S3 request",
            service_source=PERFORMANCE,
            service_assumed=False,
            caps=(
                Cap(PUTS, Per.REQUEST, PUTS.value * self.prefixes, ops=WRITES),
                Cap(GETS, Per.REQUEST, GETS.value * self.prefixes, ops=READS),
            ),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        for edge in flow.inbound:
            if edge.op in READS:
                yield from lifecycle.reads(self, edge, ctx)
                if self.static_site or edge.peer_type == "client":
                    gb_per_s = edge.requests_per_s * self.read_kib / KIB_PER_GB
                    origin = f"Objects of {number(self.read_kib)} KiB to {edge.peer}"
                    yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)
            elif edge.op in WRITES:
                meter = "s3.requests.put_copy_post_list"
                origin = f"Writes by {edge.peer}"
                yield monthly(meter, "request", edge.requests_per_s, ctx.month_s, origin)
        yield from lifecycle.storage(self, flow, ctx)

    def problems(self) -> Iterable[tuple[tuple[str | int, ...], str]]:
        return lifecycle.problems(self)

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
        yield from lifecycle.findings(self, view)
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
        rule = lifecycle.rule(self)
        if rule:
            properties["LifecycleConfiguration"] = {"Rules": [rule]}
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
