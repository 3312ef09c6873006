"""One scenario without hours: let through as it is, and swept with limits only where one bites."""

from __future__ import annotations

import numpy as np

from . import lean
from .network import Network
from .solved import Array, Caps, Flow


def solve_one(network: Network, scale: float, capped: bool) -> Flow:
    """Return the flow of one scenario without hours, solved on floats."""
    if network.lean is None:
        network.lean = lean.lay_out(network)
    plan, table = network.lean, network.lean.table
    found = lean.Solution(plan, scale)
    found.pass_through()
    rates, sizes = _column(found.offered), _column(found.size)
    batches, load, floor = table.measured(rates, sizes)
    pools = table.pool(load)
    least = pools if floor is load else table.pool(floor)
    if capped and (_over(table, load, pools) or (floor is not load and _over(table, floor, least))):
        return _limited(plan, scale)
    none = np.zeros((len(rates), 1, 1))
    shaped = rates[:, :, None]
    return Flow(
        offered=shaped,
        served=shaped,
        requests=(rates * table.attempts / batches)[:, :, None],
        batch=batches[:, :, None],
        size_kib=sizes[:, :, None],
        attempts=table.attempts[:, :, None],
        given_up=table.given_up[:, :, None],
        throttled=none,
        backlog=none,
        produced=_column(found.produced)[:, :, None],
        caps=Caps(table, load, floor),
        pools={
            name: (a, b, value)
            for name, a, b, value in zip(
                table.pool_names,
                _cells(pools),
                _cells(least),
                table.pool_values.tolist(),
                strict=True,
            )
        },
    )


def _over(table: lean.Table, load: Array, pools: Array) -> bool:
    """Tell whether the load is over the limit of any cap, or of a pool with another's."""
    return bool((load > table.values).any() or (pools[:, 0] > table.pool_values).any())


def _limited(plan: lean.Lean, scale: float) -> Flow:
    """Return the same where limits bite."""
    found = lean.Solution(plan, scale)
    found.run()
    pairs = np.array([pair for loads in found.loads for pair in loads]).reshape(-1, 2)

    return Flow(
        offered=_cells(np.array(found.offered)),
        served=_cells(np.array(found.served)),
        requests=_cells(np.array(found.requests)),
        batch=_cells(np.array(found.batch)),
        size_kib=_cells(np.array(found.size)),
        attempts=_cells(np.array(plan.attempts)),
        given_up=_cells(np.array(plan.given_up)),
        throttled=_cells(np.array(found.throttled)),
        backlog=_cells(np.array(found.backlog)),
        produced=_cells(np.array(found.produced)),
        caps=Caps(plan.table, pairs[:, :1], pairs[:, 1:]),
        pools={
            name: (np.array([[a]]), np.array([[b]]), value)
            for name, (a, b, value) in found.pools.items()
        },
    )


def _column(values: list[float]) -> Array:
    return np.array(values, dtype=float).reshape(-1, 1)


def _cells(values: Array) -> Array:
    return values.reshape(-1, 1, 1)
