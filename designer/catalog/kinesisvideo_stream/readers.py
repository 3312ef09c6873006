"""Who gets a video stream's fragments: code that reads them, and people who watch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

from ..base import (
    KIB_PER_GB,
    Cap,
    Connection,
    Context,
    EdgeFlow,
    Excess,
    Grant,
    Hop,
    Kind,
    Link,
    Mechanism,
    Per,
    Service,
    Usage,
    latency_item,
    monthly,
    number,
    ratio,
)
from .room import GET_MEDIA_BYTES, QUOTAS


class VideoReader(Connection):
    type: Literal["kinesisvideo_reader"] = "kinesisvideo_reader"
    title: ClassVar = "Reader of video"
    summary: ClassVar = "Code of your own reads the fragments by GetMedia, as they come."
    sources: ClassVar = frozenset({"kinesisvideo_stream"})
    targets: ClassVar = frozenset({"ecs_service", "autoscaling_group"})
    docs_url: ClassVar = QUOTAS.url
    limits: ClassVar = (GET_MEDIA_BYTES,)

    read_ratio: float = ratio(
        1.0,
        "Share of the fragments that is read; below 1 where code reads lists of fragments.",
        title="Fragments read",
        gt=0,
    )

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        most = GET_MEDIA_BYTES.value * float(getattr(source, "streams", 1))
        return Hop(
            Mechanism.POLL,
            ratio=self.read_ratio,
            op="fragment",
            latency=(latency_item(Kind.POLL, "Fragment read", 500, 2_000, None),),
            attempts_max=math.inf,
            excess=Excess.HOLD,
            caps=(Cap(GET_MEDIA_BYTES, Per.KIB, most),),
        )

    def grants(self, link: Link) -> Iterable[Grant]:
        access = link.source.service.access(link.source.logical_id, "read")
        yield Grant("target", access.actions, access.resources)


class VideoPlayback(Connection):
    type: Literal["kinesisvideo_playback"] = "kinesisvideo_playback"
    title: ClassVar = "Playback"
    summary: ClassVar = "Players fetch the fragments by HLS or DASH; each viewer is billed."
    sources: ClassVar = frozenset({"kinesisvideo_stream"})
    targets: ClassVar = frozenset({"video_viewer"})
    docs_url: ClassVar = "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/how-hls.html"

    def hop(self, source: Service, target: Service, ctx: Context) -> Hop:
        streams = float(getattr(source, "streams", 1))
        return Hop(
            Mechanism.PUSH,
            # Every viewer gets the fragments of one stream.
            ratio=max(1e-9, float(getattr(target, "viewers", 1.0)) / streams),
            op="play",
            latency=(latency_item(Kind.BUFFER, "Player's buffer, live", 3_000, 6_000, None),),
            excess=Excess.RETRY,
        )

    def usage(
        self, flow: EdgeFlow, source: Service, target: Service, ctx: Context
    ) -> Iterable[Usage]:
        gb_per_s = flow.events_per_s * flow.size_kib / KIB_PER_GB
        origin = f"{number(float(getattr(target, 'viewers', 1.0)))} viewers of one stream each"
        yield monthly("kvs.consume_hls", "GB", gb_per_s, ctx.month_s, origin)
        if getattr(target, "outside", True):
            yield monthly("dt.out_internet", "GB", gb_per_s, ctx.month_s, origin)
