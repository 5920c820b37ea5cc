"""Rules for what no listing shows."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.model.history import History
from monitor.model.scraped import Entry, Page
from monitor.model.stored import Verdict

# The ministry announces days ahead at most; a year mistyped by one is caught all the same.
_FUTURE = timedelta(days=30)
_SHOWN = 80
_FEW = 3

# The replacement character, and the pairs that UTF-8 becomes when it is read as windows-1252.
_LATER_BYTES = "\u00a0-\u00bf" + bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
_GARBLED = re.compile(f"\ufffd|â€|Ã[{_LATER_BYTES}]|[ê-í][{_LATER_BYTES}]{{2}}")


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


def garbled(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to new entries of which many hold letters that nobody wrote."""
    new = list(_unmet(pages, history))
    bad = [entry for entry in new if _GARBLED.search(entry.title + " " + entry.body)]
    if len(bad) >= _FEW and len(bad) * 3 >= len(new):
        yield Verdict(
            credible=False,
            rule="garbled",
            reason=f"{len(bad)} of {len(new)} new entries hold broken letters, such as"
            f" “{_around(bad[0])}”: the page's character set is wrong",
            advice="open the address in a browser: if it is broken there too, this passes once the"
            " site is mended",
        )


def _around(entry: Entry) -> str:
    """Return the place that is broken, with a few words before and after it."""
    text = f"{entry.title} {entry.body}"
    found = _GARBLED.search(text)
    at = 0 if found is None else found.start()
    return text[max(0, at - 20) : at + 20].strip()


def _unmet(pages: Sequence[Page], history: History) -> Iterator[Entry]:
    return (one for page in pages for one in page.entries if one not in history.met)
