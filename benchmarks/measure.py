"""One measurement in a process of its own: `python -m benchmarks.measure WHO WHAT COUNT SEED`.

Prints one JSON object. `seconds` is wall time and `cpu_s` processor time from the first draw (for
Weir: from the document's text) to the last percentile (to the report's text); imports and
compilation come before it.
"""

from __future__ import annotations

import importlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PEERS = {
    "simpy": "simpy_models",
    "ciw": "ciw_models",
    "simfaas": "simfaas_models",
    "bare": "bare_kernels",
}
WARM = 20_000  # messages before the measured ones
REPEAT = 9  # of what takes milliseconds


def main(words: list[str]) -> None:
    who, what, count, seed = words[0], words[1], int(words[2]), int(words[3])
    if who == "instant":
        row = getattr(importlib.import_module("benchmarks.instant"), what)(count)
    elif who in ("weir", "latency"):
        row = _product(what, count, seed, REPEAT if who == "latency" else 1)
    else:
        run = getattr(importlib.import_module(f"benchmarks.peers.{PEERS[who]}"), what)
        if who == "bare":
            run(WARM, seed)
        row = _timed(lambda: run(count, seed))
        row = {"messages": count} | row
    row["peak_mib"] = _peak_mib()
    sys.stdout.write(json.dumps(row) + "\n")


def _peak_mib() -> float:
    """Return the most memory that this process held at once."""
    try:  # What getrusage says on Linux includes the process that started this one.
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(run: Callable[[], Any]) -> dict[str, Any]:
    spent, start = time.process_time(), time.perf_counter()
    row = run()
    row["seconds"] = time.perf_counter() - start
    row["cpu_s"] = time.process_time() - spent
    return row


def _product(workload: str, count: int, seed: int, repeat: int) -> dict[str, Any]:
    from .product import figures, report

    begin = time.perf_counter()
    report(workload, WARM, seed)
    warm_s = time.perf_counter() - begin
    messages = count or None  # 0 is a whole day.
    rows = []
    for _ in range(repeat):
        texts: list[str] = []
        row = _timed(lambda texts=texts: texts.append(report(workload, messages, seed)) or {})
        rows.append(figures(workload, texts[0]) | row)
    found = rows[-1]
    for name in ("seconds", "cpu_s"):
        found[name] = statistics.median(row[name] for row in rows)
    return found | {"warm_s": warm_s}


if __name__ == "__main__":
    main(sys.argv[1:])
