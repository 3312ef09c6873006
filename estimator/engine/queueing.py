"""Steady-state waiting at one station. Symbols follow Kendall: an A/S/c queue."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

from .errors import Unstable
from .gathering import of_each

NEVER = 1e-300


@functools.lru_cache(maxsize=8_192)
def erlang_b(servers: int, offered_load: float) -> float:
    """Return the probability that an arrival finds all servers busy and is lost (M/G/c/c).

    Args:
        servers: Number of parallel servers, c >= 0.
        offered_load: Arrival rate times mean service time, in erlangs, a >= 0.

    Source: recurrence B(c) = a B(c-1) / (c + a B(c-1)); Cooper, Introduction to Queueing Theory
        (1981), chapter 3.

    >>> round(erlang_b(1, 1.0), 6), round(erlang_b(10, 5.0), 6)
    (0.5, 0.018385)
    """
    blocking = 1.0
    for c in range(1, servers + 1):  # Stable for thousands of servers; factorials overflow at 171.
        blocking = offered_load * blocking / (c + offered_load * blocking)
        if blocking < NEVER:  # More servers make it less and less.
            return 0.0
    return blocking


def erlang_c(servers: int, offered_load: float) -> float:
    """Return the probability that an arrival has to wait in an M/M/c queue.

    Args:
        servers: Number of parallel servers, c >= 1.
        offered_load: Arrival rate times mean service time, in erlangs, 0 <= a < c.

    Raises:
        Unstable: The offered load reaches the number of servers, so no steady state exists.

    Source: C = B / (1 - rho (1 - B)); Cooper (1981), chapter 3.

    >>> round(erlang_c(1, 0.5), 6), round(erlang_c(2, 1.0), 6)
    (0.5, 0.333333)
    """
    if offered_load >= servers:
        raise Unstable(
            f"an offered load of {offered_load:.4g} erlangs needs more than {servers} servers"
        )
    own = getattr(offered_load, "erlang_b", None)  # A load in each of many scenarios.
    blocking = erlang_b(servers, offered_load) if own is None else own(servers)
    return blocking / (1 - offered_load / servers * (1 - blocking))


def mean_wait_s(
    servers: float, arrival_rate_per_s: float, service_time_s: float, service_scv: float = 1.0
) -> tuple[float, float]:
    """Return (probability to wait, mean wait of those who wait, in seconds).

    Exact for M/M/c; for other service laws the Allen-Cunneen approximation with Poisson arrivals.

    Args:
        servers: Parallel servers; inf never waits.
        service_scv: Squared coefficient of variation of the service time.

    Raises:
        Unstable: The offered load reaches the number of servers.

    Source: Allen, Probability, Statistics, and Queueing Theory (1990), section 5.4.
    """
    load = arrival_rate_per_s * service_time_s
    if load <= 0 or servers == math.inf:
        return 0.0, 0.0
    whole = max(1, math.floor(servers))
    chance = erlang_c(whole, load)
    return chance, (1 + service_scv) / 2 * service_time_s / (whole - load)


NORMAL = NormalDist()
ROUNDS = 6  # until the chance to meet a busy server has settled, to about a percent


@of_each
def joined_wait_s(
    between_s: float, between_scv: float, service_s: float, service_scv: float
) -> tuple[float, float]:
    """Return (probability to wait, mean wait of those who wait) where all who wait go on together.

    One server takes all that came meanwhile when it is done, however much. So a batch waits for the
    rest of one service alone: of one that began when it met an idle server, or of one that began
    later, behind such a rest. Times are taken as lognormal; the rest that is met settles within a
    few rounds, and is never longer than that of any moment, (1 + scv) / 2 services. Within a tenth
    of the time from arrival to end, in most cases within a fiftieth.

    Args:
        between_s: Mean time between batches.
        between_scv, service_scv: Squared coefficients of variation.

    Source: the difference of two lognormal times, Margrabe (1978); tested against counting.
    """
    if not between_s > 0 or not service_s > 0:
        return 0.0, 0.0
    arrivals = between_s, math.log1p(between_scv) + 1e-3
    alone, rest_s = _outlasts(service_s, math.log1p(service_scv), *arrivals)
    if alone < 1e-9:
        return 0.0, 0.0
    longest_s = (1.0 + service_scv) / 2.0 * service_s
    chance, met_s = alone, min(longest_s, rest_s / alone)
    for _ in range(ROUNDS):
        whole_s = service_s + met_s
        varies = service_scv * service_s**2 + met_s**2
        again, later_s = _outlasts(whole_s, math.log1p(varies / whole_s**2), *arrivals)
        chance = min(1.0, alone / (1.0 + alone - again))
        met_s = min(longest_s, ((1.0 - chance) * rest_s + chance * later_s) / chance)
    return chance, met_s


def _outlasts(first_s: float, first: float, then_s: float, then: float) -> tuple[float, float]:
    """Return P(X > Y) and E[(X - Y)+] of lognormal times by their means and log-variances."""
    spread = math.sqrt(first + then)
    middle = math.log(first_s / then_s) - (first - then) / 2.0
    longer = first_s * NORMAL.cdf((middle + first) / spread)
    longer -= then_s * NORMAL.cdf((middle - then) / spread)
    return NORMAL.cdf(middle / spread), max(0.0, longer)
