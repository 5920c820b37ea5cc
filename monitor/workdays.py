"""Working days in Korea: without weekends and public holidays.

Holidays of the sun's calendar go by rule, those of the moon's by a table (Seollal and Chuseok with
a day on either side). Elections and days off by decree are not known here, nor are holidays of the
moon outside the table: whoever counts must leave room for a few days.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import count

_DAY = timedelta(days=1)
_SATURDAY = 5
_FIXED = ((1, 1), (3, 1), (5, 1), (5, 5), (6, 6), (7, 17), (8, 15), (10, 3), (10, 9), (12, 25))
# Seollal, Buddha's Birthday and Chuseok of each year from 2015 on, as month and day.
_FIRST_YEAR = 2015
_MOON = (
    "021905250927 020805140915 012805031004 021605220924 020505120913 012504301001 "
    "021205190921 020105080910 012205270929 021005150917 012905051006 021705240925 "
    "020705130915 012705021003 021305200922 020305090912 012305281001 021105160919 "
    "013105060908 021905250927 020805150916 012805031004 021505220924 020405110913 "
    "012404301002 021205180921 020105070910 012205260928 021005160917 013005051005 "
    "021705240925 020605130915 012605021004 021405200922 020205090911 012305280930 "
)


def is_workday(day: date) -> bool:
    """Tell whether offices in Korea are open, as far as rules can tell."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def workdays_between(first: date, last: date) -> int:
    """Return how many working days lie after `first` and before `last`."""
    return sum(is_workday(first + n * _DAY) for n in range(1, (last - first).days))


def after_workdays(day: date, number: int) -> date:
    """Return the first day between which and `day` there lie so many working days."""
    days = (day + n * _DAY for n in count(1))
    for _ in range(number):
        while not is_workday(next(days)):
            pass
    return next(days)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Return a year's holidays; one at a weekend is made up for on the next day that is free."""
    found = {date(year, month, day) for month, day in _FIXED} | set(_by_the_moon(year))
    for day in sorted(found):
        if day.weekday() >= _SATURDAY:
            later = (day + n * _DAY for n in count(1))
            found.add(next(one for one in later if one.weekday() < _SATURDAY and one not in found))
    return frozenset(found)


def _by_the_moon(year: int) -> Iterator[date]:
    place = len("MMDDMMDDMMDD ") * (year - _FIRST_YEAR)
    if not 0 <= place < len(_MOON):
        return
    seollal, buddha, chuseok = (
        date(year, int(_MOON[at : at + 2]), int(_MOON[at + 2 : at + 4]))
        for at in (place, place + 4, place + 8)
    )
    yield buddha
    for feast in (seollal, chuseok):
        yield from (feast - _DAY, feast, feast + _DAY)
