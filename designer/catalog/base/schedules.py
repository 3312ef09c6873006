"""How often a schedule fires: rate and cron expressions of EventBridge."""

from __future__ import annotations

import re

RATE = re.compile(r"^rate\((\d+) (minute|minutes|hour|hours|day|days)\)$")
CRON = re.compile(r"^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$")
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
DAYS_PER_MONTH, DAYS_PER_YEAR = 365 / 12, 365.0


def fires_per_day(expression: str) -> float:
    """Return how often a schedule fires on an average day.

    Cron fields may be numbers, lists, ranges, steps, names of months and days, `*` and `?`; a
    field with `L`, `W` or `#` counts as one day of the month or week.

    Raises:
        ValueError: With what to write instead.
    """
    rate = RATE.match(expression.strip())
    if rate:
        count, unit = int(rate[1]), rate[2]
        if count < 1 or (count == 1) == unit.endswith("s"):
            raise ValueError(f'"{expression}": write rate(1 hour), rate(5 minutes)')
        return 86_400 / (count * SECONDS[unit.removesuffix("s")])
    cron = CRON.match(expression.strip())
    if not cron:
        raise ValueError(
            f'"{expression}" is no schedule: write rate(5 minutes) or cron(0 2 * * ? *)'
        )
    minutes, hours, day, month, weekday, _year = cron.groups()
    if (day == "?") == (weekday == "?"):
        raise ValueError(
            f'"{expression}": exactly one of day-of-month and day-of-week is "?", as in '
            "cron(0 2 * * ? *)"
        )
    per_day = _values(minutes, 0, 59) * _values(hours, 0, 23)
    months = _values(
        month,
        1,
        12,
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    )
    if weekday != "?":
        share = _values(weekday, 1, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]) / 7
        if "#" in weekday or "L" in weekday.replace("JUL", ""):
            share = 12 / DAYS_PER_YEAR
    else:
        share = min(1.0, _values(day, 1, 31) / DAYS_PER_MONTH) if day != "*" else 1.0
    return per_day * share * months / 12


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> int:
    """Return how many values a cron field stands for."""
    names = names or []

    def at(word: str) -> int:
        value = names.index(word.upper()) + low if word.upper() in names else int(word)
        if not low <= value <= high:
            raise ValueError(f"{word} is not between {low} and {high}")
        return value

    found: set[int] = set()
    for part in field.split(","):
        body, _, step = part.partition("/")
        try:
            if body in ("*", "?", ""):
                first, last = low, high
            elif any(c in body for c in "LW#") and body.upper() not in names:
                first = last = low
            elif "-" in body:
                left, right = body.split("-", 1)
                first, last = at(left), at(right)
            else:
                first = at(body)
                last = high if step else first
            if first > last:
                raise ValueError(f"{body} runs backwards")
            found.update(range(first, last + 1, int(step) if step else 1))
        except ValueError as error:
            raise ValueError(f'"{field}" in the schedule: {error}') from error
    return len(found)
