"""Response and completion times of many scenarios, by the same search for paths as of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from designer.catalog.base import Constant, Exponential, Gathering, Law, Maybe, Uniform

from ..flow import Array, Flow
from ..latency import Line, View
from ..laws import SAMPLES, normal_quantile, samples, strata
from ..network import Network
from .many import CannotFollow, Many, mapped
from .outputs import slowest

ROWS = 256  # scenarios whose samples are held at a time
SHARES = {"p50_s": 0.5, "p90_s": 0.9, "p99_s": 0.99}


class _Seen:
    """The rates of some scenarios in the shape that the search for paths reads."""

    def __init__(self, flow: Flow, which: Any) -> None:
        self._flow, self._which = flow, which

    def at(self, name: str, hour: int) -> list[Any]:
        return [_plain(values[self._which, hour]) for values in getattr(self._flow, name)]

    def daily(self, name: str) -> list[Any]:
        return [_plain(values[self._which].mean(axis=1)) for values in getattr(self._flow, name)]


def _plain(values: Array) -> Any:
    """Return one number where all scenarios have the same."""
    return float(values[0]) if (values == values[0]).all() else Many(values)


def times(
    network: Network, flow: Flow, which: Any, hour: int, wanted: dict[str, list[str]]
) -> dict[str, Any]:
    """Return the times of some scenarios: an array, or None where there is no such time.

    Args:
        network: Of these scenarios, as rooms see it.
        flow: Of all scenarios.
        wanted: Names of figures ("mean_s", "p99_s", …) by kind of path.

    Raises:
        Split: The scenarios differ in which path is the slowest, or in what lies on it.
        CannotFollow: They cannot be told together.
    """
    if any(node.station.servers is not None for node in network.nodes):
        raise CannotFollow("waits for servers are worked out one by one")
    seen: Any = _Seen(flow, which)
    paths, _ = View(network, seen, hour).path_list()
    found: dict[str, Any] = {}
    for kind, names in wanted.items():
        path = slowest([p for p in paths if p.kind == kind])
        figures = _figures(path.lines, names, len(which)) if path is not None else {}
        found |= {f"{kind}_{name}": figures.get(name) for name in names}
    return found


def _figures(lines: list[Line], names: list[str], count: int) -> dict[str, Array]:
    """Return mean and percentiles of the sum of items, as `latency.percentiles` does of one."""
    laws = [line.item.law for line in lines]
    mean: Any = sum((law.mean_s for law in laws), 0.0)
    whole = mean.values if isinstance(mean, Many) else np.full(count, mean)
    found = {"mean_s": whole}
    asked = [name for name in names if name in SHARES]
    if not asked:
        return found
    fixed, moving = np.zeros(SAMPLES), list[tuple[int, Law]]()
    for position, law in enumerate(laws):
        if mapped(law, lambda many: 0.0) is law:
            fixed += samples(law, position)
        else:
            moving.append((position, law))
    shares = [SHARES[name] for name in asked]
    rows = range(0, count if moving else 1, ROWS)
    parts = [_quantiles(fixed, moving, slice(at, at + ROWS), shares) for at in rows]
    columns = np.concatenate(parts, axis=1)
    return found | {n: np.broadcast_to(c, count) for n, c in zip(asked, columns, strict=True)}


def _quantiles(
    fixed: Array, moving: list[tuple[int, Law]], rows: slice, shares: list[float]
) -> Array:
    """Return quantiles of some scenarios, as an array over (shares, scenarios)."""
    total = fixed[None, :]
    for position, law in moving:
        total = total + _samples(law, rows, strata(position))
    places = [share * (SAMPLES - 1) for share in shares]
    below = [int(place) for place in places]
    sorted_ = np.partition(total, sorted({*below, *(k + 1 for k in below)}), axis=1)
    return np.array(
        [
            sorted_[:, k] + (sorted_[:, k + 1] - sorted_[:, k]) * (place - k)
            for k, place in zip(below, places, strict=True)
        ]
    )


def _samples(law: Law, rows: slice, u: Array) -> Any:
    """Return the times of an item at the probabilities `u`, as an array over (scenarios, u)."""

    def column(value: Any) -> Any:
        return value.values[rows, None] if isinstance(value, Many) else value

    if isinstance(law, Constant):
        return column(law.value_s) + 0.0 * u
    if isinstance(law, Uniform):
        low = column(law.low_s)
        return low + (column(law.high_s) - low) * u
    if isinstance(law, Gathering):
        others = np.maximum(1e-12, 1.0 - column(law.first_ratio))
        return column(law.high_s) * np.minimum(1.0, u / others)
    if isinstance(law, Exponential):
        return -column(law.mean_s) * np.log1p(-u)
    if isinstance(law, Maybe):
        share = column(law.share_ratio)
        never = 1.0 - share
        inside = np.clip((u - never) / np.maximum(share, 1e-12), 1e-12, 1 - 1e-12)
        inner: Array = _samples(law.law, rows, inside)
        return np.where(u > never, inner, 0.0)
    sigma = column(law.sigma)
    return column(law.p50_s) * np.exp(sigma * normal_quantile(u))
