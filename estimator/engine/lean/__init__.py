"""One scenario without hours, solved on plain floats: the same equations as `flow`, without arrays.

An array of one value costs fifty times what a float costs. What never changes while a network is
solved (retries, limits of batches, which cap counts which arrow) is laid out once; the arithmetic
is that of `flow`, in its order, so both give the same figures (a test holds them together).

First everything is let through (`Solution.pass_through`), and the loads on all caps are looked at
together (`Table`). Only where one of them is over its limit is the graph swept with limits
(`Solution.run`).
"""

from .layout import Lean, lay_out
from .solution import Solution
from .table import Table

__all__ = ["Lean", "Solution", "Table", "lay_out"]
