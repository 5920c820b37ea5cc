"""Which releases a query matches, all of them: counted from the index, hardly reading a text.

A back-test asks of 100,000 releases whether a query matches each. Read one by one that takes a
minute; from the archive's own index it takes as long as the sets of their ids. Only where the index
is not sure (`query/prefilter`), or does not know a release yet, is the text read, and the matcher
decides.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

from monitor.model.told import Document
from monitor.query.glance import glance
from monitor.query.match import find, holds
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.prefilter import certain, prefilter
from monitor.store.archive import Result, release

_AT_ONCE = 500  # releases read at a time
_A_LOT = 100  # releases: a word that so many have is common

Ids = frozenset[int]


class Sifted(NamedTuple):
    """The releases that match for certain, and all that may match, those among them."""

    certain: Ids
    possible: Ids


class Sifter:
    """One view of the archive, asked as often as need be; what is asked twice is looked up once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._known: dict[Node, Ids] = {}
        self._sifted: dict[Node, Sifted] = {}

    @cached_property
    def everything(self) -> Ids:
        """Return all releases."""
        return self._ids("SELECT id FROM releases")

    def matching(self, node: Node) -> Ids:
        """Return the releases that a query matches."""
        found = self._known.get(node)
        if found is None:
            certain, possible = self._sift(node)
            found = self._known[node] = certain | self._confirmed(node, possible - certain)
        return found

    def of_sources(self, names: Iterable[str]) -> Ids:
        """Return the releases that listings of these names show, or showed; upper case differs."""
        return frozenset().union(*(self._listed(name) for name in names))

    def _listed(self, name: str) -> Ids:
        return self._ids("SELECT release_id FROM listings WHERE source = ?", name)

    def by_month(self, ids: Ids) -> dict[str, int]:
        """Return how many of these releases each month (YYYY-MM) has, the newest first."""
        counts: Counter[str] = Counter()
        for number, day in self._conn.execute("SELECT id, date FROM releases ORDER BY date DESC"):
            if number in ids:
                counts[day[:7]] += 1
        return dict(counts)

    def newest(self, ids: Ids, limit: int) -> list[int]:
        """Return the newest of these releases."""
        rows = self._conn.execute("SELECT id FROM releases ORDER BY date DESC, id DESC")
        return list(islice((number for (number,) in rows if number in ids), limit))

    def frequency(self, term: Term) -> int:
        """Return about how many releases have a term, counted no further than a hundred."""
        rows = self._conn.execute(
            "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?", (prefilter(term), _A_LOT)
        )
        return sum(place in self._standing_at for (place,) in rows)

    def is_met(self, node: Node) -> bool:
        """Tell whether any release matches."""
        certain, possible = self._sift(node)
        return bool(certain or (possible and self.matching(node)))

    def _sift(self, node: Node) -> Sifted:
        if node in self._known:
            return _sure(self._known[node])
        if node not in self._sifted:
            self._sifted[node] = self._worked_out(node)
        return self._sifted[node]

    def _worked_out(self, node: Node) -> Sifted:
        match node:
            case Term(field="category"):
                return _sure(self._in_category(node))
            case Term() | Source():
                return self._leaf(node)
            case Not(part):
                inner = self._sift(part)
                return Sifted(self.everything - inner.possible, self.everything - inner.certain)
            case And(nodes):
                found = [self._sift(part) for part in nodes]
                return Sifted(
                    frozenset.intersection(*(one.certain for one in found)),
                    frozenset.intersection(*(one.possible for one in found)),
                )
            case Or(nodes):
                found = [self._sift(part) for part in nodes]
                return Sifted(
                    frozenset().union(*(one.certain for one in found)),
                    frozenset().union(*(one.possible for one in found)),
                )

    def _in_category(self, term: Term) -> Ids:
        """Ask the matcher of each category that there is; there are few."""
        names = self._conn.execute("SELECT DISTINCT category FROM releases").fetchall()
        found = [
            name
            for (name,) in names
            if name is not None and holds(term, Document(title="", text="", category=name))
        ]
        return frozenset().union(
            *(self._ids("SELECT id FROM releases WHERE category = ?", name) for name in found)
        )

    def _leaf(self, leaf: Term | Source) -> Sifted:
        possible = self._indexed(asked := prefilter(leaf)) | self._unindexed
        sure = certain(leaf)
        if sure is None:
            return Sifted(frozenset(), possible)
        found = possible - self._unindexed if sure == asked else self._indexed(sure)
        return Sifted(found, possible)

    @cached_property
    def _unindexed(self) -> Ids:
        """Return what has changed since it was indexed: it may match anything."""
        return self._ids("SELECT release_id FROM unindexed") & self.everything

    @cached_property
    def _standing_at(self) -> Mapping[int, int]:
        """Return which release stands at each place of the index."""
        return dict(
            self._conn.execute(
                "SELECT place, release_id FROM indexed WHERE release_id IS NOT NULL"
                " AND release_id NOT IN (SELECT release_id FROM unindexed)"
            )
        )

    def _indexed(self, expression: str) -> Ids:
        places = self._conn.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,))
        return frozenset(filter(None, map(self._standing_at.get, chain.from_iterable(places))))

    def _ids(self, sql: str, *values: str) -> Ids:
        return frozenset(chain.from_iterable(self._conn.execute(sql, values)))

    def _confirmed(self, node: Node, doubtful: Ids) -> Ids:
        """Read the releases of which the index is not sure."""
        return frozenset(
            number
            for number, document in documents(self._conn, doubtful)
            if self._judged(node, number, document)
        )

    def _judged(self, node: Node, number: int, document: Document) -> bool:
        """Say whether a release matches: from what is known of the parts, as far as that goes."""
        known = self._sift(node)
        if number in known.certain or number not in known.possible:
            return number in known.certain
        match node:
            case And(nodes):
                return all(self._judged(part, number, document) for part in nodes)
            case Or(nodes):
                return any(self._judged(part, number, document) for part in nodes)
            case Not(part):
                return not self._judged(part, number, document)
            case Term() if (seen := glance(node, document)) is not None:
                return seen
            case _:
                return holds(node, document)


def _sure(ids: Ids) -> Sifted:
    return Sifted(ids, ids)


def shown(conn: sqlite3.Connection, query: Node, ids: Iterable[int]) -> Iterator[Result]:
    """Yield releases whole, in the order given, with where a query hits them, if it does."""
    found = dict(documents(conn, ids := list(ids)))
    for number in ids:
        one = release(conn, number)
        if one is not None:
            hits = find(query, found[number]) or ()
            yield Result(release=one, document=found[number], hits=hits)


def documents(conn: sqlite3.Connection, ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Yield releases as queries are held against them, with their ids; the lowest first."""
    left = sorted(ids)
    for at in range(0, len(left), _AT_ONCE):
        yield from _documents(conn, left[at : at + _AT_ONCE])


def _documents(conn: sqlite3.Connection, ids: Sequence[int]) -> Iterator[tuple[int, Document]]:
    marks = ", ".join("?" * len(ids))
    sources = _sources(conn, ids, marks)
    rows = conn.execute(
        f"SELECT id, title, body, category FROM releases WHERE id IN ({marks}) ORDER BY id", ids
    )
    for number, title, text, category in rows:
        seen_in = tuple(sources.get(number, ()))
        yield number, Document(title=title, text=text, category=category or "", sources=seen_in)


def _sources(
    conn: sqlite3.Connection, ids: Sequence[int], marks: str
) -> Mapping[int, dict[str, None]]:
    found: dict[int, dict[str, None]] = {}
    rows = conn.execute(
        f"SELECT release_id, source FROM listings WHERE release_id IN ({marks}) ORDER BY id", ids
    )
    for number, source in rows:
        found.setdefault(number, {})[source] = None
    return found
