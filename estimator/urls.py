"""Addresses of runs and previews, and the front door, under /api/v1/."""

from django.urls import path

from . import delta_views, discovery, shared, views
from .reports import views as reports
from .simulations import views as simulations
from .whatifs import views as whatifs

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
    path("simulations", simulations.SimulationsView.as_view(), name="simulations"),
    path(
        "simulations/<sim:simulation_id>",
        simulations.SimulationView.as_view(),
        name="simulation",
    ),
    path(
        "simulations/<sim:simulation_id>/cancel",
        simulations.SimulationCancelView.as_view(),
        name="simulation-cancel",
    ),
    path(
        "simulations/<sim:simulation_id>/series.csv",
        simulations.SeriesView.as_view(),
        name="simulation-series",
    ),
    path(
        "simulations/<sim:simulation_id>/paths.csv",
        simulations.PathsView.as_view(),
        name="simulation-paths",
    ),
    path(
        "designs/<dsn:design_id>/scenarios",
        simulations.ScenariosView.as_view(),
        name="scenarios",
    ),
    path("whatifs", whatifs.WhatIfsView.as_view(), name="whatifs"),
    path("whatifs/inputs", whatifs.InputsView.as_view(), name="whatif-inputs"),
    path("whatifs/<wif:whatif_id>", whatifs.WhatIfView.as_view(), name="whatif"),
    path(
        "whatifs/<wif:whatif_id>/cancel", whatifs.WhatIfCancelView.as_view(), name="whatif-cancel"
    ),
    path("shared/<str:secret>/report", shared.SharedReportView.as_view(), name="shared-report"),
    path("previews", views.PreviewsView.as_view(), name="previews"),
    path("comparisons", views.ComparisonsView.as_view(), name="comparisons"),
    path(
        "proposals/<prp:proposal_id>/deltas",
        delta_views.DeltasView.as_view(),
        name="proposal-deltas",
    ),
    path(
        "proposals/<prp:proposal_id>/report.html",
        reports.ProposalReportView.as_view(),
        name="proposal-report",
    ),
    path(
        "designs/<dsn:design_id>/comparison.html",
        reports.ComparisonReportView.as_view(),
        name="design-comparison",
    ),
    path(
        "revisions/<rev:revision_id>/report.html",
        reports.RevisionReportView.as_view(),
        name="revision-report",
    ),
    path("quotes", views.QuotesView.as_view(), name="quotes"),
]
