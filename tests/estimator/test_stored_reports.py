"""Reports that older versions stored are read like new ones."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps

from estimator import tasks
from estimator.models import Estimate, Result
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

shared_items = importlib.import_module("estimator.migrations.0004_shared_items")


def test_items_that_were_written_with_every_path_are_written_once(
    owner: Caller, design: Any
) -> None:
    asked = owner.post("estimates", {"design": design["id"]}).json()["id"]
    tasks.run_estimate(asked)
    report = Result.objects.get().report
    shared_items.spread(apps, None)
    old = Result.objects.get().report
    assert "items" not in old
    for before, now in zip(old["paths"], report["paths"], strict=True):
        assert before["items"] == [report["items"][i] for i in now["items"]]
    shared_items.share(apps, None)
    new = Result.objects.get().report
    for before, now in zip(old["paths"], new["paths"], strict=True):
        assert before["items"] == [new["items"][i] for i in now["items"]]
    assert len(new["items"]) <= len(report["items"])
    shared_items.share(apps, None)
    assert Result.objects.get().report == new
    assert Estimate.objects.get().result_id == Result.objects.get().pk
