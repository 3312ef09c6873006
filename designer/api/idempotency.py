"""``Idempotency-Key``: a request sent twice does its work once.

After draft-ietf-httpapi-idempotency-key-header.

Only successes are kept: after a refusal the same key may carry the corrected request.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .models import IdempotencyRecord
from .problems import ApiError
from .throttles import caller

KEPT = timedelta(hours=48)
ABANDONED = timedelta(seconds=90)  # Longer than any request may take: its process is gone.
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEPT_HEADERS = ("Location", "ETag", "Retry-After", "Preference-Applied")

View = Callable[..., Response]


def _claim(request: Request, key: str) -> tuple[IdempotencyRecord, bool]:
    """Return the record of this key and whether this request is the first to carry it."""
    digest = hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).hexdigest()
    name = {
        "caller": caller(request),
        "route": f"{request.method} {request.path}"[:200],
        "key": key,
    }
    now = timezone.now()
    IdempotencyRecord.objects.filter(**name, created_at__lt=now - KEPT).delete()
    IdempotencyRecord.objects.filter(
        **name, status__isnull=True, created_at__lt=now - ABANDONED
    ).delete()
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(**name, body_hash=digest), True
    except IntegrityError:
        pass
    record = IdempotencyRecord.objects.filter(**name).first()
    if record is not None and record.body_hash != digest:
        raise ApiError(
            422,
            "idempotency-key-reused",
            "This Idempotency-Key was used with another body; use a fresh key for a new request.",
        )
    if record is None or record.status is None:
        raise ApiError(
            409,
            "idempotency-key-in-use",
            "The first request with this Idempotency-Key is still running.",
            headers={"Retry-After": "1"},
        )
    return record, False


def idempotent(view: View) -> View:
    """Honour Idempotency-Key on a view method."""

    @functools.wraps(view)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(self, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise ApiError(
                400,
                "bad-idempotency-key",
                "Idempotency-Key takes 1 to 255 visible ASCII characters.",
            )
        record, first = _claim(request, key)
        if not first:
            replay = Response(record.body, status=record.status, headers=record.headers)
            replay["Idempotency-Replayed"] = "true"
            return replay
        try:
            response = view(self, request, *args, **kwargs)
        except BaseException:
            record.delete()
            raise
        record.status = response.status_code
        # Through JSON once, so that a replay is the same to the last byte.
        record.body = json.loads(JSONRenderer().render(response.data))
        record.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        record.save(update_fields=["status", "body", "headers"])
        return response

    return wrapped
