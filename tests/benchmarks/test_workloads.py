"""The reference workloads run by the product's own way, and the peers simulate the same systems."""

import pytest

from benchmarks import chart, product, table
from benchmarks.peers import bare_kernels, ciw_models, simpy_models
from benchmarks.peers.numbers import closed_form


@pytest.fixture(scope="module")
def found():
    counts = {"w1": 200_000, "w2": 1_000_000, "w3": 400_000, "w4": 200_000}
    return {
        name: product.figures(name, product.report(name, count)) for name, count in counts.items()
    }


@pytest.mark.parametrize("workload", ["w1", "w3"])
def test_a_report_agrees_with_the_closed_form(found, workload):
    for name, value in closed_form(workload).items():
        assert found[workload][name] == pytest.approx(value, rel=0.05), name


@pytest.mark.parametrize("workload", ["w1", "w3"])
@pytest.mark.parametrize(
    ("peer", "messages"), [(simpy_models, 15_000), (ciw_models, 8_000), (bare_kernels, 200_000)]
)
def test_peers_agree_with_the_closed_form(peer, messages, workload):
    times = getattr(peer, workload)(messages, 1)
    loose = 0.25 if messages < 100_000 else 0.05
    assert times["mean_s"] == pytest.approx(closed_form(workload)["mean_s"], rel=loose)
    assert times["p50_s"] == pytest.approx(closed_form(workload)["p50_s"], rel=loose)


def test_the_pipeline_wired_by_hand_is_the_one_that_is_drawn(found):
    drawn, wired = found["w2"], bare_kernels.w2(1_000_000, 1)
    for name in ("mean_s", "p50_s", "p95_s", "p99_s", "store_mean_s", "store_p95_s"):
        assert wired[name] == pytest.approx(drawn[name], rel=0.04), name
    assert wired["cold_starts"] == pytest.approx(drawn["cold_starts"], rel=0.1)


def test_the_pipeline_in_simpy_is_the_one_that_is_drawn():
    drawn = product.figures("w2", product.report("w2", 10_000))
    peer = simpy_models.w2(10_000, 1)
    for name in ("mean_s", "p50_s", "store_mean_s"):
        assert peer[name] == pytest.approx(drawn[name], rel=0.25), name
    assert peer["cold_starts"] == pytest.approx(drawn["cold_starts"], rel=0.2)


def test_a_function_that_scales_per_request_seldom_starts_cold(found):
    assert found["w4"]["mean_s"] == pytest.approx(0.045, rel=0.03)
    assert 0 < found["w4"]["cold_starts"] < 2_000


def test_every_line_says_whether_its_goal_is_met():
    fast = {"messages": 1_000, "mean_s": 1.0, "p99_s": 1.0, "peak_mib": 100.0}
    rows = [
        {"who": "simpy", "what": "w2", "count": 10, "seconds": 1.0, "cpu_s": 1.0} | fast,
        {"who": "weir", "what": "w2", "count": 20, "seconds": 0.002, "cpu_s": 0.005} | fast,
        {"who": "weir", "what": "w2", "count": 0, "seconds": 20.0, "cpu_s": 20.0} | fast,
        {"who": "heap", "what": "w2", "count": 30, "error": "no"},
    ]
    by_text = {goal.text: goal for goal in table.goals(rows)}
    assert by_text["W2 at least 250 x SimPy"].met == "met"
    assert by_text["W2 at least 250 x SimPy"].ratio == pytest.approx(2.0)
    assert by_text["W2, a day of 86.4 million messages within 10 s"].met == "NOT MET"
    assert by_text["W2 at least 4.5 x C++ event heap by hand"].met == "not measured"
    assert any("500.00x" in line for line in table.lines(rows))
    assert "<svg" in chart.svg(rows, "a machine")
