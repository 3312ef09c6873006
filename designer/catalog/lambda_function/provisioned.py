"""How many runs find a provisioned environment free, by Erlang's loss formula."""

from __future__ import annotations

from collections.abc import Sequence

HOURS = 24


def erlang_b(servers: int, offered_load: float) -> float:
    """Return the share of arrivals that find all servers busy, in an M/G/c/c system.

    What is turned away here goes elsewhere (on-demand environments), it does not wait. The law of
    the service time does not matter, only its mean.

    Args:
        servers: Number of provisioned environments, c >= 1.
        offered_load: Arrival rate times mean run time, in erlangs.

    Source: Cooper, Introduction to Queueing Theory (1981), section 3.3; the recurrence
        B(c) = a B(c-1) / (c + a B(c-1)).

    >>> round(erlang_b(10, 5.0), 5), erlang_b(1, 1.0)
    (0.01838, 0.5)
    """
    blocked = 1.0
    for c in range(1, servers + 1):
        blocked = offered_load * blocked / (c + offered_load * blocked)
    return blocked


def cover(start_h: int, length_h: float, hour: int) -> float:
    """Return the share of an hour of the day that lies within a daily schedule.

    >>> cover(22, 4, 1), cover(22, 4, 2), cover(8, 0.5, 8)
    (1.0, 0.0, 0.5)
    """
    end = start_h + length_h
    inside = sum(
        max(0.0, min(hour + 1 + shift, end) - max(hour + shift, start_h)) for shift in (0, HOURS)
    )
    return min(1.0, inside)


def on_demand_share(
    servers: int,
    start_h: int,
    length_h: float,
    requests: Sequence[float],
    busy: Sequence[float],
) -> float:
    """Return the share of the day's runs that no provisioned environment takes.

    Args:
        requests, busy: Runs per second and runs in progress, by hour of the day (1 or 24).
    """
    total = sum(requests)
    if total <= 0 or not busy:
        return 0.0
    if len(requests) == 1:
        return 1.0 - length_h / HOURS * (1.0 - erlang_b(servers, busy[0]))
    taken = sum(
        rate * cover(start_h, length_h, hour) * (1.0 - erlang_b(servers, busy[hour]))
        for hour, rate in enumerate(requests)
    )
    return 1.0 - taken / total
