"""AWS list prices: dated, sourced, per region; read-only and free of any web framework."""

from .book import (
    CURRENCY,
    MONTH_HOURS,
    Allowance,
    Meter,
    PriceBook,
    Tier,
    book,
    dates,
    region_names,
    regions,
)
from .errors import PriceBookError

__all__ = [
    "CURRENCY",
    "MONTH_HOURS",
    "Allowance",
    "Meter",
    "PriceBook",
    "PriceBookError",
    "Tier",
    "book",
    "dates",
    "region_names",
    "regions",
]
