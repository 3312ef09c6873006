"""Steady-state waiting at one station. Symbols follow Kendall: an A/S/c queue."""

from __future__ import annotations

import functools
import math

from .errors import Unstable

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
