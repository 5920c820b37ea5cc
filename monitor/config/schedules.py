"""Parser for the schedule of a channel, the `send` key, to a canonical form.

Times are in the config's time zone. The canonical forms are "immediately", "hourly", "daily at
08:00", "weekly on mon,thu at 08:00" (days in the order of the week) and "cron 0 8 * * mon-fri".
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from monitor.config.errors import InvalidValue, expectation_error, quote_text, suggest_nearest

IMMEDIATELY = "immediately"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME_PATTERN = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
_DAILY_PATTERN = re.compile(rf"daily at {_TIME_PATTERN}")
_WEEKLY_PATTERN = re.compile(rf"weekly on (?P<days>[a-z]+(?: ?, ?[a-z]+)*) at {_TIME_PATTERN}")
_SCHEDULE_FORMS = (
    "immediately",
    "hourly",
    "daily at 08:00",
    "weekly on mon at 08:00",
    "cron 0 8 * * mon-fri",
)
_EXAMPLES_BY_KIND = {
    "daily": '"daily at 08:00"',
    "weekly": '"weekly on mon at 08:00" or "weekly on mon,thu at 08:00"',
}


def parse_send_schedule(value: object) -> str:
    """Return the schedule of a channel in its canonical form."""
    if not isinstance(value, str):
        raise _build_unknown_form_error(value)
    schedule = " ".join(value.lower().split())
    kind, _, rest = schedule.partition(" ")
    if schedule in {IMMEDIATELY, "hourly"}:
        return schedule
    if kind == "cron":
        return f"cron {parse_cron(rest)}"
    if match := _DAILY_PATTERN.fullmatch(schedule):
        return f"daily at {_format_time(match)}"
    if match := _WEEKLY_PATTERN.fullmatch(schedule):
        return f"weekly on {_format_weekdays(match['days'])} at {_format_time(match)}"
    raise (
        expectation_error(_EXAMPLES_BY_KIND[kind], value)
        if kind in _EXAMPLES_BY_KIND
        else _build_unknown_form_error(value)
    )


def _format_time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 23 or minute > 59:  # noqa: PLR2004, the range of a clock
        time = f"{match['hour']}:{match['minute']}"
        raise InvalidValue(f"expected a time from 00:00 to 23:59, got {quote_text(time)}")
    return f"{hour:02}:{minute:02}"


def _format_weekdays(names: str) -> str:
    weekdays = {_parse_weekday(word) for word in re.split(" ?, ?", names)}
    return ",".join(day[:3] for day in _WEEKDAYS if day in weekdays)


def _parse_weekday(word: str) -> str:
    for day in _WEEKDAYS:
        if word in {day, day[:3]}:
            return day
    raise expectation_error("days such as mon or mon,thu", word)


def _build_unknown_form_error(value: object) -> InvalidValue:
    expectation = " or ".join(map(quote_text, _SCHEDULE_FORMS))
    suggestion = suggest_nearest(value, _SCHEDULE_FORMS[:2]) if isinstance(value, str) else ""
    return InvalidValue(f"{expectation_error(expectation, value)}{suggestion}")


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY_ABBREVIATIONS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MAX_DAYS_BY_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CRON_EXAMPLE = '"*/20 8-19 * * mon-fri"'

_CRON_PART_PATTERN = (
    r"(?:\*|(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?)(?:/(?P<step>[0-9]{1,2}))?"
    r"|(?P<from>[a-z]+)(?:-(?P<to>[a-z]+))?"
)


class _CronField(NamedTuple):
    title: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_CRON_FIELDS = (
    _CronField("minute", 0, 59),
    _CronField("hour", 0, 23),
    _CronField("day of the month", 1, 31),
    _CronField("month", 1, 12, _MONTH_NAMES),
    _CronField("day of the week", 0, 6, _WEEKDAY_ABBREVIATIONS),
)


def parse_cron(value: object) -> str:
    """Return a cron expression of five fields, separated by single spaces."""
    if not isinstance(value, str):
        raise expectation_error(f"a cron expression such as {_CRON_EXAMPLE}", value)
    field_texts = value.split()
    if len(field_texts) != len(_CRON_FIELDS):
        raise expectation_error(f"five fields such as {_CRON_EXAMPLE}", value)
    _, _, days, months, _ = [
        _expand_field(field, text) for field, text in zip(_CRON_FIELDS, field_texts, strict=True)
    ]
    if field_texts[2] != "*" and field_texts[4] != "*":
        advice = "give days of the month or days of the week, not both: programs differ on what"
        raise InvalidValue(f"{advice} it means")
    if min(days) > max(_MAX_DAYS_BY_MONTH[month - 1] for month in months):
        raise InvalidValue(f"day {min(days)} never comes in the months given")
    return " ".join(field_texts)


def find_shortest_gap(expression: str) -> int:
    """Return the shortest gap, in minutes, between two runs in an hour; 60 for a single run."""
    minutes = sorted(_expand_field(_CRON_FIELDS[0], expression.split(maxsplit=1)[0]))
    return min((b - a for a, b in pairwise(minutes)), default=60)


def _expand_field(field: _CronField, text: str) -> set[int]:
    return {number for part in text.split(",") for number in _expand_part(field, part)}


def _expand_part(field: _CronField, text: str) -> Iterator[int]:
    match = re.fullmatch(_CRON_PART_PATTERN, text, re.IGNORECASE)
    if match is None:
        raise _build_field_error(field, text, f"expected something like {_format_example(field)}")
    if match["from"]:
        first, last = _parse_name(field, text, match["from"]), _parse_name(field, text, match["to"])
    else:
        first, last = _parse_number_range(field, text, match)
    first = field.low if first is None else first
    last = first if last is None else last
    if first > last:
        raise _build_field_error(
            field, text, "the range runs backwards; write it in two, with a comma"
        )
    step = int(match["step"] or 1)
    if match["step"] and not 1 <= step <= last - first:
        raise _build_field_error(field, text, "the step must be at least 1 and fit into its range")
    return iter(range(first, last + 1, step))


def _parse_name(field: _CronField, text: str, name: str | None) -> int | None:
    if name is None:
        return None
    if name.lower() not in field.names:
        raise _build_field_error(field, text, f"expected something like {_format_example(field)}")
    return field.low + field.names.index(name.lower())


def _parse_number_range(
    field: _CronField, text: str, match: re.Match[str]
) -> tuple[int | None, int | None]:
    if match["first"] is None:
        return field.low, field.high
    if field.names is _WEEKDAY_ABBREVIATIONS:
        raise _build_field_error(
            field, text, "write names, such as mon-fri: programs number days differently"
        )
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else field.high if match["step"] else first
    if first < field.low or last > field.high:
        raise _build_field_error(field, text, f"expected numbers from {field.low} to {field.high}")
    return first, last


def _format_example(field: _CronField) -> str:
    if field.names:
        return f"*, {field.names[0]} or {field.names[0]}-{field.names[4]}"
    return f"*, {field.low + 5}, {field.low + 5}-{field.low + 10} or */5"


def _build_field_error(field: _CronField, text: str, advice: str) -> InvalidValue:
    return InvalidValue(f"{field.title} {quote_text(text)}: {advice}")
