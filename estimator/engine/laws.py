"""Laws of time as numbers: quantiles, strata for sampling, and times that repeat."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Constant, Exponential, Gathering, Law, Lognormal, Maybe, Uniform

from .flow import Array

SAMPLES = 4096
GRID = (np.arange(SAMPLES) + 0.5) / SAMPLES  # midpoints of equal strata


def scaled(law: Law, times: float) -> Law:
    """Return the law of a time that occurs `times` per event (below 1: with that chance)."""
    if isinstance(law, Maybe):
        if times < 1:
            return Maybe(law.share_ratio * times, law.law)
        inner = scaled(law.law, times)
        return inner if isinstance(inner, Maybe) else Maybe(law.share_ratio, inner)
    if times < 1:
        return Maybe(times, law)
    if isinstance(law, Constant):
        return Constant(law.value_s * times)
    if isinstance(law, Uniform):
        return Uniform(law.low_s * times, law.high_s * times)
    if isinstance(law, Gathering):
        return Gathering(law.high_s * times, law.first_ratio)
    if isinstance(law, Exponential):
        return Exponential(law.mean_s * times)
    return Lognormal(law.p50_s * times, law.p99_s * times)


def quantile(law: Law, u: Array, scores: Array | None = None) -> Array:
    """Return the times at the probabilities `u`, 0 < u < 1, in seconds.

    Args:
        scores: The normal quantiles at `u`, where they are known.
    """
    if isinstance(law, Constant):
        return np.full_like(u, law.value_s)
    if isinstance(law, Uniform):
        return law.low_s + (law.high_s - law.low_s) * u
    if isinstance(law, Gathering):
        return law.high_s * np.minimum(1.0, u / max(1e-12, 1.0 - law.first_ratio))
    if isinstance(law, Exponential):
        return -law.mean_s * np.log1p(-u)
    if isinstance(law, Maybe):
        never = 1.0 - law.share_ratio
        met = u > never
        inside = (u[met] - never) / max(law.share_ratio, 1e-12)
        times = np.zeros_like(u)
        times[met] = quantile(law.law, np.clip(inside, 1e-12, 1 - 1e-12))
        return times
    if law.sigma == 0.0:
        return np.full_like(u, law.p50_s)
    return law.p50_s * np.exp(law.sigma * (normal_quantile(u) if scores is None else scores))


def samples(law: Law, position: int) -> Array:
    """Return SAMPLES stratified times of the item at a position of a path, in seconds."""
    return _on_grid(law).take(_order(position))


@functools.lru_cache(maxsize=512)
def _on_grid(law: Law) -> Array:
    """Return the times at the midpoints of equal strata, ascending."""
    return quantile(law, GRID, SCORES)


def normal_quantile(u: Array) -> Array:
    """Return the standard normal quantile.

    Source: Acklam's rational approximation (2003), relative error below 1.15e-9.
    """
    a = (
        -39.69683028665376,
        220.9460984245205,
        -275.9285104469687,
        138.3577518672690,
        -30.66479806614716,
        2.506628277459239,
    )
    b = (
        -54.47609879822406,
        161.5858368580409,
        -155.6989798598866,
        66.80131188771972,
        -13.28068155288572,
    )
    c = (
        -0.007784894002430293,
        -0.3223964580411365,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    )
    d = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416)
    r = (u - 0.5) ** 2
    found = _polynomial(a, r) * (u - 0.5) / _polynomial((*b, 1.0), r)
    low = np.minimum(u, 1 - u)
    ends = low < 0.02425
    if np.any(ends):
        q = np.sqrt(-2 * np.log(np.maximum(low[ends], 1e-300)))
        tail = _polynomial(c, q) / _polynomial((*d, 1.0), q)
        found[ends] = np.where(u[ends] < 0.5, tail, -tail)
    return found


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """Return the values of a polynomial, its highest power first."""
    found = x * coefficients[0]
    found += coefficients[1]
    for coefficient in coefficients[2:]:
        found *= x
        found += coefficient
    return found


SCORES = normal_quantile(GRID)
ENDS = np.array([0.5, 0.99])
END_SCORES = normal_quantile(ENDS)


def strata(position: int) -> Array:
    """Return the midpoints of equal strata in an order that belongs to this position."""
    return GRID.take(_order(position))


def scores(position: int) -> Array:
    """Return the normal quantiles at the strata of a position."""
    return SCORES.take(_order(position))


@functools.cache
def _order(position: int) -> NDArray[np.int16]:
    random = np.random.Generator(np.random.PCG64(20_261_121 + position))
    return random.permutation(SAMPLES).astype(np.int16)


@functools.lru_cache(maxsize=8_192)
def _item_percentiles(law: Law) -> tuple[tuple[str, float | None], ...]:
    p50, p99 = quantile(law, ENDS, END_SCORES).tolist()
    greatest = law.high_s if isinstance(law, Uniform | Gathering) else None
    if isinstance(law, Constant):
        greatest = law.value_s
    return ("mean_s", law.mean_s), ("p50_s", p50), ("p99_s", p99), ("max_s", greatest)


def item_percentiles(law: Law) -> dict[str, float | None]:
    """Return mean, p50 and p99 of one item, and its greatest value where there is one."""
    return dict(_item_percentiles(law))
