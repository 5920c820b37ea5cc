"""Rules for what is not this listing, but another board, another site, or only a part of it.

A check reads on until it meets what is known. What meets nothing known is believed only as the
continuation of it: article ids that go on upward at a ministry's pace, and dates that go on too.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.health.shape import article_ids
from monitor.model.history import History
from monitor.model.scraped import Entry, Page
from monitor.model.stored import Verdict

ANOTHER_LISTING = "another-listing"
TURNED_BACK = "turned-back"

_FEW = 3  # entries: fewer prove nothing
_MANY = 5  # entries that should have been met before, and were not
_MOST = 0.9
_LATE = timedelta(days=30)  # so late, releases are still added now and then
_AT_ONCE, _A_DAY = 200, 50  # articles of all boards: the ministry publishes a few a day


def another_listing(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to what neither meets what is known nor continues it."""
    known = _Known(history)
    entries = list(dict.fromkeys(one for page in pages for one in page.entries))
    strangers = [one for one in pages[0].entries if known.should_have_met(one)]
    reason = ""
    if len(strangers) >= _MANY and len(strangers) * 2 >= len(pages[0].entries):
        reason = (
            f"{len(strangers)} of {len(pages[0].entries)} entries on its first page should have"
            " been there before, by their dates and numbers, and were not"
        )
    elif history.met.isdisjoint(entries) and len(entries) >= _FEW and not known.goes_on(entries):
        reason = (
            f"none of its {len(entries)} entries is known, and neither their dates nor their"
            " numbers go on from those that are"
        )
    if reason:
        yield Verdict(
            credible=False,
            rule=ANOTHER_LISTING,
            reason=f"this looks like another listing: {reason}",
            advice="open the address in a browser and compare it with: monitor releases",
        )


def turned_back(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to a first page that has lost its entries, and shows older ones in their place.

    An old copy of it says nothing of what is new; and where the oldest come first, what is new is
    on the last page.
    """
    first = pages[0].entries
    had = max((shape.newest for shape in history.shapes if shape.newest), default=date.min)
    since = min((shape.oldest for shape in history.shapes if shape.oldest), default=date.min)
    pushed_down = sum(one not in history.met and one.date >= since for one in first)
    gone = history.lost - pushed_down
    newest = max((one.date for one in first), default=date.max)
    if pages[0].number == 1 and gone >= _MANY and gone * 2 >= len(first) and newest < had:
        yield Verdict(
            credible=False,
            rule=TURNED_BACK,
            reason=f"the newest entry on its first page is of {newest}, where the listing had come"
            f" to {had}, and {gone} that stood there are gone",
            advice="open the address in a browser: the site may show an old copy of the page; if it"
            " lists the oldest first now, give the source an address that does not",
        )


class _Known:
    """How far a listing had come."""

    def __init__(self, history: History) -> None:
        self._met = history.met
        shapes = history.shapes
        self._boards = frozenset[str]().union(*(shape.boards for shape in shapes))
        self._highest = max(
            (s.highest_id for s in shapes if s.highest_id is not None), default=None
        )
        self._newest: date = max((s.newest for s in shapes if s.newest), default=date.min)
        self._oldest: date = min((s.oldest for s in shapes if s.oldest), default=date.max)

    def should_have_met(self, entry: Entry) -> bool:
        """Tell whether an unknown entry belongs where all is known."""
        if entry in self._met or not self._oldest <= entry.date < self._newest:
            return False
        return self._highest is not None and all(n <= self._highest for n in article_ids([entry]))

    def goes_on(self, entries: Sequence[Entry]) -> bool:
        """Tell whether unknown entries continue what is known; yes where nothing is."""
        if self._newest == date.min:
            return True
        limit = self._newest - min(_LATE, self._newest - date.min)
        newest = max(entry.date for entry in entries)
        timely = sum(entry.date >= limit for entry in entries)
        if newest < self._newest or timely < len(entries) * _MOST:
            return False
        return self._highest is None or self._counts_on(entries, newest)

    def _counts_on(self, entries: Sequence[Entry], newest: date) -> bool:
        """Tell whether the article ids go on, on a board that is known."""
        highest = self._highest or 0
        ids = list(article_ids(entries))
        rising = sum(number > highest for number in ids)
        pace = _AT_ONCE + _A_DAY * (newest - self._newest).days
        return (
            bool(ids)
            and rising >= len(ids) * _MOST
            and max(ids) - highest <= pace
            and not self._boards.isdisjoint(entry.board for entry in entries)
        )


def ends_early(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to an end of the listing above all that is known to stand in it."""
    last = pages[-1]
    if history.met or not history.shapes or last.entries or last.number == 1:
        return
    if history.shapes[0].entries >= _FEW:
        yield Verdict(
            credible=False,
            rule="ends-early",
            reason=f"the listing ends with page {last.number - 1}, and nothing on it was known"
            " before",
            advice=f"open the address with ?pageIndex={last.number} added: pages may be missing",
        )
