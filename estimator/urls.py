"""Addresses of runs and previews, and the front door, under /api/v1/."""

from django.urls import path

from . import discovery, views

urlpatterns = [
    path("", discovery.RootView.as_view(), name="root"),
    path("limits", discovery.LimitsView.as_view(), name="limits"),
    path("estimates", views.EstimatesView.as_view(), name="estimates"),
    path("estimates/<est:estimate_id>", views.EstimateView.as_view(), name="estimate"),
    path(
        "estimates/<est:estimate_id>/cancel",
        views.EstimateCancelView.as_view(),
        name="estimate-cancel",
    ),
    path("previews", views.PreviewsView.as_view(), name="previews"),
    path("comparisons", views.ComparisonsView.as_view(), name="comparisons"),
    path("quotes", views.QuotesView.as_view(), name="quotes"),
]
