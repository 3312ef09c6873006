"""Video by the GB: in, kept, and out to each reader."""

import pytest

from designer.interchange import cloudformation
from tests.designer.interchange import drawings
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


def test_own_readers_pay_for_what_they_read():
    found = report(
        {
            "c": client(0.5, payload_kib=250),
            "v": {"type": "kinesisvideo_stream", "streams": 4},
            "w": {"type": "ecs_service"},
            "x": {"type": "autoscaling_group"},
        },
        [
            ("c", "v", CALL),
            ("v", "w", {"type": "kinesisvideo_reader"}),
            ("v", "x", {"type": "kinesisvideo_reader", "read_ratio": 0.5}),
        ],
    )
    gb = 1.5 * 125 / 1_048_576 * 2_628_000
    assert float(line(found, "kvs.consume")["quantity"]) == pytest.approx(gb)


def test_viewers_pay_playback_and_the_internet_each():
    found = report(
        {
            "c": client(10, payload_kib=250),  # 20 cameras
            "v": {"type": "kinesisvideo_stream", "streams": 20},
            "p": {"type": "video_viewer", "viewers": 3},
        },
        [("c", "v", CALL), ("v", "p", {"type": "kinesisvideo_playback"})],
    )
    gb = 3 * 125 / 1_048_576 * 2_628_000
    for meter in ("kvs.consume_hls", "dt.out_internet"):
        assert float(line(found, meter)["quantity"]) == pytest.approx(gb)


def test_the_warm_tier_has_no_published_price_and_keeps_30_days():
    found = watched(tier="warm", retention_h=24)
    missing = {one["meter"]: float(one["quantity"]) for one in found["bill"]["missing"]}
    assert missing["kvs.storage_warm"] == pytest.approx(125 / 1_048_576 * 720 * 3600)
    assert missing["kvs.ingest_warm"] == pytest.approx(0.5 * 2_628_000)


def test_known_faces_go_to_a_data_stream_all_the_time():
    nodes = {
        "c": client(0.5, payload_kib=250),
        "v": {"type": "kinesisvideo_stream"},
        "r": {"type": "rekognition_streamprocessor", "kind": "faces", "faces": 1_000},
        "k": {"type": "kinesis_stream"},
    }
    arrows = [("c", "v", CALL), ("v", "r", VIDEO), ("r", "k", {"type": "rekognition_results"})]
    found = report(nodes, arrows)
    minutes = float(line(found, "rek.streaming.face_search_minute")["quantity"])
    assert minutes == pytest.approx(730 * 60)
    assert line(found, "rek.face_metadata")["amount"] == "0.01"  # 1,000 × 0.00001
    assert found["edges"]["e2"]["events_per_s"] == pytest.approx(0.05)


def test_the_template_searches_a_collection_of_faces():
    design = drawings.one(
        {
            "video": "kinesisvideo_stream",
            "vision": {"type": "rekognition_streamprocessor", "kind": "faces"},
            "known": "kinesis_stream",
        },
        ("video", "vision", VIDEO),
        ("vision", "known", "rekognition_results"),
    )
    body = cloudformation.export(design).body["Resources"]
    vision = body["Vision"]["Properties"]
    assert vision["KinesisDataStream"] == {"Arn": {"Fn::GetAtt": ["Known", "Arn"]}}
    assert vision["FaceSearchSettings"]["FaceMatchThreshold"] == 80
    assert body["VisionFaces"]["Type"] == "AWS::Rekognition::Collection"
