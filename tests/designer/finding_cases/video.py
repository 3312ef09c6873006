"""Findings of video streams and what looks at them."""

from . import arrow, caller, case, node

PUT = arrow("c", "v", "client_call")
VISION = "rekognition_streamprocessor"


def _nodes(rate: float = 0.5, **config):
    return {"c": caller(rate, payload_kib=250), "v": node("kinesisvideo_stream", **config)}


CASES = {
    "kinesisvideo-ingest-refused": case(_nodes(20), [PUT], mend={"v": {"streams": 10}}),
    "kinesisvideo-nothing-kept": case(
        _nodes(retention_h=0), [PUT], mend={"v": {"retention_h": 24}}
    ),
    "kinesisvideo-too-many-readers": case(
        {**_nodes(), **{f"r{i}": node(VISION) for i in range(4)}},
        [PUT, *(arrow("v", f"r{i}", "rekognition_video_source") for i in range(4))],
        keep_edges=4,
    ),
    "kinesisvideo-fragment-over-limit": case(
        {"c": caller(0.05, payload_kib=60_000), "v": node("kinesisvideo_stream")},
        [PUT],
        mend={"c": {"payload_kib": 5_000}},
    ),
    # Fragments of 2 s with sound and picture: each viewer fetches one a second.
    "kinesisvideo-too-many-viewers": case(
        {**_nodes(), "p": node("video_viewer", viewers=600)},
        [PUT, arrow("v", "p", "kinesisvideo_playback")],
        mend={"p": {"viewers": 400}},
    ),
    "kinesisvideo-warm-tier-too-short": case(
        _nodes(tier="warm", retention_h=24), [PUT], mend={"v": {"retention_h": 720}}
    ),
    "rekognition-streaming-closed": case(
        {**_nodes(), "r": node(VISION)},
        [PUT, arrow("v", "r", "rekognition_video_source")],
        keep_edges=1,
    ),
}
