"""The life of a run: forward only, held by one worker, stored once, asked again for free."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from designer.errors import Problem, UserError
from estimator import actions, tasks
from estimator.models import Estimate, Result, Status
from estimator.runs import leases, life
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db


def _ask(owner: Caller, **body: Any) -> Estimate:
    answer = owner.post("estimates", body or {"document": documents.pipeline()})
    assert answer.status_code in (200, 202), answer.content
    return Estimate.objects.get(pk=answer.json()["id"])


def test_a_new_run_waits_and_rings_after_the_commit(
    owner: Caller, rung: list[str], design: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post("estimates", {"design": design["id"]})
        assert rung == []
    body = answer.json()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/estimates/{body['id']}"
    assert answer["Retry-After"] == "1"
    assert (body["status"], body["progress"], body["result"]) == ("queued", 0.0, None)
    assert rung == [body["id"]]


def test_a_worker_takes_it_to_its_end(owner: Caller, design: Any) -> None:
    run = _ask(owner, design=design["id"])
    tasks.run_estimate(run.pk)
    body = owner.get(f"estimates/{run.pk}").json()
    assert (body["status"], body["progress"], body["attempt"]) == ("succeeded", 1.0, 1)
    assert body["cached"] is False
    assert body["result"]["design_name"] == "Orders"
    assert body["model_hash"] == design["model_hash"]
    times = [body["created_at"], body["started_at"], body["finished_at"]]
    assert times == sorted(times)


def test_asking_again_is_answered_from_the_stored_result(
    owner: Caller, design: Any, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    first = _ask(owner, design=design["id"])
    tasks.run_estimate(first.pk)
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post("estimates", {"document": documents.pipeline("Another name")})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["status"], body["cached"], body["attempt"]) == ("succeeded", True, 0)
    assert body["result"]["design_name"] == "Another name"
    done = owner.get(f"estimates/{first.pk}").json()["result"]
    assert {**body["result"], "design_name": "Orders"} == done
    assert rung == []
    assert Result.objects.count() == 1


def test_another_order_of_nodes_is_computed_anew(owner: Caller) -> None:
    """Its hash is the same, but pointers of the report count nodes."""
    first = _ask(owner)
    tasks.run_estimate(first.pk)
    document = documents.pipeline()
    document["model"]["nodes"].reverse()
    second = _ask(owner, document=document)
    assert second.model_hash == first.model_hash
    assert second.status == Status.QUEUED


def test_results_are_not_shared_between_workspaces(owner: Caller, stranger: Caller) -> None:
    tasks.run_estimate(_ask(owner).pk)
    answer = stranger.post("estimates", {"document": documents.pipeline()})
    assert answer.status_code == 202


def test_running_a_task_twice_does_no_harm(owner: Caller) -> None:
    run = _ask(owner)
    tasks.run_estimate(run.pk)
    done = Estimate.objects.get(pk=run.pk)
    tasks.run_estimate(run.pk)
    again = Estimate.objects.get(pk=run.pk)
    assert (again.attempt, again.finished_at) == (done.attempt, done.finished_at)
    tasks.run_estimate("est_that_never_was00000")


def test_only_one_worker_gets_it(owner: Caller) -> None:
    run = _ask(owner)
    assert actions.claim(estimate_id=run.pk) is not None
    assert actions.claim(estimate_id=run.pk) is None


def _abandon(run: Estimate) -> None:
    Estimate.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_zombie_cannot_write_over_its_successor(owner: Caller) -> None:
    run = _ask(owner)
    zombie = actions.claim(estimate_id=run.pk)
    assert zombie is not None
    _abandon(run)
    heir = actions.claim(estimate_id=run.pk)
    assert heir is not None
    assert (zombie.attempt, heir.attempt) == (1, 2)
    report = {"headline": {"monthly_cost": "666"}}
    assert not leases.renew(zombie)
    assert not actions.succeed(estimate=zombie, report=report)
    assert not actions.fail(estimate=zombie, error=life.neutral_problem("x", "y"))
    assert Result.objects.count() == 0
    assert actions.succeed(estimate=heir, report={"headline": {"monthly_cost": "1"}})
    row = Estimate.objects.get(pk=run.pk)
    assert (row.status, row.attempt) == (Status.SUCCEEDED, 2)
    assert row.result is not None
    assert row.result.headline == {"monthly_cost": "1"}


def test_the_sweeper_rings_for_what_was_forgotten(owner: Caller, settings: Any) -> None:
    forgotten, abandoned, held, fresh = (
        _ask(owner, document=documents.pipeline(rate_per_s=r)) for r in (1, 2, 3, 4)
    )
    long_ago = timezone.now() - timedelta(seconds=settings.RING_AGAIN_AFTER_S + 1)
    for run in (abandoned, held):
        actions.claim(estimate_id=run.pk)
    _abandon(abandoned)
    Estimate.objects.exclude(pk=fresh.pk).update(rung_at=long_ago)
    rung: list[str] = []
    assert actions.sweep(ring=rung.append) == (2, 0)
    assert set(rung) == {forgotten.pk, abandoned.pk}
    assert actions.sweep(ring=rung.append) == (0, 0)


def test_a_run_that_loses_three_workers_fails_with_the_reason(owner: Caller) -> None:
    run = _ask(owner)
    for _ in range(3):
        assert actions.claim(estimate_id=run.pk) is not None
        _abandon(run)
    assert actions.claim(estimate_id=run.pk) is None
    assert actions.sweep(ring=lambda _: None) == (0, 1)
    body = owner.get(f"estimates/{run.pk}").json()
    assert (body["status"], body["error"]["code"]) == ("failed", "worker-lost")
    assert "3 times" in body["error"]["detail"]


def test_what_a_person_can_mend_fails_the_run_with_their_problem(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise UserError([Problem("/model/nodes/0", "unstable", "raise the concurrency")])

    monkeypatch.setattr(tasks, "compute", refuse)
    run = _ask(owner)
    tasks.run_estimate(run.pk)
    answer = owner.get(f"estimates/{run.pk}")
    assert answer.status_code == 200
    error = answer.json()["error"]
    assert answer.json()["status"] == "failed"
    assert error["errors"][0]["pointer"] == "/model/nodes/0"
    assert error["detail"] == "raise the concurrency"


def test_our_own_fault_fails_the_run_neutrally_and_is_raised(
    owner: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret inner state")

    monkeypatch.setattr(tasks, "compute", explode)
    run = _ask(owner)
    with pytest.raises(ZeroDivisionError):
        tasks.run_estimate(run.pk)
    answer = owner.get(f"estimates/{run.pk}")
    assert answer.json()["error"]["code"] == "internal-error"
    assert b"secret" not in answer.content
    assert "secret inner state" in caplog.text


def test_a_cancelled_run_stops_computing_and_stores_nothing(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _ask(owner)
    reached: list[float] = []

    def slow(design: Any, prices: Any, *, progress: Any) -> dict[str, Any]:
        owner.post(f"estimates/{run.pk}/cancel")
        for share in (0.5, 0.9):
            progress(share)
            reached.append(share)
        return {"headline": {}}

    monkeypatch.setattr(tasks, "compute", slow)
    tasks.run_estimate(run.pk)
    body = owner.get(f"estimates/{run.pk}").json()
    assert (body["status"], body["result"]) == ("cancelled", None)
    assert reached == []
    assert Result.objects.count() == 0


def test_cancelling_twice_is_no_error_and_a_finished_run_stays(owner: Caller) -> None:
    run = _ask(owner)
    for _ in range(2):
        answer = owner.post(f"estimates/{run.pk}/cancel")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    tasks.run_estimate(run.pk)
    assert Estimate.objects.get(pk=run.pk).status == Status.CANCELLED
    done = _ask(owner)
    tasks.run_estimate(done.pk)
    answer = owner.post(f"estimates/{done.pk}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-finished")


def test_progress_is_told_while_it_runs(owner: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    run = _ask(owner)
    seen: list[tuple[str, float]] = []

    def slow(design: Any, prices: Any, *, progress: Any) -> dict[str, Any]:
        progress(0.4)
        body = owner.get(f"estimates/{run.pk}").json()
        seen.append((body["status"], body["progress"]))
        return {"headline": {}}

    monkeypatch.setattr(tasks, "compute", slow)
    tasks.run_estimate(run.pk)
    assert seen == [("running", 0.4)]


def test_charts_come_when_asked_for(owner: Caller) -> None:
    run = _ask(owner)
    tasks.run_estimate(run.pk)
    assert "charts" not in owner.get(f"estimates/{run.pk}").json()
    charts = owner.get(f"estimates/{run.pk}?include=charts").json()["charts"]
    assert charts
    assert owner.get(f"estimates/{run.pk}?include=everything").status_code == 400


def test_of_a_revision_the_revision_is_estimated(owner: Caller, design: Any) -> None:
    revision = owner.post(f"designs/{design['id']}/revisions").json()
    path = f"designs/{design['id']}"
    owner.put(path, {"document": documents.chain(3)}, If_Match=design["etag"])
    run = _ask(owner, revision=revision["id"])
    assert run.model_hash == revision["model_hash"]
    assert run.revision_id == revision["id"]


@pytest.mark.parametrize(
    "body", [{}, {"design": "x", "revision": "y"}, {"design": "x", "workspace": "y"}]
)
def test_one_thing_is_estimated_at_a_time(owner: Caller, body: dict[str, Any]) -> None:
    assert owner.post("estimates", body).status_code == 422


def test_waiting_is_bounded_and_told(owner: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.runs.views.MAX_WAIT_S", 1)
    answer = owner.post("estimates", {"document": documents.pipeline()}, Prefer="wait=99")
    assert answer.status_code == 202
    assert answer["Preference-Applied"] == "wait=1"


def test_a_design_knows_its_newest_run_and_headline(owner: Caller, design: Any) -> None:
    path = f"designs/{design['id']}"
    assert owner.get(path).json()["latest_estimate"] is None
    run = _ask(owner, design=design["id"])
    assert owner.get(path).json()["latest_estimate"] == run.pk
    assert owner.get("designs").json()["items"][0]["headline"] is None
    tasks.run_estimate(run.pk)
    (card,) = owner.get("designs").json()["items"]
    assert card["headline"]["monthly_cost"]
    assert card["offered_rate_per_s"] == card["headline"]["offered_rate_per_s"]
    owner.put(path, {"document": documents.chain(2)}, If_Match=design["etag"])
    assert owner.get(path).json()["latest_estimate"] is None
    assert owner.get("designs").json()["items"][0]["headline"] is None


def test_runs_are_listed_without_results(
    owner: Caller, design: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        _ask(owner, design=design["id"])
    _ask(owner)
    with django_assert_num_queries(5):
        items = owner.get(f"estimates?design={design['id']}").json()["items"]
    assert len(items) == 4
    assert all("result" not in item for item in items)
    assert owner.get("estimates?status=succeeded").json()["items"] == []
    assert len(owner.get("estimates").json()["items"]) == 5


def test_a_preview_stores_nothing(owner: Caller, rung: list[str]) -> None:
    from django.apps import apps

    def counts() -> dict[str, int]:
        return {model._meta.label: model._default_manager.count() for model in apps.get_models()}

    before = counts()
    answer = owner.post("previews?include=charts", {"document": documents.pipeline()})
    assert answer.status_code == 200
    assert set(answer.json()) == {"report", "charts"}
    assert counts() == before
    assert rung == []


def test_a_run_deleted_with_its_design_leaves_no_error(owner: Caller, design: Any) -> None:
    from designer.designs.models import Design

    run = _ask(owner, design=design["id"])
    Design.objects.filter(pk=design["id"]).delete()
    tasks.run_estimate(run.pk)
    assert owner.get(f"estimates/{run.pk}").status_code == 404


def test_old_runs_go_but_never_the_newest_of_a_design(
    owner: Caller, design: Any, settings: Any
) -> None:
    first, second = _ask(owner, design=design["id"]), _ask(owner, design=design["id"])
    inline = _ask(owner, document=documents.pipeline(rate_per_s=3))
    fresh = _ask(owner, document=documents.pipeline(rate_per_s=4))
    for run in (first, second, inline, fresh):
        tasks.run_estimate(run.pk)
    long_ago = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS + 1)
    Estimate.objects.exclude(pk=fresh.pk).update(finished_at=long_ago)
    Result.objects.update(created_at=long_ago)
    assert actions.purge_runs() == 2
    assert set(Estimate.objects.values_list("pk", flat=True)) == {second.pk, fresh.pk}
    assert Result.objects.count() == 2
    assert owner.get(f"estimates/{second.pk}").json()["result"]
