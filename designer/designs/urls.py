"""Addresses of designs, revisions and exports, under /api/v1/."""

from django.urls import path

from . import exports, presence_views, share_views, views

urlpatterns = [
    path("designs", views.DesignsView.as_view(), name="designs"),
    path("designs/<dsn:design_id>", views.DesignView.as_view(), name="design"),
    path(
        "designs/<dsn:design_id>/restore", views.DesignRestoreView.as_view(), name="design-restore"
    ),
    path("designs/<dsn:design_id>/copy", views.DesignCopyView.as_view(), name="design-copy"),
    path("designs/<dsn:design_id>/revisions", views.RevisionsView.as_view(), name="revisions"),
    path("revisions/<rev:revision_id>", views.RevisionView.as_view(), name="revision"),
    path("designs/<dsn:design_id>/merge", views.DesignMergeView.as_view(), name="design-merge"),
    path(
        "designs/<dsn:design_id>/picture.svg",
        share_views.DesignPictureView.as_view(),
        name="design-picture",
    ),
    path(
        "revisions/<rev:revision_id>/restore",
        views.RevisionRestoreView.as_view(),
        name="revision-restore",
    ),
    path(
        "revisions/<rev:revision_id>/picture.svg",
        share_views.RevisionPictureView.as_view(),
        name="revision-picture",
    ),
    path(
        "designs/<dsn:design_id>/presence",
        presence_views.PresenceView.as_view(),
        name="presence",
    ),
    path(
        "designs/<dsn:design_id>/presence/events",
        presence_views.PresenceEventsView.as_view(),
        name="presence-events",
    ),
    path("designs/<dsn:design_id>/shares", share_views.SharesView.as_view(), name="shares"),
    path("shares/<shr:share_id>", share_views.ShareView.as_view(), name="share"),
    path("designs/<dsn:design_id>/remarks", share_views.RemarksView.as_view(), name="remarks"),
    path("shared/<str:secret>", share_views.SharedView.as_view(), name="shared"),
    path(
        "shared/<str:secret>/catalog",
        share_views.SharedCatalogView.as_view(),
        name="shared-catalog",
    ),
    path(
        "shared/<str:secret>/picture.svg",
        share_views.SharedPictureView.as_view(),
        name="shared-picture",
    ),
    path(
        "shared/<str:secret>/remarks",
        share_views.SharedRemarksView.as_view(),
        name="shared-remarks",
    ),
    path("exports", exports.ExportsView.as_view(), name="exports"),
    path(
        "designs/<dsn:design_id>/exports/template.yaml",
        exports.TemplateYamlView.as_view(),
        name="export-yaml",
    ),
    path(
        "designs/<dsn:design_id>/exports/template.json",
        exports.TemplateJsonView.as_view(),
        name="export-json",
    ),
    path(
        "designs/<dsn:design_id>/exports/bundle.zip",
        exports.BundleView.as_view(),
        name="export-bundle",
    ),
]
