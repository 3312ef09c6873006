"""Percentiles of sums of times in many scenarios, without looking at every sample of each.

A time grows with the numbers of its law, so the samples of scenarios that are alike lie between
two bounds. Only those samples whose bounds meet those of the wanted rank can be it in any of these
scenarios; the scenarios are halved, and each half looks among what is left. What is found is the
sample that sorting all of them would have found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Constant, Exponential, Gathering, Law, Maybe, Uniform

from ..flow import Array
from ..laws import SAMPLES, normal_quantile, samples, scores, strata
from .many import Many, mapped

CELLS = 16_384  # samples that are sorted rather than told apart by further halves
NOISE = 1e-12  # relative; closer values are told apart by rounding only

Rows = NDArray[np.intp]


def percentiles(laws: Sequence[Law], shares: Sequence[float], count: int) -> list[Array]:
    """Return the quantiles of the sum of laws by scenario, an array for each of the shares."""
    fixed, moving = np.zeros(SAMPLES), list[_Moving]()
    for position, law in enumerate(laws):
        plain = mapped(law, _settled)
        if mapped(plain, lambda many: 0.0) is plain:
            fixed += samples(plain, position)
        else:
            moving.append(_Moving(plain, position, count))
    rows = count if moving else 1
    return [np.broadcast_to(_quantile(fixed, moving, rows, one), count) for one in shares]


def _settled(many: Many) -> Any:
    """Return one number where all scenarios have the same but for rounding."""
    least, most = float(many.values.min()), float(many.values.max())
    return least if most - least <= NOISE * abs(most) else many


def _quantile(fixed: Array, moving: list[_Moving], count: int, share: float) -> Array:
    """Return one quantile of each scenario, linear between two neighbours as `numpy.quantile`."""
    place = share * (SAMPLES - 1)
    found = np.empty(count)
    stack = [(np.arange(count), np.arange(SAMPLES), int(place))]
    while stack:
        rows, left, rank = stack.pop()
        if len(rows) * len(left) <= CELLS or len(rows) == 1:
            total = _total(fixed, moving, left, _Each(rows))
            parted = np.partition(total, rank, axis=-1)
            low, high = parted[..., rank], parted[..., rank + 1 :].min(axis=-1)
            found[rows] = low + (high - low) * (place - int(place))
            continue
        least = _total(fixed, moving, left, _Least(rows))
        most = _total(fixed, moving, left, _Most(rows))
        floor, ceiling = np.partition(least, rank)[rank], np.partition(most, rank + 1)[rank + 1]
        room = NOISE * max(abs(floor), abs(ceiling))
        below = most < floor - room
        within = left[~below & (least <= ceiling + room)]
        onward = rank - int(np.count_nonzero(below))
        stack += [(half, within, onward) for half in _halves(moving, rows)]
    return found


def _halves(moving: list[_Moving], rows: Rows) -> tuple[Rows, Rows]:
    """Divide scenarios by the time that differs most among them."""
    means = [one.means[rows] for one in moving]
    widest = max(means, key=lambda column: float(np.ptp(column)))
    order, middle = np.argpartition(widest, len(rows) // 2), len(rows) // 2
    return rows[order[:middle]], rows[order[middle:]]


def _total(fixed: Array, moving: list[_Moving], left: Rows, take: _Each) -> Array:
    total: Array = fixed[left]
    for one in moving:
        total = total + one.samples(left, take)
    return total


# ---- One time ------------------------------------------------------------------------------------


class _Each:
    """Figures of some scenarios, one below the other."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def of(self, value: Any) -> Any:
        return self.column(value.values[self.rows]) if isinstance(value, Many) else value

    def column(self, values: Array) -> Any:
        return values[:, None]

    def times(self, value: Any, factors: Array) -> Any:
        """Return the products with factors of either sign."""
        return self.of(value) * factors


class _Least(_Each):
    """The least that some scenarios have."""

    def column(self, values: Array) -> Any:
        return values.min()

    def times(self, value: Any, factors: Array) -> Any:
        return np.minimum(_Least.of(self, value) * factors, _Most(self.rows).of(value) * factors)


class _Most(_Each):
    """The most that some scenarios have."""

    def column(self, values: Array) -> Any:
        return values.max()

    def times(self, value: Any, factors: Array) -> Any:
        return np.maximum(_Most.of(self, value) * factors, _Least(self.rows).of(value) * factors)


class _Moving:
    """A time whose law has other numbers in each scenario."""

    def __init__(self, law: Law, position: int, count: int) -> None:
        self.law, self.u = law, strata(position)
        self.scores = scores(position)
        mean: Any = law.mean_s
        self.means: Array = mean.values if isinstance(mean, Many) else np.full(count, mean)

    def samples(self, left: Rows, take: _Each) -> Any:
        """Return the times at some of the strata."""
        return _times(self.law, take, self.u[left], self.scores[left])


def _times(law: Law, take: _Each, u: Array, known: Array | None = None) -> Any:
    """Return the times at the probabilities `u`.

    Args:
        known: The normal quantiles at `u`.
    """
    if isinstance(law, Constant):
        return take.of(law.value_s) + 0.0 * u
    if isinstance(law, Uniform):
        low = take.of(law.low_s)
        return low + (take.of(law.high_s) - low) * u
    if isinstance(law, Gathering):
        others = np.maximum(1e-12, 1.0 - take.of(law.first_ratio))
        return take.of(law.high_s) * np.minimum(1.0, u / others)
    if isinstance(law, Exponential):
        return -take.of(law.mean_s) * np.log1p(-u)
    if isinstance(law, Maybe):
        share = take.of(law.share_ratio)
        never = 1.0 - share
        inside = np.clip((u - never) / np.maximum(share, 1e-12), 1e-12, 1 - 1e-12)
        return np.where(u > never, _times(law.law, take, inside), 0.0)
    factors = normal_quantile(u) if known is None else known
    return take.of(law.p50_s) * np.exp(take.times(law.sigma, factors))
