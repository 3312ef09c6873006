"""Histograms of times that merge exactly: the bins are the float's own bits.

A bin is one value of exponent and the first ten bits of the mantissa, so it is at most 0.1 % wide
and its middle at most 0.05 % from any time in it. Counts are integers and add in any order.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS = 10
LOW = (1023 - 21) << BITS  # 0.48 µs: what is shorter counts here
HIGH = (1023 + 22) << BITS  # 48 days
SIZE = HIGH - LOW
UNIT = 2.0**24  # Sums are kept in whole 60 ns, so that they add exactly.
SHARES = (0.5, 0.9, 0.95, 0.99, 0.999)


def in_units(time_s: float) -> int:
    """Return a time in whole units, to the nearest, as adding 2^52 leaves it."""
    return int((time_s * UNIT + 2.0**52) - 2.0**52)


class Histogram:
    """Counts of times, their sum, and the longest."""

    def __init__(self) -> None:
        self.counts = np.zeros(SIZE, np.int64)
        self.sums = np.zeros(2, np.int64)  # total in UNITs, longest as its float's bits
        self.longest = self.sums[1:].view(np.float64)

    @property
    def count(self) -> int:
        return int(self.counts.sum())

    @property
    def mean_s(self) -> float:
        return float(self.sums[0]) / UNIT / max(1, self.count)

    @property
    def max_s(self) -> float:
        return float(self.longest[0])

    def add(self, time_s: float) -> None:
        """Count one time (plain Python; the kernels count whole arrays)."""
        bits = int(np.float64(time_s).view(np.int64)) >> (52 - BITS)
        self.counts[min(max(bits - LOW, 0), SIZE - 1)] += 1
        self.sums[0] += in_units(time_s)
        if time_s > self.max_s:
            self.longest[0] = time_s

    def merge(self, other: Histogram) -> None:
        """Add another one's counts."""
        self.counts += other.counts
        self.sums[0] += other.sums[0]
        if other.max_s > self.max_s:
            self.sums[1] = other.sums[1]

    def quantiles(self, shares: Iterable[float] = SHARES) -> list[float]:
        """Return the times below which these shares lie, in seconds (relative error 0.05 %)."""
        used = np.flatnonzero(self.counts)
        if not used.size:
            return [0.0 for _ in shares]
        upto = np.cumsum(self.counts[used])
        total = int(upto[-1])
        wanted = [min(int(share * total), total - 1) for share in shares]
        bins = used[np.searchsorted(upto, wanted, side="right")] + LOW
        bits = (bins << (52 - BITS)) | (1 << (51 - BITS))
        middles = bits.view(np.float64)
        return [
            0.0 if b == LOW else min(float(m), self.max_s)
            for b, m in zip(bins, middles, strict=True)
        ]

    def summary(self) -> dict[str, float | int]:
        """Return count, mean, percentiles and maximum, in seconds."""
        p50, p90, p95, p99, p999 = self.quantiles()
        return {
            "count": self.count,
            "mean_s": self.mean_s,
            "p50_s": p50,
            "p90_s": p90,
            "p95_s": p95,
            "p99_s": p99,
            "p999_s": p999,
            "max_s": self.max_s,
        }

    def curve(self, points: int = 80) -> list[tuple[float, float]]:
        """Return (time in seconds, share of the messages that took at most this)."""
        total = self.count
        if total == 0:
            return []
        shares = [i / points for i in range(1, points)] + [0.99, 0.995, 0.999, 1.0]
        shares = sorted(set(shares))
        return list(zip(self.quantiles(shares), shares, strict=True))

    # ---- Between processes ----

    def dump(self) -> dict[str, Any]:
        """Return JSON values: the bins in use, compressed."""
        used = np.flatnonzero(self.counts)
        pairs = np.stack([used, self.counts[used]]).astype("<i8").tobytes()
        packed = base64.b64encode(zlib.compress(pairs, 1)).decode()
        return {"bins": packed, "sums": [int(v) for v in self.sums]}

    @classmethod
    def load(cls, value: dict[str, Any]) -> Histogram:
        found = cls()
        raw = zlib.decompress(base64.b64decode(value["bins"]))
        used, counts = np.frombuffer(raw, "<i8").reshape(2, -1)
        found.counts[used] = counts
        found.sums[:] = value["sums"]
        return found


Counts = NDArray[np.int64]
