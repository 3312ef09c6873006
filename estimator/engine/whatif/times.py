"""Response and completion times of many scenarios, by the same search for paths as of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..flow import Array, Flow
from ..latency import Line, View
from ..network import Network
from ..solved import daily
from .many import CannotFollow, Many
from .outputs import slowest
from .quantiles import percentiles

SHARES = {"p50_s": 0.5, "p90_s": 0.9, "p99_s": 0.99}


class _Seen:
    """The rates of some scenarios in the shape that the search for paths reads."""

    def __init__(self, flow: Flow, which: Any) -> None:
        self._flow, self._which = flow, which
        self._daily: dict[str, list[Any]] = {}

    def at(self, name: str, hour: int) -> list[Any]:
        return [_plain(values[self._which, hour]) for values in getattr(self._flow, name)]

    def daily(self, name: str) -> list[Any]:
        if name not in self._daily:
            rows = getattr(self._flow, name)
            self._daily[name] = [_plain(daily(values)[self._which]) for values in rows]
        return self._daily[name]


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
    found = {"mean_s": mean.values if isinstance(mean, Many) else np.full(count, mean)}
    asked = [name for name in names if name in SHARES]
    columns = percentiles(laws, [SHARES[name] for name in asked], count) if asked else []
    return found | dict(zip(asked, columns, strict=True))
