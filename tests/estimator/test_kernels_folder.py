"""Compiled kernels are kept where the compiler may write, with those an image brought along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from estimator.simulations import warm


@pytest.fixture
def data(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv(warm.KEPT, "")
    monkeypatch.delenv(warm.BUILT, raising=False)
    return tmp_path / "data"


def _chosen() -> str:
    import os

    warm.choose_folder()
    return os.environ[warm.KEPT]


def test_beside_their_source_where_that_can_be_written(data: Path) -> None:
    assert _chosen() == ""


def test_in_the_data_folder_where_the_program_is_read_only(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_read_only", lambda folder: True)
    assert _chosen() == str(data / "kernels")


def test_those_of_the_image_are_brought_along(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = tmp_path / "image" / "simulation_1"
    built.mkdir(parents=True)
    (built / "pool.nbi").write_bytes(b"index")
    monkeypatch.setenv(warm.BUILT, str(built.parent))
    assert _chosen() == str(data / "kernels")
    assert (data / "kernels" / "simulation_1" / "pool.nbi").read_bytes() == b"index"
    monkeypatch.setenv(warm.KEPT, "")
    assert _chosen() == str(data / "kernels")  # At the next start, over what is there.


def test_a_folder_that_was_named_is_left_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(warm.KEPT, "/elsewhere")
    monkeypatch.setenv(warm.BUILT, "/image")
    assert _chosen() == "/elsewhere"


def test_a_worker_that_cannot_load_them_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, data: Path
) -> None:
    def refuse() -> None:
        raise OSError("disk full")

    monkeypatch.setattr(warm, "warm", refuse)
    warm.warm_up()
    assert "the first simulation will try again" in caplog.text
    monkeypatch.setattr(warm.simulation, "compiled", lambda: False)
    warm.warm_up()
    assert "numba is not installed" in caplog.text
