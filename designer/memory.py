"""Python's search for reference cycles, in processes that answer requests.

A report of a thousand nodes is half a million small objects, none of them in a cycle; with the
usual thresholds a third of its time went into looking for cycles again and again.
"""

from __future__ import annotations

import gc

NEW, YOUNG, OLD = 100_000, 20, 20


def settle() -> None:
    """Leave what is loaded by now alone for ever, and look at what is new less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW, YOUNG, OLD)
