"""Rekognition image analysis: answers what or who is in a picture, call by call.

Quotas:  https://docs.aws.amazon.com/rekognition/latest/dg/limits.html
Pricing: https://aws.amazon.com/rekognition/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from .base import (
    Access,
    Address,
    Cap,
    Context,
    Finding,
    Limit,
    Lognormal,
    NodeFlow,
    NodeView,
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
    choice,
    flag,
    get_att,
    monthly,
    number,
    quantity,
    ref,
    sub,
)

QUOTAS = Source(
    "Rekognition developer guide, guidelines and quotas",
    "https://docs.aws.amazon.com/rekognition/latest/dg/limits.html",
    "2026-11-21",
)
CALLS = Limit(
    "rek.image_calls",
    "Image calls of one kind",
    5,
    "calls/s",
    QUOTAS,
    adjustable=True,
    by_region={"us-east-1": 50, "eu-west-1": 50},
    note="Per operation, account and region; the figures are from memory, and AWS raises them.",
)
BYTES_MAX = Limit("rek.image_bytes", "Largest image sent with a call", 5_120, "KiB", QUOTAS)
OBJECT_MAX = Limit("rek.image_object", "Largest image read from S3", 15_360, "KiB", QUOTAS)
# Operation: (title, pricing group, API actions, whether it works on a collection of faces).
OPERATIONS = {
    "labels": ("Labels", 2, "DetectLabels", False),
    "moderation": ("Content moderation", 2, "DetectModerationLabels", False),
    "text": ("Text", 2, "DetectText", False),
    "faces": ("Faces", 2, "DetectFaces", False),
    "celebrities": ("Celebrities", 2, "RecognizeCelebrities", False),
    "compare": ("Compare two faces", 1, "CompareFaces", False),
    "index": ("Put faces into a collection", 1, "IndexFaces", True),
    "search": ("Search a collection by image", 1, "SearchFacesByImage", True),
}
THROTTLED = Rule(
    "rekognition-image-throttled",
    Severity.ERROR,
    "More images than the account may analyse",
    "Above its rate Rekognition refuses with ProvisionedThroughputExceeded.",
    QUOTAS,
)
TOO_LARGE = Rule(
    "rekognition-image-over-limit",
    Severity.ERROR,
    "Image larger than Rekognition takes",
    "A call takes 5 MB of bytes, or an object of 15 MB in S3.",
    QUOTAS,
)


class RekognitionImage(Service):
    type: Literal["rekognition_image"] = "rekognition_image"
    title: ClassVar = "Rekognition images"
    aliases: ClassVar = ("rekognition", "image", "picture", "label", "face", "moderation", "text")
    category: ClassVar = "Machine learning"
    summary: ClassVar = "Finds things, faces and text in pictures."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/rekognition/pricing/"
    role: ClassVar = Role.CONSUMER
    cloudformation: ClassVar = "AWS::Rekognition::Collection"
    id_base: ClassVar = "images"
    limits: ClassVar = (CALLS, BYTES_MAX, OBJECT_MAX)
    rules: ClassVar = (THROTTLED, TOO_LARGE)

    analysis: Literal[
        "labels", "moderation", "text", "faces", "celebrities", "compare", "index", "search"
    ] = choice(
        "labels",
        "What is asked of each picture; the last three are priced as group 1, the others as group "
        "2.",
        titles={key: title for key, (title, *_) in OPERATIONS.items()},
    )
    from_s3: bool = flag(
        True, "The call names an object in S3, instead of carrying the bytes.", title="From S3"
    )
    image_kib: float | None = quantity(
        "KiB",
        None,
        "Size of a picture; empty takes the size that comes in.",
        title="Picture",
        gt=0,
        le=102_400,
    )
    faces_stored: float = quantity(
        "faces",
        0,
        "Faces kept in collections, paid by the month.",
        title="Faces kept",
        ge=0,
        le=1e10,
    )
    time_p50_ms: float = quantity(
        "ms",
        400,
        "Median time of a call.",
        title="Time, median",
        gt=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )
    time_p99_ms: float = quantity(
        "ms",
        1_500,
        "99th percentile of the time of a call.",
        title="Time, p99",
        gt=0,
        le=60_000,
        group="Latency",
        assumed=True,
    )

    @property
    def _collects(self) -> bool:
        return OPERATIONS[self.analysis][3]

    def station(self, ctx: Context) -> Station:
        p50, p99 = self.time_p50_ms / 1000, max(self.time_p50_ms, self.time_p99_ms) / 1000
        pool = f"{CALLS.id}.{self.analysis}"
        return Station(
            service=Lognormal(p50, p99),
            service_label=f"{OPERATIONS[self.analysis][2]} call",
            caps=(Cap(CALLS, Per.REQUEST, ctx.value(CALLS), pool=pool),),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        title, group, *_ = OPERATIONS[self.analysis]
        for edge in flow.inbound:
            origin = f"Pictures of {edge.peer} ({title.lower()})"
            yield monthly(
                f"rek.image.group{group}", "image", edge.requests_per_s, ctx.month_s, origin
            )
        if self.faces_stored:
            kept = f"{number(self.faces_stored)} faces kept"
            yield Usage("rek.face_metadata", self.faces_stored, "face-month", kept)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} calls/s to {view.name} are refused; the account "
                f"makes {number(ctx.value(CALLS))}/s.",
                "Ask AWS for a higher rate, or let a queue smooth the load.",
            )
        most = OBJECT_MAX if self.from_s3 else BYTES_MAX
        for edge in view.flow.inbound:
            size_kib = self.image_kib or (0.0 if self.from_s3 else edge.size_kib)
            if size_kib > most.value:
                yield TOO_LARGE.found(
                    f"Pictures of {number(size_kib)} KiB reach {view.name}, which takes "
                    f"{number(most.value)} KiB.",
                    "Scale them down before, or put them into S3."
                    if not self.from_s3
                    else "Scale them down before.",
                    field="from_s3" if not self.from_s3 and size_kib <= OBJECT_MAX.value else None,
                    value=True if not self.from_s3 and size_kib <= OBJECT_MAX.value else None,
                )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        if self._collects:
            name = sub(f"${{AWS::StackName}}-{site.placed.id}")
            yield Resource("AWS::Rekognition::Collection", {"CollectionId": name})

    def remarks(self, site: Site) -> Iterable[str]:
        if self.from_s3 and site.inbound:
            yield (
                f"{site.placed.label} reads pictures from S3 with the caller's permission: draw "
                "the caller's read of the bucket too."
            )

    def arn(self, logical_id: str) -> Any:
        return get_att(logical_id, "Arn") if self._collects else "*"

    def address(self, logical_id: str) -> Address:
        if self._collects:
            return Address("COLLECTION", ref(logical_id), "Collection of faces")
        return Address("OPERATION", OPERATIONS[self.analysis][2], "Operation of Rekognition")

    def access(self, logical_id: str, operation: str) -> Access:
        # Only operations on collections know resources.
        action = f"rekognition:{OPERATIONS[self.analysis][2]}"
        return Access((action,), (self.arn(logical_id),))


SERVICES = (RekognitionImage,)
CONNECTIONS = ()
