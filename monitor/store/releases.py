"""The archive of releases: newest first, by search, or in the order of their listings."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heapreplace
from itertools import islice
from typing import cast

from monitor.models.notification import Document, Hit, Snippet
from monitor.models.release import Release
from monitor.query.ast import Node
from monitor.query.matcher import find_hits
from monitor.store.rows import (
    ALL_RELEASES,
    RELEASE_COLUMNS,
    ReleaseFilter,
    ReleaseRow,
    build_release,
    load_snippet,
)
from monitor.store.search_index import CandidateRow, iter_best_candidates, iter_newest_candidates
from monitor.text.normalize import normalize_title


def find_release(conn: sqlite3.Connection, release_id: int) -> Release | None:
    """Return the release with this id, or None."""
    row = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE r.id = ?", (release_id,)
    ).fetchone()
    return None if row is None else build_release(row)


def find_by_title_prefix(conn: sqlite3.Connection, title_prefix: str) -> tuple[Release, ...]:
    """Return the newest releases (at most six) whose title starts, or started, with a prefix."""
    key_prefix = normalize_title(title_prefix)
    return _select_newest(
        conn,
        "r.id IN (SELECT release_id FROM identities WHERE key >= ?1 AND key < ?1 || char(1114111))",
        key_prefix,
    )


def find_by_url(conn: sqlite3.Connection, url: str) -> tuple[Release, ...]:
    """Return the newest releases (at most six) at this URL, ignoring its query string."""
    return _select_newest(
        conn,
        "r.id IN (SELECT release_id FROM listings WHERE url = ?1 OR url LIKE ?1 || '?%')"
        " OR r.url = ?1 OR r.url LIKE ?1 || '?%'",
        url.partition("?")[0],
    )


def _select_newest(conn: sqlite3.Connection, condition: str, value: str) -> tuple[Release, ...]:
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE {condition}"
        " ORDER BY r.date DESC, r.id DESC LIMIT 6",
        (value,),
    )
    return tuple(map(build_release, rows))


def iter_newest(
    conn: sqlite3.Connection, release_filter: ReleaseFilter = ALL_RELEASES
) -> Iterator[Release]:
    """Yield the releases that pass the filter, newest first."""
    where, values = release_filter.to_sql()
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE {where}"
        " ORDER BY r.date DESC, r.id DESC",
        values,
    )
    return map(build_release, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A release that matches a query, with the positions of the hits."""

    release: Release
    document: Document
    hits: tuple[Hit, ...]


def search_by_date(
    conn: sqlite3.Connection, query: Node, release_filter: ReleaseFilter = ALL_RELEASES
) -> Iterator[SearchResult]:
    """Yield the releases that match a query, newest first.

    The index only selects candidates; the matcher of the watch language decides.
    """
    yield from _iter_results(query, iter_newest_candidates(conn, query, release_filter))


def search_by_relevance(
    conn: sqlite3.Connection, query: Node, release_filter: ReleaseFilter = ALL_RELEASES
) -> Iterator[SearchResult]:
    """Yield the matches among the newest thousand candidates, most relevant first."""
    yield from _iter_results(query, iter_best_candidates(conn, query, release_filter))


def _iter_results(query: Node, rows: Iterable[CandidateRow]) -> Iterator[SearchResult]:
    for *row, source_names_json in rows:
        release = build_release(cast("ReleaseRow", row))
        document = Document(
            title=release.title,
            text=release.body,
            category=release.category or "",
            sources=tuple(json.loads(source_names_json)),
        )
        hits = find_hits(query, document)
        if hits is not None:
            yield SearchResult(release=release, document=document, hits=hits)


def iter_in_listing_order(
    conn: sqlite3.Connection, release_filter: ReleaseFilter = ALL_RELEASES
) -> Iterator[Release]:
    """Yield each release once, in the order of the listings, top first.

    A listing is not strictly sorted by date; its own order is kept. Several listings are merged by
    taking the newest of their top releases each time.
    """
    source_names = (
        [release_filter.source]
        if release_filter.source is not None
        else [name for (name,) in conn.execute("SELECT DISTINCT source FROM listings ORDER BY 1")]
    )
    yielded_ids: set[int] = set()
    for release in _merge_listings(
        [_iter_listing(conn, name, release_filter) for name in source_names]
    ):
        if release.id not in yielded_ids:
            yielded_ids.add(release.id)
            yield release


def _iter_listing(
    conn: sqlite3.Connection, source: str, release_filter: ReleaseFilter
) -> Iterator[Release]:
    where, values = replace(release_filter, source=None).to_sql()
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        f" WHERE l.source = ? AND {where} ORDER BY l.rank DESC, l.id",
        [source, *values],
    )
    return map(build_release, rows)


def _merge_listings(listings: Iterable[Iterator[Release]]) -> Iterator[Release]:
    heads = [
        (-head.date.toordinal(), place, head, rest)
        for place, rest in enumerate(listings)
        for head in islice(rest, 1)
    ]
    heapify(heads)
    while heads:
        _, place, head, rest = heads[0]
        yield head
        next_release = next(rest, None)
        if next_release is None:
            heappop(heads)
        else:
            heapreplace(heads, (-next_release.date.toordinal(), place, next_release, rest))


def count_releases(conn: sqlite3.Connection) -> int:
    """Return the number of stored releases."""
    return int(conn.execute("SELECT count(*) FROM releases").fetchone()[0])


def iter_newest_titles(conn: sqlite3.Connection, limit: int) -> Iterator[str]:
    """Yield the titles of the newest releases, at most `limit`."""
    rows = conn.execute("SELECT title FROM releases ORDER BY date DESC, id DESC LIMIT ?", (limit,))
    return (title for (title,) in rows)


def count_matches_by_watch(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the number of matched releases for each watch name."""
    rows = conn.execute("SELECT watch, count(DISTINCT release_id) FROM matches GROUP BY watch")
    return dict(rows.fetchall())


def list_source_names(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Return the names of all sources that have shown a release."""
    return tuple(name for (name,) in conn.execute("SELECT DISTINCT source FROM listings"))


def list_categories(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Return all categories as spelled by the site, the most frequent first."""
    rows = conn.execute(
        "SELECT category FROM releases WHERE category IS NOT NULL"
        " GROUP BY category ORDER BY count(*) DESC"
    )
    return tuple(category for (category,) in rows)


def find_latest_matches(
    conn: sqlite3.Connection, watch_name: str, limit: int
) -> list[tuple[Release, Snippet]]:
    """Return the newest releases that a watch matched, each with its latest snippet."""
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS}, m.snippet FROM matches AS m"
        " JOIN releases AS r ON r.id = m.release_id WHERE m.id IN"
        " (SELECT max(id) FROM matches WHERE watch = ? GROUP BY release_id)"
        " ORDER BY r.date DESC, r.id DESC LIMIT ?",
        (watch_name, limit),
    )
    return [(build_release(row), load_snippet(snippet)) for *row, snippet in rows]


def rename_watch(conn: sqlite3.Connection, old_name: str, new_name: str) -> int:
    """Move the matches and messages of a watch to its new name; return the number of matches.

    If both names matched a release with the same query, only the match of the new name is kept. A
    message that was attempted before keeps its frozen payload, with the old name.
    """
    renamed = conn.execute(
        "UPDATE OR IGNORE matches SET watch = ? WHERE watch = ?", (new_name, old_name)
    )
    deleted = conn.execute("DELETE FROM matches WHERE watch = ?", (old_name,))
    _rename_in_messages(conn, old_name, new_name)
    return renamed.rowcount + deleted.rowcount


def _rename_in_messages(conn: sqlite3.Connection, old_name: str, new_name: str) -> None:
    """Replace the watch name in messages, which determine the recipients of later events."""
    message_items = conn.execute(
        "SELECT delivery_id, position, watches FROM items"
        " WHERE EXISTS (SELECT 1 FROM json_each(watches) WHERE value = ?)",
        (old_name,),
    ).fetchall()
    for delivery_id, position, names in message_items:
        new_names = dict.fromkeys(
            new_name if name == old_name else name for name in json.loads(names)
        )
        conn.execute(
            "UPDATE items SET watches = ? WHERE delivery_id = ? AND position = ?",
            (json.dumps(list(new_names)), delivery_id, position),
        )
