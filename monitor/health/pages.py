"""Rules for what no listing shows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.health.shape import garbled_in
from monitor.model.history import History
from monitor.model.scraped import Entry, Page
from monitor.model.stored import Verdict
from monitor.text.folding import fold

# The ministry announces days ahead at most; a year mistyped by one is caught all the same.
_FUTURE = timedelta(days=30)
_SHOWN = 80
_FEW = 3
_ALIKE = 5
_MOST = 0.9
_FIRST_DAY = date(1990, 1, 1)

LAYOUT = "open the address in a browser: if all is well there, the site's layout has changed"


def no_entries(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to a first page without entries, unless that is how it was accepted."""
    accepted = bool(history.shapes) and history.shapes[0].first == 0
    if pages[0].number == 1 and not pages[0].entries and not accepted:
        yield Verdict(
            credible=False,
            rule="no-entries",
            reason="the first page of the listing holds no entries",
            advice="open the address in a browser: the listing may have moved to another one",
        )


def far_future(pages: Sequence[Page], history: History, now: datetime) -> Iterator[Verdict]:
    """Object to an entry, not met before, that is dated more than a month ahead."""
    limit = (now + _FUTURE).date()
    for entry in _unmet(pages, history):
        if entry.date > limit:
            yield Verdict(
                credible=False,
                rule="far-future",
                reason=f"“{entry.title[:_SHOWN]}” is dated {entry.date}, far in the future",
                advice="look at the entry on the site, and at this machine's clock",
            )
            return


def long_ago(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object where nearly all entries that were not met before are older than the web."""
    new = list(_unmet(pages, history))
    old = sum(entry.date < _FIRST_DAY for entry in new)
    if old >= _FEW and old >= len(new) * _MOST:
        yield Verdict(
            credible=False,
            rule="long-ago",
            reason=f"{old} of {len(new)} new entries are dated before {_FIRST_DAY.year}",
            advice=LAYOUT,
        )


def one_title(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object where nearly all entries have the same title, unless known ones were shown with it."""
    titles = Counter(fold(one.title) for page in pages for one in page.entries)
    usual = {fold(one.title) for one in history.met - history.altered}
    (title, count), *_ = titles.most_common(1) or [("", 0)]
    if count >= _ALIKE and count >= titles.total() * _MOST and title not in usual:
        yield Verdict(
            credible=False,
            rule="one-title",
            reason=f"{count} of {titles.total()} entries have the same title, “{title[:_SHOWN]}”",
            advice=LAYOUT,
        )


def garbled(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to many entries with letters that nobody wrote, unless they were accepted."""
    entries = [one for page in pages for one in page.entries]
    bad = list(filter(None, map(garbled_in, entries)))
    accepted = any(_are_many(shape.garbled, shape.entries) for shape in history.shapes)
    if _are_many(len(bad), len(entries)) and not accepted:
        yield Verdict(
            credible=False,
            rule="garbled",
            reason=f"{len(bad)} of {len(entries)} entries hold broken letters, such as"
            f" “{bad[0]}”: the page's character set is wrong",
            advice="open the address in a browser: if it is broken there too, this passes once the"
            " site is mended",
        )


def _are_many(bad: int, entries: int) -> bool:
    return bad >= _FEW and bad * 3 >= entries


def _unmet(pages: Sequence[Page], history: History) -> Iterator[Entry]:
    return (one for page in pages for one in page.entries if one not in history.met)
