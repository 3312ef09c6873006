"""What the stages of an account share, event by event: one pool of places, tokens of one rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..plan import Fault, Pool
from ..shared import Floats
from .lanes import LanePlaces
from .parts import Key

if TYPE_CHECKING:
    from .station import Station


class Account:
    """Places that several stages share: who waited longest is first when one becomes free."""

    def __init__(self, places: int) -> None:
        self.places, self.running = places, 0
        self.members: list[SharedPlaces] = []

    def attempt(self, now: float) -> None:
        """Start those who wait in any stage, the one that came first before the others."""
        while self.running < self.places:
            able = [m for m in self.members if m.ready and m.free(now)]
            if not able:
                break
            first = min(able, key=lambda m: m.ready[0][1][3])
            first.begin(now)
        for member in self.members:
            if member.ready:
                member.wait(now)


def claim(t: Floats, gap: Floats, slack: Floats, refused: Any, state: Floats) -> int:
    """Take tokens of one bucket for requests of several kinds; return how many found none."""
    x, over = float(state[0]), 0
    rows = zip(t.tolist(), gap.tolist(), slack.tolist(), refused.tolist(), strict=True)
    for at, gap_s, slack_s, refuse in rows:
        if x - slack_s > at:
            over += 1
            if refuse:
                continue
        x = max(x, at) + gap_s
    state[0] = x
    return over


class SharedPlaces(LanePlaces):
    """Places of one stage that are also places of the account."""

    def __init__(
        self, station: Station, pool: Pool, faults: tuple[Fault, ...], key: Key, account: Account
    ) -> None:
        super().__init__(station, pool, faults, key)
        self.account = account
        account.members.append(self)

    def free(self, now: float) -> bool:
        return self.account.running < self.account.places and super().free(now)

    def go_on(self, now: float) -> None:
        self.account.attempt(now)

    def start(self, now: float, slower: float, request: tuple[Any, ...]) -> bool:
        self.account.running += 1
        return super().start(now, slower, request)

    def finish(self, t: float, b: float, request: Any) -> None:
        self.account.running -= 1
        super().finish(t, b, request)
