"""When a listing has been silent for too long, by what it has done so far.

Gaps between days with releases are counted in working days, so that weekends, Seollal and Chuseok
are no silence. The longest gap known is not yet the longest there can be, the less so the fewer
are known: what is waited for beyond it is so long that, if releases come by chance, about one gap
in ten thousand is longer. Elections and bridging days are within the least of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from math import ceil, log
from statistics import fmean

from monitor.workdays import after_workdays, workdays_between

SEOUL = timezone(timedelta(hours=9), "KST")

_ENOUGH, _LONG_ENOUGH = 20, timedelta(days=60)  # days with releases, and from first to last
_RARE = 10_000
_LEAST = 3
# An imported file may leave a hole in what is known, which was no silence of the ministry's.
_HOLE, _TIMES = 20, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long a listing has been silent, and may be.

    `last` is the day of the last sign of it. `longest` is the longest gap known, in working days,
    of `known` days with releases since `first`. From `until` on it is silent for too long.
    """

    first: date
    last: date
    known: int
    longest: int
    until: datetime


def silence(days: Iterable[date], now: datetime) -> Silence | None:
    """Return how a listing's silence is to be taken; None where too little is known of it.

    `days` are those of its releases, in any order; what lies ahead of `now` does not count.
    """
    today = now.astimezone(SEOUL).date()
    known = sorted({day for day in days if day <= today})
    if len(known) < _ENOUGH or known[-1] - known[0] < _LONG_ENOUGH:
        return None
    gaps = _without_hole([workdays_between(*pair) for pair in pairwise(known)])
    longest = max(gaps)
    more = fmean(gap + 1 for gap in gaps) * log(max(_RARE / len(gaps), 1))
    end = after_workdays(known[-1], longest + max(_LEAST, ceil(more)) + 1)
    return Silence(
        first=known[0],
        last=known[-1],
        known=len(known),
        longest=longest,
        until=datetime.combine(end, time(), SEOUL),
    )


def silent_days(last: date, now: datetime) -> int:
    """Return how many working days have passed whole since a day."""
    return workdays_between(last, now.astimezone(SEOUL).date())


def _without_hole(gaps: Sequence[int]) -> Sequence[int]:
    """Return the gaps without one that is out of all proportion."""
    *others, longest = sorted(gaps)
    return others if longest > max(_HOLE, _TIMES * others[-1]) else gaps
