"""HTTP face of notices, webhooks and deliveries."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.accounts.models import Role, Scope
from designer.api.pagination import PageQuery, page
from designer.api.views import ApiView

from . import actions
from . import serializers as s
from .events import names
from .models import Delivery, Notice, Outcome, Webhook

TAGS = ["Notices"]
MOST_COUNTED = 100


def notice_body(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "workspace": notice.workspace_id,
        "event": notice.event,
        "title": notice.title,
        "path": notice.path,
        "created_at": notice.created_at,
        "read_at": notice.read_at,
    }


def webhook_body(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.pk,
        "workspace": webhook.workspace_id,
        "url": webhook.url,
        "name": webhook.name,
        "events": webhook.events,
        "enabled": webhook.disabled_at is None,
        "disabled_why": webhook.disabled_why,
        "rotated_at": webhook.rotated_at,
        "created_at": webhook.created_at,
    }


def delivery_body(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "webhook": delivery.webhook_id,
        "event": delivery.event,
        "message": delivery.message,
        "status": delivery.status,
        "attempts": delivery.log,
        "next_at": delivery.next_at if delivery.status == Outcome.PENDING else None,
        "created_at": delivery.created_at,
        "finished_at": delivery.finished_at,
    }


class NoticesView(ApiView):
    queries = {"GET": s.NoticeQuery}

    @extend_schema(
        operation_id="notices_list",
        summary="My notices",
        tags=TAGS,
        request=None,
        responses={200: s.NoticeList},
    )
    def get(self, request: Request) -> Response:
        # Who left a workspace, or comes by a token of another one, learns nothing of it.
        mine = Notice.objects.filter(user=self.actor.user, workspace_id__in=list(self.actor.roles))
        unread = mine.filter(read_at=None)
        response = page(
            request,
            unread if self.query["unread"] else mine,
            self.query,
            lambda found: [notice_body(one) for one in found],
        )
        response.data["unread"] = unread[:MOST_COUNTED].count()
        return response


class NoticesReadView(ApiView):
    @extend_schema(
        operation_id="notices_read",
        summary="Mark all my notices as read",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="All are read.")},
    )
    def post(self, request: Request) -> Response:
        Notice.objects.filter(
            user=self.actor.user, workspace_id__in=list(self.actor.roles), read_at=None
        ).update(read_at=timezone.now())
        return Response(status=204)


class NoticeView(ApiView):
    @extend_schema(
        operation_id="notices_change",
        summary="Mark a notice as read or unread",
        tags=TAGS,
        request=s.NoticeChange,
        responses={200: s.NoticeBody},
    )
    def patch(self, request: Request, notice_id: str) -> Response:
        notice = get_object_or_404(
            Notice, pk=notice_id, user=self.actor.user, workspace_id__in=list(self.actor.roles)
        )
        notice.read_at = timezone.now() if self.read(s.NoticeChange)["read"] else None
        notice.save(update_fields=["read_at"])
        return Response(notice_body(notice))


class WebhooksView(ApiView):
    scopes = {"GET": Scope.WEBHOOKS_ADMIN, "POST": Scope.WEBHOOKS_ADMIN}
    queries = {"GET": PageQuery}

    @extend_schema(
        operation_id="webhooks_list",
        summary="Webhooks of a workspace",
        tags=TAGS,
        request=None,
        responses={200: s.WebhookList},
    )
    def get(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        rows = Webhook.objects.filter(workspace_id=workspace_id)
        response = page(
            request,
            rows,
            self.query,
            lambda found: [webhook_body(one) for one in found],
            order="created_at",
        )
        response.data["events"] = names()
        return response

    @extend_schema(
        operation_id="webhooks_create",
        summary="Make a webhook",
        description=(
            "Messages are signed after Standard Webhooks; the answer holds the secret. Addresses "
            "of private networks are refused, here and at each call."
        ),
        tags=TAGS,
        request=s.NewWebhook,
        responses={201: s.WebhookSecretBody},
    )
    def post(self, request: Request, workspace_id: str) -> Response:
        self.actor.require(workspace_id, Role.OWNER)
        webhook = actions.create_webhook(
            by=self.actor, workspace_id=workspace_id, **self.read(s.NewWebhook)
        )
        return Response(
            {**webhook_body(webhook), "secret": webhook.secret},
            status=201,
            headers={"Location": reverse("webhook", args=[webhook.pk])},
        )


class _OneWebhookView(ApiView):
    def webhook(self, webhook_id: str) -> Webhook:
        webhook = get_object_or_404(Webhook, pk=webhook_id)
        self.actor.require(webhook.workspace_id, Role.OWNER)
        return webhook


class WebhookView(_OneWebhookView):
    scopes = {
        "GET": Scope.WEBHOOKS_ADMIN,
        "PATCH": Scope.WEBHOOKS_ADMIN,
        "DELETE": Scope.WEBHOOKS_ADMIN,
    }

    @extend_schema(
        operation_id="webhooks_get",
        summary="One webhook",
        tags=TAGS,
        request=None,
        responses={200: s.WebhookBody},
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        return Response(webhook_body(self.webhook(webhook_id)))

    @extend_schema(
        operation_id="webhooks_change",
        summary="Change a webhook",
        tags=TAGS,
        request=s.WebhookChange,
        responses={200: s.WebhookBody},
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        webhook = self.webhook(webhook_id)
        asked = self.read(s.WebhookChange)
        changed = actions.change_webhook(by=self.actor, webhook=webhook, **asked)
        return Response(webhook_body(changed))

    @extend_schema(
        operation_id="webhooks_delete",
        summary="Delete a webhook",
        tags=TAGS,
        request=None,
        responses={204: OpenApiResponse(description="Gone, with its log.")},
    )
    def delete(self, request: Request, webhook_id: str) -> Response:
        actions.delete_webhook(by=self.actor, webhook=self.webhook(webhook_id))
        return Response(status=204)


class WebhookSecretView(_OneWebhookView):
    scopes = {"GET": Scope.WEBHOOKS_ADMIN, "POST": Scope.WEBHOOKS_ADMIN}

    @extend_schema(
        operation_id="webhooks_secret",
        summary="The secret of a webhook",
        tags=TAGS,
        request=None,
        responses={200: s.WebhookSecretBody},
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        webhook = self.webhook(webhook_id)
        return Response({**webhook_body(webhook), "secret": webhook.secret})

    @extend_schema(
        operation_id="webhooks_rotate",
        summary="Rotate the secret of a webhook",
        description="For a day messages carry two signatures, one of each secret.",
        tags=TAGS,
        request=None,
        responses={200: s.WebhookSecretBody},
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        webhook = actions.rotate_secret(by=self.actor, webhook=self.webhook(webhook_id))
        return Response({**webhook_body(webhook), "secret": webhook.secret})


class WebhookTestView(_OneWebhookView):
    scopes = {"POST": Scope.WEBHOOKS_ADMIN}

    @extend_schema(
        operation_id="webhooks_test",
        summary="Send a test message",
        tags=TAGS,
        request=None,
        responses={202: s.DeliveryBody},
    )
    def post(self, request: Request, webhook_id: str) -> Response:
        delivery = actions.send_test(webhook=self.webhook(webhook_id))
        location = reverse("delivery", args=[delivery.pk])
        return Response(delivery_body(delivery), status=202, headers={"Location": location})


class DeliveriesView(_OneWebhookView):
    scopes = {"GET": Scope.WEBHOOKS_ADMIN}
    queries = {"GET": s.DeliveryQuery}

    @extend_schema(
        operation_id="deliveries_list",
        summary="Deliveries of a webhook",
        description="With every attempt; kept for 30 days.",
        tags=TAGS,
        request=None,
        responses={200: s.DeliveryList},
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        rows = Delivery.objects.filter(webhook=self.webhook(webhook_id)).defer("body")
        if "status" in self.query:
            rows = rows.filter(status=self.query["status"])
        return page(request, rows, self.query, lambda found: [delivery_body(one) for one in found])


class _OneDeliveryView(ApiView):
    def delivery(self, delivery_id: str) -> Delivery:
        delivery = get_object_or_404(Delivery.objects.select_related("webhook"), pk=delivery_id)
        if delivery.webhook is None:
            raise Http404
        self.actor.require(delivery.webhook.workspace_id, Role.OWNER)
        return delivery


class DeliveryView(_OneDeliveryView):
    scopes = {"GET": Scope.WEBHOOKS_ADMIN}

    @extend_schema(
        operation_id="deliveries_get",
        summary="One delivery",
        tags=TAGS,
        request=None,
        responses={200: s.DeliveryWithBody},
    )
    def get(self, request: Request, delivery_id: str) -> Response:
        delivery = self.delivery(delivery_id)
        return Response({**delivery_body(delivery), "body": delivery.body})


class RedeliverView(_OneDeliveryView):
    scopes = {"POST": Scope.WEBHOOKS_ADMIN}

    @extend_schema(
        operation_id="deliveries_again",
        summary="Deliver a message again",
        description="A new delivery of the same message under the same webhook-id.",
        tags=TAGS,
        request=None,
        responses={202: s.DeliveryBody},
    )
    def post(self, request: Request, delivery_id: str) -> Response:
        delivery = actions.deliver_again(delivery=self.delivery(delivery_id))
        location = reverse("delivery", args=[delivery.pk])
        return Response(delivery_body(delivery), status=202, headers={"Location": location})
