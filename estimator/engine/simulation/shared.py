"""Account-wide pools of places that several stages draw from: how many are in use at an instant."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Peak:
    """Counts what is in progress in several stages together, exactly, at every instant."""

    def __init__(self) -> None:
        self.most = self.running = 0
        self.starts: list[Any] = []
        self.ends: list[Any] = []

    def put(self, name: str, times: Any) -> None:
        """Note times of one line, "starts" or "ends"; they may lie ahead of the clock."""
        (self.starts if name == "starts" else self.ends).append(np.array(times))

    def advance(self, upto: float) -> None:
        """Count all that happened before a time that no stage comes back to."""
        if not self.starts and not self.ends:
            return
        starts, ends = (np.concatenate(x) if x else np.empty(0) for x in (self.starts, self.ends))
        late = starts[starts >= upto], ends[ends >= upto]
        self.starts, self.ends = [late[0]], [late[1]]
        starts, ends = starts[starts < upto], ends[ends < upto]
        kinds = np.concatenate((np.full(ends.size, -1), np.full(starts.size, 1)))
        # What ends frees a place first.
        order = np.lexsort((kinds, np.concatenate((ends, starts))))
        line = self.running + np.cumsum(kinds[order])
        if line.size:
            self.most, self.running = max(self.most, int(line.max())), int(line[-1])
