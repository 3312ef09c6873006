"""The reference engine: one event after another from a heap, in plain Python.

It runs the same plan with the same draws as the compiled sample paths and counts the same, to the
bit: the tests' oracle. It is also what runs where Numba is missing, and where a loop has no least
delay, so that no window of time can be cut out of it.

Stages that nothing can make wait pass events straight on, also ahead of the clock: their order is
that of their one source.
"""

from .events import run

__all__ = ["run"]
