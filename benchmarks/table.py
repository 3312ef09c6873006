"""The table: each workload's lines with ratios, then every goal with its figure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .peers.numbers import closed_form

Row = dict[str, Any]
TITLES = {
    "w1": "W1  five single servers in series",
    "w2": "W2  a pipeline: functions, batches, retries, tokens, buffer",
    "w3": "W3  fifty servers, one line",
    "w4": "W4  a function that scales per request",
}
NAMES = {
    "simpy": "SimPy",
    "ciw": "Ciw",
    "simfaas": "SimFaaS",
    "heap": "C++ event heap by hand",
    "bare": "Weir's kernels wired by hand, no telemetry",
    "weir": "Weir, design in, report out",
}


@dataclass(frozen=True)
class Goal:
    """One line of what must be reached.

    Attributes:
        text: What is measured, and the bound.
        figure: What was measured, or why it was not.
        ratio: Figure over bound so that 1 or more is met; None where nothing was measured.
    """

    text: str
    figure: str
    ratio: float | None

    @property
    def met(self) -> str:
        if self.ratio is None:
            return "not measured"
        return "met" if self.ratio >= 1 else "NOT MET"


def of(rows: list[Row], who: str, what: str, count: int | None = None) -> list[Row]:
    """Return the measurements of one line."""
    return [
        r for r in rows
        if (r["who"], r["what"]) == (who, what) and count in (None, r["count"]) and "error" not in r
    ]  # fmt: skip


def median(rows: list[Row], name: str) -> float:
    return statistics.median(r[name] for r in rows)


def rate(rows: list[Row], clock: str) -> float:
    """Return the median of messages per second."""
    return statistics.median(r["messages"] / r[clock] for r in rows)


# ---- Workloads ----------------------------------------------------------------------------------


def lines(rows: list[Row]) -> Iterator[str]:
    """Yield the printed table of the workloads."""
    for what, title in TITLES.items():
        mine = {
            who: found for who in NAMES if (found := of(rows, who, what, _count(rows, who, what)))
        }
        if not mine:
            continue
        base = mine.get("simpy") or mine.get("simfaas")
        yield ""
        yield title
        yield (
            f"  {'':44}{'messages/s':>13}{'x peer':>11}{'(cpu)':>10}"
            f"{'spread':>8}{'mean ms':>10}{'p99 ms':>10}{'MiB':>6}"
        )
        known = closed_form(what)
        if known:
            mean, p99 = known["mean_s"] * 1e3, known["p99_s"] * 1e3
            yield f"  {'closed form':44}{'':42}{mean:>10.2f}{p99:>10.1f}"
        for who, found in mine.items():
            yield "  " + _line(NAMES[who], found, base)


def _count(rows: list[Row], who: str, what: str) -> int | None:
    """Return the count of the workload's own line: the first asked for."""
    return next((r["count"] for r in rows if r["who"] == who and r["what"] == what), None)


def _line(name: str, found: list[Row], base: list[Row] | None) -> str:
    speeds = [r["messages"] / r["seconds"] for r in found]
    ratio = {c: rate(found, c) / rate(base, c) if base else 0.0 for c in ("seconds", "cpu_s")}
    spread = (max(speeds) - min(speeds)) / statistics.median(speeds)
    p99 = f"{median(found, 'p99_s') * 1e3:>10.1f}" if "p99_s" in found[0] else f"{'':>10}"
    return (
        f"{name:44}{statistics.median(speeds):>13,.0f}{ratio['seconds']:>10,.2f}x"
        f"{ratio['cpu_s']:>9,.2f}x{spread:>8.0%}{median(found, 'mean_s') * 1e3:>10.2f}{p99}"
        f"{max(r['peak_mib'] for r in found):>6.0f}"
    )


# ---- Goals --------------------------------------------------------------------------------------


def goals(rows: list[Row], clock: str = "seconds") -> list[Goal]:
    """Return every goal with its figure.

    Args:
        clock: "seconds" for wall time, "cpu_s" for processor time.
    """
    found = [
        _against(rows, "w2", "simpy", 250, clock),
        _against(rows, "w2", "heap", 4.5, clock),
        _against(rows, "w2", "bare", 0.65, clock),
        _against(rows, "w1", "simpy", 1_000, clock),
        _against(rows, "w3", "simpy", 180, clock),
        _against(rows, "w4", "simfaas", 250, clock),
    ]
    found += _day(rows, clock)
    for count, bound_ms in ((100_000, 30.0), (1_000_000, 150.0)):
        text = f"W2, {count:,} messages within {bound_ms:g} ms"
        found.append(_within(text, of(rows, "latency", "w2", count), 1e3, bound_ms, "ms", clock))
    for count, bound_ms in ((50, 0.1), (1_000, 2.0)):
        text = f"flow solver, {count:,} nodes with loops, within {bound_ms:g} ms"
        found.append(_within(text, of(rows, "instant", "flow", count), 1e3, bound_ms, "ms", clock))
    for count, bound_ms in ((50, 0.6), (1_000, 10.0)):
        mine = of(rows, "instant", "request", count)
        for what, key in (("one rate changed", "cpu_s"), ("every duration new", "new_cpu_s")):
            text = f"whole estimate, {count:,} nodes, {what}, within {bound_ms:g} ms of CPU"
            found.append(_within(text, mine, 1e3, bound_ms, "ms", key))
    mine = of(rows, "instant", "scenarios")
    found.append(_within("10,000 scenarios of 30 nodes within 1 s", mine, 1.0, 1.0, "s", clock))
    found.append(_serial(rows))
    return found


def _against(rows: list[Row], what: str, who: str, bound: float, clock: str) -> Goal:
    ours, theirs = (of(rows, n, what, _count(rows, n, what)) for n in ("weir", who))
    text = f"{what.upper()} at least {bound:g} x {NAMES[who]}"
    if not ours or not theirs:
        return Goal(text, "-", None)
    ratio = rate(ours, clock) / rate(theirs, clock)
    return Goal(text, f"{ratio:,.2f} x", ratio / bound)


def _within(text: str, rows: list[Row], scale: float, bound: float, unit: str, clock: str) -> Goal:
    if not rows:
        return Goal(text, "-", None)
    value = median(rows, clock) * scale
    return Goal(text, f"{value:,.3g} {unit}", bound / value)


def _day(rows: list[Row], clock: str) -> list[Goal]:
    day, million = of(rows, "weir", "w2", 0), of(rows, "weir", "w2", 1_000_000)
    found = [_within("W2, a day of 86.4 million messages within 10 s", day, 1.0, 10.0, "s", clock)]
    texts = ["  its peak memory within 256 MiB", "  within 10 % of that of 1 million messages"]
    if not day:
        return found + [Goal(text, "-", None) for text in texts]
    peak = median(day, "peak_mib")
    found.append(Goal(texts[0], f"{peak:.0f} MiB", 256 / peak))
    if million:
        base = median(million, "peak_mib")
        found.append(Goal(texts[1], f"{peak / base - 1:+.0%} of {base:.0f} MiB", 1.1 * base / peak))
    return found


def _serial(rows: list[Row]) -> Goal:
    mine, text = (
        of(rows, "instant", "workers"),
        "8 replications of an hour of W2: less than 5 % serial",
    )
    if not mine:
        return Goal(text, "-", None)
    share = statistics.median(r["serial_s"] / (r["serial_s"] + sum(r["parts_s"])) for r in mine)
    return Goal(text, f"{share:.2%}", 0.05 / share)


def workers(rows: list[Row]) -> Iterator[str]:
    """Yield how the work of eight replications divides over workers."""
    mine = of(rows, "instant", "workers")
    if not mine:
        return
    row = mine[len(mine) // 2]
    parts, alone = row["parts_s"], row["serial_s"]
    whole = alone + sum(parts)
    yield ""
    yield "Eight replications of W2 over workers, by the CPU time of each part"
    for count in (1, 2, 4, 8):
        shares = [sum(parts[i::count]) / sum(parts) for i in range(count)]
        speed = whole / (alone + max(sum(parts[i::count]) for i in range(count)))
        each = " ".join(f"{share:.1%}" for share in shares)
        yield f"  {count} workers: at most {speed:.2f} times as fast; shares {each}"


def verdicts(rows: list[Row]) -> Iterator[str]:
    """Yield the printed goals: by wall time, with the ratio of CPU time beside it."""
    yield ""
    yield f"  {'Goal':58}{'figure':>16}{'of goal':>9}{'(cpu)':>8}  "
    for goal, by_cpu in zip(goals(rows), goals(rows, "cpu_s"), strict=True):
        shares = ["" if g.ratio is None else f"{g.ratio:.2f}" for g in (goal, by_cpu)]
        yield f"  {goal.text:58}{goal.figure:>16}{shares[0]:>9}{shares[1]:>8}  {goal.met}"


Report = Callable[[list[Row]], Iterator[str]]
REPORTS: tuple[Report, ...] = (lines, verdicts, workers)
