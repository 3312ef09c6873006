"""A setting that cannot be read stops the start with a sentence; nothing falls back silently."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from designer import environment as env

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WEIR_LEASE_S", "soon", "expected a number"),
        ("WEIR_LEASE_S", "0", "expected 1 to 600"),
        ("WEIR_LEASE_S", "nan", "expected 1 to 600"),
        ("WEIR_REQUESTS_PER_MIN", "1.5", "expected a whole number"),
        ("WEIR_TRUST_PROXY", "maybe", "expected one of"),
        ("WEIR_LOG_LEVEL", "chatty", "expected DEBUG INFO WARNING ERROR"),
        ("WEIR_PUBLIC_URL", "weir.example.com", "expected http://, https://"),
        ("WEIR_SECRET_KEY", "short", "expected at least 32"),
        ("DATABASE_URL", "mysql://user:hunter2@host/weir", "expected postgres://"),
        ("REDIS_URL", "http://host", "expected redis://"),
    ],
)
def test_a_bad_value_is_named_with_what_would_do(
    name: str, value: str, said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "WEIR_DATA_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert name in last
    assert said in last
    assert "hunter2" not in done.stderr.splitlines()[-1]


def test_the_secret_is_made_once_and_only_we_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEIR_SECRET_KEY", raising=False)
    file = tmp_path / "data" / "secret.key"
    first = env.secret("WEIR_SECRET_KEY", file)
    assert len(first) > 64
    assert env.secret("WEIR_SECRET_KEY", file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in file.parent.iterdir()] == ["secret.key"]


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEIR_SECRET_KEY", raising=False)
    (tmp_path / "file").touch()  # In the way of the folder; even root cannot write into it.
    with pytest.raises(ImproperlyConfigured, match="WEIR_DATA_DIR"):
        env.secret("WEIR_SECRET_KEY", tmp_path / "file" / "secret.key")


def test_https_turns_on_hsts_and_secure_cookies(tmp_path: Path) -> None:
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEBUG)"
    )
    environment = {
        **os.environ,
        "WEIR_DATA_DIR": str(tmp_path),
        "WEIR_PUBLIC_URL": "https://weir.example.com",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "True", "True", "False"]
