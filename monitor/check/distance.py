"""How far back a walk is to go, and how much of its way lies behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from monitor.model.scraped import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How far back to go: to page `pages`, to what is older than `since`, or (neither) all."""

    pages: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a walk is. `share` is how much of the way lies behind it, from 0 to 1, if known."""

    source: str
    page: int
    pages: int
    added: int
    oldest: date | None
    share: float | None


Tell = Callable[[Progress], None]


def share(target: Target, page: Page, newest: date | None, highest: int) -> float | None:
    """Return how much of the way lies behind this page, from 0 to 1; None where nothing tells.

    All the way back it is told by the article ids, which rise with time from 1.
    """
    last = page.entries[-1]
    if target.pages is not None:
        found = page.number / target.pages
    elif target.since is not None and newest is not None and newest > target.since:
        found = (newest - last.date) / (newest - target.since)
    elif target.since is None and last.article_id.isdecimal() and highest:
        found = 1 - int(last.article_id) / highest
    else:
        return None
    return min(max(found, 0.0), 1.0)
