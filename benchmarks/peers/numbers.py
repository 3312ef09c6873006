"""The reference workloads in plain numbers, for peers that read no designs; and closed forms.

The same systems as documents are in ../workloads; ../README.md describes them in words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

RATE_PER_S = 1_000.0  # of every workload: the mean rate of its Poisson arrivals
TANDEM = (5, 0.0008)  # W1: stations in series, mean service in seconds
MANY = (50, 0.045)  # W3: servers, mean service in seconds


@dataclass(frozen=True)
class Pool:
    """A function: places, and the mean of a lognormal run whose sigma is 0.5."""

    places: int
    mean_s: float
    sigma: float = 0.5


@dataclass(frozen=True)
class Pipeline:
    """W2. Times in seconds, sizes in bytes.

    Attributes:
        period_s, quiet_s: The rate repeats: quiet first, then a burst.
        cold: Mean and sigma of the lognormal cold start.
        idle_s: How long an environment without work is kept.
        token_rate, tokens: The FIFO topic's throttle.
    """

    period_s: float = 40.0
    quiet_s: float = 30.0
    quiet_per_s: float = 800.0
    burst_per_s: float = 1_600.0
    api_s: float = 0.005
    first: Pool = field(default_factory=lambda: Pool(100, 0.050))
    queue_s: float = 0.010
    batch: int = 10
    window_s: float = 1.0
    second: Pool = field(default_factory=lambda: Pool(20, 0.100))
    cold: tuple[float, float] = (0.300, 0.3)
    idle_s: float = 20.0
    error_ratio: float = 0.03
    hidden_s: float = 30.0
    receives: int = 3
    topic_s: float = 0.020
    ordered_ratio: float = 0.25
    token_rate: float = 300.0
    tokens: int = 300
    third: Pool = field(default_factory=lambda: Pool(30, 0.080))
    record_bytes: float = 85.0
    record_sigma: float = 0.5
    buffer_bytes: float = 5.0 * 1024 * 1024
    buffer_s: float = 60.0
    store_s: float = 0.200

    def time_of(self, area: float) -> float:
        """Return when the integrated arrival rate reaches `area`."""
        quiet = self.quiet_per_s * self.quiet_s
        period = quiet + self.burst_per_s * (self.period_s - self.quiet_s)
        whole, rest = divmod(area, period)
        if rest < quiet:
            return whole * self.period_s + rest / self.quiet_per_s
        return whole * self.period_s + self.quiet_s + (rest - quiet) / self.burst_per_s


@dataclass(frozen=True)
class PerRequest:
    """W4: a new instance for every request that finds none idle. Mean seconds."""

    warm_s: float = 0.045
    cold_s: float = 0.300
    idle_s: float = 10.0


def mu_of(mean: float, sigma: float) -> float:
    """Return the mu of the lognormal with this mean."""
    return math.log(mean) - sigma * sigma / 2


def summary(times: list[float]) -> dict[str, float]:
    """Return mean and percentiles of times, in seconds."""
    ordered = sorted(times)
    count = len(ordered)
    found = {"mean_s": math.fsum(ordered) / count}
    for name, share in (("p50_s", 0.5), ("p95_s", 0.95), ("p99_s", 0.99)):
        found[name] = ordered[min(int(share * count), count - 1)]
    return found


# ---- Closed forms -------------------------------------------------------------------------------


def closed_form(workload: str) -> dict[str, float] | None:
    """Return mean and percentiles of the time in the system, in seconds; None where none is known.

    W1: each departure process is Poisson again (Burke 1956), so the time is the sum of five
    exponential ones. W3: Erlang C, wait and service being independent (Cooper, Introduction to
    Queueing Theory, 1981, ch. 3).
    """
    if workload == "w1":
        count, mean_s = TANDEM
        leave = 1 / mean_s - RATE_PER_S
        return _percentiles(count / leave, lambda t: _erlang_tail(count, leave * t))
    if workload == "w3":
        return _many_servers()
    return None


def _erlang_tail(stages: int, x: float) -> float:
    term = total = math.exp(-x)
    for k in range(1, stages):
        term *= x / k
        total += term
    return total


def _many_servers() -> dict[str, float]:
    servers, mean_s = MANY
    load = RATE_PER_S * mean_s
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    waits = blocked / (1 - load / servers * (1 - blocked))
    mu, theta = 1 / mean_s, servers / mean_s - RATE_PER_S

    def tail(t: float) -> float:
        both = (theta * math.exp(-mu * t) - mu * math.exp(-theta * t)) / (theta - mu)
        return (1 - waits) * math.exp(-mu * t) + waits * both

    return _percentiles(mean_s + waits / theta, tail)


def _percentiles(mean_s, tail) -> dict[str, float]:  # type: ignore[no-untyped-def]
    found = {"mean_s": mean_s}
    for name, share in (("p50_s", 0.5), ("p95_s", 0.95), ("p99_s", 0.99)):
        low, high = 0.0, 1_000.0
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if tail(middle) > 1 - share else (low, middle)
        found[name] = low
    return found
