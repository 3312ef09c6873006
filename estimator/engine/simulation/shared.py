"""What several stages of an account draw from: places in use at an instant, tokens of a rate."""

from __future__ import annotations

from collections.abc import Callable
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


class Rate:
    """Tells how many requests of several stages would find no token of a rate they share.

    Args:
        claim: Takes tokens for sorted requests one after another: their times, gaps, slacks,
            whether they are refused without one, and when the next token comes; returns how many
            found none.
    """

    def __init__(self, claim: Callable[..., int]) -> None:
        self.claim = claim
        self.most = 0
        self.gaps: list[float] = []
        self.slacks: list[float] = []
        self.next = np.array([-1e18])
        self.rows: list[tuple[float, int, bool]] = []
        self.parts: list[tuple[Any, Any, Any]] = []

    def user(self, gap_s: float, slack_s: float) -> int:
        """Return the number of one who draws from it."""
        self.gaps.append(gap_s)
        self.slacks.append(slack_s)
        return len(self.gaps) - 1

    def put(self, who: int, t: Floats, refused: Any) -> None:
        """Note when somebody asks for tokens; times may lie ahead of the clock."""
        if t.size:
            self.parts.append((t, np.full(t.size, who), np.broadcast_to(refused, t.shape)))

    def advance(self, upto: float) -> None:
        """Count all that happened before a time that no stage comes back to."""
        if self.rows:
            times, users, flags = zip(*self.rows, strict=True)
            self.parts.append((np.array(times), np.array(users), np.array(flags)))
            self.rows = []
        if not self.parts:
            return
        t, who, refused = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        late = t >= upto
        self.parts = [(t[late], who[late], refused[late])] if late.any() else []
        t, who, refused = t[~late], who[~late], refused[~late]
        order = np.lexsort((who, t))
        gaps, slacks = np.array(self.gaps)[who[order]], np.array(self.slacks)[who[order]]
        self.most += int(self.claim(t[order], gaps, slacks, refused[order], self.next))
