"""What a what-if is asked, read strictly; sizes are checked before anything is made."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from designer.errors import Problem, pointer

from .errors import WhatIfError
from .numbers import Number

MOST = {"flow": 20_000, "simulation": 500}  # points
MOST_INPUTS = 12

Name = Annotated[str, Field(max_length=100)]
Place = Annotated[str, Field(max_length=400)]
Amount = Annotated[float, Field(ge=-1e15, le=1e15)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


S = TypeVar("S", bound=Strict)


class Input(Strict):
    """Values of one number: a list, or a grid between two ends.

    Attributes:
        log: Steps of equal ratio instead of equal distance.
    """

    pointer: Place
    values: Annotated[tuple[Amount, ...], Field(min_length=1, max_length=20_000)] | None = None
    low: Amount | None = Field(default=None, alias="from")
    high: Amount | None = Field(default=None, alias="to")
    steps: Annotated[int, Field(ge=2, le=1_000_000_000)] | None = None
    log: bool = False

    @property
    def count(self) -> int:
        """Values at most: whole numbers may fall together."""
        return len(self.values) if self.values is not None else (self.steps or 0)


class Sweep(Strict):
    """Every combination of the inputs' values."""

    inputs: Annotated[tuple[Input, ...], Field(min_length=1, max_length=4)]
    outputs: tuple[Name, ...] = ()


class Sensitivity(Strict):
    """One number after the other, a little less and a little more.

    Attributes:
        change: Share by which each number is changed, down and up.
        pointers: Which numbers; all that matter where none is named.
        assumed: Only assumptions.
    """

    change: Annotated[float, Field(gt=0, lt=1)] = 0.2
    outputs: tuple[Name, ...] = ()
    pointers: Annotated[tuple[Place, ...], Field(max_length=2_000)] = ()
    assumed: bool = False


class Range(Strict):
    """What is known of one number.

    Attributes:
        law: triangular (low, expected, high), uniform (low, high) or lognormal (p50, p99).
    """

    pointer: Place
    law: Literal["triangular", "uniform", "lognormal"] = "triangular"
    low: Amount | None = None
    expected: Amount | None = None
    high: Amount | None = None
    p50: Amount | None = None
    p99: Amount | None = None


class Ranges(Strict):
    """What is uncertain on the inputs, carried to the outputs."""

    inputs: Annotated[tuple[Range, ...], Field(min_length=1, max_length=40)]
    outputs: tuple[Name, ...] = ()
    samples: Annotated[int, Field(ge=10, le=1_000_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1


class Target(Strict):
    """What a setting has to reach."""

    output: Name = "completion_p99_s"
    at_most: Amount | None = None
    at_least: Amount | None = None


class Optimise(Strict):
    """The cheapest setting that meets a target, and what the others cost.

    Attributes:
        points: Most points to try; refining stops there.
    """

    inputs: Annotated[tuple[Input, ...], Field(min_length=1, max_length=MOST_INPUTS)]
    minimise: Name = "monthly_cost"
    target: Target = Target()
    outputs: tuple[Name, ...] = ()
    points: Annotated[int, Field(ge=2, le=1_000_000_000)] | None = None


class Right(Strict):
    document: dict[str, Any] | None = None
    always_on: bool = False


class BreakEven(Strict):
    """At which load two designs cost the same.

    Attributes:
        right: The other design: a document, or the design itself with its functions on servers.
    """

    right: Right
    low: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(default=0.01, alias="from_factor")
    high: Annotated[float, Field(ge=1e-6, le=1e6)] = Field(default=100.0, alias="to_factor")
    points: Annotated[int, Field(ge=2, le=60)] = 25


def read(kind: type[S], data: Any) -> S:
    """Return a question's body.

    Raises:
        WhatIfError: With all problems and their places.
    """
    try:
        return kind.model_validate(data if data is not None else {})
    except ValidationError as error:
        raise WhatIfError(
            [Problem(pointer("spec", *e["loc"]), "invalid", e["msg"]) for e in error.errors()[:50]]
        ) from None


def grids(numbers: list[Number], inputs: tuple[Input, ...]) -> list[list[float]]:
    """Return the values of each input, in rising order where they are a grid.

    Raises:
        WhatIfError: An input says neither its values nor its grid.
    """
    found, problems = [], []
    for i, (number, one) in enumerate(zip(numbers, inputs, strict=True)):
        try:
            found.append(_values(number, one))
        except ValueError as error:
            problems.append(Problem(pointer("spec", "inputs", i), "invalid", str(error)))
    if problems:
        raise WhatIfError(problems)
    return found


def _values(number: Number, one: Input) -> list[float]:
    if one.values is not None:
        if one.low is not None or one.high is not None or one.steps is not None:
            raise ValueError('give "values", or "from", "to" and "steps", not both')
        return list(dict.fromkeys(one.values))
    if one.low is None or one.high is None or one.steps is None:
        raise ValueError('give "values", or all of "from", "to" and "steps"')
    if one.low >= one.high:
        raise ValueError(f'"from" ({one.low:g}) must be below "to" ({one.high:g})')
    if one.log and one.low <= 0:
        raise ValueError(
            f'a grid of equal ratios starts above 0, not at {one.low:g}: set "log" off'
        )
    space = np.geomspace if one.log else np.linspace
    points = [float(f"{x:.12g}") for x in space(one.low, one.high, one.steps)]
    if number.integer:
        points = [float(round(x)) for x in points]
    return list(dict.fromkeys(points))


def refuse_many(engine: str, counts: list[int], names: list[str]) -> None:
    """Refuse more points than are answered, before any is made.

    Raises:
        WhatIfError: With how many values each input may have.
    """
    total, most = math.prod(counts), MOST[engine]
    if total <= most:
        return
    each = max(2, math.floor(most ** (1 / len(counts)) + 1e-9))
    if len(counts) == 1:
        each = most
    what = " × ".join(f"{c:,}" for c in counts) + (f" = {total:,}" if len(counts) > 1 else "")
    way_out = f"take at most {each:,} values" + (" of each input" if len(counts) > 1 else "")
    if engine == "simulation":
        way_out += ', or ask the engine "flow", which answers 20,000'
    message = (
        f'{what} points; with the engine "{engine}" at most {most:,} are answered: {way_out} '
        f"({', '.join(names)})"
    )
    raise WhatIfError([Problem("/spec/inputs", "too-many-points", message)])
