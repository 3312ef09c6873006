"""Holding a row while one computes for it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from types import TracebackType

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

PROGRESS_EVERY_S = 0.25

#: Renews a lease and tells the progress, if given; False when the row is no longer held.
Renew = Callable[[float | None], bool]


class StoppedError(Exception):
    """The run was cancelled, or another worker has it by now."""


class Hold:
    """Holds a row while it computes: renews the lease, tells the progress, notices the loss.

    A thread renews, because the engine may be silent for longer than the lease; the progress
    callback renews as well and is where a lost run stops computing.
    """

    def __init__(self, what: str, renew: Renew) -> None:
        self.what, self.renew = what, renew
        self.lost = False
        self._parent = os.getppid()
        self._ended = threading.Event()
        self._told_at = 0.0
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Hold:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(timeout=settings.LEASE_S)

    def _keep(self) -> None:
        try:
            while not self._ended.wait(settings.LEASE_S / 3):
                if os.getppid() != self._parent:
                    # The worker that owns this process died; let the run go.
                    self.lost = True
                    return
                self._renew(None)
                if self.lost:
                    return
        finally:
            connection.close()  # Each thread has its own.

    def _renew(self, progress: float | None) -> None:
        try:
            if not self.renew(progress):
                self.lost = True
        except Exception:
            # A database that is away for a moment is no reason to drop the work; the lease decides.
            log.warning("cannot renew the lease of %s", self.what, exc_info=True)
            connection.close()

    def told(self, share: float) -> bool:
        """Tell how far the engine is; return False when the run is no longer held."""
        now = time.monotonic()
        if not self.lost and now - self._told_at >= PROGRESS_EVERY_S:
            self._told_at = now
            self._renew(share)
        return not self.lost

    def progress(self, share: float) -> None:
        """Tell how far the engine is.

        Raises:
            StoppedError: The run is no longer held.
        """
        if not self.told(share):
            raise StoppedError
