"""Telling people and programs: notices, mails and webhooks, from rows that a worker delivers."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from designer.accounts import audit
from designer.accounts.access import Actor
from designer.accounts.models import User
from designer.api.problems import ApiError

from . import outbound
from .models import Delivery, Notice, Outcome, Webhook

MAX_WEBHOOKS = 20
LEASE = timedelta(seconds=60)  # Longer than any attempt may take.
KEEP = timedelta(days=30)
KEEP_UNREAD = timedelta(days=180)
#: Seconds until the next attempt, after the sample schedule of Standard Webhooks.
SCHEDULE_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_LOG = len(SCHEDULE_S) + 1

Ring = Callable[[str], None]
_rings: list[Ring] = []


def register(ring: Ring) -> None:
    """Name the function that tells the workers of a delivery; without it, the sweeper finds it."""
    _rings[:] = [ring]


def _ring(delivery_id: str) -> None:
    for ring in _rings:
        ring(delivery_id)


def _queue(**columns: Any) -> Delivery:
    delivery = Delivery.objects.create(**columns)
    transaction.on_commit(lambda: _ring(delivery.pk))
    return delivery


def message_body(event: str, data: dict[str, Any]) -> str:
    """Return a thin message: what happened and where to ask more."""
    at = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": event, "timestamp": at, "data": data}, separators=(",", ":"))


@transaction.atomic
def tell(
    *,
    workspace_id: str,
    event: str,
    data: dict[str, Any],
    title: str = "",
    path: str = "",
    people: Iterable[str] = (),
) -> None:
    """Tell people in the app and by mail, and programs by webhook."""
    hooks = Webhook.objects.filter(workspace_id=workspace_id, disabled_at=None)
    body = message_body(event, {"workspace": workspace_id, **data})
    message = f"msg_{secrets.token_hex(12)}"
    for hook in hooks:
        if event in hook.events:
            _queue(webhook=hook, event=event, message=message, body=body)
    if not title:
        return
    for user in User.objects.filter(pk__in=list(people), is_active=True):
        notice = Notice.objects.create(
            user=user, workspace_id=workspace_id, event=event, title=title[:200], path=path
        )
        if user.email_notices:
            text = f"{title}\n\n{settings.PUBLIC_URL}{path}\n" if settings.PUBLIC_URL else title
            _queue(user=user, event=event, message=notice.pk, subject=title[:200], body=text)


def claim(delivery_id: str) -> Delivery | None:
    """Return a delivery that is due, now held by the caller, or None."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = Delivery.objects.filter(
        free, pk=delivery_id, status=Outcome.PENDING, next_at__lte=now
    ).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    return Delivery.objects.select_related("webhook", "user").get(pk=delivery_id)


def deliver(delivery_id: str) -> None:
    """Make one attempt; running it twice does no harm, for only one claims it."""
    delivery = claim(delivery_id)
    if delivery is None:
        return
    hook = delivery.webhook
    answer = _post(delivery, hook) if hook is not None else _mail(delivery)
    _settle(delivery, answer)


def _post(delivery: Delivery, webhook: Webhook) -> outbound.Answer:
    if webhook.disabled_at is not None:
        return outbound.Answer(error="The webhook is switched off.", final=True)
    now = int(timezone.now().timestamp())
    headers = outbound.signed(delivery.message, now, delivery.body, webhook.keys())
    return outbound.post(webhook.url, delivery.body.encode(), headers)


def _mail(delivery: Delivery) -> outbound.Answer:
    user = delivery.user
    if user is None or not user.is_active or not user.email_notices:
        return outbound.Answer(error="The person wants no mail.", final=True)
    try:
        mail = EmailMessage(delivery.subject, delivery.body, to=[user.email])
        mail.send()
    except Exception as error:  # Whatever the backend raises, the next attempt may go through.
        return outbound.Answer(error=type(error).__name__)
    return outbound.Answer(status=250)


@transaction.atomic
def _settle(delivery: Delivery, answer: outbound.Answer) -> None:
    """Write down how an attempt went, and when the next one is."""
    now = timezone.now()
    entry = {
        "at": now.isoformat().replace("+00:00", "Z"),
        "status": answer.status,
        "error": answer.error,
        "ms": answer.ms,
    }
    changes: dict[str, Any] = {"log": [*delivery.log, entry][-MAX_LOG:], "lease_until": None}
    if answer.ok:
        changes |= {"status": Outcome.SUCCEEDED, "finished_at": now}
    elif answer.final or answer.status == 410 or delivery.attempts > len(SCHEDULE_S):
        changes |= {"status": Outcome.FAILED, "finished_at": now}
    else:
        wait_s = SCHEDULE_S[delivery.attempts - 1] * random.uniform(0.9, 1.1)
        changes["next_at"] = now + timedelta(seconds=max(wait_s, answer.retry_after_s or 0))
    Delivery.objects.filter(pk=delivery.pk).update(**changes)
    if delivery.webhook is not None:
        if answer.status == 410:
            _disable(delivery.webhook, "The receiver answered 410 Gone.")
        elif delivery.attempts > len(SCHEDULE_S) and not answer.ok:
            _disable(delivery.webhook, "The receiver failed for days.")


def _disable(webhook: Webhook, why: str) -> None:
    Webhook.objects.filter(pk=webhook.pk, disabled_at=None).update(
        disabled_at=timezone.now(), disabled_why=why
    )


def sweep(*, at_most: int = 100) -> int:
    """Ring for deliveries that are due and that nobody works on; return how many."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Delivery.objects.filter(
        free, status=Outcome.PENDING, next_at__lte=now - timedelta(seconds=1)
    )
    found = list(due.order_by("next_at").values_list("pk", flat=True)[:at_most])
    for pk in found:
        _ring(pk)
    return len(found)


def purge() -> int:
    """Delete deliveries that ended and notices that were read long ago; return how many."""
    now = timezone.now()
    gone = Delivery.objects.filter(finished_at__lt=now - KEEP).delete()[0]
    old = Q(created_at__lt=now - KEEP, read_at__isnull=False)
    very_old = Q(created_at__lt=now - KEEP_UNREAD)
    return gone + Notice.objects.filter(old | very_old).delete()[0]


@transaction.atomic
def create_webhook(*, by: Actor, workspace_id: str, **columns: Any) -> Webhook:
    """Return a new webhook.

    Raises:
        ApiError: 409 with too many; 422 for an address that is not to be called.
    """
    outbound.check(columns["url"])
    if Webhook.objects.filter(workspace_id=workspace_id).count() >= MAX_WEBHOOKS:
        raise ApiError(409, "too-many", f"A workspace has at most {MAX_WEBHOOKS} webhooks.")
    webhook = Webhook.objects.create(workspace_id=workspace_id, **columns)
    audit.record(
        by,
        action="webhook.create",
        object_id=webhook.pk,
        workspace_id=workspace_id,
        note=webhook.url,
    )
    return webhook


@transaction.atomic
def change_webhook(*, by: Actor, webhook: Webhook, **changes: Any) -> Webhook:
    """Return the webhook with another address, name, list of events, or switched on or off."""
    if "url" in changes:
        outbound.check(changes["url"])
    if "enabled" in changes:
        on = changes.pop("enabled")
        changes["disabled_at"] = None if on else webhook.disabled_at or timezone.now()
        changes["disabled_why"] = "" if on else webhook.disabled_why or "Switched off."
    for name, value in changes.items():
        setattr(webhook, name, value)
    if changes:
        webhook.save(update_fields=list(changes))
        audit.record(
            by,
            action="webhook.change",
            object_id=webhook.pk,
            workspace_id=webhook.workspace_id,
            note=webhook.url if "url" in changes else ", ".join(sorted(changes)),
        )
    return webhook


@transaction.atomic
def delete_webhook(*, by: Actor, webhook: Webhook) -> None:
    """Delete a webhook with its log."""
    audit.record(
        by, action="webhook.delete", object_id=webhook.pk, workspace_id=webhook.workspace_id
    )
    webhook.delete()


@transaction.atomic
def rotate_secret(*, by: Actor, webhook: Webhook) -> Webhook:
    """Return the webhook with a new secret; for a day messages are signed with both."""
    Webhook.objects.filter(pk=webhook.pk).update(
        generation=F("generation") + 1, rotated_at=timezone.now()
    )
    webhook.refresh_from_db()
    audit.record(
        by, action="webhook.rotate", object_id=webhook.pk, workspace_id=webhook.workspace_id
    )
    return webhook


@transaction.atomic
def send_test(*, webhook: Webhook) -> Delivery:
    """Queue a message that says nothing, to try a receiver with."""
    body = message_body("webhook.test", {"workspace": webhook.workspace_id, "webhook": webhook.pk})
    message = f"msg_{secrets.token_hex(12)}"
    return _queue(webhook=webhook, event="webhook.test", message=message, body=body)


@transaction.atomic
def deliver_again(*, delivery: Delivery) -> Delivery:
    """Queue the same message once more, under the same id."""
    return _queue(
        webhook=delivery.webhook,
        event=delivery.event,
        message=delivery.message,
        body=delivery.body,
    )
