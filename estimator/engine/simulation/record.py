"""What one run counts: whole numbers only, so that parts merge exactly and in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .histogram import Histogram

Ints = NDArray[np.int64]

MOST_BUCKETS = 1_440
MOST_VALUES = 150_000  # Buckets of all nodes: what a report of a large design can still carry.


@dataclass
class EdgeCounts:
    """Events of one arrow.

    Attributes:
        arrived: That reached the target for the first time.
        again: That came back after a failure.
        requests: Deliveries, a batch being one.
        delivered: Events delivered, repetitions included.
        refused, dead, passed: Where they ended.
        inside: Still in the target, or waiting to come again, at the end of the run.
        underway: Between source and target at the end of the run.
    """

    arrived: int = 0
    again: int = 0
    requests: int = 0
    delivered: int = 0
    refused: int = 0
    dead: int = 0
    passed: int = 0
    inside: int = 0
    underway: int = 0


@dataclass
class StageCounts:
    """Events of one node, and how they spread over time.

    Attributes:
        busy, sojourn: Total time in service and in the node, in units of the histogram.
        lines: Counts by bucket of time, by name.
    """

    width_s: float
    buckets: int
    produced: int = 0
    cold: int = 0
    busy: int = 0
    sojourn: int = 0
    left: int = 0
    flushes: int = 0
    lines: dict[str, Ints] = field(default_factory=dict)
    time: Histogram | None = None

    def line(self, name: str) -> Ints:
        found = self.lines.get(name)
        if found is None:
            found = self.lines[name] = np.zeros(self.buckets, np.int64)
        return found

    def add(self, name: str, t: float, many: int = 1) -> None:
        """Count one time (plain Python; the kernels count whole arrays)."""
        k = int(t / self.width_s)
        while k * self.width_s > t:
            k -= 1
        while (k + 1) * self.width_s <= t:
            k += 1
        self.line(name)[min(k, self.buckets - 1)] += many

    def histogram(self, name: str) -> Histogram:
        found: Histogram | None = getattr(self, name)
        if found is None:
            found = Histogram()
            setattr(self, name, found)
        return found


@dataclass
class Outcome:
    """One replication, or several merged.

    Attributes:
        completion, response: Ages by arrow: of events that ended behind it, of answered calls.
        duration_s: Simulated time of one replication.
        stopped: Why it ended early; None when it ran to its end.
        means: Of each replication, by name of a figure: for confidence.
        peaks: Most in progress at an instant, by name of a pool that several stages share.
        joined: Replications in which such a pool was used up, and was followed as one.
    """

    stages: list[StageCounts]
    edges: list[EdgeCounts]
    completion: dict[int, Histogram] = field(default_factory=dict)
    response: dict[int, Histogram] = field(default_factory=dict)
    duration_s: float = 0.0
    replications: int = 1
    stopped: str | None = None
    means: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, int] = field(default_factory=dict)
    joined: int = 0

    def merge(self, other: Outcome) -> None:
        """Add another replication; the order of merging changes nothing but `means`."""
        for mine, its in zip(self.stages, other.stages, strict=True):
            for name in ("produced", "cold", "busy", "sojourn", "left", "flushes"):
                setattr(mine, name, getattr(mine, name) + getattr(its, name))
            for name, line in its.lines.items():
                mine.lines[name] = mine.lines[name] + line if name in mine.lines else line
            if its.time is not None:
                mine.histogram("time").merge(its.time)
        for mine_e, its_e in zip(self.edges, other.edges, strict=True):
            for name in vars(its_e):
                setattr(mine_e, name, getattr(mine_e, name) + getattr(its_e, name))
        for ours, theirs in ((self.completion, other.completion), (self.response, other.response)):
            for edge, histogram in theirs.items():
                ours.setdefault(edge, Histogram()).merge(histogram)
        for key, values in other.means.items():
            self.means.setdefault(key, []).extend(values)
        for name, most in other.peaks.items():
            self.peaks[name] = max(self.peaks.get(name, 0), most)
        self.joined += other.joined
        self.replications += other.replications
        self.stopped = self.stopped or other.stopped

    def age(self, kind: str, edge: int) -> Histogram:
        found: dict[int, Histogram] = getattr(self, kind)
        return found.setdefault(edge, Histogram())

    # ---- Between processes ----

    def dump(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "stages": [_dump_stage(s) for s in self.stages],
            "edges": [vars(e).copy() for e in self.edges],
            "completion": {str(k): h.dump() for k, h in self.completion.items()},
            "response": {str(k): h.dump() for k, h in self.response.items()},
            "duration_s": self.duration_s,
            "replications": self.replications,
            "stopped": self.stopped,
            "means": self.means,
            "peaks": self.peaks,
            "joined": self.joined,
        }

    @classmethod
    def load(cls, value: dict[str, Any]) -> Outcome:
        return cls(
            [_load_stage(s) for s in value["stages"]],
            [EdgeCounts(**e) for e in value["edges"]],
            {int(k): Histogram.load(h) for k, h in value["completion"].items()},
            {int(k): Histogram.load(h) for k, h in value["response"].items()},
            value["duration_s"],
            value["replications"],
            value["stopped"],
            value["means"],
            value.get("peaks", {}),
            value.get("joined", 0),
        )


def _dump_stage(stage: StageCounts) -> dict[str, Any]:
    found = {
        k: getattr(stage, k) for k in ("width_s", "buckets", "produced", "cold", "left", "flushes")
    }
    found |= {"busy": stage.busy, "sojourn": stage.sojourn}
    found["lines"] = {k: v.tolist() for k, v in stage.lines.items()}
    found["time"] = stage.time.dump() if stage.time else None
    return found


def _load_stage(value: dict[str, Any]) -> StageCounts:
    value = dict(value)
    value["lines"] = {k: np.array(v, np.int64) for k, v in value["lines"].items()}
    value["time"] = Histogram.load(value["time"]) if value["time"] else None
    return StageCounts(**value)


def empty(stages: int, edges: int, duration_s: float) -> Outcome:
    """Return an outcome in which nothing happened yet."""
    most = min(MOST_BUCKETS, max(60, MOST_VALUES // max(1, stages)))
    width = max(1.0, duration_s / most)
    buckets = max(1, int(-(-duration_s // width)))
    return Outcome(
        [StageCounts(width, buckets) for _ in range(stages)],
        [EdgeCounts() for _ in range(edges)],
        duration_s=duration_s,
    )
