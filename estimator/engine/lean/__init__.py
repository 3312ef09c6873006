"""One scenario without hours, solved on plain floats: the same equations as `flow`, without arrays.

An array of one value costs fifty times what a float costs. What never changes while a network is
solved (retries, limits of batches, which cap counts which arrow) is laid out once; the arithmetic
is that of `flow`, in its order, so both give the same figures (a test holds them together).
"""

from .layout import ALONE, BUFFERED, BUSY, FIXED, HELD, KIB, READ, REQUEST, UNIT, Lean, lay_out
from .solution import Solution, columns

__all__ = [
    "ALONE",
    "BUFFERED",
    "BUSY",
    "FIXED",
    "HELD",
    "KIB",
    "READ",
    "REQUEST",
    "UNIT",
    "Lean",
    "Solution",
    "columns",
    "lay_out",
]
