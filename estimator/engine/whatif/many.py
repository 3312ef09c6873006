"""A figure over many scenarios that rooms compute with as if it were one.

Rooms say usage in plain Python: sums, products, `max`, `math.ceil`, an `if` here and there. A
`Many` carries a value for each scenario through the same code. Where a question is answered alike
in all scenarios, the code goes on; where it is not, `Split` tells which scenarios part ways, and
each side is run by itself. So every scenario takes the way that it would take alone.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from designer.errors import UserError

from ..flow import Array
from ..gathering import FAR, SLACK
from ..queueing import NEVER

MOST_WAYS = 64
T = TypeVar("T")


class Split(Exception):  # noqa: N818 - not an error: two ways to go.
    """Scenarios answer a question differently.

    Attributes:
        mask: True where the answer is yes.
    """

    def __init__(self, mask: Any) -> None:
        super().__init__("scenarios part ways")
        self.mask = mask


class CannotFollow(Exception):  # noqa: N818 - names the fact.
    """The code needs one plain number, or parts ways too often."""


class Many:
    """A value for each scenario."""

    __slots__ = ("values",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Array) -> None:
        self.values = values

    def _with(self, other: Any, how: Callable[[Any, Any], Any]) -> Many:
        return Many(how(self.values, other.values if isinstance(other, Many) else float(other)))

    def __add__(self, other: Any) -> Many:
        return self._with(other, operator.add)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Many:
        return self._with(other, operator.mul)

    __rmul__ = __mul__

    def __sub__(self, other: Any) -> Many:
        return self._with(other, operator.sub)

    def __rsub__(self, other: Any) -> Many:
        return self._with(other, lambda a, b: b - a)

    def __truediv__(self, other: Any) -> Many:
        return self._with(other, operator.truediv)

    def __rtruediv__(self, other: Any) -> Many:
        return self._with(other, lambda a, b: b / a)

    def __pow__(self, other: Any) -> Many:
        return self._with(other, operator.pow)

    def __floordiv__(self, other: Any) -> Many:
        return self._with(other, operator.floordiv)

    def __mod__(self, other: Any) -> Many:
        return self._with(other, operator.mod)

    def __divmod__(self, other: Any) -> tuple[Many, Many]:
        return self // other, self % other

    def __neg__(self) -> Many:
        return Many(-self.values)

    def __abs__(self) -> Many:
        return Many(np.abs(self.values))

    def each(self, how: Callable[..., tuple[float, ...]], *given: Any) -> Sequence[Any]:
        """Return what a function of plain numbers gives for each scenario.

        One by one, unless it asks nothing that scenarios answer differently.
        """
        try:
            return how(*given)
        except (Split, CannotFollow, TypeError):
            pass
        columns = [g.values.tolist() if isinstance(g, Many) else None for g in given]
        rows = [
            how(*(g if c is None else c[k] for g, c in zip(given, columns, strict=True)))
            for k in range(len(self.values))
        ]
        return [Many(np.array(column, dtype=float)) for column in zip(*rows, strict=True)]

    def columns(self, how: Callable[..., Sequence[Array]], *given: Any) -> list[Many]:
        """Return what a function of arrays gives for all scenarios."""
        return [Many(c) for c in how(*(g.values if isinstance(g, Many) else g for g in given))]

    def erlang_b(self, servers: Any) -> Many:
        """Return `queueing.erlang_b` of each load; no one number of servers may differ.

        With far more servers than load it is the chance of so many of a Poisson law.
        """
        load, count = self.values, int(single(servers))
        if (count >= load + FAR * np.sqrt(load) + SLACK).all():
            chance = np.exp(count * np.log(load) - load - math.lgamma(count + 1.0))
            return Many(np.where(chance < NEVER, 0.0, chance))
        blocking = np.ones(len(load))
        for c in range(1, count + 1):
            blocking *= load
            blocking /= c + blocking
            if c % 8 == 0 and (blocking < NEVER).all():
                break
        return Many(blocking)

    def exp(self) -> Many:
        return Many(np.exp(self.values))

    def log(self) -> Many:
        return Many(np.log(self.values))

    def expm1(self) -> Many:
        return Many(np.expm1(self.values))

    def __ceil__(self) -> Many:
        return Many(np.ceil(self.values))

    def __floor__(self) -> Many:
        return Many(np.floor(self.values))

    def __round__(self, digits: int | None = None) -> Many:
        return Many(np.round(self.values, digits or 0))

    def _ask(self, other: Any, how: Callable[[Any, Any], Any]) -> bool:
        answer = how(self.values, other.values if isinstance(other, Many) else other)
        if answer.all():
            return True
        if answer.any():
            raise Split(answer)
        return False

    def __lt__(self, other: Any) -> bool:
        return self._ask(other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return self._ask(other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return self._ask(other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return self._ask(other, operator.ge)

    def __eq__(self, other: object) -> bool:
        return self._ask(other, operator.eq)

    def __ne__(self, other: object) -> bool:
        return self._ask(other, operator.ne)

    def __bool__(self) -> bool:
        return self._ask(0.0, operator.ne)

    def __float__(self) -> float:
        raise CannotFollow("one plain number is asked for")

    __int__ = __index__ = __trunc__ = __float__

    def __format__(self, spec: str) -> str:
        return "…"  # What stands in a formula for people; a total needs none.


def single(value: Any) -> Any:
    """Return the one value that all scenarios have.

    Raises:
        Split: They differ; those that have the first one's value go one way.
    """
    if not isinstance(value, Many):
        return value
    same = value.values == value.values[0]
    if not same.all():
        raise Split(same)
    return float(value.values[0])


def mapped(value: Any, how: Callable[[Many], Any]) -> Any:
    """Return a value with each `Many` in it replaced; what holds none is the same object."""
    kind: Any = type(value)
    names = _names(kind)
    if names is None:
        return how(value) if isinstance(value, Many) else value
    if isinstance(value, tuple):
        parts = [mapped(part, how) for part in value]
        same = all(a is b for a, b in zip(parts, value, strict=True))
        return value if same else type(value)(parts)
    if isinstance(value, BaseModel):
        changes = {k: how(v) for k, v in value.__dict__.items() if isinstance(v, Many)}
        return value.model_copy(update=changes) if changes else value
    new = {}
    for name in names:
        part = getattr(value, name)
        other = mapped(part, how)
        if other is not part:
            new[name] = other
    return replace(value, **new) if new else value


@functools.cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Return the fields of a dataclass; none of a tuple or model, and None of what has no parts."""
    if issubclass(kind, tuple | BaseModel):
        return ()
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def ways(count: int, run: Callable[[Any], T]) -> list[tuple[Any, T]]:
    """Return (scenarios, result) of each way that the scenarios take through some code.

    Args:
        count: Scenarios.
        run: The code, given the scenarios (an array of indices) to run with.

    Raises:
        CannotFollow: It cannot be run for many scenarios at once.
    """
    found: list[tuple[Any, T]] = []
    stack = [np.arange(count)]
    tries = 0
    while stack:
        which = stack.pop()
        tries += 1
        if tries > MOST_WAYS:
            raise CannotFollow("scenarios part ways too often")
        try:
            found.append((which, run(which)))
        except Split as split:
            stack += [which[split.mask], which[~split.mask]]
        except (TypeError, ValueError, AttributeError) as error:
            if isinstance(error, UserError):
                raise
            raise CannotFollow(str(error)) from error
    return found
