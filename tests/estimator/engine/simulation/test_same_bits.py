"""The same seed gives the same report, whatever the windows and the order of merging."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from designer.document import Design, load
from estimator.engine.simulation import Outcome, prepare, replicate
from estimator.engine.simulation.report import write
from estimator.prices import book

ROOT = Path(__file__).parents[4]
NAMES = ("benchmarks/workloads/w2", "designer/examples/order_pipeline",
         "designer/examples/clickstream", "designer/examples/order_saga")  # fmt: skip
FAULTS = [{"kind": "surge", "begin_s": 2, "end_s": 4, "value": 3}]


def read(name: str) -> Design:
    return load(json.loads((ROOT / f"{name}.design.json").read_text()))


@pytest.mark.parametrize("faults", [[], FAULTS], ids=["calm", "surge"])
@pytest.mark.parametrize("name", NAMES, ids=lambda n: n.split("/")[-1])
def test_windows_of_any_length_give_the_same_report_hash(name: str, faults: list) -> None:
    drawn = read(name)
    job = prepare(drawn, {"duration_s": 20, "replications": 2, "faults": faults})
    prices = book(drawn.model.region)
    hashes = {
        write(job, [replicate(job, k, chunk=chunk) for k in range(2)], prices)["report_hash"]
        for chunk in (1 << 9, 1 << 12, 1 << 16)
    }
    assert len(hashes) == 1


def test_outcomes_merge_in_any_order_and_grouping() -> None:
    job = prepare(read("benchmarks/workloads/w2"), {"duration_s": 5, "replications": 4})
    parts = [replicate(job, k).dump() for k in range(4)]

    def merged(order: list[list[int]]) -> dict:
        groups = []
        for group in order:
            whole = Outcome.load(parts[group[0]])
            for k in group[1:]:
                whole.merge(Outcome.load(parts[k]))
            groups.append(whole)
        for other in groups[1:]:
            groups[0].merge(other)
        value = groups[0].dump()
        del value["means"]  # They keep the order of the replications.
        return value

    assert merged([[0, 1, 2, 3]]) == merged([[3, 1], [0, 2]]) == merged([[2], [3, 0, 1]])


def test_another_seed_or_replication_gives_other_draws() -> None:
    drawn = read("benchmarks/workloads/w3")
    first = prepare(drawn, {"duration_s": 5, "seed": 1})
    other = prepare(drawn, {"duration_s": 5, "seed": 2})
    sums = {replicate(first, 0).stages[2].sojourn, replicate(first, 1).stages[2].sojourn,
            replicate(other, 0).stages[2].sojourn}  # fmt: skip
    assert len(sums) == 3
