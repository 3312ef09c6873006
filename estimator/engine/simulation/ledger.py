"""What the reference engine counts: times are noted in lists and counted by NumPy now and then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .histogram import BITS, LOW, SIZE, UNIT, Histogram
from .record import EdgeCounts, Outcome, StageCounts
from .shared import Peak

Floats = NDArray[np.float64]
Times = list[float]


def total_units(values: Floats) -> int:
    """Return the sum of times in the histogram's unit, each rounded to the nearest."""
    return int(((values * UNIT + 2.0**52) - 2.0**52).astype(np.int64).sum())


def tally(histogram: Histogram, values: Floats) -> None:
    """Count times into a histogram."""
    bins = (values.view(np.int64) >> (52 - BITS)) - LOW
    bins = np.clip(bins, 0, SIZE - 1)
    histogram.counts += np.bincount(bins, minlength=SIZE)
    histogram.sums[0] += total_units(values)
    longest = float(values.max())
    if longest > histogram.max_s:
        histogram.longest[0] = longest


def mark(stage: StageCounts, name: str, t: Floats) -> None:
    """Count times into the buckets of a line; what is later counts in the last."""
    k = (t / stage.width_s).astype(np.int64)
    k -= k * stage.width_s > t
    k += (k + 1) * stage.width_s <= t
    k = np.minimum(k, stage.buckets - 1)
    line = stage.line(name)
    line += np.bincount(k, minlength=stage.buckets)


class StageLedger:
    """Times noted at one stage since they were counted last."""

    def __init__(self, counts: StageCounts) -> None:
        self.counts = counts
        self.arrived: Times = []
        self.made: Times = []
        self.through: Times = []  # that arrived and left at once
        self.passed_through = 0
        self.came = 0  # all that arrived and did not leave at once
        self.left: Times = []
        self.refused: Times = []
        self.dead: Times = []
        self.cold: Times = []
        self.starts: Times = []
        self.ends: Times = []
        self.took: Times = []
        self.time: Times = []
        self.peak: Peak | None = None  # of the account's pool that it shares
        self.measured = False  # Time in the node is that of the histogram.

    def settle(self) -> None:
        """Count what was noted."""
        counts = self.counts
        for name in ("arrived", "left", "refused", "dead", "cold", "starts", "ends"):
            times: Times = getattr(self, name)
            if times:
                t = np.array(times)
                mark(counts, name, t)
                if self.peak is not None and name in ("starts", "ends"):
                    self.peak.put(name, t)
                if name == "arrived":
                    counts.sojourn -= 0 if self.measured else total_units(t)
                    self.came += len(times)
                elif name == "left":
                    counts.sojourn += 0 if self.measured else total_units(t)
                    counts.left += len(times)
                elif name == "cold":
                    counts.cold += len(times)
                times.clear()
        if self.through:
            t = np.array(self.through)
            mark(counts, "arrived", t)
            mark(counts, "left", t)
            counts.left += len(self.through)
            self.passed_through += len(self.through)
            self.through.clear()
        if self.made:
            t = np.array(self.made)
            mark(counts, "arrived", t)
            mark(counts, "left", t)
            counts.produced += len(self.made)
            self.made.clear()
        if self.took:
            counts.busy += total_units(np.array(self.took))
            self.took.clear()
        if self.time:
            values = np.array(self.time)
            tally(counts.histogram("time"), values)
            if self.measured:
                counts.sojourn += total_units(values)
            self.time.clear()


class EdgeLedger:
    """What is counted of one arrow."""

    def __init__(self, edge: int, counts: EdgeCounts, outcome: Outcome) -> None:
        self.edge, self.counts, self.outcome = edge, counts, outcome
        self.response: Times = []
        self.completion: Times = []

    def settle(self) -> None:
        """Count what was noted."""
        for kind in ("response", "completion"):
            ages: Times = getattr(self, kind)
            if ages:
                tally(self.outcome.age(kind, self.edge), np.array(ages))
                ages.clear()
