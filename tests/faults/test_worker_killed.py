"""A worker that is killed in the middle of a run costs an attempt, not the run."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests import documents
from tests.servers import Installation, wait_until

LEASE_S = "2"

ASK = """
import json
from designer import document
from designer.accounts.actions import default_workspace, ensure_owner
from estimator.actions import request_estimate
workspace = default_workspace(owner=ensure_owner())
text = open({path!r}).read()
run = request_estimate(by=None, workspace_id=workspace.pk, document=document.loads(text))
print(run.pk)
"""

STATE = """
import json
from estimator.models import Estimate, Result
run = Estimate.objects.get()
print(json.dumps([run.status, run.attempt, run.progress, Result.objects.count()]))
"""

#: A start-up module of the first worker alone: the real engine, held up in the middle of its work
#: until the file is there, so that the kill surely lands in mid-run and not before or after.
HOLD = """
import os, time
import estimator.engine as engine
real = engine.estimate

def held(design, book, *, progress=None):
    report = real(design, book, progress=progress)
    open(os.environ["REACHED"], "w").close()
    time.sleep(600)
    return report

engine.estimate = held
"""


def _state(weir: Installation) -> tuple[str, int, float, int]:
    status, attempt, progress, results = json.loads(weir.python(STATE).splitlines()[-1])
    return status, attempt, progress, results


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_a_run_survives_the_kill_of_its_worker(kind: str, install: object, tmp_path: Path) -> None:
    weir: Installation = install(kind, WEIR_LEASE_S=LEASE_S, WEIR_SWEEP_EVERY_S="0.5")  # type: ignore[operator]
    document = tmp_path / "big.json"
    document.write_text(json.dumps(documents.chain(300)))
    weir.python(ASK.format(path=str(document)))
    assert _state(weir) == ("queued", 0, 0.0, 0)

    hold, reached = tmp_path / "hold", tmp_path / "reached"
    hold.mkdir()
    (hold / "sitecustomize.py").write_text(HOLD)
    patient = dict(weir.environment)
    weir.environment |= {"PYTHONPATH": f"{hold}:{Path.cwd()}", "REACHED": str(reached)}
    victim = weir.start_worker("victim")
    weir.environment = patient
    wait_until("the first worker is in mid-run", reached.exists)
    assert _state(weir)[:2] == ("running", 1)

    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    assert _state(weir)[:2] == ("running", 1)

    weir.start_worker("heir")
    wait_until("the run is done", lambda: _state(weir)[0] not in ("queued", "running"))
    assert _state(weir) == ("succeeded", 2, 1.0, 1), weir.log("heir")


@pytest.mark.services
@pytest.mark.parametrize("kind", ["embedded", "team"])
def test_a_run_survives_the_loss_of_every_message(
    kind: str, install: object, tmp_path: Path
) -> None:
    weir: Installation = install(kind, WEIR_RING_AGAIN_AFTER_S="0.5", WEIR_SWEEP_EVERY_S="0.5")  # type: ignore[operator]
    document = tmp_path / "small.json"
    document.write_text(json.dumps(documents.pipeline()))
    weir.python(ASK.format(path=str(document)))
    if kind == "team":
        import redis

        redis.Redis.from_url(weir.environment["REDIS_URL"]).flushall()
    else:
        for message in (weir.folder / "messages" / "queue").iterdir():
            message.unlink()
    weir.start_worker()
    wait_until("the run is done", lambda: _state(weir)[0] == "succeeded")
    assert _state(weir) == ("succeeded", 1, 1.0, 1)
