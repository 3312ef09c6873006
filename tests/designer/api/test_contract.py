"""The OpenAPI document is true: valid, complete, and kept under made-up requests."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from ruamel.yaml import YAML
from schemathesis.core.media_types import YAML_MEDIA_TYPES
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from designer.accounts.models import Scope
from designer.api.discovery import openapi_json
from tests.conftest import Caller
from tests.designer.accounts.test_access import SWEEP, _proposed, _shared, _team, routes

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
RAW: dict[str, Any] = json.loads(openapi_json()[0])
CONTRACT = schemathesis.openapi.from_dict(RAW)
APPLICATION = get_wsgi_application()


@schemathesis.deserializer(*YAML_MEDIA_TYPES)
def _template(context: Any, response: Any) -> Any:
    """Read CloudFormation's YAML, whose tags (!Ref) no plain reader knows."""
    return YAML(typ="rt").load(response.text)


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in RAW["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_is_valid_openapi_3_1() -> None:
    assert RAW["openapi"] == "3.1.0"
    validate(RAW)


def test_drawing_it_warns_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    openapi_json.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        openapi_json()
    assert "arning" not in capsys.readouterr().err


def test_every_route_is_in_it_and_the_reverse() -> None:
    drawn = {(path, method) for path, method, _ in _operations()}
    served = set()
    for route in routes():
        view = getattr(route.callback, "view_class", None)
        if view is None:
            continue
        path = "/api/v1/" + str(route.pattern)
        for name in route.pattern.converters:
            start = path.index("<")
            path = path[:start] + "{" + name + "}" + path[path.index(">") + 1 :]
        served |= {(path, method) for method in METHODS if hasattr(view, method)}
    assert drawn == served


def test_every_operation_has_a_name_a_tag_and_its_problems() -> None:
    names = [operation["operationId"] for _, _, operation in _operations()]
    assert len(names) == len(set(names))
    for path, method, operation in _operations():
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["tags"], where
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], where


@pytest.fixture
def ids(
    owner: Caller, reviewer: Caller, design: dict[str, Any], workspace: Any, viewer_user: Any
) -> dict[str, str]:
    """An existing object for every kind of path parameter."""
    token = {"name": "t", "scopes": ["designs:read"], "expires_at": _tomorrow()}
    return {
        "design_id": design["id"],
        "revision_id": owner.post(f"designs/{design['id']}/revisions").json()["id"],
        "estimate_id": owner.post("estimates", {"design": design["id"]}).json()["id"],
        "whatif_id": owner.post("whatifs", {"design": design["id"], **SWEEP}).json()["id"],
        "simulation_id": owner.post("simulations", {"design": design["id"]}).json()["id"],
        "workspace_id": workspace.pk,
        "member_id": viewer_user.memberships.get().pk,
        "token_id": owner.post("tokens", token).json()["id"],
        **_team(owner, workspace.pk),
        **_shared(owner, design["id"]),
        **_proposed(owner, reviewer, design["id"]),
    }


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep requests within the test's transaction, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _tomorrow() -> str:
    return (timezone.now() + timedelta(days=1)).isoformat()


@CONTRACT.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,  # A run that fails can be run again.
    suppress_health_check=list(HealthCheck),
)
def test_made_up_requests_get_documented_answers(
    case: schemathesis.Case,
    token_caller: Any,
    ids: dict[str, str],
    settings: Any,
    one_connection: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("designer.designs.presence.STREAM_S", 0.01)
    monkeypatch.setattr("designer.designs.presence.LOOK_EVERY_S", 0.01)
    settings.REQUESTS_PER_MIN = settings.PREVIEWS_PER_MIN = 1_000_000
    caller = token_caller(*Scope.values)
    # A made-up id finds nothing; put one that exists wherever the made-up one is well formed.
    for name, value in (case.path_parameters or {}).items():
        if re.fullmatch("[a-z]{3}_[0-9a-z]{20}", str(value)) or name == "secret":
            case.path_parameters[name] = ids[name]
    case.headers = {**(case.headers or {}), **caller.headers, "Accept-Encoding": "identity"}
    response = case.call(app=APPLICATION)
    case.validate_response(
        response,
        checks=[
            schemathesis.checks.not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
            unsupported_method,
        ],
    )
