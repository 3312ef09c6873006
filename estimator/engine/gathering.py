"""Batches and buffers that close by count, or when their first member is old enough.

Members come as a Poisson stream. With at most m further members after the first, M of a Poisson
law that would come within the window, and X = min(m, M): a batch holds 1 + E[X] on average, and
its members wait E[X (X + 1)] / 2 / rate together (renewal reward: while n further ones are there,
1 + n wait; states below m last P(M > n) / rate). Exact for Poisson arrivals.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base.flow import exp

Array = NDArray[np.float64]
T = TypeVar("T")
FAR = 10.0  # standard deviations beyond which one end is certain
SLACK = 40.0


class Gathered(NamedTuple):
    """Means of a batch.

    Attributes:
        members: How many it holds.
        wait_s: What one of them waits until it closes.
        aged_ratio: Share of the batches that close by age.
    """

    members: float
    wait_s: float
    aged_ratio: float


def _log_chance(j: float, expected: float) -> float:
    return j * math.log(expected) - expected - math.lgamma(j + 1.0)


@functools.lru_cache(maxsize=16_384)
def _short_of(further: int, expected: float) -> tuple[float, float, float]:
    """Return P(M < m), E[(m - M)+] and E[(m^2 - M^2)+] of a Poisson law."""
    j = further - 1
    chance = math.exp(_log_chance(j, expected))
    below = short = square = 0.0
    while j >= 0:
        below += chance
        short += (further - j) * chance
        square += (further * further - j * j) * chance
        if j < expected and chance * further * further < 1e-15:
            break
        chance *= j / expected
        j -= 1
    return min(1.0, below), short, square


def _as_tuple(found: Any) -> tuple[float, ...]:
    return tuple(found) if isinstance(found, tuple) else (found,)


def of_each(function: Callable[..., T]) -> Callable[..., T]:
    """Let a function of numbers take figures of many scenarios: it is asked for each of them."""

    @functools.wraps(function)
    def run(*args: Any) -> T:
        each = next((a.each for a in args if hasattr(a, "each")), None)
        if each is None:
            return function(*args)
        found: Any = each(lambda *row: _as_tuple(function(*row)), *args)
        kind = str(function.__annotations__["return"])
        if kind.startswith("tuple"):
            return tuple(found)  # type: ignore[return-value]
        return Gathered(*found) if kind == "Gathered" else found[0]  # type: ignore[return-value]

    return run


def in_columns(
    columns: Callable[..., Gathered],
) -> Callable[[Callable[..., Gathered]], Callable[..., Gathered]]:
    """Let a function of numbers take figures of many scenarios, by what answers it for arrays."""

    def decorated(function: Callable[..., Gathered]) -> Callable[..., Gathered]:
        @functools.wraps(function)
        def run(*args: Any) -> Gathered:
            own = next((a.columns for a in args if hasattr(a, "columns")), None)
            return function(*args) if own is None else Gathered(*own(columns, *args))

        return run

    return decorated


def _gathered(most: Array, window_s: Array, rate_per_s: Array) -> Gathered:
    """Return `gathered` of arrays, element by element."""
    most, window_s, rate_per_s = np.broadcast_arrays(most, window_s, rate_per_s)
    further = np.floor(most + 1e-9) - 1.0
    expected = rate_per_s * window_s
    deviation = FAR * np.sqrt(expected) + SLACK
    aged = further >= expected + deviation
    mean = np.minimum(further, expected)
    both = np.where(aged, expected * (expected + 2.0), further * (further + 1.0))
    below = aged.astype(float)
    near = (np.abs(further - expected) < deviation) & (further > 0) & (expected > 0)
    if np.any(near):
        m = further[near]
        below[near], short, square = _shorts(m, expected[near])
        mean[near] = m - short
        both[near] = m * m - square + m - short
    members = 1.0 + mean
    with np.errstate(all="ignore"):
        waits_s = both / (2.0 * rate_per_s * members)
    none, idle = further <= 0, expected <= 0
    figures: Any = (
        np.where(none | idle, 1.0, members),
        np.where(none, 0.0, np.where(idle, window_s, waits_s)),
        np.where(none, 0.0, np.where(idle, 1.0, below)),
    )
    return Gathered(*figures)


@in_columns(_gathered)
def gathered(most: float, window_s: float, rate_per_s: float) -> Gathered:
    """Return the means of a batch of at most `most` members.

    >>> gathered(math.inf, 2.0, 3.0).members, gathered(5, 1e9, 2.0).members
    (7.0, 5.0)
    >>> gathered(math.inf, 2.0, 0.0), gathered(5, 1e9, 2.0).wait_s
    (Gathered(members=1.0, wait_s=2.0, aged_ratio=1.0), 1.0)
    """
    further = math.floor(most + 1e-9) - 1 if most < math.inf else math.inf
    expected = rate_per_s * window_s
    if further <= 0:
        return Gathered(1.0, 0.0, 0.0)
    if expected <= 0:
        return Gathered(1.0, window_s, 1.0)
    if further >= expected + FAR * math.sqrt(expected) + SLACK:
        members = 1.0 + expected
        return Gathered(members, (1.0 + expected / 2.0) / members * window_s, 1.0)
    if further <= expected - FAR * math.sqrt(expected) - SLACK:
        return Gathered(1.0 + further, further / (2.0 * rate_per_s), 0.0)
    below, short, square = _short_of(int(further), expected)
    mean, mean_square = further - short, further * further - square
    members = 1.0 + mean
    return Gathered(members, (mean_square + mean) / (2.0 * rate_per_s * members), below)


def members(most: Array, expected: Array) -> Array:
    """Return the mean number of members, as `gathered` does; elements by elements.

    Args:
        most: How many close a batch, at least 1.
        expected: Rate times window.
    """
    most, expected = np.broadcast_arrays(most, expected)
    further = np.maximum(np.floor(np.minimum(most, 1e15) + 1e-9) - 1.0, 0.0)
    deviation = FAR * np.sqrt(expected) + SLACK
    found: Array = 1.0 + np.minimum(further, expected)
    near = (np.abs(further - expected) < deviation) & (further > 0) & (expected > 0)
    if np.any(near):
        found[near] = 1.0 + _clipped(further[near], expected[near])
    return found


# ---- Buffers that a size closes -----------------------------------------------------------------


@of_each
def buffered(parts: float, sigma: float, window_s: float, rate_per_s: float) -> Gathered:
    """Return the means of what a buffer lets go, closed by its size or its first record's age.

    Exact where all records are the same. Where sizes vary, parts + (1 + cv^2) / 2 records bring it
    to its size, with a variance of cv^2 * parts: two counts stand for their law.

    Args:
        parts: The buffer's size over the records' mean size.
        sigma: Spread of the records' sizes (of a lognormal law); 0 is all the same.

    Source: renewal theory, the first sum that passes a mark; Cox, Renewal Theory (1962), sections
        4.2 and 4.5.

    >>> buffered(14.6, 0.0, 1e9, 1.0).members, round(buffered(14.6, 0.5, 1e9, 1.0).members, 3)
    (15.0, 15.242)
    """
    if sigma <= 0.0:
        return gathered(float(math.ceil(parts - 1e-9)), window_s, rate_per_s)
    members = waits_s = aged = 0.0
    for most in fillings(parts, sigma):
        low = math.floor(most + 1e-9)
        for count, share in ((low, low + 1.0 - most), (low + 1.0, most - low)):
            one = gathered(count, window_s, rate_per_s)
            members += share / 2.0 * one.members
            waits_s += share / 2.0 * one.members * one.wait_s
            aged += share / 2.0 * one.aged_ratio
    return Gathered(members, waits_s / members, aged)


def fillings(parts: float, sigma: float) -> tuple[float, float]:
    """Return two equally likely counts for the mean and variance of what fills a buffer."""
    if sigma <= 0.0:
        return (whole := float(math.ceil(parts - 1e-9)), whole)
    squared = math.exp(sigma * sigma)
    mean, deviation = parts + squared / 2.0, math.sqrt((squared - 1.0) * parts)
    return max(1.0, mean - deviation), mean + deviation


def kept(parts: Array, sigma: Array, expected: Array) -> Array:
    """Return the members of `buffered`, element by element.

    Args:
        expected: Rate times interval.
    """
    parts, sigma, expected = np.broadcast_arrays(parts, sigma, expected)
    if not np.any(sigma > 0.0):
        return members(np.ceil(parts - 1e-9), expected)
    squared = np.exp(sigma * sigma)
    found = np.zeros(parts.shape)
    for side in (-1.0, 1.0):
        most = parts + squared / 2.0 + side * np.sqrt((squared - 1.0) * parts)
        most = np.where(sigma > 0.0, np.maximum(1.0, most), np.ceil(parts - 1e-9))
        share = np.where(sigma > 0.0, most - np.floor(most + 1e-9), 0.0)
        found += (1.0 - share) * members(most, expected) + share * members(most + 1.0, expected)
    return found / 2.0


FEW = 32  # For so many, loops of plain numbers are quicker than those of short arrays.


def _clipped(further: Array, expected: Array) -> Array:
    """Return E[min(m, M)] of Poisson laws."""
    if expected.size > FEW:
        clipped: Array = further - _shorts(further, expected)[1]
        return clipped
    each = zip(further.tolist(), expected.tolist(), _last(further, expected).tolist(), strict=True)
    few: Array = further - np.array([_shortage(*one) for one in each])
    return few


def _last(further: Array, expected: Array) -> Array:
    """Return the chance of m - 1 of Poisson laws."""
    which, places = np.unique(further, return_inverse=True)
    logs = np.array([math.lgamma(m) for m in which])[places]
    chance: Array = np.exp((further - 1.0) * np.log(expected) - expected - logs)
    return chance


def _shorts(further: Array, expected: Array) -> tuple[Array, Array, Array]:
    """Return `_short_of` of arrays, element by element."""
    j, chance = further - 1.0, _last(further, expected)
    below, short, square = (np.zeros_like(expected) for _ in range(3))
    while np.any(alive := (j >= 0) & ((j >= expected) | (chance * further * further >= 1e-15))):
        met = np.where(alive, chance, 0.0)
        below += met
        short += (further - j) * met
        square += (further * further - j * j) * met
        chance = chance * np.maximum(j, 0.0) / expected
        j = j - 1.0
    return np.minimum(1.0, below), short, square


@functools.lru_cache(maxsize=4_096)
def _shortage(further: float, expected: float, chance: float) -> float:
    """Return E[m - min(m, M)], the chance of m - 1 being known: the same, number by number."""
    j, short = further - 1.0, 0.0
    while j >= 0.0 and (j >= expected or chance * further * further >= 1e-15):
        short += (further - j) * chance
        chance = chance * j / expected
        j -= 1.0
    return short


@of_each
def met(window_s: float, read_every_s: float, most: float, rate_per_s: float) -> float:
    """Return how many others a member meets in its batch, on average over the members."""
    if read_every_s > window_s:
        return min(most - 1.0, rate_per_s * read_every_s)
    if window_s <= 0:
        return 0.0
    return 2.0 * rate_per_s * gathered(most, window_s, rate_per_s).wait_s


@of_each
def unevenness(window_s: float, read_every_s: float, most: float, rate_per_s: float) -> float:
    """Return the squared coefficient of variation of the times between batches; 1 is Poisson.

    Between two batches lie a wait for the first member and the time until it closes. Regular reads
    come at equal times, those that find nothing left out.
    """
    if read_every_s > window_s:
        expected = rate_per_s * read_every_s
        return math.exp(-expected) if expected < most else 1.0
    if window_s <= 0 or rate_per_s <= 0:
        return 1.0
    return closing_scv(most, window_s, rate_per_s)


@functools.lru_cache(maxsize=16_384)
def closing_scv(most: float, window_s: float, rate_per_s: float) -> float:
    """Return the same of batches that close by count or by age, exactly.

    A batch lasts L, the smaller of the window and m exponential times. With Y = min(m + 1, M),
    E[L^2] = E[Y (Y - 1)] / rate^2.
    """
    expected = rate_per_s * window_s
    further = math.floor(min(most, 1e9) + 1e-9) - 1
    if further <= 0 or expected <= 0:
        return 1.0
    slack = FAR * math.sqrt(expected) + SLACK
    if further >= expected + slack:
        lasts, squared = expected, expected * expected
    elif further <= expected - slack:
        lasts, squared = float(further), further * (further + 1.0)
    else:
        _, short, _ = _short_of(further, expected)
        _, above, square = _short_of(further + 1, expected)
        lasts = further - short
        squared = (further + 1.0) ** 2 - square - (further + 1.0 - above)
    return max(0.0, 1.0 + squared - lasts * lasts) / (1.0 + lasts) ** 2


@of_each
def regularity(used: float, arrivals: float, service: float) -> float:
    """Return what is left of a mean wait because arrivals are more even than Poisson's.

    Args:
        used: Utilisation, 0 < used < 1.
        arrivals, service: Squared coefficients of variation.

    Source: Kraemer and Langenbach-Belz (1976), for arrivals of at most 1.
    """
    both = arrivals + service
    if arrivals >= 1.0 or both <= 0 or not 0.0 < used < 1.0:
        return 1.0 if both > 0 else 0.0
    return exp(-2.0 * (1.0 - used) / (3.0 * used) * (1.0 - arrivals) ** 2 / both)


# ---- Regular reads ------------------------------------------------------------------------------

MANY = 4_000.0  # Above it the Poisson law is taken as a normal one, at so many strata:
STRATA = 256


@of_each
def per_read(most: float, expected: float) -> float:
    """Return the mean size of the batches that a regular read is cut into; none is empty.

    Args:
        most: The largest batch.
        expected: Mean number of what a read finds, of a Poisson law.

    >>> round(per_read(10, 0.1), 3), round(per_read(1e9, 50), 3), round(per_read(2, 50), 3)
    (1.051, 50.0, 1.98)
    """
    most = max(1.0, math.floor(min(most, 1e15) + 1e-9))
    expected = max(expected, 1e-12)
    if most >= expected + FAR * math.sqrt(expected) + SLACK:
        return expected / -math.expm1(-expected)
    return expected / _cuts(most, expected)


@functools.lru_cache(maxsize=16_384)
def _cuts(most: float, expected: float) -> float:
    """Return E[ceil(M / most)] of a Poisson law."""
    spread = FAR * math.sqrt(expected) + SLACK
    if expected > MANY:
        normal = NormalDist(expected, math.sqrt(expected))
        found = [normal.inv_cdf((i + 0.5) / STRATA) for i in range(STRATA)]
        return sum(math.ceil(max(0.0, round(x)) / most) for x in found) / STRATA
    j = max(0, int(expected - spread))
    chance = math.exp(_log_chance(j, expected))
    total = 0.0
    while j < expected + spread:
        total += math.ceil(j / most) * chance
        j += 1
        chance *= expected / j
    return total


def per_reads(most: Array, expected: Array) -> Array:
    """Return `per_read` element by element."""
    most, expected = np.broadcast_arrays(most, np.maximum(expected, 1e-12))
    found: Array = expected / -np.expm1(-expected)
    near = np.floor(np.minimum(most, 1e15)) < expected + FAR * np.sqrt(expected) + SLACK
    if np.any(near):
        pairs = zip(most[near].tolist(), expected[near].tolist(), strict=True)
        found[near] = [per_read(m, e) for m, e in pairs]
    return found
