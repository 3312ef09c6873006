"""Flink applications: units that run all the time, between streams."""

import pytest

from tests.estimator.engine.designs import CALL, client, line, report

FLINK = "kinesisanalyticsv2_application"


def test_one_kpu_pays_two_and_50_gb():
    """AWS: one KPU and one for orchestration, 30 days: 158.40 + 5.00 USD."""
    found = report({"a": {"type": FLINK}}, [], assumptions={"month_hours": 720})
    assert line(found, "flink.kpu_hour")["amount"] == "158.40"
    assert line(found, "flink.running_storage")["amount"] == "5.00"


@pytest.mark.parametrize(("tasks", "per_kpu", "kpus"), [(8, 1, 8), (8, 4, 2), (9, 4, 3)])
def test_tasks_share_kpus(tasks, per_kpu, kpus):
    app = {"type": FLINK, "parallelism": tasks, "parallelism_per_kpu": per_kpu}
    found = report({"a": app}, [])
    assert float(line(found, "flink.kpu_hour")["quantity"]) == (kpus + 1) * 730
    assert float(line(found, "flink.running_storage")["quantity"]) == kpus * 50


def test_a_studio_notebook_pays_two_kpus_more():
    found = report({"a": {"type": FLINK, "kind": "studio"}}, [])
    assert float(line(found, "flink.kpu_hour")["quantity"]) == 3 * 730


def test_results_go_on_in_batches_and_reads_are_billed_on_demand():
    found = report(
        {
            "c": client(1_000),
            "k": {"type": "kinesis_stream"},
            "a": {"type": FLINK},
            "o": {"type": "kinesis_stream"},
        },
        [
            ("c", "k", CALL),
            ("k", "a", {"type": "flink_kinesis_source"}),
            ("a", "o", {"type": "flink_sink", "results_per_event": 0.1, "flush_s": 1}),
        ],
    )
    assert found["nodes"]["o"]["events_in_per_s"] == pytest.approx(100)
    assert found["edges"]["e2"]["batch"] == pytest.approx(101)
    gb = 1_000 / 1_048_576 * 2_628_000
    assert float(line(found, "kds.ondemand_standard.data_out")["quantity"]) == pytest.approx(gb)
