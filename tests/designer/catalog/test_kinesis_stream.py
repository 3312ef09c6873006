"""The stream's caps per shard, its ways of paying, and what it warns of."""

import pytest

from designer.catalog import connections_between
from tests.estimator.engine.designs import CALL, EXACT, client, finding, items_of, line, report

KINESIS = {"type": "lambda_kinesis_mapping"}
DYNAMODB = {"type": "lambda_dynamodb_mapping"}
MONTH_S = 2_628_000


def stream(**config):
    return {"type": "kinesis_stream", **config}


def shards(count, **config):
    return stream(capacity="provisioned", shards=count, **config)


def sent(rate, *, kib=1.0, **config):
    """Return the report of a client that writes to a stream which one function reads."""
    return report(
        {
            "c": client(rate, payload_kib=kib),
            "s": stream(**config),
            "f": {"type": "lambda_function", "duration_ms": 10, **EXACT},
        },
        [("c", "s", CALL), ("s", "f", {**KINESIS, "batch_size": 1000})],
    )


def test_a_shard_takes_1000_records_a_second():
    found = sent(3_000, kib=0.1, capacity="provisioned", shards=2)
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(1_000)
    advice = finding(found, "kinesis-throttled")
    assert advice["patch"][0]["value"] == 4  # 3 are needed, 3.75 with headroom.


def test_a_shard_takes_1_mib_a_second():
    found = sent(600, kib=4, capacity="provisioned", shards=2)
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(600 - 512)
    assert found["nodes"]["s"]["tightest_cap"] == "kds.shard_kib"


def test_a_hot_shard_refuses_only_its_own_records():
    """Half of 3,000 records/s fall on one of ten shards: 500 over its limit, the rest pass."""
    found = sent(3_000, kib=0.1, capacity="provisioned", shards=10, hot_ratio=0.5)
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(500)
    assert finding(found, "kinesis-hot-shard")
    assert finding(found, "kinesis-throttled")["patch"] is None


def test_a_hot_shard_and_the_others_are_cut_apart():
    found = sent(6_000, kib=0.1, capacity="provisioned", shards=4, hot_ratio=0.4)
    # The hot one: 2,400 - 1,000; each of the other three: 1,200 - 1,000.
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(1_400 + 3 * 200)


def test_an_even_share_is_not_hot():
    even = sent(3_000, kib=0.1, capacity="provisioned", shards=4)
    stated = sent(3_000, kib=0.1, capacity="provisioned", shards=4, hot_ratio=0.25)
    assert even["nodes"]["s"]["throttled_per_s"] == stated["nodes"]["s"]["throttled_per_s"] == 0


def test_on_demand_takes_what_shards_would_refuse_but_not_a_hot_key():
    assert sent(3_000, kib=0.1)["nodes"]["s"]["throttled_per_s"] == 0
    found = sent(3_000, kib=0.1, hot_ratio=0.5)
    assert found["nodes"]["s"]["throttled_per_s"] == pytest.approx(500)


def test_a_shard_with_little_to_do_is_too_much():
    found = sent(100, capacity="provisioned", shards=8)
    advice = finding(found, "kinesis-more-shards-than-needed")
    assert (advice["field"], advice["patch"][0]["value"]) == ("shards", 1)
    assert finding(sent(900, capacity="provisioned"), "kinesis-more-shards-than-needed") is None


def test_six_readers_share_five_reads():
    nodes = {"c": client(10), "s": shards(1)}
    nodes |= {f"f{i}": {"type": "lambda_function"} for i in range(6)}
    edges = [("c", "s", CALL), *(("s", f"f{i}", KINESIS) for i in range(6))]
    assert finding(report(nodes, edges), "kinesis-too-many-shared-consumers")
    edges[-1] = ("s", "f5", {**KINESIS, "fan_out": True})
    assert finding(report(nodes, edges), "kinesis-too-many-shared-consumers") is None


def test_three_readers_of_a_full_shard_fall_behind():
    """2 MiB a second of reads for three times 1 MiB a second: each gets two thirds."""
    nodes = {"c": client(900, payload_kib=1024 / 900), "s": shards(1)}
    nodes |= {f"f{i}": {"type": "lambda_function", "duration_ms": 1} for i in range(3)}
    edges = [("c", "s", CALL)]
    edges += [("s", f"f{i}", {**KINESIS, "batch_size": 1000}) for i in range(3)]
    found = report(nodes, edges)
    assert finding(found, "kinesis-too-many-shared-consumers")
    assert finding(found, "kinesis-consumer-loses-records")
    assert found["edges"]["e1"]["events_per_s"] == pytest.approx(600)


def test_a_record_above_1_mib_needs_the_setting():
    found = sent(1, kib=2_000)
    assert finding(found, "kinesis-record-over-limit")["patch"][0]["value"] == 2_000
    assert finding(sent(1, kib=2_000, max_record_kib=4_096), "kinesis-record-over-limit") is None
    assert finding(sent(1, kib=10_240), "kinesis-record-over-limit")["patch"][0]["value"] == 10_240


def test_provisioned_units_are_25_kb_per_record():
    """AWS: 100 records a second of 35 KB are 2 units each: 535.68 M units in 31 days."""
    found = report(
        {"c": client(100, payload_kib=35), "s": shards(4, retention_h=168)},
        [("c", "s", CALL)],
        assumptions={"month_hours": 744},
    )
    assert float(line(found, "kds.provisioned.put_payload_unit")["quantity"]) == 535_680_000
    hours = line(found, "kds.provisioned.shard_hour")
    assert hours["amount"] == "44.64"
    assert line(found, "kds.provisioned.extended_retention")["amount"] == "59.52"
    assert found["bill"]["total"] == "111.66"  # AWS's own total.


def test_one_provisioned_shard_costs_10_95_a_month():
    assert report({"s": shards(1)}, [])["bill"]["total"] == "10.95"


def test_on_demand_with_one_reader():
    """AWS guidance: 259.2 M records of 1 KB: 19.78 in + 9.89 out + 29.20 stream = 58.87 USD."""
    found = sent(259_200_000 / MONTH_S)
    amounts = [
        line(found, f"kds.ondemand_standard.{meter}")["amount"]
        for meter in ("data_in", "data_out", "stream_hour")
    ]
    assert amounts == ["19.78", "9.89", "29.20"]


def test_on_demand_rounds_each_record_up_to_1_kb():
    half = line(sent(1_000, kib=0.5), "kds.ondemand_standard.data_in")
    assert half["quantity"] == line(sent(1_000), "kds.ondemand_standard.data_in")["quantity"]
    out = line(sent(1_000, kib=0.5), "kds.ondemand_standard.data_out")
    assert float(out["quantity"]) == pytest.approx(float(half["quantity"]) / 2)


def test_data_out_counts_what_the_filter_drops():
    nodes = {"c": client(100), "s": stream(), "f": {"type": "lambda_function"}}
    all_in = report(nodes, [("c", "s", CALL), ("s", "f", KINESIS)])
    few = report(nodes, [("c", "s", CALL), ("s", "f", {**KINESIS, "pass_ratio": 0.01})])
    meter = "kds.ondemand_standard.data_out"
    assert line(few, meter)["quantity"] == line(all_in, meter)["quantity"]
    assert few["nodes"]["f"]["events_in_per_s"] == pytest.approx(1)


def test_ten_advantage_streams_share_one_commitment():
    """AWS blog: 100 MiB/s over ten streams, 48 h: 16,875 GB in and out, 810 USD by the prices."""
    nodes = {f"c{i}": client(10 * 1024) for i in range(10)}
    nodes |= {f"s{i}": stream(capacity="advantage", open_shards=20) for i in range(10)}
    nodes["f"] = {"type": "lambda_function", "duration_ms": 1, **EXACT}
    edges = [(f"c{i}", f"s{i}", CALL) for i in range(10)]
    edges += [(f"s{i}", "f", {**KINESIS, "batch_size": 10_000}) for i in range(10)]
    found = report(nodes, edges, assumptions={"month_hours": 720})
    came = line(found, "kds.ondemand_advantage.data_in")
    read = line(found, "kds.ondemand_advantage.data_out")
    assert float(came["quantity"]) == pytest.approx(16_875 * 15)
    assert float(came["amount"]) + float(read["amount"]) == pytest.approx(810 * 15)


@pytest.mark.parametrize("streams", [1, 3])
def test_the_commitment_is_billed_once_and_when_it_is_not_used(streams):
    """25 MiB/s in and out: 101.25 USD a day, of which AWS says about 100."""
    nodes = {f"s{i}": stream(capacity="advantage") for i in range(streams)}
    found = report(nodes, [], assumptions={"month_hours": 720})
    assert found["bill"]["total"] == "3037.50"


def test_enhanced_reads_count_towards_the_commitment():
    nodes = {
        "c": client(1024),
        "s": stream(capacity="advantage"),
        "f": {"type": "lambda_function", "duration_ms": 1},
    }
    edges = [("c", "s", CALL), ("s", "f", {**KINESIS, "fan_out": True})]
    found = report(nodes, edges, assumptions={"month_hours": 720})
    read = [line(found, f"kds.ondemand_advantage.{m}") for m in ("data_out", "efo_data_out")]
    least = 25 * 30 * 86_400 / 1024
    assert sum(float(x["quantity"]) for x in read) == pytest.approx(least)
    assert finding(found, "kinesis-advantage-commitment-unused")["patch"][0]["value"] == "on_demand"


def test_retention_is_billed_by_mode():
    month = sent(1_048.576, retention_h=720, capacity="provisioned", shards=2)
    kept = line(month, "kds.provisioned.long_term_retention")
    assert float(kept["quantity"]) == pytest.approx(1_048.576 / 1_048_576 * 552 * 3600)
    assert float(line(month, "kds.provisioned.extended_retention")["quantity"]) == 2 * 730
    month = sent(1_048.576, retention_h=720)
    week = line(month, "kds.ondemand_standard.extended_retention")
    assert float(week["quantity"]) == pytest.approx(1e-3 * 144 * 3600)
    rest = line(month, "kds.ondemand_standard.long_term_retention")
    assert float(rest["quantity"]) == pytest.approx(1e-3 * 552 * 3600)
    month = sent(1_048.576, retention_h=720, capacity="advantage")
    kept = line(month, "kds.ondemand_advantage.retention")
    assert float(kept["quantity"]) == pytest.approx(1e-3 * 696 * 3600)


def test_enhanced_consumers_pay_by_shard_hour_and_gb():
    found = report(
        {"c": client(100), "s": shards(4), "f": {"type": "lambda_function"}},
        [("c", "s", CALL), ("s", "f", {**KINESIS, "fan_out": True})],
    )
    hours = line(found, "kds.provisioned.efo_consumer_shard_hour")
    assert float(hours["quantity"]) == 4 * 730
    assert float(line(found, "kds.provisioned.efo_data")["quantity"]) == pytest.approx(
        100 / 1_048_576 * MONTH_S
    )


def test_everybody_who_can_reaches_the_stream():
    for source in (
        "client",
        "lambda_function",
        "apigatewayv2_api",
        "apigateway_rest_api",
        "events_bus",
        "events_rule",
        "sfn_state_machine",
    ):
        assert connections_between(source, "kinesis_stream"), source


def test_warm_throughput_takes_the_first_peak_with_advantage():
    nodes = {
        "c": client(30_000),
        "s": {"type": "kinesis_stream", "capacity": "advantage", "open_shards": 40},
        "f": {"type": "lambda_function"},
    }
    arrows = [("c", "s", CALL), ("s", "f", {"type": "lambda_kinesis_mapping"})]
    assert finding(report(nodes, arrows), "kinesis-ondemand-first-peak")
    nodes["s"] = {**nodes["s"], "warm_mib_per_s": 40}
    assert finding(report(nodes, arrows), "kinesis-ondemand-first-peak") is None


def test_automatic_distribution_has_no_hot_shard():
    nodes = {
        "c": client(3_000),
        "s": {"type": "kinesis_stream", "hot_ratio": 1.0},
        "f": {"type": "lambda_function"},
    }
    arrows = [("c", "s", CALL), ("s", "f", {"type": "lambda_kinesis_mapping"})]
    assert report(nodes, arrows)["nodes"]["s"]["throttled_per_s"] == pytest.approx(2_000)
    nodes["s"] = {**nodes["s"], "distribution": "auto"}
    assert report(nodes, arrows)["nodes"]["s"]["throttled_per_s"] == 0
    # Provisioned shards go by key, whatever is set.
    nodes["s"] |= {"capacity": "provisioned", "shards": 8}
    assert report(nodes, arrows)["nodes"]["s"]["throttled_per_s"] == pytest.approx(2_000)


def test_shared_readers_of_flink_slow_each_other_and_enhanced_ones_do_not():
    def read_ms(fan_out, consumers):
        nodes = {"c": client(1), "s": {"type": "kinesis_stream"}}
        arrows = [("c", "s", CALL)]
        for i in range(consumers):
            nodes[f"a{i}"] = {"type": "kinesisanalyticsv2_application"}
            arrows.append(("s", f"a{i}", {"type": "flink_kinesis_source", "fan_out": fan_out}))
        found = report(nodes, arrows)
        path = next(p for p in found["paths"] if p["kind"] == "completion")
        read = next(i for i in items_of(found, path) if i["label"] == "Read by Flink")
        return round(read["p50_s"] * 1000)

    assert [read_ms(False, 1), read_ms(False, 5)] == [200, 1_000]
    assert [read_ms(True, 1), read_ms(True, 5)] == [70, 70]
