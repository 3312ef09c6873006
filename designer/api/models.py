"""Answers kept so that a repeated request is answered again instead of being carried out again."""

from __future__ import annotations

from django.db import models

from .fields import JsonTextField


class IdempotencyRecord(models.Model):
    """One Idempotency-Key of one caller on one route."""

    caller = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request runs
    headers = JsonTextField(default=dict)
    body = JsonTextField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "route", "key"], name="one_answer_per_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
