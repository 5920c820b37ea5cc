"""What a listing used to look like, kept check by check."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date

from monitor.model.history import History, Shape
from monitor.model.scraped import Page
from monitor.store import absences, known

# So many checks that found something changed are remembered: weeks of a busy listing.
_KEPT = 20

_COLUMNS = (
    "first, entries, texts, letters, labelled, eastern, garbled, categories, boards,"
    " highest_id, newest, oldest"
)


def read(conn: sqlite3.Connection, source: str, pages: Sequence[Page]) -> History:
    """Return what is known of a listing, held against pages of it."""
    entries = [entry for page in pages for entry in page.entries]
    met = dict(known.met(conn, source, entries))
    altered = frozenset(entry for entry, is_altered in met.items() if is_altered)
    past = shapes(conn, source)
    lost = absences.lacking(conn, source, "", pages[0].entries) if past and pages else ()
    return History(shapes=past, met=frozenset(met), altered=altered, lost=len(lost))


def shapes(conn: sqlite3.Connection, source: str) -> tuple[Shape, ...]:
    """Return how a listing looked in its last believed checks, the latest first."""
    return tuple(_shapes(conn, source))


def keep(conn: sqlite3.Connection, source: str, check_id: int | None, shape: Shape) -> None:
    """Keep how a listing looked in a check that was believed; let go of what is long past."""
    row = (
        shape.first,
        shape.entries,
        shape.texts,
        shape.letters,
        shape.labelled,
        shape.eastern,
        shape.garbled,
        json.dumps(sorted(shape.categories), ensure_ascii=False),
        json.dumps(sorted(shape.boards), ensure_ascii=False),
        shape.highest_id,
        _text(shape.newest),
        _text(shape.oldest),
    )
    marks = ", ".join("?" * (len(row) + 2))
    conn.execute(
        f"INSERT INTO shapes (source, check_id, {_COLUMNS}) VALUES ({marks})",
        (source, check_id, *row),
    )
    conn.execute(
        "DELETE FROM shapes WHERE source = ?1 AND id <= (SELECT id FROM shapes WHERE source = ?1"
        f" ORDER BY id DESC LIMIT 1 OFFSET {_KEPT})",
        (source,),
    )


def forget(conn: sqlite3.Connection, source: str) -> None:
    """Let a listing's history begin again with what is kept next."""
    conn.execute("DELETE FROM shapes WHERE source = ?", (source,))


def _shapes(conn: sqlite3.Connection, source: str) -> Iterator[Shape]:
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM shapes WHERE source = ? ORDER BY id DESC", (source,)
    )
    for *counts, categories, boards, highest_id, newest, oldest in rows:
        first, entries, texts, letters, labelled, eastern, garbled = counts
        yield Shape(
            first=first,
            entries=entries,
            texts=texts,
            letters=letters,
            labelled=labelled,
            eastern=eastern,
            garbled=garbled,
            categories=frozenset(json.loads(categories)),
            boards=frozenset(json.loads(boards)),
            highest_id=highest_id,
            newest=_day(newest),
            oldest=_day(oldest),
        )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
