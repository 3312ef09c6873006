"""Draws one after another without compiled kernels: blocks by NumPy, with the same bits.

Only + - * / and comparisons are used, one rounding each, so a block equals what `draws.Stream`
and the kernels give for the same key and index.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Law

from . import draws

Floats = NDArray[np.float64]
Next = Callable[[], float]

FIRST, LARGEST = 32, 4096  # draws in a block
U = np.uint64


def uniform_block(key: int, at: int, n: int) -> Floats:
    """Return draws `at` to `at + n` of a key, 0 < u < 1."""
    z = U(key) + np.arange(at, at + n, dtype=U) * U(draws.GOLDEN)
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    z ^= z >> U(31)
    block: Floats = ((z >> U(11)).astype(np.float64) + 0.5) * 2.0**-53
    return block


def minus_logs(u: Floats) -> Floats:
    """Return -ln(u), as `draws.minus_log` does."""
    m, e = np.frexp(u)
    small = m < 0.7071067811865476
    m = np.where(small, m * 2.0, m)
    k = (e - small).astype(np.float64)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t = w * (
        0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332)
    ) + z * (
        0.6666666666666735130
        + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    )
    h = 0.5 * f * f
    found: Floats = -(
        f - (h - (s * (h + t) + k * 1.90821492927058770002e-10)) + k * 6.93147180369123816490e-01
    )
    return found


def looked_up(u: Floats, whole: Floats, first: Floats, last: Floats) -> Floats:
    """Return the quantiles at `u`, as `draws.looked_up` does."""
    x = u * draws.STEPS
    k = x.astype(np.int64)
    found: Floats = whole[k] + (x - k) * (whole[k + 1] - whole[k])
    for at in np.flatnonzero((k == 0) | (k == draws.STEPS - 1)):
        found[at] = draws.looked_up(float(u[at]), whole, first, last)
    return found


def _blocks() -> Iterator[tuple[int, int]]:
    at, n = 0, FIRST
    while True:
        yield at, n
        at, n = at + n, min(2 * n, LARGEST)


def time_blocks(key: int, law: Law) -> Iterator[Floats]:
    """Yield the times of a law under a key, in seconds, block by block."""
    share, kind, a, b, table = draws.parts_of(law)
    for at, n in _blocks():
        if kind == draws.CONSTANT:
            block = np.full(n, a)
        else:
            u = uniform_block(key, at, n)
            if kind == draws.UNIFORM:
                block = u * b + a
            elif kind == draws.EXPONENTIAL:
                block = minus_logs(u) * a
            else:
                block = looked_up(u, *table)
        if share < 1.0:
            block[uniform_block(draws.mix(key ^ draws.MAYBE), at, n) >= share] = 0.0
        yield block


def fixed(law: Law) -> float | None:
    """Return the time that a law always gives; None where it is drawn."""
    share, kind, a, _, _ = draws.parts_of(law)
    return a if kind == draws.CONSTANT and share >= 1.0 else None


def times(key: int, law: Law) -> Next:
    """Return what gives the next time of a law under a key, in seconds, at each call."""
    always = fixed(law)
    if always is not None:
        return itertools.repeat(always).__next__
    return flat(time_blocks(key, law)).__next__


def flat(blocks: Iterable[Floats]) -> Iterator[float]:
    """Return the numbers of some blocks, one after another."""
    return itertools.chain.from_iterable(block.tolist() for block in blocks)


def uniforms(key: int) -> Next:
    """Return what gives the next number between 0 and 1 under a key at each call."""
    return flat(uniform_block(key, at, n) for at, n in _blocks()).__next__
