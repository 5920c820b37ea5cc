"""Clock and randomness, passed in as arguments."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock and the source of randomness, injected so that tests can replace them.

    `now` returns the wall-clock time (aware, UTC) and `monotonic` seconds from an arbitrary start.
    `sleep` waits for a number of seconds. `random` returns a number in [0, 1). `new_id` returns an
    id that was never used before.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    new_id: Callable[[], str]


def to_iso(moment: datetime) -> str:
    """Return an aware moment as `2026-11-24T03:47:07.250Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Return the aware UTC moment of a text from `to_iso`; raise ValueError for any other text."""
    return datetime.fromisoformat(text).astimezone(UTC)


def to_iso_or_none(moment: datetime | None) -> str | None:
    """Return the timestamp of a moment, None for None."""
    return None if moment is None else to_iso(moment)


def from_iso_or_none(text: str | None) -> datetime | None:
    """Return the moment of a timestamp, None for None."""
    return None if text is None else from_iso(text)


def find_timezone(name: str | None) -> tzinfo:
    """Return the IANA time zone `name`; None means the machine's, with its clock changes."""
    if name is not None:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - only needed to display times

        return ZoneInfo(name)
    import tzlocal  # noqa: PLC0415 - only needed to display times

    try:
        return tzlocal.get_localzone()
    except (LookupError, ValueError):  # the machine's settings contradict each other
        return datetime.now(UTC).astimezone().tzinfo or UTC  # noqa: TID251 - only the zone is used


DATE_FORMS = (
    "a day (2025-11-03), a month (2025-11), a year (2025), today, yesterday, monday, "
    "this week, last month, 3 days ago or 2 weeks"
)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIN_WEEKDAY_LENGTH = 3  # letters: mon, tues, weds
_MONTHS_PER_YEAR = 12
_ONE_DAY = timedelta(days=1)
_RELATIVE_DATE_PATTERN = re.compile(
    r"(?:the )?(?:last |past )?(\d{1,5}|an?) (day|week|month|year)s?(?: ago)?"
)
_PERIOD_PATTERN = re.compile(r"(this|last) (week|month|year)")
_NUMERIC_DATE_PATTERN = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


class DayRange(NamedTuple):
    """A range of days, `first` and `last` included."""

    first: date
    last: date


def parse_day_range(text: str, today: date) -> DayRange | None:
    """Return the range of days that `text` describes, None if it is not a valid date.

    “2 weeks” and “2 weeks ago” both mean the single day two weeks before today.
    """
    phrase = " ".join(text.casefold().split())
    try:
        return (
            _parse_numeric_date(phrase)
            or _parse_day_name(phrase, today)
            or _parse_period(phrase, today)
            or _parse_relative_date(phrase, today)
        )
    except (ValueError, OverflowError):  # such as 30 February, or year 0
        return None


def _parse_numeric_date(phrase: str) -> DayRange | None:
    date_match = _NUMERIC_DATE_PATTERN.fullmatch(phrase)
    if date_match is None:
        return None
    year, month, day = (int(part or 0) for part in date_match.groups())
    if date_match[3] is not None:
        return _make_day_range(date(year, month, day))
    return (
        _make_year_range(year) if date_match[2] is None else _make_month_range(date(year, month, 1))
    )


def _parse_day_name(phrase: str, today: date) -> DayRange | None:
    if phrase in {"today", "now"}:
        return _make_day_range(today)
    if phrase == "yesterday":
        return _make_day_range(today - _ONE_DAY)
    name = phrase.removeprefix("last ")
    for number, weekday in enumerate(_WEEKDAYS):
        if len(name) >= _MIN_WEEKDAY_LENGTH and weekday.startswith(name):
            days_back = (today.weekday() - number) % 7
            return _make_day_range(today - timedelta(days=days_back or 7 * (name != phrase)))
    return None


def _parse_period(phrase: str, today: date) -> DayRange | None:
    date_match = _PERIOD_PATTERN.fullmatch(phrase)
    if date_match is None:
        return None
    is_last = date_match[1] == "last"
    match date_match[2]:
        case "week":
            monday = today - timedelta(days=today.weekday() + 7 * is_last)
            return DayRange(monday, monday + timedelta(days=6))
        case "month":
            return _make_month_range(_subtract_months(today.replace(day=1), int(is_last)))
        case _:
            return _make_year_range(today.year - is_last)


def _parse_relative_date(phrase: str, today: date) -> DayRange | None:
    date_match = _RELATIVE_DATE_PATTERN.fullmatch(phrase)
    if date_match is None:
        return None
    count = int(date_match[1]) if date_match[1].isdecimal() else 1
    match date_match[2]:
        case "day":
            return _make_day_range(today - timedelta(days=count))
        case "week":
            return _make_day_range(today - timedelta(weeks=count))
        case "month":
            return _make_day_range(_subtract_months(today, count))
        case _:
            return _make_day_range(_subtract_months(today, count * _MONTHS_PER_YEAR))


def _make_day_range(day: date) -> DayRange:
    return DayRange(day, day)


def _make_year_range(year: int) -> DayRange:
    return DayRange(date(year, 1, 1), date(year, _MONTHS_PER_YEAR, 31))


def _make_month_range(first: date) -> DayRange:
    next_month = first.replace(day=28) + timedelta(days=4)
    return DayRange(first, next_month - timedelta(days=next_month.day))


def _subtract_months(day: date, count: int) -> date:
    """Return the day `count` months earlier, or that month's last day if it is shorter."""
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 - count, _MONTHS_PER_YEAR)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _make_month_range(first).last.day))
