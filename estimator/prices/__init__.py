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
    default_date,
    region_names,
    regions,
)
from .errors import OfferError, PriceBookError

__all__ = [
    "CURRENCY",
    "MONTH_HOURS",
    "Allowance",
    "Meter",
    "OfferError",
    "PriceBook",
    "PriceBookError",
    "Tier",
    "book",
    "dates",
    "default_date",
    "region_names",
    "regions",
]
