"""Pages as they came, so that a parser's mistake found later loses nothing.

Of a release's article page only those are kept that say something else than the one before.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from monitor.model.scraped import Fetched
from monitor.store.packing import pack, unpack
from monitor.times import from_iso, to_iso

_MUCH_LESS = 0.8


class Kept(NamedTuple):
    """A page that was kept, without its body: that is under `hash`, which says if two are one.

    `release_id` is the release whose article page it is; None for a listing's page.
    """

    id: int
    check_id: int | None
    source: str
    url: str
    fetched_at: datetime
    content_type: str | None
    hash: str
    release_id: int | None


_KEPT = ", ".join(Kept._fields)


def keep(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Iterable[Fetched],
    limit: datetime,
) -> None:
    """Keep raw pages, compressed, one body once; let go of those from before `limit`.

    Pages that were read together have one `check_id`; None is a page read by itself.
    """
    for page in pages:
        _keep(conn, source, check_id, page)
    _let_go(conn, source, limit)


def keep_articles(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Mapping[str, Fetched],
    same: Callable[[Fetched, Fetched], bool],
) -> None:
    """Keep article pages, by address, that are not the `same` as what is kept of their release."""
    for url, page in pages.items():
        row = conn.execute(
            "SELECT release_id FROM listings WHERE source = ? AND url = ?"
            " ORDER BY last_seen_at DESC LIMIT 1",
            (source, url),
        ).fetchone()
        if row is not None and not any(same(page, last) for last in _last_kept(conn, row[0])):
            _keep(conn, source, check_id, page, row[0])


def _last_kept(conn: sqlite3.Connection, release_id: int) -> Iterator[Fetched]:
    rows = conn.execute(
        f"SELECT {_KEPT} FROM snapshots WHERE release_id = ? ORDER BY id DESC LIMIT 1",
        (release_id,),
    )
    return (fetched(conn, _kept(row)) for row in rows)


def _keep(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    page: Fetched,
    release_id: int | None = None,
) -> None:
    name = hashlib.blake2b(page.body, digest_size=16).hexdigest()
    if conn.execute("SELECT 1 FROM bodies WHERE hash = ?", (name,)).fetchone() is None:
        _put(conn, name, page.body, _base(conn, source, is_article=release_id is not None))
    conn.execute(
        "INSERT INTO snapshots (check_id, source, url, fetched_at, content_type, hash, release_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            check_id,
            source,
            page.url,
            to_iso(page.fetched_at),
            page.headers.get("content-type"),
            name,
            release_id,
        ),
    )


def _base(conn: sqlite3.Connection, source: str, *, is_article: bool) -> str | None:
    """Return the page of this make that was last kept whole."""
    row = conn.execute(
        "SELECT hash FROM snapshots JOIN bodies USING (hash) WHERE source = ?"
        " AND (release_id IS NOT NULL) = ? AND base IS NULL ORDER BY id DESC LIMIT 1",
        (source, is_article),
    ).fetchone()
    return None if row is None else row[0]


def _put(conn: sqlite3.Connection, name: str, body: bytes, base: str | None) -> None:
    """Store a body: as what differs from the base, where that is much less."""
    data = pack(body)
    if base is not None:
        short = pack(body, _body(conn, base))
        if len(short) < len(data) * _MUCH_LESS:
            data = short
        else:
            base = None
    conn.execute("INSERT INTO bodies (hash, data, base) VALUES (?, ?, ?)", (name, data, base))


def _let_go(conn: sqlite3.Connection, source: str, limit: datetime) -> None:
    gone = conn.execute(
        "DELETE FROM snapshots WHERE source = ? AND fetched_at < ? RETURNING hash",
        (source, to_iso(limit)),
    ).fetchall()
    bases = [base for (name,) in gone for base in _forget(conn, name)]
    for base in bases:
        _forget(conn, base)


def _forget(conn: sqlite3.Connection, name: str) -> list[str]:
    """Delete a body that nothing needs any more; return its base, if it had one."""
    rows = conn.execute(
        "DELETE FROM bodies WHERE hash = ?1"
        " AND NOT EXISTS (SELECT 1 FROM snapshots WHERE hash = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM bodies WHERE base = ?1) RETURNING base",
        (name,),
    ).fetchall()
    return [base for (base,) in rows if base is not None]


def kept(conn: sqlite3.Connection, after: int = 0) -> Iterator[Kept]:
    """Yield the pages that were kept after the one with this id, in the order of time."""
    rows = conn.execute(
        f"SELECT {_KEPT} FROM snapshots WHERE id > ? ORDER BY fetched_at, id", (after,)
    )
    return map(_kept, rows)


def _kept(row: tuple[Any, ...]) -> Kept:
    id_, check_id, source, url, fetched_at, *rest = row
    return Kept(id_, check_id, source, url, from_iso(fetched_at), *rest)


def fetched(conn: sqlite3.Connection, one: Kept) -> Fetched:
    """Return a page as it came."""
    return Fetched(
        url=one.url,
        status=200,
        headers={} if one.content_type is None else {"content-type": one.content_type},
        body=_body(conn, one.hash),
        fetched_at=one.fetched_at,
    )


def _body(conn: sqlite3.Connection, name: str) -> bytes:
    data, base = conn.execute("SELECT data, base FROM bodies WHERE hash = ?", (name,)).fetchone()
    return unpack(data, None if base is None else _body(conn, base))
