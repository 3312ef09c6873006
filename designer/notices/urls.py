"""Addresses of notices, webhooks and deliveries, under /api/v1/."""

from django.urls import path

from . import views

urlpatterns = [
    path("notices", views.NoticesView.as_view(), name="notices"),
    path("notices/read", views.NoticesReadView.as_view(), name="notices-read"),
    path("notices/<ntc:notice_id>", views.NoticeView.as_view(), name="notice"),
    path("workspaces/<wsp:workspace_id>/webhooks", views.WebhooksView.as_view(), name="webhooks"),
    path("webhooks/<whk:webhook_id>", views.WebhookView.as_view(), name="webhook"),
    path(
        "webhooks/<whk:webhook_id>/secret",
        views.WebhookSecretView.as_view(),
        name="webhook-secret",
    ),
    path("webhooks/<whk:webhook_id>/test", views.WebhookTestView.as_view(), name="webhook-test"),
    path("webhooks/<whk:webhook_id>/deliveries", views.DeliveriesView.as_view(), name="deliveries"),
    path("deliveries/<dlv:delivery_id>", views.DeliveryView.as_view(), name="delivery"),
    path(
        "deliveries/<dlv:delivery_id>/redeliver",
        views.RedeliverView.as_view(),
        name="delivery-again",
    ),
]
