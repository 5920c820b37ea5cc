"""Can what was read be believed? A page that cannot be right must not pass for a quiet ministry."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from monitor.model.scraped import Page
from monitor.model.stored import Verdict

# The ministry announces days ahead at most; a year mistyped by one is caught all the same.
_FUTURE = timedelta(days=30)

CREDIBLE = Verdict(credible=True)


def judge(pages: Sequence[Page], now: datetime) -> Verdict:
    """Return the first rule's objection to these pages of one listing, page 1 first."""
    for rule in _RULES:
        for objection in rule(pages, now):
            return objection
    return CREDIBLE


def _no_entries(pages: Sequence[Page], _now: datetime) -> Iterator[Verdict]:
    if not pages[0].entries:
        yield Verdict(
            credible=False,
            reason="the first page of the listing holds no entries",
            advice="open the address in a browser: the listing may have moved to another one",
        )


def _far_future(pages: Sequence[Page], now: datetime) -> Iterator[Verdict]:
    limit = (now + _FUTURE).date()
    for page in pages:
        for entry in page.entries:
            if entry.date > limit:
                yield Verdict(
                    credible=False,
                    reason=f"“{entry.title[:80]}” is dated {entry.date}, far in the future",
                    advice="look at the entry on the site, and at this machine's clock",
                )


_RULES: tuple[Callable[[Sequence[Page], datetime], Iterator[Verdict]], ...] = (
    _no_entries,
    _far_future,
)
