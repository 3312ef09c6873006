"""What-ifs as runs in parts: a part is some points, kept until they are summed up."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from estimator.engine.whatif import Change, Point
from estimator.models import Status, WhatIf, WhatIfPart
from estimator.runs.parted import Parted, Ring

#: Points of a part: a second or two, so that a cancel is heard and a lost worker costs little.
PART_POINTS = {"flow": 50, "simulation": 1}


def _doorbell() -> Ring:
    from .tasks import ring  # tasks imports this module.

    return ring


WHATIFS = Parted(
    run=WhatIf,
    part=WhatIfPart,
    noun="what-if",
    piece="some points",
    advice="They may need more memory than a worker has: ask for less.",
    doorbell=_doorbell,
    needed=Q(number=0),  # The drawn design, which all others are measured against.
)


def add_points(whatif: WhatIf, changes: Sequence[Change], size: int) -> None:
    """Cut changes into parts of so many points, for workers to take."""
    begin = WHATIFS.parts(whatif.pk).count()
    cuts = [list(changes[i : i + size]) for i in range(0, len(changes), size)]
    WHATIFS.add(
        whatif,
        [
            WhatIfPart(whatif=whatif, number=begin + n, size=len(cut), asked=cut)
            for n, cut in enumerate(cuts)
        ],
    )


def ask_more(whatif: WhatIf, changes: Sequence[Change]) -> bool:
    """Add parts for further changes; False if the summing up is not held."""
    with transaction.atomic():
        held = WHATIFS.held_summing(whatif)
        if not held.update(attempt=0, lease_until=None, rung_at=timezone.now()):
            return False
        add_points(whatif, changes, PART_POINTS[whatif.engine])
    return True


def points(whatif: WhatIf) -> list[Point]:
    """Return the points that are known, in order, up to the first part that is not."""
    found: list[Point] = []
    rows = WHATIFS.parts(whatif.pk).order_by("number")
    for status, known in rows.values_list("status", "found").iterator(chunk_size=20):
        if status != Status.SUCCEEDED:
            break
        found += [Point.read(data) for data in known or []]
    return found
