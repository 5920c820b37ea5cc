"""Reading the archive: newest releases, searches, and listings in their own order."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace
from itertools import islice
from typing import cast

from monitor.model.stored import Release
from monitor.model.told import Document, Hit
from monitor.query.match import find
from monitor.query.nodes import Node
from monitor.store.candidates import Row, best_first, newest_first
from monitor.store.filters import EVERYTHING, Filter
from monitor.store.rows import RELEASE_COLUMNS, ReleaseRow, release_from
from monitor.text.folding import fold


def release(conn: sqlite3.Connection, release_id: int) -> Release | None:
    """Return a release, None where there is none of that id."""
    row = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE r.id = ?", (release_id,)
    ).fetchone()
    return None if row is None else release_from(row)


def titled(conn: sqlite3.Connection, beginning: str) -> tuple[Release, ...]:
    """Return the newest releases, six at most, whose title begins so, or once did."""
    start = fold(beginning)
    return _chosen(
        conn,
        "r.id IN (SELECT release_id FROM identities WHERE key >= ?1 AND key < ?1 || char(1114111))",
        start,
    )


def at_address(conn: sqlite3.Connection, url: str) -> tuple[Release, ...]:
    """Return the releases, six at most, at an address; what follows a `?` makes no difference."""
    return _chosen(
        conn,
        "r.id IN (SELECT release_id FROM listings WHERE url = ?1 OR url LIKE ?1 || '?%')"
        " OR r.url = ?1 OR r.url LIKE ?1 || '?%'",
        url.partition("?")[0],
    )


def _chosen(conn: sqlite3.Connection, condition: str, value: str) -> tuple[Release, ...]:
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE {condition}"
        " ORDER BY r.date DESC, r.id DESC LIMIT 6",
        (value,),
    )
    return tuple(map(release_from, rows))


def newest(conn: sqlite3.Connection, only: Filter = EVERYTHING) -> Iterator[Release]:
    """Yield releases, newest first."""
    where, values = only.sql()
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE {where}"
        " ORDER BY r.date DESC, r.id DESC",
        values,
    )
    return map(release_from, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A release that a query matches, and where."""

    release: Release
    document: Document
    hits: tuple[Hit, ...]


def search(conn: sqlite3.Connection, query: Node, only: Filter = EVERYTHING) -> Iterator[Result]:
    """Yield what a query matches, newest first.

    The index only narrows down; the watch language's one matcher decides.
    """
    yield from _found(query, newest_first(conn, query, only))


def ranked(conn: sqlite3.Connection, query: Node, only: Filter = EVERYTHING) -> Iterator[Result]:
    """Yield what a query matches among the newest thousand that could, the best first."""
    yield from _found(query, best_first(conn, query, only))


def _found(query: Node, rows: Iterable[Row]) -> Iterator[Result]:
    for *row, seen_in in rows:
        release = release_from(cast("ReleaseRow", row))
        document = Document(
            title=release.title,
            text=release.body,
            category=release.category or "",
            sources=tuple(json.loads(seen_in)),
        )
        hits = find(query, document)
        if hits is not None:
            yield Result(release=release, document=document, hits=hits)


def in_listing_order(conn: sqlite3.Connection, only: Filter = EVERYTHING) -> Iterator[Release]:
    """Yield releases as the listings show them, top first; each once.

    A listing is not in strict order of date, and its order is kept. Several listings are merged:
    the newest of what stands on top of each comes first.
    """
    sources = (
        [only.source]
        if only.source is not None
        else [name for (name,) in conn.execute("SELECT DISTINCT source FROM listings ORDER BY 1")]
    )
    met: set[int] = set()
    for release in _merged([_listing(conn, name, only) for name in sources]):
        if release.id not in met:
            met.add(release.id)
            yield release


def _listing(conn: sqlite3.Connection, source: str, only: Filter) -> Iterator[Release]:
    where, values = replace(only, source=None).sql()
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        f" WHERE l.source = ? AND {where} ORDER BY l.rank DESC, l.id",
        [source, *values],
    )
    return map(release_from, rows)


def _merged(listings: Iterable[Iterator[Release]]) -> Iterator[Release]:
    heads = [
        (-head.date.toordinal(), place, head, rest)
        for place, rest in enumerate(listings)
        for head in islice(rest, 1)
    ]
    heapify(heads)
    while heads:
        _, place, head, rest = heads[0]
        yield head
        following = next(rest, None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (-following.date.toordinal(), place, following, rest))


def count(conn: sqlite3.Connection) -> int:
    """Return how many releases there are."""
    return int(conn.execute("SELECT count(*) FROM releases").fetchone()[0])


def titles(conn: sqlite3.Connection, limit: int) -> Iterator[str]:
    """Yield the titles of the newest releases."""
    rows = conn.execute("SELECT title FROM releases ORDER BY date DESC, id DESC LIMIT ?", (limit,))
    return (title for (title,) in rows)


def matches_by_watch(conn: sqlite3.Connection) -> dict[str, int]:
    """Return how many releases each watch has found, by its name."""
    rows = conn.execute("SELECT watch, count(DISTINCT release_id) FROM matches GROUP BY watch")
    return dict(rows.fetchall())


def sources(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of all listings that anything was seen in."""
    return tuple(name for (name,) in conn.execute("SELECT DISTINCT source FROM listings"))


def categories(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Return all categories as they are spelled, the most usual first."""
    rows = conn.execute(
        "SELECT category FROM releases WHERE category IS NOT NULL"
        " GROUP BY category ORDER BY count(*) DESC"
    )
    return tuple(category for (category,) in rows)
