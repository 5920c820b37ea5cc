"""Queries made ready to be held against documents: the one place that decides what matches."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Protocol

from monitor.query.lexicon import Lexicon
from monitor.query.nodes import And, Field, Node, Not, Source, Term
from monitor.query.occurrences import Range, following, scattered
from monitor.query.printing import unparse
from monitor.query.terms import parts

if TYPE_CHECKING:
    from monitor.model.told import Hit
    from monitor.query.page import Page, Spot

_EVERYWHERE: tuple[Field, ...] = ("title", "text")
_NOTHING: frozenset[int] = frozenset()


class Plan(Protocol):
    """One node, ready.

    `needs` are the tokens without which it cannot match. Of `triggers` at least one must be
    there; None means that it may match without any.
    """

    needs: frozenset[int]
    triggers: frozenset[int] | None

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return the terms with which the page makes this true, None if it does not."""


class Plans:
    """Makes plans that share their terms, so that a term is looked for once for all of them."""

    def __init__(self) -> None:
        self.lexicon = Lexicon()
        self.fields: set[Field] = set()  # in which anything is looked for
        self._terms: dict[Term, TermPlan] = {}

    def plan(self, node: Node) -> Plan:
        """Return the plan of a query."""
        match node:
            case Term():
                return self._term(node)
            case Source(name):
                return SourcePlan(name)
            case Not(part):
                return NotPlan(self.plan(part))
            case And(parts):
                return AndPlan([self.plan(part) for part in parts])
            case _:
                return OrPlan([self.plan(part) for part in node.parts])

    def _term(self, term: Term) -> TermPlan:
        known = self._terms.get(term)
        if known is None:
            kind = WordPlan if len(parts(term)) == 1 else TermPlan
            known = self._terms[term] = kind(len(self._terms), term, self.lexicon)
            self.fields.update(known.fields)
        return known


class TermPlan:
    """A phrase, or anything of several tokens; `number` is its own among all terms."""

    def __init__(self, number: int, term: Term, lexicon: Lexicon) -> None:
        pieces = parts(term)
        self.number = number
        self.name = unparse(term)
        self.fields = _EVERYWHERE if term.field is None else (term.field,)
        self.ids = tuple(lexicon.number(piece.wanted) for piece in pieces)
        self.needs = frozenset(self.ids)
        # The longest word is the rarest, as a rule.
        rarest = max(range(len(pieces)), key=lambda index: len(pieces[index].wanted.texts[0]))
        self.triggers: frozenset[int] | None = frozenset({self.ids[rarest]})
        self.alone = [self]
        self._within = term.within
        self._joined = [index for index, piece in enumerate(pieces) if piece.joined]

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return this term if it is there."""
        found = page.ranges.get(self.number)
        if found is None:
            found = page.ranges[self.number] = [
                (field, ranges) for field in self.fields if (ranges := self.ranges(page, field))
            ]
        return self.alone if found else None

    def spots(self, page: Page) -> list[Spot]:
        """Return all places of a term that is there."""
        found = page.spots.get(self.number)
        if found is None:
            found = page.spots[self.number] = [
                spot
                for field in self.fields
                if (ranges := self.ranges(page, field))
                for spot in page.located(field, ranges, self.name)
            ]
        return found

    def ranges(self, page: Page, field: Field) -> list[Range]:
        """Return the first and last token of all places in a field."""
        places = page.places[field]
        if not self.needs <= places.keys():
            return []
        tokens, within = page.tokens[field], self._within
        if within is None:
            return following(self.ids, self._joined, places, tokens)
        return scattered(self.ids, self._joined, within, places, tokens)


class WordPlan(TermPlan):
    """One token, as most terms are: it is there or not, and where is asked only if it matters."""

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return this term if it is there."""
        number = self.ids[0]
        for field in self.fields:
            if number in page.places[field]:
                return self.alone
        return None

    def ranges(self, page: Page, field: Field) -> list[Range]:
        """Return the token of all places in a field, as first and as last."""
        return [(position, position) for position in page.places[field].get(self.ids[0], ())]


class SourcePlan:
    """The release is in this listing."""

    needs = _NOTHING
    triggers: frozenset[int] | None = None

    def __init__(self, name: str) -> None:
        self._name = name.casefold()

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return no terms, as the name of a listing is not in the text."""
        return [] if self._name in page.sources else None


class NotPlan:
    """It is not this; what is not there has no place."""

    needs = _NOTHING
    triggers: frozenset[int] | None = None

    def __init__(self, part: Plan) -> None:
        self._part = part

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return no terms if the part is not true, else None."""
        return [] if self._part.terms(page) is None else None


class AndPlan:
    """All of the parts."""

    def __init__(self, parts: list[Plan]) -> None:
        self._parts = parts
        self.needs = _NOTHING.union(*(part.needs for part in parts))
        triggers = [part.triggers for part in parts if part.triggers is not None]
        self.triggers: frozenset[int] | None = min(triggers, key=len, default=None)

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return the terms of all parts."""
        found: list[TermPlan] = []
        for part in self._parts:
            terms = part.terms(page)
            if terms is None:
                return None
            found += terms
        return found


class OrPlan:
    """At least one of the parts."""

    def __init__(self, parts: list[Plan]) -> None:
        self._parts = parts
        self.needs = parts[0].needs.intersection(*(part.needs for part in parts[1:]))
        known = [part.triggers for part in parts if part.triggers is not None]
        complete = len(known) == len(parts)
        self.triggers: frozenset[int] | None = _NOTHING.union(*known) if complete else None

    def terms(self, page: Page) -> list[TermPlan] | None:
        """Return the terms of all parts that are true."""
        found = [terms for part in self._parts if (terms := part.terms(page)) is not None]
        return list(chain.from_iterable(found)) if found else None


def hits(terms: frozenset[TermPlan], page: Page) -> tuple[Hit, ...]:
    """Return all places of these terms in order."""
    spots = [spot for term in terms for spot in term.spots(page)]
    if len(terms) > 1:
        spots.sort()
    return tuple([spot[-1] for spot in spots])
