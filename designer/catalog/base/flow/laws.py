"""Laws of time, and the named times that a latency is made of."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from enum import StrEnum

from ..limits import Source

Z99 = 2.3263478740408408  # 99th percentile of the standard normal law.


def exp(value: float) -> float:
    """Return e to the power of a value, or of a figure over many scenarios."""
    own = getattr(value, "exp", None)
    return math.exp(value) if own is None else own()


def _log(value: float) -> float:
    """Return the natural logarithm of a value, or of a figure over many scenarios."""
    own = getattr(value, "log", None)
    return math.log(value) if own is None else own()


@dataclass(frozen=True)
class Constant:
    """Always the same time."""

    value_s: float

    @property
    def mean_s(self) -> float:
        return self.value_s


@dataclass(frozen=True)
class Uniform:
    """Equally likely anywhere between two times: the wait for a timer that runs anyway."""

    low_s: float
    high_s: float

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.high_s) / 2


@dataclass(frozen=True)
class Gathering:
    """Wait in a gathering that ends a fixed time after its first member came.

    The first waits all of it, the others anything up to it.

    Attributes:
        first_ratio: Share of the members that come first.
    """

    high_s: float
    first_ratio: float

    @property
    def mean_s(self) -> float:
        return self.high_s * (1 + self.first_ratio) / 2


@dataclass(frozen=True)
class Exponential:
    """Memoryless time with a mean."""

    mean_s: float


@dataclass(frozen=True)
class Lognormal:
    """Time known by its median and its 99th percentile."""

    p50_s: float
    p99_s: float

    @functools.cached_property
    def sigma(self) -> float:
        if self.p50_s <= 0 or self.p99_s <= self.p50_s:
            return 0.0
        return _log(self.p99_s / self.p50_s) / Z99

    @functools.cached_property
    def mean_s(self) -> float:
        return self.p50_s * exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class Maybe:
    """A time that only a share of the events meets; zero for the others."""

    share_ratio: float
    law: Constant | Uniform | Gathering | Exponential | Lognormal

    @functools.cached_property
    def mean_s(self) -> float:
        return self.share_ratio * self.law.mean_s


NO_TIME = Constant(0.0)
Law = Constant | Uniform | Gathering | Exponential | Lognormal | Maybe


def law_of_mean(mean_s: float, kind: str, tail: float = 3.0) -> Law:
    """Return a time with this mean: "constant", "exponential", or lognormal.

    Args:
        tail: 99th percentile over median of the lognormal time.
    """
    if kind == "constant":
        return Constant(mean_s)
    if kind == "exponential":
        return Exponential(mean_s)
    unit = Lognormal(1.0, tail)
    p50_s = mean_s / unit.mean_s
    return Lognormal(p50_s, tail * p50_s)


class Kind(StrEnum):
    """What a stretch of latency is made of."""

    SERVICE = "service"
    COLD = "cold start"
    WAIT = "wait"
    WINDOW = "batch window"
    BUFFER = "buffer"
    POLL = "poll"
    HOLD = "hold"
    NETWORK = "network"
    RETRY = "retry"


@dataclass(frozen=True)
class Item:
    """One line of a latency: a named time with its law."""

    kind: Kind
    label: str
    law: Law
    source: Source | None = None
    assumed: bool = False
