"""The engine: a design and a price book in, a report out. Pure: no web, no queue, no database."""

from .alwayson import always_on
from .breakeven import compare
from .errors import PriceMissing, QuoteError, Unstable
from .estimate import ENGINE_VERSION, estimate

__all__ = [
    "ENGINE_VERSION",
    "PriceMissing",
    "QuoteError",
    "Unstable",
    "always_on",
    "compare",
    "estimate",
]
