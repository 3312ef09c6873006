"""What the views of every kind of run share: whose it is, what it is about, how long one waits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from designer import document as documents
from designer.accounts.models import Role
from designer.api.views import ApiView
from designer.designs.views import find_design, find_revision
from estimator.models import Run

from .life import Subject

R = TypeVar("R", bound=Run)

MAX_WAIT_S = 10
POLL_S = 0.05
WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])")
PREFER = OpenApiParameter(
    "Prefer",
    {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
    OpenApiParameter.HEADER,
    description="wait=N waits up to N seconds, at most 10, for the result.",
)


# ---- Asking -------------------------------------------------------------------------------------


def asked_for(view: ApiView, asked: dict[str, Any]) -> Subject:
    """Return what a run is asked of: a design's draft, a revision, or a document of its own.

    Raises:
        Http404: It is not there or not theirs to know of.
        ApiError: 403, a member of a lesser role.
    """
    if "design" in asked:
        design = find_design(view, asked["design"], Role.EDITOR)
        return {
            "workspace_id": design.workspace_id,
            "document": documents.load(design.document),
            "design": design,
        }
    if "revision" in asked:
        revision = find_revision(view, asked["revision"], Role.EDITOR)
        return {
            "workspace_id": revision.design.workspace_id,
            "document": documents.load(revision.document),
            "design": revision.design,
            "revision": revision,
        }
    return {
        "workspace_id": view.actor.workspace(asked.get("workspace"), Role.EDITOR),
        "document": asked["document"],
    }


def wait_s(request: Request) -> int:
    """Return how long the caller is ready to wait (RFC 7240)."""
    match = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(match.group(1)), MAX_WAIT_S) if match else 0


def accepted(
    request: Request, run: R, rows: QuerySet[R], body: Callable[[R], dict[str, Any]]
) -> Response:
    """Answer who asked for a run, when it is done or they waited for as long as they would."""
    patience_s = wait_s(request)
    deadline = time.monotonic() + patience_s
    while not run.done and time.monotonic() < deadline:
        time.sleep(POLL_S)
        run.refresh_from_db(fields=["status"])
    found = rows.get(pk=run.pk)
    answer = shown(found, body(found))
    # 202, not 201: the row exists but its numbers do not yet.
    answer.status_code = 200 if found.done else 202
    answer["Location"] = reverse(str(run._meta.model_name), args=[run.pk])
    if patience_s:
        answer["Preference-Applied"] = f"wait={patience_s}"
    return answer


# ---- Finding and showing ------------------------------------------------------------------------


def narrowed(view: ApiView, rows: QuerySet[R]) -> QuerySet[R]:
    """Return the runs that the caller may see and the query asks for."""
    query = view.query
    if "design" in query:
        design = find_design(view, query["design"], Role.VIEWER, whole=False)
        rows = rows.filter(design=design)
    if "workspace" in query:
        view.actor.require(query["workspace"], Role.VIEWER)
        rows = rows.filter(workspace_id=query["workspace"])
    if "status" in query:
        rows = rows.filter(status=query["status"])
    return rows.filter(workspace_id__in=list(view.actor.roles))


def find_run(view: ApiView, rows: QuerySet[R], run_id: str, needed: Role) -> R:
    """Return a run that the caller may use in this way.

    Raises:
        Http404: It is not there or not theirs to know of.
    """
    run = get_object_or_404(rows, pk=run_id)
    view.actor.require(run.workspace_id, needed)
    return run


def item(run: Run) -> dict[str, Any]:
    """Return what is shown of a run of any kind."""
    return {
        "id": run.pk,
        "kind": run._meta.model_name,
        "status": run.status,
        "progress": run.progress,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "workspace": run.workspace_id,
        "design": run.design_id,
        "revision": run.revision_id,
        "model_hash": run.model_hash,
        "engine_version": run.engine_version,
        "price_date": run.price_date,
        "error": run.error,
        "cached": run.cached,
    }


def with_result(
    item: dict[str, Any],
    report: dict[str, Any] | None,
    figures: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a run with its result, and with figures of it where they are asked for."""
    found = {**item, "result": report}
    if figures is not None and report is not None:
        found["charts"] = figures(report)
    return found


def shown(run: Run, body: dict[str, Any]) -> Response:
    """Return the answer that shows a run; it says when to look again, if there will be more."""
    answer = Response(body)
    if not run.settled:
        answer["Retry-After"] = "1"
    return answer
