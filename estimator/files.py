"""Messages through files, each put down whole.

kombu's own transport opens the file of a message before it writes it, and a worker that reads in
between finds nothing in it and ends. Here a message gets its name when it is complete.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose readers see whole messages only."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        folder = Path(self.data_folder_out)
        unfinished = folder / f"{name}.unfinished"
        try:
            text = dumps(payload)  # type: ignore[no-untyped-call]
            unfinished.write_text(text, encoding="utf-8")
            os.replace(unfinished, folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"cannot put a message into {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
