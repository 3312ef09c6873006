"""Errors of asking for prices that the project does not hold."""

from __future__ import annotations

from designer.errors import UserError


class PriceBookError(UserError):
    """No price book exists for this region or date."""

    code = "unknown-price-book"
    title = "There is no such price book"


class OfferError(UserError):
    """A file of AWS's Price List that cannot be taken over."""

    code = "invalid-offer"
    title = "The price file cannot be imported"
