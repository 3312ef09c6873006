"""Fields of a room: one declaration gives the form, the validation and the docs.

Extension keys of the JSON Schema: `x-unit`, `x-assumed`, `x-group`, `x-show-if`, `x-widget`,
`x-enum-titles`, `x-source`. The form draws exactly this subset.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .limits import Source

UNIT_SUFFIX = {
    "s": "_s",
    "ms": "_ms",
    "KiB": "_kib",
    "MiB": "_mib",
    "MB": "_mb",
    "GB": "_gb",
    "1/s": "_per_s",
    "h": "_h",
    "min": "_min",
    "days": "_days",
    "ratio": "_ratio",
}


def _extras(
    *,
    unit: str | None = None,
    group: str,
    assumed: bool = False,
    source: Source | None = None,
    show_if: tuple[str, Any] | None = None,
    widget: str | None = None,
    enum_titles: dict[str, str] | None = None,
) -> dict[str, Any]:
    extras: dict[str, Any] = {"x-group": group}
    if unit:
        extras["x-unit"] = unit
    if assumed:
        extras["x-assumed"] = True
    if source:
        extras["x-source"] = source.to_dict()
    if show_if:
        extras["x-show-if"] = {"field": show_if[0], "equals": show_if[1]}
    if widget:
        extras["x-widget"] = widget
    if enum_titles:
        extras["x-enum-titles"] = enum_titles
    return extras


def quantity(
    unit: str,
    default: float | None,
    help: str,
    *,
    title: str | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
    group: str = "Basics",
    assumed: bool = False,
    source: Source | None = None,
    show_if: tuple[str, Any] | None = None,
) -> Any:
    """Declare a number with a unit; its field name ends in the unit's suffix."""
    return Field(
        default=default,
        description=help,
        title=title,
        gt=gt,
        ge=ge,
        le=le,
        allow_inf_nan=False,
        json_schema_extra=_extras(
            unit=unit, group=group, assumed=assumed, source=source, show_if=show_if
        ),
    )


def ratio(
    default: float | None,
    help: str,
    *,
    title: str | None = None,
    group: str = "Assumptions",
    assumed: bool = True,
    gt: float | None = None,
    lt: float | None = None,
    le: float | None = 1.0,
    source: Source | None = None,
    show_if: tuple[str, Any] | None = None,
) -> Any:
    """Declare a share between 0 and 1; shown as percent, never stored as percent."""
    return Field(
        default=default,
        description=help,
        title=title,
        gt=gt,
        ge=None if gt is not None else 0.0,
        lt=lt,
        le=None if lt is not None else le,
        allow_inf_nan=False,
        json_schema_extra=_extras(
            unit="ratio", group=group, assumed=assumed, source=source, show_if=show_if
        ),
    )


def choice(
    default: str,
    help: str,
    *,
    title: str | None = None,
    titles: dict[str, str] | None = None,
    group: str = "Basics",
    show_if: tuple[str, Any] | None = None,
) -> Any:
    """Declare one of a few named values (the field's type is a Literal)."""
    return Field(
        default=default,
        description=help,
        title=title,
        json_schema_extra=_extras(group=group, enum_titles=titles, show_if=show_if),
    )


def flag(
    default: bool,
    help: str,
    *,
    title: str | None = None,
    group: str = "Basics",
    show_if: tuple[str, Any] | None = None,
) -> Any:
    """Declare a yes or no."""
    return Field(
        default=default,
        description=help,
        title=title,
        json_schema_extra=_extras(group=group, show_if=show_if),
    )


def text(
    default: str,
    help: str,
    *,
    title: str | None = None,
    pattern: str | None = None,
    max_length: int = 200,
    group: str = "Basics",
    widget: str | None = None,
    show_if: tuple[str, Any] | None = None,
) -> Any:
    """Declare a short text."""
    return Field(
        default=default,
        description=help,
        title=title,
        pattern=pattern,
        max_length=max_length,
        json_schema_extra=_extras(group=group, widget=widget, show_if=show_if),
    )


def structure(
    default: Any,
    help: str,
    *,
    widget: str,
    title: str | None = None,
    group: str = "Basics",
    assumed: bool = False,
    show_if: tuple[str, Any] | None = None,
    **bounds: Any,
) -> Any:
    """Declare a value that a special widget edits: a table of hours, an ASL text."""
    return Field(
        default=default,
        description=help,
        title=title,
        json_schema_extra=_extras(group=group, widget=widget, assumed=assumed, show_if=show_if),
        **bounds,
    )


def title_from_name(name: str, unit: str | None) -> str:
    """Return the label of a field: its name without the unit suffix, in sentence case."""
    suffix = UNIT_SUFFIX.get(unit or "", "")
    if suffix and name.endswith(suffix):
        name = name[: -len(suffix)]
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
