"""Batches whose members come in clumps: what one batch lets go arrives at the next one together.

Clumps of a size k come with times between them that are a fixed time d and an exponential one, so
that their mean 1 / rate and squared coefficient of variation c (at most 1) are kept; c = 1 is a
Poisson stream. A batch of at most m that is opened by r members closes with the clump that fills
it, or by age; what is over opens the next one. So a batch leads to the next until one closes by
age, and renewal reward over such a row gives the means. Exact for clumps of one size under this
law; a mean size between two whole numbers is both of them, in proportion.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

MOST_ROUNDS = 64  # batches in a row that close by count
SURE = 1e-9
SELDOM = 1e-4
SEVERAL = 16.0  # clumps in a window: from there on their number is taken as a normal one
MANY = 400.0  # in a read


class Formed(NamedTuple):
    """Means of batches.

    Attributes:
        members: How many one holds.
        wait_s: What one member waits until it closes.
        first_ratio: Share of the members that wait all of the window.
        others: How many others a member meets in its batch, on average over the members.
    """

    members: float
    wait_s: float
    first_ratio: float
    others: float


class _Row(NamedTuple):
    """Sums over a row of batches, each opened by what the last one left over."""

    members: float
    batches: float
    waits_s: float
    first: float
    pairs: float


def _within(count: int, time_s: float, rate_per_s: float, c: float) -> tuple[float, float]:
    """Return the chance of so many further clumps within a time after one, and E[(rest of it)+].

    Args:
        c: Coefficient of variation of the times between clumps, 0..1.
    """
    if count == 0:
        return 1.0, time_s
    left_s, mean_s = time_s - count * (1.0 - c) / rate_per_s, c / rate_per_s
    if left_s < 0.0:
        return 0.0, 0.0
    if mean_s < SURE * time_s:
        return 1.0, left_s
    expected = left_s / mean_s
    if count > expected + 12.0 * math.sqrt(expected) + 30.0:
        return 0.0, 0.0
    chance = below = math.exp(-expected)
    for j in range(1, count):
        chance *= expected / j
        below += chance
    more = max(0.0, 1.0 - below - chance * expected / count)  # one more than that
    reached = max(0.0, 1.0 - below)
    return reached, max(0.0, left_s * reached - mean_s * count * more)


@functools.lru_cache(maxsize=16_384)
def gathered_in_clumps(
    most: float, window_s: float, rate_per_s: float, clump: float, scv: float, spread: float = 0.0
) -> Formed:
    """Return the means of batches that close by count or by age.

    Args:
        most: Members that close one.
        rate_per_s: Of members.
        clump: Mean members that come together, at least 1.
        scv: Of the times between clumps, 0..1.
        spread: Standard deviation of the size of clumps: two sizes stand for their law.

    >>> found = gathered_in_clumps(10, 1.0, 0.4, 4.0, 1.0)  # one clump in ten seconds
    >>> round(found.members, 2), round(found.others, 2)
    (4.38, 3.72)
    >>> gathered_in_clumps(4, 5.0, 1.0, 10.0, 0.0).members  # 4, 4 and, by age, 2
    3.3333333333333335
    """
    most = max(1.0, math.floor(min(most, 1e9) + 1e-9))
    if rate_per_s <= 0 or window_s <= 0 or most <= 1:
        members = min(most, clump)
        return Formed(members, 0.0 if most <= 1 else window_s, 1.0, members - 1.0)
    clumps_per_s = rate_per_s / clump
    fill = min(most / clump, 1.0 + window_s * clumps_per_s)  # Of many, sizes even out.
    spread = spread / math.sqrt(max(1.0, fill))
    rows = [
        (weight, _row(int(most), window_s, clumps_per_s, size, scv))
        for weight, size in _sizes(clump, spread)
    ]
    members, batches, waits_s, first, pairs = (
        sum(weight * row[k] for weight, row in rows) for k in range(5)
    )
    return Formed(members / batches, waits_s / members, first / members, pairs / members)


def _sizes(clump: float, spread: float) -> list[tuple[float, int]]:
    """Return whole sizes of clumps with their shares: with the mean, and about the deviation."""
    found = []
    low = max(1.0, clump - spread)
    weight = 0.5 if spread > 0.0 else 1.0
    for size in (low, 2.0 * clump - low) if spread > 0.0 else (clump,):
        whole = math.floor(size + 1e-9)
        over = min(1.0, max(0.0, size - whole))
        found += [(weight * (1.0 - over), whole), (weight * over, whole + 1)]
    return [(share, size) for share, size in found if share > SURE]


def _row(most: int, window_s: float, clumps_per_s: float, clump: int, scv: float) -> _Row:
    """Return the sums over a row of batches, opened by a clump that found none open."""
    full, left = divmod(clump, most)
    members, batches, pairs = float(clump), float(full), full * most * (most - 1.0)
    waits_s = first = 0.0
    alive = 1.0
    for _ in range(MOST_ROUNDS):
        if left == 0 or alive < SELDOM:
            break
        needed = -(-(most - left) // clump)
        more, waited_s, squares, filled = _open(left, clump, needed, window_s, clumps_per_s, scv)
        members += alive * more * clump
        batches += alive
        waits_s += alive * waited_s
        first += alive * (1.0 - filled) * left
        pairs += alive * squares
        over = left + needed * clump - most
        full, left = divmod(over, most)
        alive *= filled
        batches += alive * full
        pairs += alive * (full + 1.0) * most * (most - 1.0)
    members -= alive * left  # They open a batch that is not looked at any more.
    return _Row(members, batches, waits_s, first, pairs)


def _open(
    left: int, clump: int, needed: int, window_s: float, clumps_per_s: float, scv: float
) -> tuple[float, float, float, float]:
    """Return what an open batch sees: further clumps, waits, pairs where it ages, chance to fill.

    While j further clumps are there, left + j * clump members wait.
    """
    if window_s * clumps_per_s > SEVERAL:
        return _open_for_long(left, clump, needed, window_s, clumps_per_s, scv)
    c = math.sqrt(scv)
    more = waited_s = pairs = 0.0
    chance, rest_s = 1.0, window_s
    for j in range(needed):
        ahead, then_s = _within(j + 1, window_s, clumps_per_s, c)
        held = float(left + j * clump)
        more += ahead
        waited_s += held * (rest_s - then_s)
        pairs += (chance - ahead) * held * (held - 1.0)
        chance, rest_s = ahead, then_s
        if ahead < SURE:
            break
    return more, waited_s, pairs, chance


def _open_for_long(
    left: int, clump: int, needed: int, window_s: float, clumps_per_s: float, scv: float
) -> tuple[float, float, float, float]:
    """Return the same where many clumps come: as a normal number of them.

    Source: moments of a renewal process, Cox, Renewal Theory (1962), section 4.2.
    """
    mean = window_s * clumps_per_s + (scv - 1.0) / 2.0
    deviation = math.sqrt(max(1e-12, scv * window_s * clumps_per_s))
    filled = _above((needed - 0.5 - mean) / deviation)
    high = (needed - mean) / deviation
    density = math.exp(-high * high / 2.0) / math.sqrt(2.0 * math.pi)
    loss = density - high * _above(high)
    more = max(0.0, min(float(needed), mean - deviation * loss))  # E[min(number, needed)]
    lasts_s = min(window_s, (more - (1.0 - filled) * (scv - 1.0) / 2.0) / clumps_per_s)
    rising = max(0.0, more - filled) * clump  # The last clump that fills it does not wait.
    pairs, short = 0.0, _above(-high)
    if filled < 1.0 - SURE and short > SURE:  # Of a normal number that is known to be less.
        ratio = density / short
        held = left + clump * max(0.0, mean - deviation * ratio)
        varies = scv * window_s * clumps_per_s * (1.0 - high * ratio - ratio * ratio)
        pairs = (1.0 - filled) * (clump * clump * max(0.0, varies) + held * max(0.0, held - 1.0))
    return more, (left + rising / 2.0) * lasts_s, pairs, filled


def _above(value: float) -> float:
    """Return the chance that a standard normal number is greater."""
    return 0.5 * math.erfc(value / math.sqrt(2.0))


def found_ratio(interval_s: float, rate_per_s: float, scv: float) -> float:
    """Return the chance that a regular read finds a clump (stationary renewal stream)."""
    if rate_per_s <= 0:
        return 0.0
    c = math.sqrt(scv)
    fixed_s = (1.0 - c) / rate_per_s
    if interval_s <= fixed_s or c < SURE:
        return min(1.0, rate_per_s * interval_s)
    return 1.0 - c - c * math.expm1(-(interval_s - fixed_s) * rate_per_s / c)


@functools.lru_cache(maxsize=16_384)
def read_in_clumps(
    most: float,
    interval_s: float,
    rate_per_s: float,
    clump: float,
    scv: float,
    apart_s: float,
    spread: float = 0.0,
) -> Formed:
    """Return the means of the batches that regular reads are cut into.

    Args:
        apart_s: Time over which the members of a clump come: reads fall into it and part them.
        spread: Standard deviation of the size of clumps.
    """
    most = max(1.0, math.floor(min(most, 1e15) + 1e-9))
    parts = 1.0 + min(clump - 1.0, apart_s / interval_s)
    # A clump that takes a while is found by all reads from its first member to its last.
    read = found_ratio(interval_s * parts, rate_per_s / clump, scv)
    clump, spread = clump / parts, spread / parts
    expected = rate_per_s / clump * interval_s
    if (expected + 6.0 * math.sqrt(expected) + 3.0) * clump <= most:
        cuts = read
        others = clump - 1.0 + spread * spread / clump + clump * _meets(expected, scv)
    elif expected > MANY:
        cuts, others = read + max(0.0, expected * clump / most - 0.5), most - 1.0
    else:
        further, pairs = _cut(most, expected, clump, scv)
        cuts, others = read + further, pairs / (rate_per_s * interval_s)
    found = rate_per_s * interval_s / cuts if cuts > 0 else clump
    members = max(1.0, min(most, found))
    return Formed(members, 0.0, 0.0, max(members - 1.0, min(most - 1.0, others)))


def _meets(expected: float, scv: float) -> float:
    """Return how many other clumps one meets in a read: between even ones and Poisson's."""
    low = math.floor(expected)
    over = expected - low
    squared = low * low * (1.0 - over) + (low + 1.0) ** 2 * over
    even = squared / expected - 1.0 if expected > 0 else 0.0
    return scv * expected + (1.0 - scv) * even


def _cut(most: float, expected: float, clump: float, scv: float) -> tuple[float, float]:
    """Return a read's batches beyond its first, and the pairs of members in all, on average.

    Between a number of clumps that is even and one of a Poisson law.
    """

    def cut(count: int) -> tuple[float, float]:
        full, rest = divmod(round(count * clump, 9), most)
        return full + (rest > 0) - 1.0, full * most * (most - 1.0) + rest * max(0.0, rest - 1.0)

    low = math.floor(expected)
    over = expected - low
    few, many = cut(low) if low else (0.0, 0.0), cut(low + 1)
    even = tuple((1.0 - over) * a + over * b for a, b in zip(few, many, strict=True))
    further = pairs = 0.0
    chance = math.exp(-expected)
    for count in range(1, int(expected + 8.0 * math.sqrt(expected) + 12.0) if scv > SURE else 0):
        chance *= expected / count
        one = cut(count)
        further, pairs = further + chance * one[0], pairs + chance * one[1]
    return scv * further + (1.0 - scv) * even[0], scv * pairs + (1.0 - scv) * even[1]
