"""The archive's own full-text index, `words`, with the newest releases last.

SQLite's own full-text index, `releases_fts`, tokenizes by different rules and is ordered by release
id. This one holds the words as the watch language sees them, and its rowids (places) increase with
the date. A search that reads it backwards finds the newest releases first, and stops when it has
enough.

The FTS5 table stores no texts, which FTS5 would need to remove a row. So a changed release gets a
new place, and `indexed` no longer assigns its old place to a release. When most places are unused,
the index is rebuilt. Triggers record in `unindexed` which releases have changed, even if another
program changed them. Until `index_changed_releases` has indexed such a release, a search reads the
release itself, so it misses nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from heapq import merge
from itertools import groupby
from typing import Any

from monitor.errors import StoreError
from monitor.query.ast import Node, Term
from monitor.query.fts_document import encode_document
from monitor.query.fts_query import build_coarse_query, build_upper_bound
from monitor.query.rewrite import list_leaves
from monitor.store.database import Database
from monitor.store.rows import RELEASE_COLUMNS, ReleaseFilter

_PLACE_BITS = 20  # room for a million places a day
_INDEX_BATCH_SIZE = 1000
_REPORT_ABOVE = 500  # releases; indexing more takes a while, so the number is reported
_MIN_UNUSED_PLACES = 1000  # with fewer unused places, a rebuild is not worth the time


def get_place_range(first_day: date, last_day: date) -> tuple[int, int]:
    """Return the first and the last place (rowid in `words`) of these days."""
    return first_day.toordinal() << _PLACE_BITS, ((last_day.toordinal() + 1) << _PLACE_BITS) - 1


def update_index(db: Database, report_count: Callable[[int], None] = lambda _: None) -> None:
    """Index all changed releases; pass their number to `report_count` if this takes a while.

    A full disk or a locked database is ignored: searches find the same releases, only slower.
    """
    with suppress(StoreError):
        with db.begin_read() as conn:
            count = int(conn.execute("SELECT count(*) FROM unindexed").fetchone()[0])
        if count > _REPORT_ABOVE:
            report_count(count)
        while count > 0:
            with db.begin_write() as conn:
                count = index_changed_releases(conn)


def index_changed_releases(conn: sqlite3.Connection, limit: int = _INDEX_BATCH_SIZE) -> int:
    """Index at most `limit` changed releases; return how many there were."""
    _rebuild_if_wasteful(conn)
    rows = conn.execute(
        "SELECT u.release_id, r.date, r.title, r.body, r.category, (SELECT"
        " json_group_array(DISTINCT source) FROM listings WHERE release_id = u.release_id)"
        " FROM unindexed AS u LEFT JOIN releases AS r ON r.id = u.release_id"
        " ORDER BY u.release_id LIMIT ?",
        (limit,),
    ).fetchall()
    for release_id, day, title, body, category, sources in rows:
        conn.execute("UPDATE indexed SET release_id = NULL WHERE release_id = ?", (release_id,))
        if day is not None:
            place = _find_free_place(conn, date.fromisoformat(day))
            columns = encode_document(title, body, category or "", json.loads(sources))
            conn.execute("INSERT INTO indexed VALUES (?, ?)", (place, release_id))
            conn.execute(
                "INSERT INTO words (rowid, title, body, category, sources) VALUES (?, ?, ?, ?, ?)",
                (place, *columns),
            )
        conn.execute("DELETE FROM unindexed WHERE release_id = ?", (release_id,))
    return len(rows)


def _find_free_place(conn: sqlite3.Connection, day: date) -> int:
    """Return a place that was never used, after all others of that day."""
    first_place, last_place = get_place_range(day, day)
    (highest_used,) = conn.execute(
        "SELECT max(place) FROM indexed WHERE place BETWEEN ? AND ?", (first_place, last_place)
    ).fetchone()
    return first_place if highest_used is None else int(highest_used) + 1


def _rebuild_if_wasteful(conn: sqlite3.Connection) -> None:
    (unused_count,) = conn.execute(
        "SELECT count(*) FROM indexed WHERE release_id IS NULL"
    ).fetchone()
    if unused_count < _MIN_UNUSED_PLACES:
        return
    (used_count,) = conn.execute("SELECT count(release_id) FROM indexed").fetchone()
    if unused_count > used_count:
        conn.execute("INSERT INTO words (words) VALUES ('delete-all')")
        conn.execute("DELETE FROM indexed")
        conn.execute("INSERT OR IGNORE INTO unindexed SELECT id FROM releases")


CandidateRow = tuple[Any, ...]  # a ReleaseRow, and the listings of the release as JSON

_CANDIDATE_COLUMNS = (
    f"{RELEASE_COLUMNS},"
    " (SELECT json_group_array(DISTINCT source) FROM listings WHERE release_id = r.id)"
)
_INDEXED_RELEASES = (
    "words CROSS JOIN indexed AS i ON i.place = words.rowid"
    " CROSS JOIN releases AS r ON r.id = i.release_id"
)
_UNINDEXED_RELEASES = "unindexed AS u CROSS JOIN releases AS r ON r.id = u.release_id"
_IS_UP_TO_DATE = "NOT EXISTS (SELECT 1 FROM unindexed AS u WHERE u.release_id = r.id)"
# Releases to read before word prefixes are looked up; reading only titles is quicker.
_SCAN_LIMIT, _TITLE_SCAN_LIMIT = 30, 300
_RANK_LIMIT = 1000  # releases
_BM25_WEIGHTS = "10.0, 1.0, 1.0, 0.0"  # of the title, the text, the category, the listings


def iter_newest_candidates(
    conn: sqlite3.Connection, query: Node, release_filter: ReleaseFilter
) -> Iterator[CandidateRow]:
    """Yield the releases that may match, by date and id, highest first."""
    return merge(
        _iter_indexed(conn, query, release_filter),
        _iter_unindexed(conn, release_filter),
        key=_get_sort_key,
        reverse=True,
    )


def iter_best_candidates(
    conn: sqlite3.Connection, query: Node, release_filter: ReleaseFilter
) -> Iterator[CandidateRow]:
    """Yield the newest thousand that may match, by relevance (BM25); titles weigh most.

    Releases that are not indexed yet come first, because they have no rank.
    """
    yield from _iter_unindexed(conn, release_filter)
    where, values = release_filter.to_sql()
    yield from conn.execute(
        f"SELECT {_CANDIDATE_COLUMNS} FROM (SELECT r.id, words.rowid AS place,"
        f" bm25(words, {_BM25_WEIGHTS}) AS rank FROM {_INDEXED_RELEASES}"
        f" WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? AND {where}"
        f" AND {_IS_UP_TO_DATE} ORDER BY words.rowid DESC LIMIT {_RANK_LIMIT}) AS best"
        " CROSS JOIN releases AS r ON r.id = best.id ORDER BY rank, place DESC",
        [build_upper_bound(query), *_get_filter_range(release_filter), *values],
    )


def _iter_unindexed(
    conn: sqlite3.Connection, release_filter: ReleaseFilter
) -> Iterator[CandidateRow]:
    where, values = release_filter.to_sql()
    return conn.execute(
        f"SELECT {_CANDIDATE_COLUMNS} FROM {_UNINDEXED_RELEASES} WHERE {where} ORDER BY "
        f"r.date DESC, r.id DESC",
        values,
    )


def _iter_indexed(
    conn: sqlite3.Connection, query: Node, release_filter: ReleaseFilter
) -> Iterator[CandidateRow]:
    first_place, last_place = _get_filter_range(release_filter)
    full_expression, coarse_expression = build_upper_bound(query), build_coarse_query(query)
    if coarse_expression != full_expression:
        scanned_count, scan_limit = 0, _SCAN_LIMIT if _searches_text(query) else _TITLE_SCAN_LIMIT
        # A common prefix soon occurs among the newest releases; a rare one is quick to look up.
        for day, rows in _iter_days(
            conn, coarse_expression, (first_place, last_place), release_filter
        ):
            yield from rows
            last_place = get_place_range(day, day)[0] - 1
            scanned_count += len(rows)
            if scanned_count > scan_limit:
                break
        else:
            return
    for _, rows in _iter_days(conn, full_expression, (first_place, last_place), release_filter):
        yield from rows


def _searches_text(query: Node) -> bool:
    return any(
        isinstance(leaf, Term) and leaf.field in {None, "text"} for leaf, _ in list_leaves(query)
    )


def _iter_days(
    conn: sqlite3.Connection,
    expression: str,
    place_range: tuple[int, int],
    release_filter: ReleaseFilter,
) -> Iterator[tuple[date, list[CandidateRow]]]:
    """Yield the rows of each day, newest first; in the index a day has no particular order."""
    where, values = release_filter.to_sql()
    rows = conn.execute(
        f"SELECT {_CANDIDATE_COLUMNS} FROM {_INDEXED_RELEASES} WHERE words MATCH ? AND "
        f"words.rowid BETWEEN ? AND ?"
        f" AND {where} AND {_IS_UP_TO_DATE} ORDER BY words.rowid DESC",
        [expression, *place_range, *values],
    )
    for day, day_rows in groupby(rows, key=lambda row: row[2]):
        yield date.fromisoformat(day), sorted(day_rows, key=_get_sort_key, reverse=True)


def _get_filter_range(release_filter: ReleaseFilter) -> tuple[int, int]:
    return get_place_range(release_filter.since or date.min, release_filter.until or date.max)


def _get_sort_key(row: CandidateRow) -> tuple[str, int]:
    return row[2], row[0]  # date and id
