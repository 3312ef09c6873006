"""Redis may go away at any time: the web answers on, and no run is lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import documents
from tests.servers import Installation, _accepts, end, free_port, wait_until

TOKEN = """
from datetime import timedelta
from django.utils import timezone
from designer.accounts.access import Actor
from designer.accounts.actions import create_token, default_workspace, ensure_owner
from designer.accounts.models import Role, Scope
owner = ensure_owner()
workspace = default_workspace(owner=owner)
print(create_token(by=Actor(user=owner, roles={workspace.pk: Role.OWNER}),
    workspace_id=workspace.pk, name="test", scopes=list(Scope.values),
    expires_at=timezone.now() + timedelta(hours=1))[1])
"""


class Redis:
    """A Redis that can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()

    def start(self) -> None:
        binary = shutil.which("redis-server") or pytest.skip("redis-server is not installed")
        self.process = subprocess.Popen(
            [binary, "--port", str(self.port), "--save", "", "--dir", str(self.folder)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        wait_until("Redis accepts connections", lambda: _accepts(self.port))

    def kill(self) -> None:
        end(self.process, signal.SIGKILL)


@pytest.fixture
def mortal_redis(tmp_path: Path) -> Iterator[Redis]:
    redis = Redis(tmp_path)
    redis.start()
    yield redis
    redis.kill()


def _call(url: str, token: str, body: Any = None) -> tuple[int, Any]:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.services
def test_without_redis_requests_are_answered_and_runs_wait(
    install: Any, mortal_redis: Redis
) -> None:
    weir: Installation = install(
        "embedded",
        REDIS_URL=f"redis://127.0.0.1:{mortal_redis.port}/0",
        WEIR_SWEEP_EVERY_S="1",
        WEIR_RING_AGAIN_AFTER_S="1",
    )
    token = weir.python(TOKEN).splitlines()[-1]
    url = weir.start_web()
    assert _call(f"{url}/readyz", token)[0] == 200
    mortal_redis.kill()

    status, body = _call(f"{url}/readyz", token)
    assert (status, body["checks"]["broker"]) == (503, "failing")
    began = time.monotonic()
    status, body = _call(f"{url}/api/v1/estimates", token, {"document": documents.pipeline()})
    assert (status, body["status"]) == (202, "queued")
    assert time.monotonic() - began < 10

    mortal_redis.start()
    weir.start_worker()
    run = f"{url}/api/v1/estimates/{body['id']}"
    wait_until("the run is done", lambda: _call(run, token)[1]["status"] == "succeeded")
