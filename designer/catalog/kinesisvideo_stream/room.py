"""The room of AWS::KinesisVideo::Stream."""

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
    Limit,
    Lognormal,
    Mechanism,
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
    monthly,
    number,
    quantity,
    ref,
)

QUOTAS = Source(
    "Kinesis Video Streams quotas",
    "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/limits.html",
    "2026-11-21",
)
INGEST = Limit(
    "kvs.ingest_kib",
    "Video into a stream",
    12_800,
    "KiB/s",
    QUOTAS,
    adjustable=True,
    note="12.5 MB/s (100 Mbit/s), by one connection.",
)
FRAGMENTS = Limit("kvs.fragments", "Fragments into a stream", 5, "fragments/s", QUOTAS)
FRAGMENT_MAX = Limit("kvs.fragment_max", "Largest fragment", 51_200, "KiB", QUOTAS)
GET_MEDIA = Limit("kvs.get_media", "GetMedia connections of a stream", 3, "connections", QUOTAS)
TIERS = Source(
    "Kinesis Video Streams, tiered storage",
    "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/tiered-storage.html",
    "2026-11-21",
)
GET_MEDIA_BYTES = Limit(
    "kvs.get_media_kib", "Video out of a stream by GetMedia", 25_600, "KiB/s", QUOTAS
)
PLAYBACK = Limit(
    "kvs.playback_points",
    "Fragments played from a stream",
    500,
    "fragments/s",
    QUOTAS,
    note="HLS and DASH; about 250 live viewers of fragments of 1 s with sound and picture.",
)
WARM_LEAST = Limit("kvs.warm_least", "Shortest retention that the warm tier bills", 720, "h", TIERS)
READ_ACTIONS = (
    "kinesisvideo:DescribeStream",
    "kinesisvideo:GetDataEndpoint",
    "kinesisvideo:GetMedia",
    "kinesisvideo:GetMediaForFragmentList",
    "kinesisvideo:ListFragments",
)
P50_S, P99_S = 0.1, 0.5  # Assumption: until a fragment is acknowledged as received.

THROTTLED = Rule(
    "kinesisvideo-ingest-refused",
    Severity.ERROR,
    "The stream refuses video",
    "A stream takes 12.5 MB and five fragments a second; above that frames are dropped.",
    QUOTAS,
)
NOTHING_KEPT = Rule(
    "kinesisvideo-nothing-kept",
    Severity.NOTE,
    "Video is not kept",
    "With a retention of 0 h only a short buffer is held: who does not read at once reads nothing.",
    QUOTAS,
)
READERS = Rule(
    "kinesisvideo-too-many-readers",
    Severity.ERROR,
    "Too many readers of a stream",
    "A stream serves three GetMedia connections at the same time.",
    QUOTAS,
)
FRAGMENT = Rule(
    "kinesisvideo-fragment-over-limit",
    Severity.ERROR,
    "A fragment is larger than the stream takes",
    "A fragment has 50 MB at most, of 1 to 20 s of video.",
    QUOTAS,
)
VIEWERS = Rule(
    "kinesisvideo-too-many-viewers",
    Severity.ERROR,
    "More viewers than a stream serves",
    "HLS and DASH hand out 500 fragments a second of one stream, to all viewers together; above "
    "that players get errors and stall.",
    QUOTAS,
)
WARM_SHORT = Rule(
    "kinesisvideo-warm-tier-too-short",
    Severity.WARNING,
    "Warm storage is billed for 30 days at least",
    "The warm tier is made for video that is kept: what is deleted earlier is billed for 30 days.",
    TIERS,
)


class VideoStream(Service):
    type: Literal["kinesisvideo_stream"] = "kinesisvideo_stream"
    title: ClassVar = "Kinesis video stream"
    aliases: ClassVar = ("video", "kvs", "camera", "kinesis video", "media")
    category: ClassVar = "Analytics"
    summary: ClassVar = "Takes video of cameras and hands it to readers."
    docs_url: ClassVar = QUOTAS.url
    pricing_url: ClassVar = "https://aws.amazon.com/kinesis/video-streams/pricing/"
    role: ClassVar = Role.ROUTER
    cloudformation: ClassVar = "AWS::KinesisVideo::Stream"
    id_base: ClassVar = "video"
    limits: ClassVar = (
        INGEST,
        FRAGMENTS,
        FRAGMENT_MAX,
        GET_MEDIA,
        GET_MEDIA_BYTES,
        PLAYBACK,
        WARM_LEAST,
    )
    rules: ClassVar = (THROTTLED, NOTHING_KEPT, READERS, FRAGMENT, VIEWERS, WARM_SHORT)

    streams: int = quantity(
        "streams",
        1,
        "Streams that this node stands for: one per camera. A call is one fragment.",
        ge=1,
        le=100_000,
    )
    retention_h: int = quantity(
        "h",
        24,
        "How long video is kept; 0 keeps nothing.",
        title="Retention",
        ge=0,
        le=87_600,
        source=QUOTAS,
    )
    tier: Literal["hot", "warm"] = choice(
        "hot",
        "Warm (since November 2025) stores for less, is billed by the fragment that comes in, and "
        "for 30 days at least.",
        title="Storage tier",
        titles={"hot": "Hot", "warm": "Warm"},
    )
    hls_viewers: float = quantity(
        "viewers",
        0,
        "People who watch by HLS and are not drawn, on average over the month; each is billed.",
        title="HLS viewers",
        ge=0,
        le=1e6,
        group="Assumptions",
        assumed=True,
    )

    def station(self, ctx: Context) -> Station:
        return Station(
            service=Lognormal(P50_S, P99_S),
            service_label="PutMedia fragment",
            caps=(
                Cap(INGEST, Per.KIB, ctx.value(INGEST) * self.streams),
                Cap(FRAGMENTS, Per.EVENT, FRAGMENTS.value * self.streams),
            ),
        )

    def usage(self, flow: NodeFlow, ctx: Context) -> Iterable[Usage]:
        gb_per_s = flow.events_per_s * flow.size_kib / KIB_PER_GB
        warm = self.tier == "warm"
        if warm:
            fragments = f"Fragments of {number(flow.size_kib)} KiB"
            per_s = flow.events_per_s
            yield monthly("kvs.ingest_warm", "fragment", per_s, ctx.month_s, fragments)
        else:
            mbit = gb_per_s * 8 * 1024 * 1.048576
            origin = (
                f"{number(flow.events_per_s)} fragments/s × {number(flow.size_kib)} KiB "
                f"({number(mbit)} Mbit/s)"
            )
            yield monthly("kvs.ingest", "GB", gb_per_s, ctx.month_s, origin)
        for edge in flow.outbound:
            if edge.mechanism is Mechanism.POLL:
                read = edge.events_per_s * edge.size_kib / KIB_PER_GB
                yield monthly("kvs.consume", "GB", read, ctx.month_s, f"Read by {edge.peer}")
        if self.hls_viewers > 0:
            watched = gb_per_s / self.streams * self.hls_viewers
            origin = f"{number(self.hls_viewers)} viewers of one stream each"
            yield monthly("kvs.consume_hls", "GB", watched, ctx.month_s, origin)
            yield monthly("dt.out_internet", "GB", watched, ctx.month_s, origin)
        if self.retention_h > 0:
            hours = max(self.retention_h, WARM_LEAST.value) if warm else self.retention_h
            kept_gb = gb_per_s * hours * 3600
            formula = f"Video of {number(hours)} h: {number(kept_gb)} GB"
            meter = "kvs.storage_warm" if warm else "kvs.storage_hot"
            yield Usage(meter, kept_gb, "GB-month", formula)

    def findings(self, view: NodeView, ctx: Context) -> Iterable[Finding]:
        if view.throttled_per_s > 0:
            yield THROTTLED.found(
                f"{number(view.throttled_per_s)} fragments/s to {view.name} are refused.",
                "Use a stream for each camera, longer fragments or a lower bitrate.",
                field="streams",
            )
        if self.retention_h == 0 and view.flow.events_per_s > 0:
            yield NOTHING_KEPT.found(
                f"{view.name} keeps nothing.",
                "Set a retention if video is played back or read later.",
                field="retention_h",
                value=24,
            )
        if self.tier == "warm" and 0 < self.retention_h < WARM_LEAST.value:
            yield WARM_SHORT.found(
                f"{view.name} keeps video for {self.retention_h} h in the warm tier.",
                "Keep it in the hot tier, or for 30 days.",
                field="tier",
                value="hot",
            )
        for edge in view.flow.inbound:
            if edge.size_kib > FRAGMENT_MAX.value:
                yield FRAGMENT.found(
                    f"Fragments of {number(edge.size_kib / 1024)} MiB from {edge.peer}.",
                    "Send shorter fragments, or a lower bitrate.",
                )
        yield from self._readers(view)

    def _readers(self, view: NodeView) -> Iterable[Finding]:
        viewers = self.hls_viewers + sum(
            float(getattr(e.target, "viewers", 0.0)) for e in view.outbound
        )
        # Each viewer fetches every fragment of one stream, its sound and its picture.
        played = view.flow.events_per_s / self.streams * 2 * viewers / self.streams
        if played > PLAYBACK.value:
            yield VIEWERS.found(
                f"{number(viewers)} viewers of {self.streams} stream(s) of {view.name} fetch "
                f"{number(played)} fragments/s of each.",
                "Send longer fragments, or put a content delivery network in front.",
            )
        readers = [e for e in view.outbound if e.flow.mechanism is Mechanism.POLL]
        if len(readers) > GET_MEDIA.value:
            yield READERS.found(
                f"{len(readers)} consumers read each stream of {view.name}.",
                "Let one consumer pass on what it finds.",
            )

    # ---- The template ----

    def resources(self, site: Site) -> Iterable[Resource]:
        properties: dict[str, Any] = {"DataRetentionInHours": self.retention_h}
        if self.tier == "warm":
            properties["StreamStorageConfiguration"] = {"DefaultStorageTier": "WARM"}
        yield Resource("AWS::KinesisVideo::Stream", properties)

    def remarks(self, site: Site) -> Iterable[str]:
        if self.streams > 1:
            yield (
                f"{site.placed.label} stands for {self.streams} streams; the template has one: "
                "create the others when cameras are registered."
            )

    def address(self, logical_id: str) -> Address:
        return Address("NAME", ref(logical_id), "Name of the video stream")

    def access(self, logical_id: str, operation: str) -> Access:
        if operation == "read":
            return Access(READ_ACTIONS, (self.arn(logical_id),))
        return Access(
            ("kinesisvideo:PutMedia", "kinesisvideo:GetDataEndpoint"), (self.arn(logical_id),)
        )
