"""Can what was read be believed? A page that cannot be right must not pass for a quiet ministry.

Each rule is a function of its own, with a name, a reason in words and an advice:

    pages      what no listing shows: no entries, a far future, one title, unreadable letters
    learned    what this listing never did: far fewer entries, other titles, another language …
    ground     what is not this listing, or not as it is: another board, an end that is none, an
               old copy

Rules ask for much before they object. A listing that is young, short or was silent for a month is
no fault; and whoever sees that all is well overrules them with `monitor --once --accept`, from
where on its history counts.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from monitor.health import ground, learned, pages
from monitor.model.history import History
from monitor.model.scraped import Page
from monitor.model.stored import Verdict

CREDIBLE = Verdict(credible=True)
NO_HISTORY = History()

Rule = Callable[[Sequence[Page], History, datetime], Iterator[Verdict]]

RULES: tuple[Rule, ...] = (
    pages.no_entries,
    pages.far_future,
    pages.garbled,
    ground.another_listing,
    learned.far_fewer,
    learned.another_language,
    learned.no_texts,
    learned.short_texts,
    learned.no_categories,
    learned.other_categories,
    ground.ends_early,
    learned.rewritten,
    ground.turned_back,
    pages.one_title,
    pages.long_ago,
)


def judge(read: Sequence[Page], history: History, now: datetime) -> Verdict:
    """Return the first rule's objection to these pages of one listing, page 1 first."""
    return next(objections(read, history, now), CREDIBLE)


def objections(read: Sequence[Page], history: History, now: datetime) -> Iterator[Verdict]:
    """Yield what the rules have to object, one objection a rule."""
    for rule in RULES:
        yield from rule(read, history, now)
