"""Real servers for the journeys: PostgreSQL, Redis, a worker, a web process; each on its own port.

Nothing is shared with what else runs on the machine, and everything is ended by its own handle.
Without the binaries a test is skipped with the reason; where CI is set it fails instead.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60.0


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, true: Callable[[], bool], *, within_s: float = PATIENCE_S) -> None:
    """Wait for something, and say what it was when it does not come."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)


def _missing(binary: str) -> None:
    message = f"{binary} is not installed; `make check-system` installs it"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(message)
    pytest.skip(message)


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


def _lets_in(port: int) -> bool:
    """Tell whether PostgreSQL is past its start; it listens before that."""
    import psycopg

    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(f"host=127.0.0.1 port={port} user=weir dbname=postgres").close()
        return True
    return False


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> None:
    """End a process and everything it started in its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _postgres_binary(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = str(found[0]) if found else shutil.which(name)
    if path is None:
        _missing("postgresql")
    return str(path)


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """A PostgreSQL of our own, with the role ``weir``; not durable, since nothing has to last."""
    initdb, postgres = _postgres_binary("initdb"), _postgres_binary("postgres")
    # The server refuses to run as root, and the account may not enter pytest's own folders.
    account = None
    folder = Path(tempfile.mkdtemp(prefix="weir-postgres-"))
    if os.getuid() == 0:
        account = next(
            (n for n in ("postgres", "nobody") if n in {p.pw_name for p in pwd.getpwall()}), None
        )
        if account is None:
            _missing("an account for PostgreSQL")
        shutil.chown(folder, account)
    port = free_port()
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    run_as = {"user": account, "extra_groups": []} if account else {}
    subprocess.run(
        [initdb, "-D", str(data), "-U", "weir", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        **quiet,
        **run_as,
    )
    process = subprocess.Popen(
        [
            *(postgres, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)),
            *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=32MB"),
        ],
        start_new_session=True,
        **quiet,
        **run_as,
    )
    try:
        wait_until("PostgreSQL accepts connections", lambda: _lets_in(port))
        yield port
    finally:
        end(process, signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Redis of our own, which keeps nothing."""
    binary = shutil.which("redis-server")
    if binary is None:
        _missing("redis-server")
    port = free_port()
    process = subprocess.Popen(
        [
            *(str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", ""),
            *("--appendonly", "no", "--dir", str(tmp_path_factory.mktemp("redis"))),
        ],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until("Redis accepts connections", lambda: _accepts(port))
        yield port
    finally:
        end(process)


@dataclass
class Installation:
    """One Weir: an environment, and the processes started in it."""

    folder: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        """Run code within Django and return what it printed."""
        return self.manage("shell", "--no-imports", "--command", code).strip()

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own; its output goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_worker(self, name: str = "worker") -> subprocess.Popen[bytes]:
        """Start a worker with the scheduler in it, as `manage.py up` does."""
        return self.start(
            name,
            *(sys.executable, "-m", "celery", "-A", "estimator", "worker", "-B"),
            *("--concurrency", "1", "--loglevel", "info", "--hostname", f"{name}@localhost"),
            *("--schedule", str(self.folder / f"{name}-schedule")),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        )

    def start_web(self) -> str:
        """Start the web server and return its address."""
        port = free_port()
        self.start(
            "web",
            *(sys.executable, "-m", "gunicorn", "designer.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--threads", "8", "--log-level", "warning"),
        )
        url = f"http://localhost:{port}"
        wait_until("the web server answers", lambda: _answers(f"{url}/healthz"))
        return url

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        for process in reversed(self.processes):
            end(process)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as response:
        return bool(response.status == 200)
    return False


def _environment(folder: Path, **more: str) -> dict[str, str]:
    """Return this process's environment without any Weir setting, and then ours."""
    ours = ("WEIR_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "WEB_CONCURRENCY")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "WEIR_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **more}


@pytest.fixture
def install(
    tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Installation]]:
    """Return a function that sets up a Weir: "embedded", or "team" on PostgreSQL and Redis."""
    made: list[Installation] = []

    def set_up(kind: str, **more: str) -> Installation:
        folder = tmp_path / f"weir{len(made)}"
        folder.mkdir()
        if kind == "team":
            more |= _team(request, f"weir_{free_port()}")
        installation = Installation(folder, _environment(folder, **more))
        made.append(installation)
        installation.manage("migrate", "--verbosity", "0")
        return installation

    yield set_up
    for installation in made:
        installation.stop()


def _team(request: pytest.FixtureRequest, name: str) -> dict[str, str]:
    """Return settings of a fresh database on PostgreSQL and an emptied Redis."""
    import psycopg
    import redis

    port = request.getfixturevalue("postgres_port")
    with psycopg.connect(
        f"host=127.0.0.1 port={port} user=weir dbname=postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    redis_port = request.getfixturevalue("redis_port")
    redis.Redis(port=redis_port).flushall()
    return {
        "DATABASE_URL": f"postgres://weir@127.0.0.1:{port}/{name}",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
    }


@dataclass(frozen=True)
class Live:
    """A running Weir and how to get in."""

    url: str
    installation: Installation

    def login_link(self) -> str:
        """Return a fresh one-time sign-in link of the owner."""
        return self.installation.manage("login_link", "--base-url", self.url).strip()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Weir with no configuration: SQLite, embedded transport, examples loaded, worker running."""
    folder = tmp_path_factory.mktemp("live")
    installation = Installation(folder, _environment(folder))
    try:
        installation.manage("migrate", "--verbosity", "0")
        installation.manage("load_examples")
        installation.start_worker()
        yield Live(installation.start_web(), installation)
    finally:
        installation.stop()
