"""What the instant lines measure is what they say."""

from benchmarks import instant
from designer import document
from estimator.engine.network import compile_design


def test_drawn_designs_have_their_nodes_and_loops():
    for count in (30, 50, 200):
        design = document.load(instant.drawn(count))
        network = compile_design(design)
        assert len(network.nodes) == count
        assert any(len(group) > 1 for group in network.order)


def test_parts_of_a_run_are_timed_apart():
    row = instant.workers(2_000)
    assert len(row["parts_s"]) == instant.PARTS
    assert row["serial_s"] > 0
