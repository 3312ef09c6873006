"""People who watch a video stream by HLS or DASH, live or later: each viewer pays for what is sent.

Quotas:  https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/limits.html
Pricing: https://aws.amazon.com/kinesis/video-streams/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from .base import (
    Context,
    External,
    Limit,
    Lognormal,
    Parameter,
    Site,
    Source,
    Station,
    quantity,
    reached_over,
)

QUOTAS = Source(
    "Kinesis Video Streams quotas",
    "https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/limits.html",
    "2026-11-21",
)
SESSIONS = Limit("kvs.sessions", "New playback sessions of a stream", 25, "calls/s", QUOTAS)
P50_S, P99_S = 0.05, 0.5  # Assumption: a fragment over the internet.


class VideoViewer(External):
    type: Literal["video_viewer"] = "video_viewer"
    title: ClassVar = "Video viewers"
    aliases: ClassVar = ("hls", "dash", "player", "watch", "playback")
    summary: ClassVar = "People who watch a video stream in a player."
    docs_url: ClassVar = QUOTAS.url
    id_base: ClassVar = "viewers"
    limits: ClassVar = (SESSIONS,)

    viewers: float = quantity(
        "viewers",
        1,
        "People who watch at the same time, on average over the month; each watches one stream.",
        gt=0,
        le=1e6,
        assumed=True,
    )
    reached_over: Literal["internet", "aws"] = reached_over()

    def station(self, ctx: Context) -> Station:
        return Station(service=Lognormal(P50_S, P99_S), service_label="Fragment to the player")

    def parameters(self, site: Site) -> Iterable[Parameter]:
        return ()  # Players ask the stream for a session: no address is needed.

    def remarks(self, site: Site) -> Iterable[str]:
        yield (
            f"{site.placed.label} get the address of a playback session from your own code "
            "(GetHLSStreamingSessionURL), which the template does not carry."
        )


SERVICES = (VideoViewer,)
CONNECTIONS = ()
