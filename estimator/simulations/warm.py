"""Compiled kernels in workers: kept on disk, and loaded before the first run."""

from __future__ import annotations

import logging
import os
import shutil
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_init
from django.conf import settings

from estimator.engine import simulation
from estimator.engine.simulation.warm import warm

log = logging.getLogger(__name__)

BUILT = "WEIR_KERNELS_DIR"  # Where an image holds kernels that were compiled when it was built.
KEPT = "NUMBA_CACHE_DIR"


def choose_folder() -> None:
    """Choose where kernels are kept, before any is loaded: in a folder for each state of them.

    Beside their source, as Python keeps its own; in the data folder where that cannot be written,
    or where an image brings kernels along, because the compiler uses a folder only if it may write
    there.
    """
    built = os.environ.get(BUILT)
    if os.environ.get(KEPT) or not (built or _read_only(Path(simulation.__file__).parent)):
        return
    folder = settings.DATA_DIR / "kernels"
    if built and Path(built).is_dir():
        shutil.copytree(built, folder, dirs_exist_ok=True)
    os.environ[KEPT] = str(folder)


def _read_only(folder: Path) -> bool:
    return not os.access(folder, os.W_OK)


@worker_init.connect  # type: ignore[untyped-decorator]
def warm_up(**_: Any) -> None:
    """Load the kernels into the worker before it starts its processes, which inherit them.

    The first start on a machine compiles for some seconds; no run ever waits for that.
    """
    if not simulation.compiled():
        log.warning("numba is not installed; simulations run without compiled kernels")
        return
    begun = time.monotonic()
    try:
        choose_folder()
        warm()
    except Exception:
        log.exception("the kernels could not be loaded now; the first simulation will try again")
    else:
        log.info("kernels are ready after %.1f s", time.monotonic() - begun)
