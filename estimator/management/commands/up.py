"""Run the web server and a worker together, for one machine."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

PATIENCE_S = 15.0  # From asking a process to end to making it.
START_S = 60.0
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Ask Linux to end a child when this process is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Command(BaseCommand):
    help = "Start the web server and a worker; stop both on Ctrl-C, or when either ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--no-link", action="store_true", help="Print no sign-in link.")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _refuse_taken(host, port)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        children = {"web": _start(web(host, port)), "worker": _start(worker())}
        try:
            self._greet(host, port, children, link=not options["no_link"])
            ended = self._watch(children)
        finally:
            _end(children)
        if ended:
            name, code = ended
            raise CommandError(f"The {name} ended by itself (exit {code}); both are stopped.")
        self.stdout.write("Stopped.")

    def _stop(self, number: int, frame: Any) -> None:
        self.stopping = True

    def _watch(self, children: dict[str, subprocess.Popen[bytes]]) -> tuple[str, int] | None:
        """Return which child ended by itself, or None after a request to stop."""
        while not self.stopping:
            for name, child in children.items():
                code = child.poll()
                if code is not None:
                    return name, code
            time.sleep(0.2)
        return None

    def _greet(
        self, host: str, port: int, children: dict[str, subprocess.Popen[bytes]], *, link: bool
    ) -> None:
        """Say where it is, once it answers."""
        shown = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host
        base_url = settings.PUBLIC_URL or f"http://{shown}:{port}"
        deadline = time.monotonic() + START_S
        while not self.stopping and not _answers(host, port):
            if any(child.poll() is not None for child in children.values()):
                return
            if time.monotonic() > deadline:
                raise CommandError(f"The web server did not answer within {START_S:g} s.")
            time.sleep(0.2)
        if self.stopping:
            return
        self.stdout.write(f"\nWeir is ready at {base_url}")
        if link:
            self.stdout.write("Sign in once with this link (valid for a day):")
            call_command("login_link", base_url=base_url, stdout=self.stdout)
        self.stdout.write("Press Ctrl-C to stop.\n")
        self.stdout.flush()


def web(host: str, port: int) -> list[str]:
    """Return the command of the web server."""
    return [
        *(sys.executable, "-m", "gunicorn", "designer.wsgi"),
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
        *("--worker-class", "gthread", "--threads", "32"),
        *("--workers", os.environ.get("WEB_CONCURRENCY") or "1"),
        *("--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"),
        *("--log-level", "warning"),
    ]


def worker() -> list[str]:
    """Return the command of the worker; the scheduler rides along."""
    processes = os.environ.get("WEIR_WORKER_PROCESSES") or str(min(2, os.cpu_count() or 1))
    return [
        # Whoever runs `make run` as root on their own machine need not be told at every start.
        *(sys.executable, "-W", "ignore:You're running the worker with superuser privileges"),
        *("-m", "celery", "--quiet", "-A", "estimator", "worker", "-B"),
        *("--concurrency", processes, "--loglevel", "warning", "--hostname", "weir@localhost"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def _refuse_taken(host: str, port: int) -> None:
    """Stop now, in one sentence, rather than later, in a log."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}). "
                f"Stop what uses it, or choose another: make run PORT={port + 1}"
            ) from None


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        command, start_new_session=True, preexec_fn=_end_with_parent, stdin=subprocess.DEVNULL
    )


def _answers(host: str, port: int) -> bool:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    target = f"[{target}]" if ":" in target else target
    request = urllib.request.Request(
        f"http://{target}:{port}/healthz", headers={"Host": settings.ALLOWED_HOSTS[0].lstrip(".")}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End all children: politely first, then with everything they started."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE_S
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        child.wait()
