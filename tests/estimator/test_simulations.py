"""A simulation as a run: any worker takes its parts, and the answer is the same whoever did."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from designer.accounts.models import AuditEntry
from estimator import actions as runs
from estimator.engine.simulation import simulate
from estimator.models import Result, Simulation, SimulationPart, Status
from estimator.prices import book
from estimator.runs import leases, parted
from estimator.simulations import tasks
from estimator.simulations.parts import SIMULATIONS
from tests import documents
from tests.conftest import Caller

pytestmark = pytest.mark.django_db

SHORT = {"duration_s": 60, "replications": 3}


def _ask(owner: Caller, options: Any = SHORT, **body: Any) -> Simulation:
    body = body or {"document": documents.pipeline()}
    answer = owner.post("simulations", {**body, "options": options})
    assert answer.status_code in (200, 202), answer.content
    return Simulation.objects.get(pk=answer.json()["id"])


def _work(simulation: Simulation) -> None:
    """Hear as many bells as were rung for it."""
    for _ in range(simulation.replications):
        tasks.run_part(simulation.pk)


def _get(owner: Caller, simulation: Simulation) -> dict[str, Any]:
    answer = owner.get(f"simulations/{simulation.pk}?include=charts")
    assert answer.status_code == 200
    return dict(answer.json())


def _abandon(part: SimulationPart) -> None:
    past = timezone.now() - timedelta(seconds=1)
    SimulationPart.objects.filter(pk=part.pk).update(lease_until=past)


# ---- Its life -----------------------------------------------------------------------------------


def test_workers_take_its_parts_to_the_end(
    owner: Caller, design: Any, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post("simulations", {"design": design["id"], "options": SHORT})
    body = answer.json()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/simulations/{body['id']}"
    assert (body["status"], body["parts"]) == ("queued", {"total": 3, "done": 0})
    assert rung == [body["id"]] * 3
    tasks.run_part(body["id"])
    body = owner.get(f"simulations/{body['id']}").json()
    assert (body["status"], body["parts"]["done"]) == ("running", 1)
    assert body["progress"] == pytest.approx(1 / 3)
    for _ in range(2):
        tasks.run_part(body["id"])
    body = owner.get(f"simulations/{body['id']}").json()
    assert (body["status"], body["progress"], body["attempt"]) == ("succeeded", 1.0, 1)
    assert body["parts"] == {"total": 3, "done": 3}
    assert body["result"]["replications"] == 3
    assert body["result"]["design_name"] == "Orders"
    assert body["headline"] == body["result"]["headline"]
    assert not SimulationPart.objects.exclude(outcome=None).exists()


def test_the_report_is_that_of_one_process_whatever_the_order_of_the_parts(owner: Caller) -> None:
    from designer import document as documents_of_designs

    run = _ask(owner)
    held = [SIMULATIONS.take(run.pk, worker=str(n)) for n in range(3)]
    for part in reversed(held):
        assert part is not None
        tasks._run(part)
    tasks._merge(run.pk)
    design = documents_of_designs.load(documents.pipeline())
    alone = simulate(design, book("us-east-1"), SHORT)
    assert _get(owner, run)["result"]["report_hash"] == alone["report_hash"]


def test_asking_again_is_free_and_another_seed_is_another_question(owner: Caller) -> None:
    first = _ask(owner)
    _work(first)
    again = _ask(owner)
    assert (again.status, again.cached) == (Status.SUCCEEDED, True)
    body = _get(owner, again)
    assert body["result"] == _get(owner, first)["result"]
    assert body["parts"] == {"total": 3, "done": 3}
    assert _ask(owner, {**SHORT, "seed": 2}).status == Status.QUEUED
    assert _ask(owner, SHORT, document=documents.pipeline("Other")).status == Status.QUEUED


def test_results_are_not_shared_between_workspaces(owner: Caller, stranger: Caller) -> None:
    _work(_ask(owner))
    answer = stranger.post("simulations", {"document": documents.pipeline(), "options": SHORT})
    assert answer.status_code == 202


def test_bells_that_find_nothing_do_no_harm(owner: Caller) -> None:
    run = _ask(owner)
    _work(run)
    done = _get(owner, run)
    for _ in range(3):
        tasks.run_part(run.pk)
    assert _get(owner, run) == done
    tasks.run_part("sim_that_never_was000000")


def test_a_zombie_cannot_write_over_its_successor(owner: Caller) -> None:
    run = _ask(owner, {**SHORT, "replications": 1})
    zombie = SIMULATIONS.take(run.pk, worker="zombie")
    assert zombie is not None
    assert SIMULATIONS.take(run.pk, worker="too early") is None
    _abandon(zombie)
    heir = SIMULATIONS.take(run.pk, worker="heir")
    assert heir is not None
    assert (zombie.attempt, heir.attempt) == (1, 2)
    assert not leases.renew(zombie, 0.5)
    tasks._run(zombie)
    assert SimulationPart.objects.get().status == Status.RUNNING
    tasks._run(heir)
    tasks._merge(run.pk)
    body = _get(owner, run)
    assert (body["status"], body["attempt"]) == ("succeeded", 2)


def test_only_one_worker_merges_and_a_lost_merging_is_taken_over(owner: Caller) -> None:
    run = _ask(owner, {**SHORT, "replications": 1})
    part = SIMULATIONS.take(run.pk, worker="w")
    assert part is not None
    tasks._run(part)
    lost = SIMULATIONS.take_summing(run.pk)
    assert lost is not None
    assert SIMULATIONS.take_summing(run.pk) is None
    long_ago = timezone.now() - timedelta(seconds=60)
    Simulation.objects.update(lease_until=long_ago, rung_at=long_ago)
    rung: list[str] = []
    assert SIMULATIONS.sweep(ring=lambda pk, times: rung.append(pk)) == (1, 0)
    assert rung == [run.pk]
    tasks.run_part(run.pk)
    assert _get(owner, run)["status"] == "succeeded"
    assert not SIMULATIONS.finish(lost, {}, {}, outcome=None)


def test_the_sweeper_rings_once_for_each_part_that_nobody_holds(
    owner: Caller, settings: Any
) -> None:
    run, held = _ask(owner), _ask(owner, {**SHORT, "seed": 2, "replications": 1})
    assert SIMULATIONS.take(held.pk, worker="w") is not None
    abandoned = SIMULATIONS.take(run.pk, worker="w")
    assert abandoned is not None
    _abandon(abandoned)
    long_ago = timezone.now() - timedelta(seconds=settings.RING_AGAIN_AFTER_S + 1)
    Simulation.objects.update(rung_at=long_ago)
    rung: list[tuple[str, int]] = []
    assert SIMULATIONS.sweep(ring=lambda pk, times: rung.append((pk, times))) == (1, 0)
    assert rung == [(run.pk, 3)]
    assert SIMULATIONS.sweep(ring=lambda pk, times: None) == (0, 0)


def test_a_part_that_loses_three_workers_fails_the_simulation(owner: Caller) -> None:
    run = _ask(owner)
    for _ in range(3):
        part = SIMULATIONS.take(run.pk, worker="w")
        assert part is not None
        assert part.number == 0
        _abandon(part)
    assert SIMULATIONS.sweep(ring=lambda pk, times: None) == (0, 1)
    body = _get(owner, run)
    assert (body["status"], body["error"]["code"]) == ("failed", "worker-lost")
    assert SIMULATIONS.take(run.pk, worker="w") is None


def test_our_own_fault_fails_it_neutrally_and_keeps_what_was_done(
    owner: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = _ask(owner)
    tasks.run_part(run.pk)

    def explode(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret inner state")

    monkeypatch.setattr(tasks, "replicate", explode)
    with pytest.raises(ZeroDivisionError):
        tasks.run_part(run.pk)
    tasks.run_part(run.pk)
    body = _get(owner, run)
    assert (body["status"], body["error"]["code"]) == ("failed", "internal-error")
    assert "secret" not in str(body)
    assert (body["result"]["replications"], body["result"]["stopped"]) == (
        1,
        "a replication failed",
    )


# ---- Cancelling ---------------------------------------------------------------------------------


def test_a_cancelled_simulation_reports_the_replications_that_were_done(
    owner: Caller, rung: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    run = _ask(owner)
    for _ in range(2):
        tasks.run_part(run.pk)
    rung.clear()
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post(f"simulations/{run.pk}/cancel")
    body = answer.json()
    assert (answer.status_code, body["status"], body["reporting"]) == (200, "cancelled", True)
    assert rung == [run.pk]
    tasks.run_part(run.pk)
    body = _get(owner, run)
    assert (body["status"], body["reporting"]) == ("cancelled", False)
    assert body["parts"] == {"total": 3, "done": 2}
    assert (body["result"]["replications"], body["result"]["stopped"]) == (2, "cancelled")
    assert _ask(owner).status == Status.QUEUED  # What is not whole answers nobody.


def test_a_running_replication_stops_at_its_next_word_of_progress(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _ask(owner)
    real, told = tasks.replicate, list[bool]()

    def watched(job: Any, number: int, tell: Any) -> Any:
        owner.post(f"simulations/{run.pk}/cancel")

        def word(share: float) -> bool:
            told.append(tell(share))
            return told[-1]

        return real(job, number, word, chunk=16)

    monkeypatch.setattr(tasks, "replicate", watched)
    tasks.run_part(run.pk)
    assert told == [False]
    body = _get(owner, run)
    assert (body["status"], body["result"], body["reporting"]) == ("cancelled", None, False)
    assert set(SimulationPart.objects.values_list("status", flat=True)) == {Status.CANCELLED}


def test_cancelling_twice_is_no_error_and_a_finished_one_stays(owner: Caller) -> None:
    run = _ask(owner)
    for _ in range(2):
        assert owner.post(f"simulations/{run.pk}/cancel").status_code == 200
    assert AuditEntry.objects.filter(action="simulation.cancel").count() == 1
    done = _ask(owner)
    _work(done)
    answer = owner.post(f"simulations/{done.pk}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-finished")


# ---- What is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"duration_s": 0}, "/options/duration_s"),
        ({"replications": 1001}, "/options/replications"),
        ({"faults": [{"kind": "stop", "node": "gone"}]}, "/options/faults/0/node"),
        ({"traces": {"client": [3, 2]}}, "/options/traces/client/1"),
        ({"traces": {"client": [-1]}}, "/options/traces/client/0"),
        ({"traces": {"client": [1, None, 2]}}, "/options/traces/client/1"),
        ({"secs": 5}, "/options/secs"),
        ({"faults": [{"kind": "surge", "value": 2}] * 101}, "/options/faults"),
    ],
)
def test_wrong_options_are_refused_with_their_place(
    owner: Caller, options: Any, pointer: str
) -> None:
    answer = owner.post("simulations", {"document": documents.pipeline(), "options": options})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-simulation")
    assert pointer in [e["pointer"] for e in answer.json()["errors"]]
    assert Simulation.objects.count() == 0


def test_what_is_too_large_is_refused_with_what_to_reduce(owner: Caller) -> None:
    million = {"document": documents.pipeline(rate_per_s=1_000_000)}
    answer = owner.post("simulations", {**million, "options": {"duration_s": 86_400}})
    assert answer.status_code == 422
    assert "shorten the time" in answer.json()["detail"]
    many = {"document": documents.chain(30), "options": {"duration_s": 1, "replications": 1_000}}
    answer = owner.post("simulations", many)
    assert answer.status_code == 422
    assert "take at most 327" in answer.json()["detail"]


def test_a_workspace_cannot_pile_up_simulations(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parted, "MOST_OPEN", 2)
    for seed in (1, 2):
        _ask(owner, {**SHORT, "seed": seed})
    answer = owner.post("simulations", {"document": documents.pipeline(), "options": {"seed": 3}})
    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-runs")


def test_a_recorded_trace_is_simulated_and_not_shown(owner: Caller) -> None:
    surge = [{"kind": "surge", "value": 10}]
    run = _ask(owner, {**SHORT, "faults": surge, "traces": {"client": [0.5, 1, 1, 7.25, 60]}})
    _work(run)
    body = _get(owner, run)
    assert body["result"]["headline"]["messages"] == 4 * 3
    assert "traces" not in body["options"]
    assert body["result"]["recorded"] == {"client": {"times": 5, "used": 4}}
    assert any("of client come as they were recorded" in n for n in body["result"]["notes"])


def test_lists_are_of_a_design_and_newest_first(owner: Caller, design: Any) -> None:
    asked = [_ask(owner, {**SHORT, "seed": n}, design=design["id"]) for n in (1, 2)]
    _ask(owner)
    items = owner.get(f"simulations?design={design['id']}").json()["items"]
    assert [i["id"] for i in items] == [r.pk for r in reversed(asked)]
    assert "result" not in items[0]


def test_more_replications_than_bells_ring_on(
    owner: Caller, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parted, "MOST_BELLS", 2)
    run = _ask(owner)
    tasks.run_part(run.pk)
    tasks.run_part(run.pk)
    assert rung == [run.pk, run.pk]
    tasks.run_part(run.pk)
    assert rung == [run.pk, run.pk]
    assert _get(owner, run)["status"] == "succeeded"


def test_old_ones_are_purged_except_the_newest_of_a_design(
    owner: Caller, design: Any, settings: Any
) -> None:
    kept = [_ask(owner, {**SHORT, "seed": n}, design=design["id"]) for n in (1, 2)]
    _work(kept[0])
    _work(kept[1])
    long_ago = timezone.now() - timedelta(days=settings.KEEP_RUNS_DAYS + 1)
    Simulation.objects.update(finished_at=long_ago)
    Result.objects.update(created_at=long_ago)
    assert runs.purge_runs() == 1
    assert [s.pk for s in Simulation.objects.all()] == [kept[1].pk]
    assert Result.objects.count() == 1


# ---- What is shown ------------------------------------------------------------------------------


def test_tables_are_attachments_with_the_numbers_of_the_report(owner: Caller) -> None:
    document = documents.pipeline("=cmd()")
    document["model"]["nodes"][0]["name"] = "=cmd()"
    run = _ask(owner, document=document)
    assert owner.get(f"simulations/{run.pk}/series.csv").status_code == 404
    _work(run)
    report = _get(owner, run)["result"]
    answer = owner.get(f"simulations/{run.pk}/series.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="cmd-series.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == report["series"]["buckets"] * len(report["series"]["nodes"])
    handled = [float(r["backlog"]) for r in rows if r["node"] == "handler0"]
    assert handled == report["series"]["nodes"]["handler0"]["backlog"]
    answer = owner.get(f"simulations/{run.pk}/paths.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [float(r["p99_s"]) for r in rows] == [p["p99_s"] for p in report["paths"]]
    assert all(r["path"].startswith("'=cmd()") for r in rows)


def test_every_chart_is_a_figure_with_a_table(owner: Caller) -> None:
    go = pytest.importorskip("plotly.graph_objects")
    fault = {"kind": "errors", "node": "handler0", "begin_s": 5, "end_s": 20, "value": 0.5}
    run = _ask(owner, {**SHORT, "faults": [fault]})
    _work(run)
    body = _get(owner, run)
    charts = body["charts"]
    assert set(charts) == {
        "latency_distribution",
        "percentiles",
        "backlog",
        "concurrency",
        "losses",
        "cost",
    }
    for name, figure in charts.items():
        go.Figure(data=figure["data"], layout=figure["layout"])
        assert figure["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        table = figure["meta"]["table"]
        assert table["rows"], name
        assert all(len(row) == len(table["columns"]) for row in table["rows"]), name
    shade = charts["backlog"]["layout"]["shapes"][0]
    assert (shade["x0"], shade["x1"]) == (5, 20)
    lines = {d["name"]: d["y"] for d in charts["backlog"]["data"]}
    assert lines["handler0"] == body["result"]["series"]["nodes"]["handler0"]["backlog"]
    steady, simulated = charts["cost"]["data"]
    assert sum(simulated["x"]) == pytest.approx(float(body["result"]["bill"]["total"]), abs=0.05)
    assert sum(steady["x"]) == pytest.approx(
        float(body["result"]["steady_bill"]["total"]), abs=0.05
    )


# ---- Scenarios ----------------------------------------------------------------------------------


def test_scenarios_are_kept_with_the_design_under_a_version_of_their_own(
    owner: Caller, design: Any
) -> None:
    path = f"designs/{design['id']}/scenarios"
    empty = owner.get(path)
    assert (empty.json(), empty["ETag"]) == ({"items": []}, '"1"')
    fault = {"kind": "stop", "node": "handler0", "begin_s": 10, "end_s": 20}
    items = [{"name": "Stop", "options": {"faults": [fault]}}, {"name": "Calm", "options": {}}]
    assert owner.put(path, {"items": items}).status_code == 428
    saved = owner.put(path, {"items": items}, If_Match=empty["ETag"])
    assert saved.status_code == 200, saved.content
    assert saved["ETag"] == '"2"'
    read = owner.get(path)
    assert read.json() == saved.json()
    assert [i["name"] for i in read.json()["items"]] == ["Stop", "Calm"]
    assert read.json()["items"][0]["options"]["scenario"] == "Stop"
    assert owner.get(path, If_None_Match=read["ETag"]).status_code == 304
    stale = owner.put(path, {"items": []}, If_Match=empty["ETag"])
    assert (stale.status_code, stale.json()["current_etag"]) == (412, '"2"')
    assert owner.get(f"designs/{design['id']}")["ETag"] == design["etag"]
    again = owner.put(path, read.json(), If_Match=read["ETag"])
    assert (again.status_code, again["ETag"]) == (200, '"2"')
    assert AuditEntry.objects.filter(action="scenarios.save").count() == 1
    run = _ask(owner, read.json()["items"][0]["options"], design=design["id"])
    assert run.options["scenario"] == "Stop"


RECORDED = {"duration_s": 60, "traces": {"client": [0.5, 1.0, 2.25]}}


def _recorded(owner: Caller, path: str) -> tuple[str, str]:
    """Return the name that a saved recording got, and the tag of the scenarios."""
    items = [{"name": "Real", "options": RECORDED}]
    saved = owner.put(f"{path}?recordings=apart", {"items": items}, If_Match='"1"')
    assert saved.status_code == 200, saved.content
    return saved.json()["items"][0]["options"]["traces"]["client"], saved["ETag"]


def test_a_recording_that_the_design_has_is_sent_by_its_name(owner: Caller, design: Any) -> None:
    path = f"designs/{design['id']}/scenarios"
    name, tag = _recorded(owner, path)
    shown = owner.get(f"{path}?recordings=apart").json()
    assert shown["recordings"] == {name: RECORDED["traces"]["client"]}
    assert shown["items"][0]["options"]["traces"] == {"client": name}
    named = {"traces": {"client": name}}
    items = [
        {"name": "Renamed", "options": {"duration_s": 90, **named}},
        {"name": "Twice", "options": named},
    ]
    saved = owner.put(path, {"items": items}, If_Match=tag)
    assert saved.status_code == 200, saved.content
    whole = owner.get(path).json()["items"]
    assert [i["options"]["traces"] for i in whole] == [RECORDED["traces"]] * 2
    assert whole[0]["options"]["duration_s"] == 90
    both = owner.get(f"{path}?recordings=apart").json()
    assert list(both["recordings"]) == [name], "each recording once"
    run = _ask(owner, {**SHORT, **named}, design=design["id"])
    assert run.traces == RECORDED["traces"]
    drawn = _ask(owner, SHORT, design=design["id"])
    listed = owner.get(f"simulations?design={design['id']}").json()["items"]
    assert {i["id"]: i["recorded"] for i in listed} == {run.pk: True, drawn.pk: False}


def test_a_name_of_no_recording_is_refused_and_a_stale_tag_comes_first(
    owner: Caller, design: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"designs/{design['id']}/scenarios"
    name, tag = _recorded(owner, path)
    unknown = [{"name": "a", "options": {"traces": {"client": "sha256:" + "0" * 64}}}]
    refused = owner.put(path, {"items": unknown}, If_Match=tag)
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert problem["pointer"] == "/items/0/options/traces/client"
    assert problem["code"] == "unknown-recording"
    assert owner.put(path, {"items": unknown}, If_Match='"1"').status_code == 412
    body = {"design": design["id"], "options": unknown[0]["options"]}
    [problem] = owner.post("simulations", body).json()["errors"]
    assert problem["pointer"] == "/options/traces/client"
    monkeypatch.setattr("estimator.simulations.recordings.MOST_NAMED", 30)
    many = [{"name": n, "options": {"traces": {"client": name}}} for n in "abc"]
    refused = owner.put(path, {"items": many}, If_Match=tag)
    assert [e["pointer"][:8] for e in refused.json()["errors"]] == ["/items/2"]


@pytest.mark.parametrize(
    ("items", "pointer"),
    [
        ([{"name": "a", "options": {"duration_s": 0}}], "/items/0/options/duration_s"),
        ([{"name": "a", "options": {}}, {"name": "a", "options": {}}], "/items"),
        ([{"name": "", "options": {}}], "/items/0/name"),
        ([{"name": str(n), "options": {}} for n in range(51)], "/items"),
    ],
)
def test_wrong_scenarios_are_refused_with_their_place(
    owner: Caller, design: Any, items: Any, pointer: str
) -> None:
    answer = owner.put(f"designs/{design['id']}/scenarios", {"items": items}, If_Match='"1"')
    assert answer.status_code == 422
    assert pointer in [e["pointer"] for e in answer.json()["errors"]], answer.json()
