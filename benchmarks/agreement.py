"""W2 by Weir and by SimPy at the same statistical weight: `make agreement`.

Independent runs of both, of the same length and from the same empty start; the means of their
figures, with the confidence of the difference. Weir makes four times as many, for what is left is
then SimPy's own spread. Takes about six minutes, nearly all of them SimPy's.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance

from estimator.engine.simulation import prepare, replicate

from .peers import simpy_models
from .product import LAST, load_workload

MESSAGES = 100_000  # of each run
FIGURES = ("mean_s", "p50_s", "p95_s", "p99_s")
WITHIN = 0.02
MORE = 4  # runs of Weir for each of SimPy
CONFIDENCE = 0.95
Run = dict[str, float]


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=__doc__)
    ask.add_argument("--runs", type=int, default=95, help="of SimPy")
    runs = ask.parse_args().runs
    theirs = []
    for seed in range(1, runs + 1):
        theirs.append(simpy_models.w2(MESSAGES, seed))
        sys.stderr.write(f"\rSimPy: {seed} of {runs} runs")
    sys.stderr.write("\n")
    rows = compared(ours(MORE * runs), theirs)
    width = 100 * max(row["margin"] for row in rows.values())
    sys.stdout.write(
        f"W2, runs of {MESSAGES:,} messages, {MORE * runs} of Weir and {runs} of SimPy; "
        f"{CONFIDENCE:.0%} confidence of the difference within ±{width:.2f} %\n\n"
        f"{'':8}{'Weir':>12}{'SimPy':>12}{'difference':>18}\n"
    )
    for name, row in rows.items():
        change = f"{row['ratio'] - 1:+.2%} ± {row['margin']:.2%}"
        sys.stdout.write(f"{name:8}{row['weir']:>10.5f} s{row['simpy']:>10.5f} s{change:>18}\n")
    worst = max(abs(row["ratio"] - 1) for row in rows.values())
    sys.stdout.write(f"\nlargest difference {worst:.2%}, allowed {WITHIN:.0%}\n")
    return int(worst > WITHIN)


def ours(runs: int) -> list[Run]:
    """Return the summary of the ordered path in independent replications."""
    design = load_workload("w2")
    job = prepare(design, {"duration_s": 1.1 * MESSAGES / 1_000 + 60, "drain": True})
    target = next(e for e in design.model.edges if e.target == LAST["w2"])
    edge = job.names[1].index(target.id)
    return [replicate(job, k, messages=MESSAGES).completion[edge].summary() for k in range(runs)]


def compared(ours: Sequence[Run], theirs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Return means, their ratio, and half the width of the ratio's confidence, by figure."""
    times = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    found = {}
    for name in FIGURES:
        a, b = [run[name] for run in ours], [run[name] for run in theirs]
        error = math.sqrt(variance(a) / len(a) + variance(b) / len(b))
        found[name] = {
            "weir": fmean(a),
            "simpy": fmean(b),
            "ratio": fmean(a) / fmean(b),
            "margin": times * error / fmean(b),
        }
    return found


if __name__ == "__main__":
    raise SystemExit(main())
