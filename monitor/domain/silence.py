"""Decide when a listing has been silent for too long, from its earlier gaps.

Gaps between days with releases are counted in working days, so that weekends, Seollal and Chuseok
do not count as silence. The longest known gap is not the longest possible one, least of all if few
gaps are known. So the limit adds a margin: if releases come at random, about one gap in ten
thousand is longer. The minimum margin covers elections and bridging days.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from itertools import count, pairwise
from math import ceil, log
from statistics import fmean

SEOUL = timezone(timedelta(hours=9), "KST")

_MIN_RELEASE_DAYS, _MIN_HISTORY = (
    20,
    timedelta(days=60),
)  # days with releases, and from first to last
_RARITY = 10_000
_MIN_EXTRA_WORKDAYS = 3
# An imported file may leave a gap in the stored dates that was not a silence of the ministry.
_MIN_IMPORT_GAP, _IMPORT_GAP_RATIO = 20, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPeriod:
    """The last release day of a listing, and the time when its silence becomes unusual.

    `longest_gap` is the longest known gap, in working days, between `release_days` days with
    releases since `first_day`. `last_day` is the last of these days. From `alert_at` on the silence
    is too long.
    """

    first_day: date
    last_day: date
    release_days: int
    longest_gap: int
    alert_at: datetime


def estimate_quiet_period(days: Iterable[date], now: datetime) -> QuietPeriod | None:
    """Return the quiet period to expect of a listing, None if its history is too short.

    `days` are the dates of its releases, in any order; dates after `now` are ignored.
    """
    today = now.astimezone(SEOUL).date()
    release_days = sorted({day for day in days if day <= today})
    if len(release_days) < _MIN_RELEASE_DAYS or release_days[-1] - release_days[0] < _MIN_HISTORY:
        return None
    gaps = _drop_import_gap([count_workdays_between(*pair) for pair in pairwise(release_days)])
    longest_gap = max(gaps)
    extra_workdays = fmean(gap + 1 for gap in gaps) * log(max(_RARITY / len(gaps), 1))
    alert_day = skip_workdays(
        release_days[-1], longest_gap + max(_MIN_EXTRA_WORKDAYS, ceil(extra_workdays)) + 1
    )
    return QuietPeriod(
        first_day=release_days[0],
        last_day=release_days[-1],
        release_days=len(release_days),
        longest_gap=longest_gap,
        alert_at=datetime.combine(alert_day, time(), SEOUL),
    )


def count_silent_days(last_day: date, now: datetime) -> int:
    """Return the number of full working days that have passed since a day."""
    return count_workdays_between(last_day, now.astimezone(SEOUL).date())


def _drop_import_gap(gaps: Sequence[int]) -> Sequence[int]:
    """Return the gaps without the longest, if it is out of proportion."""
    *others, longest = sorted(gaps)
    return others if longest > max(_MIN_IMPORT_GAP, _IMPORT_GAP_RATIO * others[-1]) else gaps


_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_FIXED_HOLIDAYS = (
    (1, 1),
    (3, 1),
    (5, 1),
    (5, 5),
    (6, 6),
    (7, 17),
    (8, 15),
    (10, 3),
    (10, 9),
    (12, 25),
)
# Seollal, Buddha's Birthday and Chuseok of each year since 2015, as month and day.
_FIRST_LUNAR_YEAR = 2015
_LUNAR_HOLIDAYS = (
    "021905250927 020805140915 012805031004 021605220924 020505120913 012504301001 "
    "021205190921 020105080910 012205270929 021005150917 012905051006 021705240925 "
    "020705130915 012705021003 021305200922 020305090912 012305281001 021105160919 "
    "013105060908 021905250927 020805150916 012805031004 021505220924 020405110913 "
    "012404301002 021205180921 020105070910 012205260928 021005160917 013005051005 "
    "021705240925 020605130915 012605021004 021405200922 020205090911 012305280930 "
)


def is_workday(day: date) -> bool:
    """Return whether offices in Korea are open, as far as the rules and the table know."""
    return day.weekday() < _SATURDAY and day not in _list_holidays(day.year)


def count_workdays_between(first: date, last: date) -> int:
    """Return the number of working days after `first` and before `last`."""
    return sum(is_workday(first + offset * _ONE_DAY) for offset in range(1, (last - first).days))


def skip_workdays(day: date, workdays: int) -> date:
    """Return the first day that has `workdays` working days between it and `day`."""
    days = (day + offset * _ONE_DAY for offset in count(1))
    for _ in range(workdays):
        while not is_workday(next(days)):
            pass
    return next(days)


@cache
def _list_holidays(year: int) -> frozenset[date]:
    """Return a year's holidays; a holiday at a weekend adds the next free weekday."""
    holidays = {date(year, month, day) for month, day in _FIXED_HOLIDAYS} | set(
        _list_lunar_holidays(year)
    )
    for day in sorted(holidays):
        if day.weekday() >= _SATURDAY:
            following_days = (day + n * _ONE_DAY for n in count(1))
            holidays.add(
                next(
                    candidate
                    for candidate in following_days
                    if candidate.weekday() < _SATURDAY and candidate not in holidays
                )
            )
    return frozenset(holidays)


def _list_lunar_holidays(year: int) -> Iterator[date]:
    offset = len("MMDDMMDDMMDD ") * (year - _FIRST_LUNAR_YEAR)
    if not 0 <= offset < len(_LUNAR_HOLIDAYS):
        return
    seollal, buddha, chuseok = (
        date(
            year,
            int(_LUNAR_HOLIDAYS[position : position + 2]),
            int(_LUNAR_HOLIDAYS[position + 2 : position + 4]),
        )
        for position in (offset, offset + 4, offset + 8)
    )
    yield buddha
    for feast in (seollal, chuseok):
        yield from (feast - _ONE_DAY, feast, feast + _ONE_DAY)
