"""Addresses of the API's own descriptions, under /api/v1/."""

from django.urls import path

from . import discovery

urlpatterns = [
    path("catalog", discovery.CatalogView.as_view(), name="catalog"),
    path("schemas/design.json", discovery.DesignSchemaView.as_view(), name="design-schema"),
    path("problems", discovery.ProblemsView.as_view(), name="problems"),
    path("openapi.json", discovery.OpenApiView.as_view(), name="openapi"),
]
