"""Queries held against documents, one or a thousand at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from monitor.model.told import Document, Hit, Match, Snippet
from monitor.query.nodes import Node
from monitor.query.page import Page
from monitor.query.plan import Plan, Plans, TermPlan, hits
from monitor.query.snippet import snippet


def find(node: Node, document: Document) -> tuple[Hit, ...] | None:
    """Return where `document` makes the query true, in order, or None if it does not.

    A query that only leaves out words may be true without any hit.
    """
    plans, plan = _planned(node)
    page = Page(document, plans.lexicon, plans.fields)
    terms = plan.terms(page)
    return None if terms is None else hits(frozenset(terms), page)


def holds(node: Node, document: Document) -> bool:
    """Say whether `document` makes the query true; cheaper than to find where."""
    plans, plan = _planned(node)
    page = Page(document, plans.lexicon, plans.fields)
    return plan.terms(page) is not None


@lru_cache(maxsize=16)
def _planned(node: Node) -> tuple[Plans, Plan]:
    """Keep the plan, as a search holds one query against the whole archive."""
    plans = Plans()
    return plans, plans.plan(node)


class _Compiled(NamedTuple):
    watch: str
    plan: Plan
    sources: frozenset[str] | None


class Matcher:
    """Many watches, compiled once; only those whose words are there at all are tried."""

    def __init__(self, watches: Iterable[tuple[str, Node, tuple[str, ...] | None]]) -> None:
        self._plans = Plans()
        self._watches = [
            _Compiled(name, self._plans.plan(node), None if among is None else frozenset(among))
            for name, node, among in watches
        ]
        self._by_trigger: dict[int, list[int]] = defaultdict(list)
        self._always: list[int] = []
        self._index()

    def _index(self) -> None:
        """Note each watch with the tokens that make it worth a try, the rarest it needs."""
        wanted = Counter(chain.from_iterable(watch.plan.needs for watch in self._watches))
        for number, watch in enumerate(self._watches):
            plan = watch.plan
            triggers = {min(plan.needs, key=wanted.__getitem__)} if plan.needs else plan.triggers
            if triggers is None:
                self._always.append(number)
            for trigger in triggers or ():
                self._by_trigger[trigger].append(number)

    def matches(self, document: Document) -> list[Match]:
        """Return the watches that want `document`, in the order in which they were given."""
        shown: dict[tuple[Hit, ...], Snippet] = {}
        found: list[Match] = []
        for watch, places in self.hits(document):
            if places not in shown:
                shown[places] = snippet(document, places)
            found.append(Match(watch=watch, hits=places, snippet=shown[places]))
        return found

    def hits(self, document: Document) -> list[tuple[str, tuple[Hit, ...]]]:
        """Return the same watches, each with where it found what it wants."""
        page = Page(document, self._plans.lexicon, self._plans.fields)
        places: dict[frozenset[TermPlan], tuple[Hit, ...]] = {}
        found: list[tuple[str, tuple[Hit, ...]]] = []
        for watch in self._candidates(page):
            if watch.sources is None or not watch.sources.isdisjoint(document.sources):
                terms = watch.plan.terms(page)
                if terms is not None:
                    # Watches that want a release for the same words find them in the same places.
                    why = frozenset(terms)
                    if why not in places:
                        places[why] = hits(why, page)
                    found.append((watch.watch, places[why]))
        return found

    def _candidates(self, page: Page) -> list[_Compiled]:
        """Return the watches of which a word is there, without those that lack another."""
        triggered = map(self._by_trigger.__getitem__, self._by_trigger.keys() & page.present)
        possible = set(self._always).union(*triggered)
        watches = (self._watches[number] for number in sorted(possible))
        return [watch for watch in watches if watch.plan.needs <= page.present]
