"""The set of releases that a query matches, computed from the index with few texts read.

A back-test evaluates a query on 100,000 releases. Reading them all takes a minute; from the
archive's own index it takes only a few operations on sets of ids. If the index is not certain
(`query/fts_query`), or does not cover a release yet, the text is read and the matcher decides.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple

from monitor.domain.digest import group_by_event
from monitor.models.notification import Document, MessageItem, Snippet
from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term
from monitor.query.fts_document import quick_match
from monitor.query.fts_query import build_lower_bound, build_upper_bound
from monitor.query.matcher import find_hits, matches_document
from monitor.store.releases import SearchResult, find_release

_DOCUMENT_BATCH_SIZE = 500  # releases read at once
_COMMON_TERM_COUNT = 100  # releases; a term that so many contain is common

ReleaseIds = frozenset[int]


class MatchBounds(NamedTuple):
    """The releases that certainly match, and all that possibly match, including those."""

    certain: ReleaseIds
    possible: ReleaseIds


class QueryEvaluator:
    """An evaluator of queries on one view of the archive; it looks everything up only once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._matches_by_node: dict[Node, ReleaseIds] = {}
        self._bounds_by_node: dict[Node, MatchBounds] = {}

    @cached_property
    def all_ids(self) -> ReleaseIds:
        """Return the ids of all releases."""
        return self._select_ids("SELECT id FROM releases")

    def find_matches(self, node: Node) -> ReleaseIds:
        """Return the ids of the releases that a query matches."""
        match_ids = self._matches_by_node.get(node)
        if match_ids is None:
            certain_ids, possible_ids = self._evaluate(node)
            match_ids = self._matches_by_node[node] = certain_ids | self._confirm_matches(
                node, possible_ids - certain_ids
            )
        return match_ids

    def find_in_sources(self, names: Iterable[str]) -> ReleaseIds:
        """Return the releases that these listings show or have shown; names are case-sensitive."""
        return frozenset().union(*(self._find_in_source(name) for name in names))

    def _find_in_source(self, name: str) -> ReleaseIds:
        return self._select_ids("SELECT release_id FROM listings WHERE source = ?", name)

    def count_by_month(self, ids: ReleaseIds) -> dict[str, int]:
        """Return the number of these releases in each month (YYYY-MM), newest month first."""
        counts: Counter[str] = Counter()
        for release_id, day in self._conn.execute(
            "SELECT id, date FROM releases ORDER BY date DESC"
        ):
            if release_id in ids:
                counts[day[:7]] += 1
        return dict(counts)

    def select_newest(self, ids: ReleaseIds, limit: int) -> list[int]:
        """Return the newest of these releases, at most `limit`."""
        rows = self._conn.execute("SELECT id FROM releases ORDER BY date DESC, id DESC")
        return list(islice((release_id for (release_id,) in rows if release_id in ids), limit))

    def estimate_frequency(self, term: Term) -> int:
        """Return about how many releases contain a term; stop counting at a hundred."""
        rows = self._conn.execute(
            "SELECT rowid FROM words WHERE words MATCH ? LIMIT ?",
            (build_upper_bound(term), _COMMON_TERM_COUNT),
        )
        return sum(place in self._release_by_place for (place,) in rows)

    def has_match(self, node: Node) -> bool:
        """Return whether any release matches."""
        certain_ids, possible_ids = self._evaluate(node)
        return bool(certain_ids or (possible_ids and self.find_matches(node)))

    def _evaluate(self, node: Node) -> MatchBounds:
        if node in self._matches_by_node:
            return _make_exact_bounds(self._matches_by_node[node])
        if node not in self._bounds_by_node:
            self._bounds_by_node[node] = self._compute_bounds(node)
        return self._bounds_by_node[node]

    def _compute_bounds(self, node: Node) -> MatchBounds:
        match node:
            case Term(field="category"):
                return _make_exact_bounds(self._find_in_category(node))
            case Term() | SourceTerm():
                return self._evaluate_leaf(node)
            case Not(part):
                inner_bounds = self._evaluate(part)
                return MatchBounds(
                    self.all_ids - inner_bounds.possible, self.all_ids - inner_bounds.certain
                )
            case And(nodes):
                part_bounds = [self._evaluate(part) for part in nodes]
                return MatchBounds(
                    frozenset.intersection(*(bounds.certain for bounds in part_bounds)),
                    frozenset.intersection(*(bounds.possible for bounds in part_bounds)),
                )
            case Or(nodes):
                part_bounds = [self._evaluate(part) for part in nodes]
                return MatchBounds(
                    frozenset().union(*(bounds.certain for bounds in part_bounds)),
                    frozenset().union(*(bounds.possible for bounds in part_bounds)),
                )

    def _find_in_category(self, term: Term) -> ReleaseIds:
        """Return the releases of the matching categories; the matcher tests each of the few."""
        names = self._conn.execute("SELECT DISTINCT category FROM releases").fetchall()
        matching_names = [
            name
            for (name,) in names
            if name is not None
            and matches_document(term, Document(title="", text="", category=name))
        ]
        return frozenset().union(
            *(
                self._select_ids("SELECT id FROM releases WHERE category = ?", name)
                for name in matching_names
            )
        )

    def _evaluate_leaf(self, leaf: Term | SourceTerm) -> MatchBounds:
        possible_ids = (
            self._find_indexed(upper_expression := build_upper_bound(leaf)) | self._unindexed_ids
        )
        lower_expression = build_lower_bound(leaf)
        if lower_expression is None:
            return MatchBounds(frozenset(), possible_ids)
        certain_ids = (
            possible_ids - self._unindexed_ids
            if lower_expression == upper_expression
            else self._find_indexed(lower_expression)
        )
        return MatchBounds(certain_ids, possible_ids)

    @cached_property
    def _unindexed_ids(self) -> ReleaseIds:
        """Return the releases that changed since they were indexed; any of them may match."""
        return self._select_ids("SELECT release_id FROM unindexed") & self.all_ids

    @cached_property
    def _release_by_place(self) -> Mapping[int, int]:
        """Return the release id at each place of the index, except for changed releases."""
        return dict(
            self._conn.execute(
                "SELECT place, release_id FROM indexed WHERE release_id IS NOT NULL"
                " AND release_id NOT IN (SELECT release_id FROM unindexed)"
            )
        )

    def _find_indexed(self, expression: str) -> ReleaseIds:
        places = self._conn.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,))
        return frozenset(filter(None, map(self._release_by_place.get, chain.from_iterable(places))))

    def _select_ids(self, sql: str, *values: str) -> ReleaseIds:
        return frozenset(chain.from_iterable(self._conn.execute(sql, values)))

    def _confirm_matches(self, node: Node, uncertain_ids: ReleaseIds) -> ReleaseIds:
        """Read the releases that the index is not certain about; return those that match."""
        return frozenset(
            release_id
            for release_id, document in load_documents(self._conn, uncertain_ids)
            if self._matches_document(node, release_id, document)
        )

    def _matches_document(self, node: Node, release_id: int, document: Document) -> bool:
        """Return whether a release matches, from the bounds of the query's parts if possible."""
        bounds = self._evaluate(node)
        if release_id in bounds.certain or release_id not in bounds.possible:
            return release_id in bounds.certain
        match node:
            case And(nodes):
                return all(self._matches_document(part, release_id, document) for part in nodes)
            case Or(nodes):
                return any(self._matches_document(part, release_id, document) for part in nodes)
            case Not(part):
                return not self._matches_document(part, release_id, document)
            case Term() if (quick_result := quick_match(node, document)) is not None:
                return quick_result
            case _:
                return matches_document(node, document)


def _make_exact_bounds(ids: ReleaseIds) -> MatchBounds:
    return MatchBounds(ids, ids)


def load_results(
    conn: sqlite3.Connection, query: Node, ids: Iterable[int]
) -> Iterator[SearchResult]:
    """Yield full releases in the order given, each with the hits of a query, if any."""
    documents_by_id = dict(load_documents(conn, ids := list(ids)))
    for release_id in ids:
        matched_release = find_release(conn, release_id)
        if matched_release is not None:
            hits = find_hits(query, documents_by_id[release_id]) or ()
            yield SearchResult(
                release=matched_release, document=documents_by_id[release_id], hits=hits
            )


def load_documents(conn: sqlite3.Connection, ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Yield (id, document) of each release, as queries are evaluated on it; lowest id first."""
    remaining_ids = sorted(ids)
    for offset in range(0, len(remaining_ids), _DOCUMENT_BATCH_SIZE):
        yield from _load_document_batch(conn, remaining_ids[offset : offset + _DOCUMENT_BATCH_SIZE])


def _load_document_batch(
    conn: sqlite3.Connection, ids: Sequence[int]
) -> Iterator[tuple[int, Document]]:
    placeholders = ", ".join("?" * len(ids))
    names_by_release = _load_source_names(conn, ids, placeholders)
    rows = conn.execute(
        f"SELECT id, title, body, category FROM releases WHERE id IN ({placeholders}) ORDER BY id",
        ids,
    )
    for release_id, title, text, category in rows:
        source_names = tuple(names_by_release.get(release_id, ()))
        yield (
            release_id,
            Document(title=title, text=text, category=category or "", sources=source_names),
        )


def _load_source_names(
    conn: sqlite3.Connection, ids: Sequence[int], placeholders: str
) -> Mapping[int, dict[str, None]]:
    names_by_release: dict[int, dict[str, None]] = {}
    rows = conn.execute(
        f"SELECT release_id, source FROM listings WHERE release_id IN ({placeholders}) ORDER BY id",
        ids,
    )
    for release_id, source in rows:
        names_by_release.setdefault(release_id, {})[source] = None
    return names_by_release


_ONE_DAY = timedelta(days=1)


def find_same_event_releases(
    conn: sqlite3.Connection,
    evaluator: QueryEvaluator,
    match_ids: Collection[int],
    *,
    match_limit: int,
    release_limit: int,
) -> list[int]:
    """Return releases outside `match_ids` that report the same event as one of these.

    Only the newest `match_limit` of the matches are compared, with releases of about the same date:
    at most the newest `release_limit`.
    """
    newest_ids = evaluator.select_newest(frozenset(match_ids), match_limit)
    nearby_ids = _find_same_days(conn, newest_ids, release_limit)
    releases = [
        nearby_release
        for release_id in nearby_ids
        if (nearby_release := find_release(conn, release_id)) is not None
    ]
    empty_snippet = Snippet(field="title", text="")
    items = [
        MessageItem(event="new", release=nearby_release, watches=(), snippet=empty_snippet)
        for nearby_release in releases
    ]
    event_groups = [
        [item.release.id for item in event_group] for event_group in group_by_event(items)
    ]
    other_ids = [
        release_id
        for event_group in event_groups
        if not frozenset(match_ids).isdisjoint(event_group)
        for release_id in event_group
        if release_id not in match_ids
    ]
    return evaluator.select_newest(frozenset(other_ids), len(other_ids))


def _find_same_days(conn: sqlite3.Connection, ids: Iterable[int], release_limit: int) -> list[int]:
    """Return the releases of the same days as these, and of the days before and after."""
    days: set[str] = set()
    for release_id in ids:
        (text,) = conn.execute("SELECT date FROM releases WHERE id = ?", (release_id,)).fetchone()
        day = date.fromisoformat(text)
        days.update(one.isoformat() for one in (day - _ONE_DAY, day, day + _ONE_DAY))
    placeholders = ", ".join("?" * len(days))
    rows = conn.execute(
        f"SELECT id FROM releases WHERE date IN ({placeholders}) ORDER BY date DESC, id DESC "
        f"LIMIT ?",
        (*days, release_limit),
    )
    return [release_id for (release_id,) in rows]
