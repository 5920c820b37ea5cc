"""What a query could match, from the index: the matcher has the last word.

Newest first is nearly free, as the index is read backwards from its end. By rank is dear, as every
release with a word must be looked at: so only the newest that could match are ranked.
"""

import sqlite3
from collections.abc import Iterator
from datetime import date
from heapq import merge
from itertools import groupby
from typing import Any

from monitor.query.leaving import leaves
from monitor.query.nodes import Node, Term
from monitor.query.prefilter import prefilter, rough_prefilter
from monitor.store import words
from monitor.store.filters import Filter
from monitor.store.rows import RELEASE_COLUMNS

Row = tuple[Any, ...]  # a ReleaseRow and, as JSON, the listings that the release was seen in

_COLUMNS = (
    f"{RELEASE_COLUMNS},"
    " (SELECT json_group_array(DISTINCT source) FROM listings WHERE release_id = r.id)"
)
_INDEXED = (
    "words CROSS JOIN indexed AS i ON i.place = words.rowid"
    " CROSS JOIN releases AS r ON r.id = i.release_id"
)
_UNINDEXED = "unindexed AS u CROSS JOIN releases AS r ON r.id = u.release_id"
_IS_SETTLED = "NOT EXISTS (SELECT 1 FROM unindexed AS u WHERE u.release_id = r.id)"
# Releases that are looked at before a beginning of a word is looked up; titles are quickly read.
_TRIED, _TRIED_BRIEFLY = 30, 300
_RANKED = 1000  # releases
_WEIGHTS = "10.0, 1.0, 1.0, 0.0"  # of a word in the title, the text, the category, the listings


def newest_first(conn: sqlite3.Connection, query: Node, only: Filter) -> Iterator[Row]:
    """Yield what could match, by date and number, the highest first."""
    return merge(_indexed(conn, query, only), _unindexed(conn, only), key=_order, reverse=True)


def best_first(conn: sqlite3.Connection, query: Node, only: Filter) -> Iterator[Row]:
    """Yield the newest thousand that could match by relevance (BM25), titles weighing most.

    What is not indexed yet comes first, for want of a rank.
    """
    yield from _unindexed(conn, only)
    where, values = only.sql()
    yield from conn.execute(
        f"SELECT {_COLUMNS} FROM (SELECT r.id, words.rowid AS place,"
        f" bm25(words, {_WEIGHTS}) AS rank FROM {_INDEXED}"
        f" WHERE words MATCH ? AND words.rowid BETWEEN ? AND ? AND {where}"
        f" AND {_IS_SETTLED} ORDER BY words.rowid DESC LIMIT {_RANKED}) AS best"
        " CROSS JOIN releases AS r ON r.id = best.id ORDER BY rank, place DESC",
        [prefilter(query), *_span(only), *values],
    )


def _unindexed(conn: sqlite3.Connection, only: Filter) -> Iterator[Row]:
    where, values = only.sql()
    return conn.execute(
        f"SELECT {_COLUMNS} FROM {_UNINDEXED} WHERE {where} ORDER BY r.date DESC, r.id DESC",
        values,
    )


def _indexed(conn: sqlite3.Connection, query: Node, only: Filter) -> Iterator[Row]:
    first, last = _span(only)
    narrowed, rough = prefilter(query), rough_prefilter(query)
    if rough != narrowed:
        tried, enough = 0, _TRIED if _reads_texts(query) else _TRIED_BRIEFLY
        # A common beginning is found among the newest at once; a rare one is looked up quickly.
        for day, rows in _by_day(conn, rough, (first, last), only):
            yield from rows
            last = words.places(day, day)[0] - 1
            tried += len(rows)
            if tried > enough:
                break
        else:
            return
    for _, rows in _by_day(conn, narrowed, (first, last), only):
        yield from rows


def _reads_texts(query: Node) -> bool:
    return any(isinstance(leaf, Term) and leaf.field in {None, "text"} for leaf, _ in leaves(query))


def _by_day(
    conn: sqlite3.Connection, narrowed: str, span: tuple[int, int], only: Filter
) -> Iterator[tuple[date, list[Row]]]:
    """Yield the releases of one day after the other: places within it are in no order."""
    where, values = only.sql()
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM {_INDEXED} WHERE words MATCH ? AND words.rowid BETWEEN ? AND ?"
        f" AND {where} AND {_IS_SETTLED} ORDER BY words.rowid DESC",
        [narrowed, *span, *values],
    )
    for day, found in groupby(rows, key=lambda row: row[2]):
        yield date.fromisoformat(day), sorted(found, key=_order, reverse=True)


def _span(only: Filter) -> tuple[int, int]:
    return words.places(only.since or date.min, only.until or date.max)


def _order(row: Row) -> tuple[str, int]:
    return row[2], row[0]  # date and number
