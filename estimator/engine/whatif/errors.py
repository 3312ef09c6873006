"""What a what-if refuses."""

from __future__ import annotations

from designer.errors import UserError


class WhatIfError(UserError):
    """The question cannot be answered as it was asked."""

    code = "invalid-whatif"
    title = "The what-if is not valid"
