"""Simulations on real workers: the answer does not depend on how many there are or which died."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Installation, wait_until

pytest.importorskip("numba")

ROOT = Path(__file__).parents[2]
W2 = ROOT / "benchmarks" / "workloads" / "w2.design.json"

ASK = """
from designer import document
from designer.accounts.actions import default_workspace, ensure_owner
from estimator.models import Result, Simulation
from estimator.simulations.actions import request_simulation
workspace = default_workspace(owner=ensure_owner())
Simulation.objects.all().delete()
Result.objects.all().delete()
text = open({path!r}).read()
run = request_simulation(
    by=None, workspace_id=workspace.pk, document=document.loads(text), options={options!r}
)
print(run.pk)
"""

STATE = """
import json
from estimator.models import Simulation
run = Simulation.objects.select_related("result").get()
parts = list(run.parts.order_by("number").values("number", "status", "attempt", "worker"))
report = run.result.report if run.result else {}
kept = [report.get(name) for name in ("report_hash", "replications", "stopped")]
print(json.dumps([run.status, kept, parts, run.error, run.report_due]))
"""

CANCEL = """
import time
from designer.accounts.access import Actor
from designer.accounts.actions import ensure_owner
from estimator.models import Simulation
from estimator.simulations.parts import SIMULATIONS
print(time.time())
SIMULATIONS.cancel(by=Actor(user=ensure_owner(), roles={}), run=Simulation.objects.get())
"""

#: A start-up module of a worker: real replications, each slowed where it tells its progress.
SLOW = """
import os, time
import estimator.engine.simulation as simulation
real = simulation.replicate

def slow(job, number, tell, **more):
    def told(share):
        if share > 0.2:
            open(os.environ["REACHED"], "w").close()
            time.sleep(0.5)
        return tell(share)
    return real(job, number, told, **more)

simulation.replicate = slow
"""


def _ask(weir: Installation, **options: Any) -> None:
    weir.python(ASK.format(path=str(W2), options=options))


def _state(weir: Installation) -> tuple[str, list[Any], list[dict[str, Any]], Any, bool]:
    status, kept, parts, error, due = json.loads(weir.python(STATE).splitlines()[-1])
    return status, kept, parts, error, due


def _answer(weir: Installation) -> tuple[str, list[dict[str, Any]]]:
    """Wait for the end and return the hash of the report, and the parts."""
    wait_until("the simulation ends", lambda: _state(weir)[0] not in ("queued", "running"))
    status, kept, parts, error, _ = _state(weir)
    assert status == "succeeded", error
    return kept[0], parts


def _slow_worker(weir: Installation, folder: Path, name: str) -> Any:
    """Start a worker that dawdles, and return it once it is in the middle of a replication."""
    slow, reached = folder / "slow", folder / "reached"
    slow.mkdir()
    (slow / "sitecustomize.py").write_text(SLOW)
    usual = dict(weir.environment)
    weir.environment |= {"PYTHONPATH": f"{slow}:{Path.cwd()}", "REACHED": str(reached)}
    worker = weir.start_worker(name)
    weir.environment = usual
    wait_until("the worker is in the middle of a replication", reached.exists)
    return worker


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_one_worker_and_four_and_a_killed_one_answer_the_same(
    kind: str, install: Any, tmp_path: Path
) -> None:
    weir: Installation = install(kind, WEIR_LEASE_S="2", WEIR_SWEEP_EVERY_S="0.5")
    asked = {"duration_s": 600, "replications": 8, "seed": 7}
    _ask(weir, **asked)
    weir.start_worker("one")
    alone, parts = _answer(weir)
    assert {p["attempt"] for p in parts} == {1}

    for name in ("two", "three", "four"):
        weir.start_worker(name)
        wait_until(f"{name} is ready", lambda name=name: "ready" in weir.log(name))
    _ask(weir, **asked)
    together, parts = _answer(weir)
    assert len({p["worker"] for p in parts}) > 1
    assert together == alone
    weir.stop()

    _ask(weir, **asked)
    victim = _slow_worker(weir, tmp_path, "victim")
    assert _state(weir)[2][0]["status"] == "running"
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    weir.start_worker("heir")
    after, parts = _answer(weir)
    assert [p["attempt"] for p in parts] == [2] + 7 * [1]
    assert after == alone


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_a_cancelled_simulation_stops_within_two_seconds_and_keeps_what_was_done(
    kind: str, install: Any
) -> None:
    weir: Installation = install(kind)
    weir.start_worker()
    # Each replication is some seconds of work.
    _ask(weir, duration_s=40_000, replications=40)
    wait_until(
        "a replication is done and another runs",
        lambda: {"succeeded", "running"} <= {p["status"] for p in _state(weir)[2]},
    )
    asked_at = float(weir.python(CANCEL).splitlines()[-1])
    # In the middle of a replication, or at its end if that came before the worker was told.
    ended = r"^(\S+ \S+),(\d+) .*part \d+ (?:stopped|is no longer ours)"
    stopped = re.compile(ended, re.MULTILINE)
    wait_until("the worker stops", lambda: bool(stopped.search(weir.log("worker"))))
    seconds, thousandths = stopped.search(weir.log("worker")).groups()  # type: ignore[union-attr]
    stopped_at = datetime.fromisoformat(seconds).timestamp() + int(thousandths) / 1000
    assert stopped_at - asked_at < 2.0

    wait_until("the report of what was done is written", lambda: not _state(weir)[4])
    status, (_, replications, why), parts, _, _ = _state(weir)
    done = sum(p["status"] == "succeeded" for p in parts)
    assert (status, why) == ("cancelled", "cancelled")
    assert replications == done >= 1


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_a_simulation_survives_the_loss_of_every_message(kind: str, install: Any) -> None:
    weir: Installation = install(kind, WEIR_RING_AGAIN_AFTER_S="0.5", WEIR_SWEEP_EVERY_S="0.5")
    _ask(weir, duration_s=60, replications=3)
    if kind == "team":
        import redis

        redis.Redis.from_url(weir.environment["REDIS_URL"]).flushall()
    else:
        for message in (weir.folder / "messages" / "queue").iterdir():
            message.unlink()
    weir.start_worker()
    _answer(weir)


@pytest.mark.services
def test_kernels_are_ready_before_the_first_run(install: Any) -> None:
    weir: Installation = install("embedded")
    weir.start_worker()
    wait_until("the worker is ready", lambda: "ready." in weir.log("worker"))
    log = weir.log("worker")
    assert log.index("kernels are ready") < log.index("ready.")
    begun = time.monotonic()
    _ask(weir, duration_s=60, replications=1)
    _answer(weir)
    assert time.monotonic() - begun < 10


QUICK = """
from tests import documents
from designer import document
from designer.accounts.actions import default_workspace, ensure_owner
from estimator.actions import request_estimate
workspace = default_workspace(owner=ensure_owner())
request_estimate(
    by=None, workspace_id=workspace.pk, document=document.load(documents.pipeline())
)
"""

QUICK_STATE = """
from estimator.models import Estimate
print(Estimate.objects.get().status)
"""


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_an_estimate_does_not_stand_behind_a_long_simulation(kind: str, install: Any) -> None:
    weir: Installation = install(kind, WEIR_SWEEP_EVERY_S="300")
    weir.environment["PYTHONPATH"] = "."
    weir.start_worker()
    wait_until("the worker is ready", lambda: "ready." in weir.log("worker"))
    _ask(weir, duration_s=4_000, replications=400)  # Most of a minute of work, or more.
    weir.python(QUICK)
    wait_until(
        "the estimate is done",
        lambda: weir.python(QUICK_STATE).splitlines()[-1] == "succeeded",
    )
    status, _, parts, _, _ = _state(weir)
    assert status == "running"
    # In one queue it would come after as many parts as there were bells, which is 64.
    assert sum(p["status"] == "succeeded" for p in parts) < 48
