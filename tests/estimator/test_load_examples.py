"""The gallery is filled at the start, and what people changed stays theirs."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from designer.accounts.models import User
from designer.designs.models import Design
from estimator import tasks
from estimator.models import Estimate
from tests import documents
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db


def _load() -> str:
    out = StringIO()
    call_command("load_examples", stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.EXAMPLES_DIR = tmp_path
    (tmp_path / "orders.design.json").write_text(json.dumps(documents.pipeline()))
    return tmp_path


def test_every_example_we_ship_loads_and_is_estimated() -> None:
    _load()
    assert Design.objects.filter(is_example=True).count() >= 3
    for run in Estimate.objects.all():
        tasks.run_estimate(run.pk)
        run.refresh_from_db()
        assert run.status == "succeeded", run.error
    assert Estimate.objects.count() == Design.objects.count()


def test_loading_twice_changes_nothing(folder: Path) -> None:
    assert _load() == "1 examples, 1 written, 1 estimates requested"
    before = list(Design.objects.values())
    assert _load() == "1 examples, 0 written, 0 estimates requested"
    assert list(Design.objects.values()) == before


def test_a_new_edition_is_taken_over(folder: Path) -> None:
    _load()
    (folder / "orders.design.json").write_text(json.dumps(documents.chain(2)))
    assert _load() == "1 examples, 1 written, 1 estimates requested"
    assert Design.objects.get().node_count == 5
    assert _load() == "1 examples, 0 written, 0 estimates requested"


def test_what_somebody_edited_or_threw_away_stays_so(folder: Path) -> None:
    _load()
    design = Design.objects.get()
    caller = signed_in(User.objects.get())
    mine = {"document": documents.pipeline("Mine")}
    assert caller.put(f"designs/{design.pk}", mine, If_Match=design.etag).status_code == 200
    (folder / "orders.design.json").write_text(json.dumps(documents.chain(2)))
    _load()
    assert Design.objects.get().name == "Mine"
    assert caller.delete(f"designs/{design.pk}", If_Match='"2"').status_code == 204
    assert _load() == "1 examples, 0 written, 0 estimates requested"
    assert caller.get("designs").json()["items"] == []


def test_a_broken_example_is_named(folder: Path) -> None:
    (folder / "broken.design.json").write_text("{")
    with pytest.raises(CommandError, match=r"broken\.design\.json"):
        _load()
