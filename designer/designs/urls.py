"""Addresses of designs, revisions and exports, under /api/v1/."""

from django.urls import path

from . import exports, views

urlpatterns = [
    path("designs", views.DesignsView.as_view(), name="designs"),
    path("designs/<dsn:design_id>", views.DesignView.as_view(), name="design"),
    path(
        "designs/<dsn:design_id>/restore", views.DesignRestoreView.as_view(), name="design-restore"
    ),
    path("designs/<dsn:design_id>/copy", views.DesignCopyView.as_view(), name="design-copy"),
    path("designs/<dsn:design_id>/revisions", views.RevisionsView.as_view(), name="revisions"),
    path("revisions/<rev:revision_id>", views.RevisionView.as_view(), name="revision"),
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
