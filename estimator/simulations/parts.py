"""Simulations as runs in parts: a part is a replication, kept until all are merged."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from estimator.engine.simulation import Outcome
from estimator.models import Simulation, SimulationPart, Status
from estimator.runs.parted import Parted, Ring


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


SIMULATIONS = Parted(
    run=Simulation,
    part=SimulationPart,
    noun="simulation",
    piece="a replication",
    advice=("The simulation may need more memory than a worker has: shorten it or lower the rate."),
    doorbell=_doorbell,
)


def pack(outcome: Outcome) -> bytes:
    """Return an outcome as it is stored."""
    return zlib.compress(json.dumps(outcome.dump(), separators=(",", ":")).encode(), 3)


def unpack(stored: bytes) -> Outcome:
    return Outcome.load(json.loads(zlib.decompress(stored)))


def outcomes(simulation: Simulation) -> Iterator[Outcome]:
    """Yield what the replications found, one at a time, in the order of their numbers."""
    done = SimulationPart.objects.filter(simulation=simulation, status=Status.SUCCEEDED)
    for stored in done.order_by("number").values_list("outcome", flat=True).iterator(chunk_size=1):
        if stored is not None:
            yield unpack(bytes(stored))
