"""Which arrows keep an order: shards, and groups of a FIFO queue, that what fails holds back."""

from __future__ import annotations

from dataclasses import replace

from designer.catalog.base import Mechanism

from ..network import NodePlan
from ..servers import busy
from .limits import Draft, batch_of, busy_caps
from .plan import HEADROOM, LANES, Batch, Feeder, Pool

SELDOM = 0.05  # Groups of which a smaller share is in work are seldom met twice at a time.
MOST_JOINED = 1_000


def in_order(
    draft: Draft, node: NodePlan, feeders: tuple[Feeder, ...], pool: Pool | None, *, fails: bool
) -> tuple[Feeder, ...]:
    """Return the feeders, with an order in the lanes of those that keep one.

    Args:
        fails: Whether events can fail in this node.
    """
    found = tuple(_ordered(draft, node, f, fails=fails) for f in feeders)
    if not any(f.ordered for f in found):
        return feeders
    why = _obstacle(draft, node, found, pool)
    if why:
        draft.notes.append(
            f"What fails in {node.name} holds back nothing of its group or shard, because {why}."
        )
        return feeders
    if fails and any(f.ordered and f.batch is not None and f.batch.most > 1 for f in found):
        draft.notes.append(
            f"What is behind a failed event in the same batch of {node.name} does not fail with it."
        )
    return found


def _obstacle(draft: Draft, node: NodePlan, feeders: tuple[Feeder, ...], pool: Pool | None) -> str:
    if pool is None:
        return "it has no places"
    if any(f.refuse for f in feeders):
        return "callers are refused there who find no place"
    for f in feeders:
        edge = draft.network.edges[f.edge]
        limits = busy_caps(edge)
        least = int(min(limits, default=LANES))
        if f.mixes and len(feeders) > 1 and least < min(f.lanes, pool.places):
            return "one of its arrows has a limit of its own beside that of its groups"
        if f.lanes > LANES:
            return f"there are more than {LANES:,} of them"
    return ""


def _ordered(draft: Draft, node: NodePlan, feeder: Feeder, *, fails: bool) -> Feeder:
    """Return the feeder with the order that it keeps, where that makes a difference."""
    edge = draft.network.edges[feeder.edge]
    hop = edge.hop
    if hop.mechanism is not Mechanism.POLL:
        return feeder
    if hop.groups >= 1:
        if hop.batch_window_s > 0 or not (fails or _crowded(draft, node, hop.groups)):
            return feeder
        most = min(hop.batch_max, MOST_JOINED)
        size = max(1e-9, float(draft.flow.size_kib[edge.index][0, draft.hour]))
        most = max(1, int(min(most, hop.batch_kib_max / size)))
        batch = Batch(most, 0.0, lanes=int(hop.groups))
        return replace(feeder, batch=batch, ordered=True, mixes=True, places=1, joins=False)
    if not (fails and feeder.retried and hop.read_every_s > 0 and busy_caps(edge)):
        return feeder
    batch = feeder.batch or batch_of(edge) or _singles(max(1, int(hop.lanes)), hop.hot)
    return replace(feeder, batch=batch, ordered=True, places=1, joins=False)


def _singles(lanes: int, hot: tuple[float, float] | None) -> Batch:
    """Return batches of one event, in lanes."""
    if hot is None or hot[1] >= lanes:
        return Batch(1, 0.0, lanes=lanes)
    return Batch(1, 0.0, False, lanes, hot[0], int(hot[1]))


def _crowded(draft: Draft, node: NodePlan, groups: float) -> bool:
    """Tell whether messages often meet one of their own group in work."""
    load = float(busy(draft.flow, node).max()) * draft.swing
    return load * (HEADROOM if draft.troubled else 1.0) > SELDOM * groups
