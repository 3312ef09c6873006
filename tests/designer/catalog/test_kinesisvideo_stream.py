"""Video by the GB: in, kept, and out to each reader."""

import pytest

from tests.estimator.engine.designs import CALL, client, line, report

VIDEO = {"type": "rekognition_video_source"}


def watched(**config):
    """Return the report of a camera of 1 Mbit/s that sends fragments of 2 s."""
    return report(
        {
            "c": client(0.5, payload_kib=250),
            "v": {"type": "kinesisvideo_stream", **config},
            "r": {"type": "rekognition_streamprocessor"},
        },
        [("c", "v", CALL), ("v", "r", VIDEO)],
    )


def test_what_comes_in_is_read_and_kept():
    found = watched(retention_h=168)
    gb = 125 / 1_048_576 * 2_628_000
    assert float(line(found, "kvs.ingest")["quantity"]) == pytest.approx(gb)
    # Labels are looked for during 30 of 1,440 minutes.
    assert float(line(found, "kvs.consume")["quantity"]) == pytest.approx(gb / 48)
    kept = 125 / 1_048_576 * 168 * 3600
    assert float(line(found, "kvs.storage_hot")["quantity"]) == pytest.approx(kept)


def test_each_viewer_pays_for_one_stream():
    found = watched(hls_viewers=3)
    gb = 3 * 125 / 1_048_576 * 2_628_000
    assert float(line(found, "kvs.consume_hls")["quantity"]) == pytest.approx(gb)
    assert float(line(found, "dt.out_internet")["quantity"]) == pytest.approx(gb)


def test_five_fragments_a_second_and_stream():
    found = report(
        {"c": client(20, payload_kib=10), "v": {"type": "kinesisvideo_stream", "streams": 2}},
        [("c", "v", CALL)],
    )
    assert found["nodes"]["v"]["throttled_per_s"] == pytest.approx(10)


def test_labels_are_paid_by_the_minute_looked_at():
    minutes = line(watched(), "rek.streaming.label_detection_minute")
    assert float(minutes["quantity"]) == pytest.approx(30 * 730 / 24)
