"""Lists in pages: a cursor names the last row seen, so inserts neither repeat nor hide rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from .problems import ApiError

Row = TypeVar("Row", bound=Model)

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


class PageQuery(serializers.Serializer[Any]):
    """The parameters of every list."""

    cursor = serializers.CharField(
        required=False, max_length=400, help_text="`next` of the page before."
    )
    limit = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_LIMIT,
        default=DEFAULT_LIMIT,
        help_text="Items in a page.",
    )


def _encode(order: str, row: Model) -> str:
    value = getattr(row, order.lstrip("-"))
    value = value.isoformat() if isinstance(value, datetime) else value
    return (
        base64.urlsafe_b64encode(json.dumps([order, value, row.pk]).encode()).decode().rstrip("=")
    )


def _decode(order: str, cursor: str) -> tuple[Any, str]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, value, pk = json.loads(raw)
        if (
            of != order
            or not isinstance(pk, str)
            or not isinstance(value, str)
            or "\x00" in value + pk
        ):
            raise ValueError
        if order.lstrip("-") == "at" or order.endswith("_at"):
            return datetime.fromisoformat(value).astimezone(UTC), pk
        return value, pk
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        raise ApiError(
            400, "bad-cursor", "The cursor is not one that this list gave out for this order."
        ) from None


def page(
    request: Request,
    rows: QuerySet[Row],
    query: dict[str, Any],
    describe: Callable[[list[Row]], list[dict[str, Any]]],
    *,
    order: str = "-created_at",
) -> Response:
    """Return one page of rows as ``{"items", "next"}`` with a Link to the next."""
    limit, field, down = query["limit"], order.lstrip("-"), order.startswith("-")
    if cursor := query.get("cursor"):
        value, pk = _decode(order, cursor)
        side = "lt" if down else "gt"
        rows = rows.filter(
            Q(**{f"{field}__{side}": value}) | Q(**{field: value, f"pk__{side}": pk})
        )
    found = list(rows.order_by(order, "-pk" if down else "pk")[: limit + 1])
    following = _encode(order, found[limit - 1]) if len(found) > limit else None
    response = Response({"items": describe(found[:limit]), "next": following})
    if following:
        parameters = {**request.query_params.dict(), "cursor": following}
        response["Link"] = f'<{request.path}?{urlencode(parameters)}>; rel="next"'
    return response
