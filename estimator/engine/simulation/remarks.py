"""What deserves attention in a simulation, and what it leaves out."""

from __future__ import annotations

from typing import Any

from .agreement import GATHERED_ERROR, ROUGH_ERROR, STATED_ERROR
from .plan import LONGEST_DRAIN_S, Shared
from .record import Outcome
from .run import EVENT_BY_EVENT, LIVE, Job


def notes(job: Job, whole: Outcome) -> list[str]:
    """Return what was simplified, and which replications were followed event by event."""
    found = [*job.plan.notes, *(f"Event by event, because {b}." for b in job.plan.blockers)]
    if whole.joined:
        found.append(
            f"{whole.joined} of {whole.replications} replications were followed event by event, "
            "with one pool or rate for all that share it."
        )
    surges = [f.node for f in job.options.faults if f.kind == "surge"]
    kept = [name for name in job.options.traces if name in surges or None in surges]
    if kept:
        found.append(
            f"The recorded arrivals of {', '.join(kept)} come as they were recorded: "
            "traffic that rises does not change them."
        )
    return found


def findings(
    job: Job, whole: Outcome, nodes: dict[str, Any], agreement: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(slug: str, severity: str, title: str, message: str, fix: str, node: str | None) -> None:
        found.append(
            {"id": slug, "severity": severity, "title": title, "message": message, "fix": fix,
             "node": node, "edge": None, "field": None, "source": None, "patch": None}
        )  # fmt: skip

    for node in job.network.nodes:
        mine = nodes[node.id]
        if mine["backlog_end"] > 0.5 * mine["backlog_peak"] > 50 and mine["backlog_peak"] > 100:
            add(
                "simulation-backlog-left", "error", "A backlog is left at the end",
                f"{mine['backlog_end']:,.0f} messages still stand in {node.name} when the "
                "simulation ends.",
                "Give its consumer more places or less work, lower the rate, or simulate longer.",
                node.id,
            )  # fmt: skip
        if mine["refused"]:
            share = mine["refused"] / max(1, mine["arrived"])
            add(
                "simulation-refused", "warning", "Requests are refused",
                f"{node.name} refused {mine['refused']:,} requests ({share:.2%}).",
                "Raise the limit that was met, put a queue in front, or let callers try again.",
                node.id,
            )  # fmt: skip
    left = sum(n["inside"] + n["underway"] for n in nodes.values())
    if job.options.drain and left and not whole.stopped:
        add(
            "simulation-not-drained", "error", "Not drained within a day",
            f"Left {LONGEST_DRAIN_S / 3600:.0f} hours after the producers ended: {left:,} of the "
            "messages. They fail and come back without end, or drain that slowly.",
            "Give queues a dead-letter queue and streams a limit of retries, or their consumers "
            "more places.",
            None,
        )  # fmt: skip
    found += _shared(job, whole)
    if job.plan.drawn:
        seconds = LIVE / job.plan.events_per_s
        add(
            "simulation-waits-drawn", "warning", "Waits without load",
            f"{'; '.join(job.plan.drawn[:5])}. The callers' waits are drawn as if nothing were in "
            "the way: they, and what the callers hold meanwhile, are too short under load.",
            f"Calls are followed in simulations of up to {seconds:,.0f} s of this design.",
            None,
        )  # fmt: skip
    off = [r for r in agreement if not r["within"]]
    if off:
        worst = max(off, key=lambda r: abs(r["simulation"] - r["flow"]) / (abs(r["flow"]) + 1e-12))
        add(
            "simulation-disagrees", "note", "Steady answer and simulation differ",
            f"{len(off)} of {len(agreement)} figures differ by more than their stated error "
            f"({STATED_ERROR:.0%}, times over batches {GATHERED_ERROR:.0%}, {ROUGH_ERROR:.0%} "
            "where batches fill others, grow in line or lie behind a limit that refuses) and the "
            f"confidence; most: {worst['what']} of "
            f"{worst['name']}, {worst['flow']:.4g} {worst['unit']} steady and "
            f"{worst['simulation']:.4g} simulated.",
            "Trust the simulation for bursts, cold starts and backlogs; compare over a whole day.",
            None,
        )  # fmt: skip
    if whole.stopped and whole.stopped != "cancelled":
        add(
            "simulation-stopped", "error", "Stopped early",
            f"The simulation was stopped: {whole.stopped}. What was found until then is shown.",
            "The design receives more than it can do, or ever more: lower the rate, or raise the "
            "limit where the backlog stands.",
            None,
        )  # fmt: skip
    return found


def _shared(job: Job, whole: Outcome) -> list[dict[str, Any]]:
    """Return findings on the account's pools that stages used up together."""
    found = []
    for group in job.plan.shared:
        most = whole.peaks.get(group.name, 0)
        if most > group.places:
            found.append(_used_up(job, whole, group, most))
    return found


def _used_up(job: Job, whole: Outcome, group: Shared, most: int) -> dict[str, Any]:
    names = list(dict.fromkeys(job.plan.stages[i].name for i in group.stages))
    listed = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    one = "rate" if group.rate_per_s else "pool"
    if whole.joined:
        told = (
            f"Simulated as one {one} in {whole.joined} of {whole.replications} replications: what "
            "found none was refused, or waited for it among all."
        )
    else:
        seconds = EVENT_BY_EVENT / job.plan.events_per_s
        told = (
            f"Each was simulated with a {one} of its own: refusals and waits are too few. Simulate "
            f"at most {seconds:,.0f} s to have one {one} followed event by event."
        )
    asked = (
        f"{listed} would have {most:,} in progress at an instant; {group.title} allows "
        f"{group.places:,} for all."
    )
    if group.rate_per_s:
        asked = (
            f"{listed} take from one rate, {group.title}, {group.rate_per_s:,.6g} a second for "
            f"all: up to {most:,} of their requests in a replication would have met it."
        )
    return {
        "id": "simulation-shared-pool",
        "severity": "warning" if whole.joined else "error",
        "title": "Used up together",
        "message": f"{asked} {told}",
        "fix": "Raise the account's limit, reserve a part for what must not wait, or level bursts "
        "by a queue.",
        "node": job.plan.stages[group.stages[0]].id,
        "edge": None,
        "field": None,
        "source": None,
        "patch": None,
    }
