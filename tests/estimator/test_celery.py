"""What goes through the broker, and when."""

from __future__ import annotations

from typing import Any

import pytest

from estimator import tasks
from estimator.celery import app

#: Before the fixture that keeps bells silent replaces it.
original_ring = tasks.ring


def test_a_message_holds_the_id_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.run_estimate, "apply_async", lambda **given: sent.append(given))
    original_ring("est_1")
    assert sent == [{"args": ["est_1"], "retry": False}]


def test_a_broker_that_is_away_costs_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**given: Any) -> None:
        raise ConnectionError("refused")

    monkeypatch.setattr(tasks.run_estimate, "apply_async", refuse)
    original_ring("est_1")
    assert "the sweeper will" in caplog.text


def test_the_sweeper_and_the_nightly_purge_are_scheduled() -> None:
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {"estimator.tasks.sweep", "estimator.tasks.purge"}
    app.loader.import_default_modules()
    assert scheduled <= set(app.tasks)
    assert app.conf.task_ignore_result
    assert app.conf.accept_content == ["json"]


def test_parts_of_what_takes_long_have_a_queue_of_their_own() -> None:
    from estimator.simulations import tasks as simulations

    route = app.amqp.router.route
    assert route({}, simulations.run_part.name)["queue"].name == "parts"
    assert route({}, tasks.sweep.name)["queue"].name == "runs"
    assert {queue.name for queue in app.amqp.queues.values()} == {"runs", "parts"}


@pytest.mark.django_db
def test_the_nightly_purge_runs() -> None:
    tasks.purge()
