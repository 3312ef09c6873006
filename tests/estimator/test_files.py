"""The embedded transport: a reader never sees a message that is still being written."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

import estimator.celery  # noqa: F401 - names the transport
from estimator import files

MESSAGES = 20


class Slow:
    """A value that takes its time to be written."""

    def __json__(self) -> str:
        time.sleep(0.01)
        return "at last"


def channel(folder: Path) -> files.Channel:
    where = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    connection = Connection("files://localhost/", transport_options=where)
    return connection.channel()


def test_the_workers_use_it() -> None:
    assert TRANSPORT_ALIASES["files"] == "estimator.files:Transport"


def test_messages_are_read_whole_while_they_are_written(tmp_path: Path) -> None:
    writer, reader = channel(tmp_path), channel(tmp_path)
    found: list[int] = []

    def read() -> None:
        while len(found) < MESSAGES:
            try:
                found.append(reader._get("runs")["body"])
            except Empty:
                continue

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(MESSAGES):
        writer._put("runs", {"body": number, "text": Slow()})
    thread.join(timeout=30)
    assert sorted(found) == list(range(MESSAGES))


def test_what_is_unfinished_is_no_message(tmp_path: Path) -> None:
    (tmp_path / "1_a.unfinished").write_text("")
    with pytest.raises(Empty):
        channel(tmp_path)._get("runs")
