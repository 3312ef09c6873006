"""One command starts everything, says where it is, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import http.cookiejar
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest

from tests.servers import ROOT, Installation, _accepts, free_port, wait_until


@pytest.mark.services
def test_the_link_it_prints_signs_in_and_ctrl_c_stops_both(install: Any) -> None:
    weir: Installation = install("embedded")
    port = free_port()
    process = weir.start("up", sys.executable, "manage.py", "up", "--port", str(port))
    wait_until("the link is printed", lambda: "Ctrl-C" in weir.log("up"))
    link = re.search(r"http://\S+/login/link/\S+", weir.log("up"))
    assert link, weir.log("up")

    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    page = browser.open(link[0]).read().decode()
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert csrf
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": csrf[1]}).encode()
    # It leads to the app, which need not be built here; being signed in is what counts.
    with contextlib.suppress(urllib.error.HTTPError):
        browser.open(link[0], form)
    me = browser.open(f"http://localhost:{port}/api/v1/me").read().decode()
    assert "owner@localhost" in me

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert weir.log("up").rstrip().endswith("Stopped.")
    assert not _accepts(port)
    # Children sit in sessions of their own; whoever still had our folder open would be one.
    listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert f"127.0.0.1:{port}" not in listing.stdout


def test_a_taken_port_is_refused_in_one_sentence(install: Any) -> None:
    weir: Installation = install("embedded")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            env=weir.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
