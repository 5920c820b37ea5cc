"""Checks a cron expression, so that a mistake is told at load and not when it should have run.

It accepts what both cron and APScheduler understand alike. Where they differ, it says so: days of
the week by number (Sunday is 0 for one, Monday for the other), a day of the month together with
a day of the week (either, or both), steps after names (APScheduler drops them without a word).
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from monitor.config.wrong import Wrong, expected, quoted

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EXAMPLE = '"*/20 8-19 * * mon-fri"'

_PART = (
    r"(?:\*|(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?)(?:/(?P<step>[0-9]{1,2}))?"
    r"|(?P<from>[a-z]+)(?:-(?P<to>[a-z]+))?"
)


class _Field(NamedTuple):
    title: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


def cron(value: object) -> str:
    """Return a cron expression of five fields, single-spaced."""
    if not isinstance(value, str):
        raise expected(f"a cron expression such as {_EXAMPLE}", value)
    texts = value.split()
    if len(texts) != len(_FIELDS):
        raise expected(f"five fields such as {_EXAMPLE}", value)
    _, _, days, months, _ = [_times(field, one) for field, one in zip(_FIELDS, texts, strict=True)]
    if texts[2] != "*" and texts[4] != "*":
        both = "give days of the month or days of the week, not both: programs differ on what"
        raise Wrong(f"{both} it means")
    if min(days) > max(_LONGEST_MONTHS[month - 1] for month in months):
        raise Wrong(f"day {min(days)} never comes in the months given")
    return " ".join(texts)


def shortest_gap(expression: str) -> int:
    """Return the least number of minutes between two times within one hour; 60 for one time."""
    minutes = sorted(_times(_FIELDS[0], expression.split(maxsplit=1)[0]))
    return min((b - a for a, b in pairwise(minutes)), default=60)


def _times(field: _Field, text: str) -> set[int]:
    return {time for part in text.split(",") for time in _part(field, part)}


def _part(field: _Field, text: str) -> Iterator[int]:
    found = re.fullmatch(_PART, text, re.IGNORECASE)
    if found is None:
        raise _wrong(field, text, f"expected something like {_like(field)}")
    if found["from"]:
        first, last = _named(field, text, found["from"]), _named(field, text, found["to"])
    else:
        first, last = _numbered(field, text, found)
    first = field.low if first is None else first
    last = first if last is None else last
    if first > last:
        raise _wrong(field, text, "the range runs backwards; write it in two, with a comma")
    step = int(found["step"] or 1)
    if found["step"] and not 1 <= step <= last - first:
        raise _wrong(field, text, "the step must be at least 1 and fit into its range")
    return iter(range(first, last + 1, step))


def _named(field: _Field, text: str, name: str | None) -> int | None:
    if name is None:
        return None
    if name.lower() not in field.names:
        raise _wrong(field, text, f"expected something like {_like(field)}")
    return field.low + field.names.index(name.lower())


def _numbered(field: _Field, text: str, found: re.Match[str]) -> tuple[int | None, int | None]:
    if found["first"] is None:
        return field.low, field.high
    if field.names is _DAYS:
        raise _wrong(field, text, "write names, such as mon-fri: programs number days differently")
    first = int(found["first"])
    last = int(found["last"]) if found["last"] else field.high if found["step"] else first
    if first < field.low or last > field.high:
        raise _wrong(field, text, f"expected numbers from {field.low} to {field.high}")
    return first, last


def _like(field: _Field) -> str:
    if field.names:
        return f"*, {field.names[0]} or {field.names[0]}-{field.names[4]}"
    return f"*, {field.low + 5}, {field.low + 5}-{field.low + 10} or */5"


def _wrong(field: _Field, text: str, advice: str) -> Wrong:
    return Wrong(f"{field.title} {quoted(text)}: {advice}")
