"""Where compiled kernels are kept: in a folder named after all source that they are made of.

The compiler's cache sees a change of a kernel's own file and of no other, but constants, and
kernels that are put into others, come from other files as well. With a folder for each state of
all of them nothing that was compiled before a change is found after it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCES = (
    "draws", "histogram", "kernels", "kernels_heaps", "kernels_lanes", "plan", "pool_kernel",
    "workflow",
)  # fmt: skip
PREFIX = "kernels-"
KEPT = 3  # folders: this state's, and those that another program of the machine may still use


def name(source: Path = HERE) -> str:
    """Return the name of the folder for what stands in the files of `source` now."""
    whole = hashlib.sha256()
    for module in SOURCES:
        text = (source / f"{module}.py").read_bytes()
        whole.update(f"{module} {len(text)}\n".encode() + text)
    return PREFIX + whole.hexdigest()[:16]


def choose(base: Path, source: Path = HERE) -> Path:
    """Return the folder for this state of the kernels in `base`; remove those not used for long.

    Raises:
        OSError: It cannot be made.
    """
    folder = base / name(source)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    others = [x for x in base.iterdir() if x.name.startswith(PREFIX) and x != folder]
    others.sort(key=_used, reverse=True)
    for old in others[KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # Another process has just removed it.
        return 0.0


def keep_apart() -> None:
    """Let the compiler keep kernels there: in the folder it was told, beside the source, or with
    the user's other caches, whichever can be written first."""
    import numba

    config: Any = numba.config
    told = config.CACHE_DIR
    own = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    bases = [Path(told)] if told else [HERE / "__pycache__", Path(own).expanduser() / "weir"]
    for base in bases:
        try:
            folder = choose(base)
        except (OSError, RuntimeError):  # Read-only, or a user without a home.
            continue
        if os.access(folder, os.W_OK):
            config.CACHE_DIR = str(folder)
            return
