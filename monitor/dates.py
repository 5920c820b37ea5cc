"""Dates as people say them: `2025-11-03`, `2025-11`, `last week`, `3 days ago`, `monday`.

All of them are spans of days, for whoever says `--since last week` means its first day, and with
`--until last week` its last. Weeks begin on Monday; a weekday is the last one that was, today at
the latest.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

FORMS = (
    "a day (2025-11-03), a month (2025-11), a year (2025), today, yesterday, monday, "
    "this week, last month, 3 days ago or 2 weeks"
)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3  # letters: mon, tues, weds
_MONTHS = 12
_DAY = timedelta(days=1)
_COUNT = re.compile(r"(?:the )?(?:last |past )?(\d{1,5}|an?) (day|week|month|year)s?(?: ago)?")
_PERIOD = re.compile(r"(this|last) (week|month|year)")
_WRITTEN = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


class Days(NamedTuple):
    """From a first day to a last, both in."""

    first: date
    last: date


def days(text: str, today: date) -> Days | None:
    """Return the days that are meant; None where `text` says no date that there is.

    “2 weeks” and “2 weeks ago” are the one day that lies so far back.
    """
    said = " ".join(text.casefold().split())
    try:
        return _written(said) or _named(said, today) or _period(said, today) or _ago(said, today)
    except (ValueError, OverflowError):  # there is no 30th of February, and no year 0
        return None


def _written(said: str) -> Days | None:
    found = _WRITTEN.fullmatch(said)
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    if found[3] is not None:
        return _one(date(year, month, day))
    return _year(year) if found[2] is None else _month(date(year, month, 1))


def _named(said: str, today: date) -> Days | None:
    if said in {"today", "now"}:
        return _one(today)
    if said == "yesterday":
        return _one(today - _DAY)
    name = said.removeprefix("last ")
    for number, weekday in enumerate(_WEEKDAYS):
        if len(name) >= _SHORTEST and weekday.startswith(name):
            back = (today.weekday() - number) % 7
            return _one(today - timedelta(days=back or 7 * (name != said)))
    return None


def _period(said: str, today: date) -> Days | None:
    found = _PERIOD.fullmatch(said)
    if found is None:
        return None
    back = found[1] == "last"
    match found[2]:
        case "week":
            monday = today - timedelta(days=today.weekday() + 7 * back)
            return Days(monday, monday + timedelta(days=6))
        case "month":
            return _month(_months_before(today.replace(day=1), int(back)))
        case _:
            return _year(today.year - back)


def _ago(said: str, today: date) -> Days | None:
    found = _COUNT.fullmatch(said)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdecimal() else 1
    match found[2]:
        case "day":
            return _one(today - timedelta(days=count))
        case "week":
            return _one(today - timedelta(weeks=count))
        case "month":
            return _one(_months_before(today, count))
        case _:
            return _one(_months_before(today, count * _MONTHS))


def _one(day: date) -> Days:
    return Days(day, day)


def _year(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, _MONTHS, 31))


def _month(first: date) -> Days:
    following = first.replace(day=28) + timedelta(days=4)
    return Days(first, following - timedelta(days=following.day))


def _months_before(day: date, count: int) -> date:
    """Return the same day so many months before, or the last one that such a month has."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 - count, _MONTHS)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _month(first).last.day))
