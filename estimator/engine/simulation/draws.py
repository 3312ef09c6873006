"""Random numbers by counter: draw number `i` of a key is a function of both, and of nothing else.

So a result depends neither on the size of chunks nor on who computes which part. Uniforms come
from splitmix64 (Steele, Lea, Flood 2014) of key and index; exponentials from a logarithm made of
+ - * / alone, which has the same bits on every processor; other laws from tables of their
quantiles. Everything here is plain Python and NumPy: the compiled kernels repeat it bit for bit.
"""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from designer.catalog.base import Constant, Exponential, Gathering, Law, Lognormal, Maybe, Uniform

Floats = NDArray[np.float64]

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
STEPS = 4096  # of a quantile table; its first and last step are cut in as many again
TAIL = 2e-9  # Quantiles are cut here at both ends.

# Purposes of draws, so that two streams of one node never share numbers.
ARRIVAL, SERVICE, COLD, FAIL, ROUTE, DELAY, SIZE, CALL, MAYBE, LANE, HOLD = range(11)


def mix(z: int) -> int:
    """Return splitmix64's finaliser of a 64-bit number."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def key_of(seed: int, replication: int, name: str, purpose: int, part: int = 0) -> int:
    """Return the key of one stream of draws.

    The name is that of the node or edge in the document, so that adding another changes nothing
    here, and two variants of a design share their random numbers.
    """
    key = mix((seed & MASK) ^ GOLDEN)
    for word in (replication, purpose, part, *name.encode()):
        key = mix((key ^ (word & MASK)) + GOLDEN & MASK)
    return key


def uniform(key: int, index: int) -> float:
    """Return draw `index` of a key, 0 < u < 1.

    >>> uniform(1, 0) == uniform(1, 0), 0 < uniform(1, 1) < 1
    (True, True)
    """
    return ((mix((key + index * GOLDEN) & MASK) >> 11) + 0.5) * 2.0**-53


def minus_log(u: float) -> float:
    """Return -ln(u) by + - * / only.

    Source: the argument reduction and polynomial of fdlibm's log (Sun Microsystems, 1993).
    """
    m, e = math.frexp(u)
    if m < 0.7071067811865476:
        m, e = m * 2.0, e - 1
    k = float(e)
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
    return -(
        f - (h - (s * (h + t) + k * 1.90821492927058770002e-10)) + k * 6.93147180369123816490e-01
    )


def power(x: float) -> float:
    """Return e ** x by + - * / only: a Taylor polynomial after taking out powers of two."""
    n = math.floor(x * 1.4426950408889634 + 0.5)
    r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10
    p = 1.0
    for k in range(14, 0, -1):
        p = 1.0 + p * r / k
    return math.ldexp(p, n)


@functools.cache
def _normal_tables() -> tuple[tuple[float, ...], ...]:
    """Return standard normal quantiles: the whole, the first step, the last step."""
    inverse = NormalDist().inv_cdf
    ends = ((0.0, 1.0), (0.0, 1 / STEPS), (1 - 1 / STEPS, 1.0))
    return tuple(
        tuple(
            inverse(min(max(low + (high - low) * i / STEPS, TAIL), 1 - TAIL))
            for i in range(STEPS + 1)
        )
        for low, high in ends
    )


@functools.lru_cache(maxsize=512)
def tables(p50_s: float, sigma: float) -> tuple[Floats, Floats, Floats]:
    """Return the quantile tables of a lognormal time."""
    whole, first, last = (
        np.array([p50_s * power(sigma * z) for z in row]) for row in _normal_tables()
    )
    return whole, first, last


def looked_up(u: float, whole: Floats, first: Floats, last: Floats) -> float:
    """Return the quantile at `u` by linear interpolation in the tables."""
    x = u * STEPS
    k = int(x)
    f = x - k
    table = whole
    if k in (0, STEPS - 1):
        f *= STEPS
        table = first if k == 0 else last
        k = int(f)
        f -= k
    return float(table[k] + f * (table[k + 1] - table[k]))


# Kinds of laws, as the kernels know them.
CONSTANT, UNIFORM, EXPONENTIAL, TABLE = range(4)


class Stream:
    """The draws of one law under one key, one after another (plain Python: the reference)."""

    def __init__(self, key: int, law: Law) -> None:
        self.key, self.law, self.at = key, law, 0
        self.share, self.kind, self.a, self.b, self.table = parts_of(law)
        self.maybe_key = mix(key ^ MAYBE)

    def next(self) -> float:
        """Return the next time, in seconds."""
        index, self.at = self.at, self.at + 1
        if self.share < 1.0 and uniform(self.maybe_key, index) >= self.share:
            return 0.0
        if self.kind == CONSTANT:
            return self.a
        u = uniform(self.key, index)
        if self.kind == UNIFORM:
            return u * self.b + self.a
        if self.kind == EXPONENTIAL:
            return minus_log(u) * self.a
        return looked_up(u, *self.table)


def parts_of(law: Law) -> tuple[float, int, float, float, tuple[Floats, Floats, Floats]]:
    """Return (share that meets it, kind, two parameters, tables) of a law."""
    share = 1.0
    if isinstance(law, Maybe):
        share, law = law.share_ratio, law.law
    none = (np.zeros(2), np.zeros(2), np.zeros(2))
    if isinstance(law, Constant):
        return share, CONSTANT, law.value_s, 0.0, none
    if isinstance(law, Uniform):
        return share, UNIFORM, law.low_s, law.high_s - law.low_s, none
    if isinstance(law, Exponential):
        return share, EXPONENTIAL, law.mean_s, 0.0, none
    if isinstance(law, Gathering):
        raise TypeError("a gathering is simulated, not drawn")
    assert isinstance(law, Lognormal)
    if law.sigma == 0.0:
        return share, CONSTANT, law.p50_s, 0.0, none
    return share, TABLE, law.p50_s, law.sigma, tables(law.p50_s, law.sigma)
