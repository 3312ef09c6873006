"""The front door of the API and its limits; here because they name engine and prices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from designer.api import idempotency, pagination
from designer.api.views import ApiView
from designer.document.design import MAX_EDGES, MAX_NODES
from estimator.engine import ENGINE_VERSION
from estimator.engine.simulation.options import MOST_MESSAGES, MOST_REPLICATIONS, MOST_TRACE
from estimator.engine.whatif import MOST
from estimator.prices import default_date

from . import serializers as s
from .runs.views import MAX_WAIT_S

TAGS = ["Discovery"]
LINKS = (
    "me",
    "workspaces",
    "tokens",
    "catalog",
    "design-schema",
    "designs",
    "proposals",
    "estimates",
    "simulations",
    "whatifs",
    "previews",
    "comparisons",
    "quotes",
    "exports",
    "limits",
    "openapi",
)


class RootView(ApiView):
    @extend_schema(
        operation_id="root",
        summary="Links, versions and the date of the prices",
        tags=TAGS,
        request=None,
        responses={200: s.RootBody},
    )
    def get(self, request: Request) -> Response:
        links: dict[str, Any] = {name.replace("-", "_"): reverse(name) for name in LINKS}
        return Response(
            {
                "name": "Weir",
                "version": settings.VERSION,
                "engine_version": ENGINE_VERSION,
                "price_date": default_date(),
                "links": links,
            }
        )


class LimitsView(ApiView):
    @extend_schema(
        operation_id="limits",
        summary="How much fits",
        tags=TAGS,
        request=None,
        responses={200: s.LimitsBody},
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "body_bytes": settings.MAX_BODY_BYTES,
                "json_depth": settings.MAX_JSON_DEPTH,
                "nodes": MAX_NODES,
                "edges": MAX_EDGES,
                "page_items": pagination.MAX_LIMIT,
                "requests_per_min": settings.REQUESTS_PER_MIN,
                "previews_per_min": settings.PREVIEWS_PER_MIN,
                "prefer_wait_s": MAX_WAIT_S,
                "run_attempts": settings.MAX_ATTEMPTS,
                "simulation_replications": MOST_REPLICATIONS,
                "simulation_messages": MOST_MESSAGES,
                "simulation_trace_times": MOST_TRACE,
                "whatif_points": MOST["flow"],
                "whatif_simulated_points": MOST["simulation"],
                "trash_days": settings.TRASH_DAYS,
                "run_days": settings.KEEP_RUNS_DAYS,
                "idempotency_hours": int(idempotency.KEPT.total_seconds() // 3600),
            }
        )
