"""`make bench`: Weir beside its peers, one process at a time, in turn, and one table."""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import chart, table

Row = dict[str, Any]
Line = tuple[str, str, int]  # who, what, how many

HERE = Path(__file__).parent
BUILT = HERE.parent / "var" / "benchmarks"
K, M = 1_000, 1_000_000
LIMIT_S = 120  # for one measurement
FULL: tuple[Line, ...] = (
    ("simpy", "w1", 60 * K), ("ciw", "w1", 20 * K), ("heap", "w1", 2 * M),
    ("bare", "w1", 20 * M), ("weir", "w1", 20 * M),
    ("simpy", "w2", 80 * K), ("heap", "w2", 2 * M), ("bare", "w2", 5 * M), ("weir", "w2", 5 * M),
    ("simpy", "w3", 150 * K), ("ciw", "w3", 50 * K), ("heap", "w3", 4 * M),
    ("bare", "w3", 10 * M), ("weir", "w3", 10 * M),
    ("simfaas", "w4", 60 * K), ("weir", "w4", 5 * M),
    ("latency", "w2", 100 * K), ("latency", "w2", 1 * M), ("weir", "w2", 1 * M), ("weir", "w2", 0),
    ("instant", "flow", 50), ("instant", "flow", 1_000),
    ("instant", "request", 50), ("instant", "request", 1_000),
)  # fmt: skip
ONCE: tuple[Line, ...] = (("instant", "scenarios", 10 * K), ("instant", "workers", 3_600 * K))
SHORT = {"simpy": 4, "ciw": 4, "simfaas": 4, "heap": 4, "bare": 5, "weir": 5}  # Divide by.
PACKAGES = ("numpy", "numba", "simpy", "ciw", "simfaas")


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--quick", action="store_true", help="fewer messages, 3 rounds, no day")
    ask.add_argument("--only", default="", help="workloads and rows, as w2,flow")
    ask.add_argument("--out", type=Path, default=HERE / "results")
    asked = ask.parse_args()
    rounds = min(asked.rounds, 3) if asked.quick else asked.rounds
    heap = _built_heap()
    lines, once = _chosen(asked.quick, set(filter(None, asked.only.split(","))), heap)
    found = _machine()
    start = time.perf_counter()
    _say("compiling what is not compiled yet")
    for what in table.TITLES:
        for who in ("bare", "weir"):
            if (who, what) != ("bare", "w4"):
                _measured((who, what, 1_000), 1, heap)
    rows = []
    for number in range(1, rounds + 1):
        for line in lines:
            rows.append(_measured(line, number, heap))
            _say(f"round {number} of {rounds}  {_told(rows[-1])}")
    for line in once:
        rows.append(_measured(line, 1, heap))
        _say(f"once  {_told(rows[-1])}")
    found |= {"load_after": os.getloadavg(), "rounds": rounds, "quick": asked.quick}
    found["took_s"] = round(time.perf_counter() - start, 1)
    found["goals"] = [vars(g) | {"met": g.met} for g in table.goals(rows)]
    found["rows"] = rows
    _print(found, rows)
    _keep(asked.out, found, rows)


def _chosen(quick: bool, only: set[str], heap: Path | None) -> tuple[list[Line], list[Line]]:
    lines, once = list(FULL), list(ONCE)
    if quick:
        lines = [(who, what, n // SHORT.get(who, 1)) for who, what, n in lines if n]
        once = [
            (who, what, n // 5) if what == "workers" else (who, what, n) for who, what, n in once
        ]
    for who, package in (("simpy", "simpy"), ("ciw", "ciw"), ("simfaas", "simfaas")):
        if importlib.util.find_spec(package) is None:
            _say(f"{package} is not installed: its lines are left out")
            lines = [line for line in lines if line[0] != who]
    if heap is None:
        _say("no C++ compiler was found: the event heap's lines are left out")
        lines = [line for line in lines if line[0] != "heap"]
    keep = [[line for line in some if not only or line[1] in only] for some in (lines, once)]
    return keep[0], keep[1]


def _built_heap() -> Path | None:
    """Compile the event heap, if there is a compiler."""
    compiler = next(filter(None, map(shutil.which, ("g++", "clang++", "c++"))), None)
    if compiler is None:
        return None
    BUILT.mkdir(parents=True, exist_ok=True)
    built, source = BUILT / "event_heap", HERE / "peers" / "event_heap.cpp"
    native = [] if platform.machine() == "arm64" else ["-march=native"]
    subprocess.run([compiler, "-O3", *native, "-std=c++17", str(source), "-o", built], check=True)
    return built


def _measured(line: Line, seed: int, heap: Path | None) -> Row:
    who, what, count = line
    command = [sys.executable, "-m", "benchmarks.measure", who, what, str(count), str(seed)]
    if who == "heap":
        command = [str(heap), what, str(count), str(seed)]
    row: Row = {"who": who, "what": what, "count": count, "seed": seed}
    try:
        done = subprocess.run(
            command, cwd=HERE.parent, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return row | {"error": f"not done within {LIMIT_S} s"}
    if done.returncode:
        return row | {"error": (done.stderr.strip().splitlines() or ["no reason given"])[-1]}
    return row | json.loads(done.stdout.splitlines()[-1])


def _told(row: Row) -> str:
    name = f"{row['who']:8}{row['what']:10}{row['count']:>11,}"
    if "error" in row:
        return f"{name}  {row['error']}"
    speed = f"{row['messages'] / row['seconds']:>14,.0f}/s" if "messages" in row else ""
    return f"{name}{row['seconds']:>10.4f} s  cpu {row['cpu_s']:.4f} s{speed}"


def _machine() -> Row:
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "-"
    compiler = shutil.which("g++")
    if compiler:
        said = subprocess.run([compiler, "--version"], capture_output=True, text=True)
        versions["g++"] = said.stdout.splitlines()[0].rsplit(" ", 1)[-1]
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu": _cpu(),
            "cpus": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        },
        "versions": versions,
        "load_before": os.getloadavg(),
    }


def _cpu() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [one.split(":", 1)[1].strip() for one in facts.splitlines() if "model name" in one]
    return names[0] if names else platform.processor()


def _note(found: Row) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in found["versions"].items())
    machine = found["machine"]
    load = " → ".join(f"{found[name][0]:.1f}" for name in ("load_before", "load_after"))
    return (
        f"{found['date'][:16].replace('T', ' ')} UTC; {machine['cpu']}, {machine['cpus']} CPUs; "
        f"load {load}; {versions}; medians of {found['rounds']} rounds"
    )


def _print(found: Row, rows: list[Row]) -> None:
    _say("")
    _say(_note(found))
    for report in table.REPORTS:
        for text in report(rows):
            _say(text)
    for row in rows:
        if "error" in row:
            _say(f"  failed: {_told(row)}")


def _keep(folder: Path, found: Row, rows: list[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = found["date"][:10] + ("-quick" if found["quick"] else "")
    (folder / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
    (folder / f"{name}.svg").write_text(chart.svg(rows, _note(found)))
    _say("")
    _say(f"kept in {folder / name}.json and .svg; took {found['took_s']:.0f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
