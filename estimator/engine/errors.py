"""What an estimate or a quote refuses, in words the reader can act on."""

from __future__ import annotations

from designer.errors import UserError


class Unstable(UserError):  # noqa: N818 - the field's word for a station that never catches up.
    """A station receives more work than it can ever do, so no steady state exists."""

    code = "unstable"
    title = "The system never reaches a steady state"


class PriceMissing(UserError):  # noqa: N818 - names the fact, as the report does.
    """A price that the answer needs is not in the price book."""

    code = "price-missing"
    title = "A price is missing"


class QuoteError(UserError):
    """The body of a quote is not valid."""

    code = "invalid-quote"
    title = "The quote is not valid"


class TooLarge(UserError):  # noqa: N818 - names the fact.
    """An answer that is given at once would take too long."""

    code = "too-large"
    title = "Too large to be answered at once"
