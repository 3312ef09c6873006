"""Calls in progress, what they are billed for, and where their records and sound go."""

import pytest

from designer.interchange import cloudformation
from tests.designer.interchange import drawings
from tests.estimator.engine.designs import CALL, client, line, report

MONTH_S = 2_628_000


def taken(rate=0.02, edges=(), more=None, **config):
    nodes = {"c": client(rate), "a": {"type": "connect_instance", **config}, **(more or {})}
    return report(nodes, [("c", "a", CALL), *edges])


def missing(found):
    return {one["meter"]: float(one["quantity"]) for one in found["bill"]["missing"]}


def test_calls_in_progress_follow_littles_law():
    assert taken()["nodes"]["a"]["utilisation"] == pytest.approx(0.02 * 300 / 10)


def test_the_caller_waits_for_the_flow_and_not_for_the_end():
    assert taken()["headline"]["response"]["p50_s"] < 1


@pytest.mark.parametrize(
    ("channel", "meter", "quantity"),
    [
        ("voice", "connect.voice_minute", 0.02 * 5 * MONTH_S),
        ("voice", "connect.telephony_minute", 0.02 * 5 * MONTH_S),
        ("chat", "connect.chat_message", 0.02 * 20 * MONTH_S),
        ("task", "connect.task", 0.02 * MONTH_S),
    ],
)
def test_each_channel_has_its_meter_and_no_price_is_pretended(channel, meter, quantity):
    found = taken(channel=channel)
    assert missing(found)[meter] == pytest.approx(quantity)
    assert not found["bill"]["complete"]


def test_sound_is_streamed_by_the_fragment():
    found = taken(
        more={"v": {"type": "kinesisvideo_stream", "streams": 20}},
        edges=[("a", "v", {"type": "connect_media"})],
    )
    gb = 0.02 * 300 * 32 / 1_048_576 * MONTH_S
    assert float(line(found, "kvs.ingest")["quantity"]) == pytest.approx(gb)


def test_a_function_starts_two_contacts_a_second():
    found = report(
        {
            "c": client(5),
            "f": {"type": "lambda_function"},
            "a": {"type": "connect_instance", "channel": "task", "contact_s": 1.0},
        },
        [("c", "f", CALL), ("f", "a", {"type": "lambda_call"})],
    )
    assert found["nodes"]["a"]["throttled_per_s"] == pytest.approx(3)


def test_the_template_joins_functions_streams_and_sound():
    design = drawings.one(
        {
            "desk": "connect_instance",
            "look_up": "lambda_function",
            "records": "kinesis_stream",
            "agents": "kinesis_stream",
            "sound": "kinesisvideo_stream",
        },
        ("desk", "look_up", "connect_flow_function"),
        ("desk", "records", "connect_records"),
        ("desk", "agents", {"type": "connect_records", "records": "AGENT_EVENTS"}),
        ("desk", "sound", "connect_media"),
    )
    body = cloudformation.export(design).body["Resources"]
    kinds = sorted(one["Type"] for one in body.values() if "::Connect::" in one["Type"])
    assert kinds == [
        "AWS::Connect::Instance",
        *["AWS::Connect::InstanceStorageConfig"] * 3,
        "AWS::Connect::IntegrationAssociation",
    ]
    permission = next(one for one in body.values() if one["Type"] == "AWS::Lambda::Permission")
    assert permission["Properties"]["Principal"] == "connect.amazonaws.com"
