"""Raw pages as fetched, so that a parser error found later loses no data.

An article page is stored only if it differs from the last stored one of its release.
"""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from monitor.clock import from_iso, to_iso
from monitor.models.check import FetchResponse

_MAX_DELTA_RATIO = 0.8


class PageSnapshot(NamedTuple):
    """A stored page without its body.

    `hash` identifies the body: two pages with the same hash are equal. `release_id` is the release
    of an article page, None for a page of a listing.
    """

    id: int
    check_id: int | None
    source: str
    url: str
    fetched_at: datetime
    content_type: str | None
    hash: str
    release_id: int | None


_SNAPSHOT_COLUMNS = ", ".join(PageSnapshot._fields)


def save_pages(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Iterable[FetchResponse],
    prune_before: datetime,
) -> None:
    """Store raw pages, compressed, equal bodies once; delete pages from before `prune_before`.

    Pages that were read together have one `check_id`; None means a page that was read by itself.
    """
    for page in pages:
        _save_page(conn, source, check_id, page)
    _prune_snapshots(conn, source, prune_before)


def save_articles(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Mapping[str, FetchResponse],
    is_same_article: Callable[[FetchResponse, FetchResponse], bool],
) -> None:
    """Store article pages that differ from the last stored page of their release.

    `pages` maps URL to page; a URL that no listing entry has is skipped. `is_same_article` compares
    a new page with the stored one.
    """
    for url, page in pages.items():
        row = conn.execute(
            "SELECT release_id FROM listings WHERE source = ? AND url = ?"
            " ORDER BY last_seen_at DESC LIMIT 1",
            (source, url),
        ).fetchone()
        if row is not None and not any(
            is_same_article(page, stored_page) for stored_page in _load_last_article(conn, row[0])
        ):
            _save_page(conn, source, check_id, page, row[0])


def _load_last_article(conn: sqlite3.Connection, release_id: int) -> Iterator[FetchResponse]:
    rows = conn.execute(
        f"SELECT {_SNAPSHOT_COLUMNS} FROM snapshots WHERE release_id = ? ORDER BY id DESC LIMIT 1",
        (release_id,),
    )
    return (load_page(conn, _build_snapshot(row)) for row in rows)


def _save_page(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    page: FetchResponse,
    release_id: int | None = None,
) -> None:
    body_hash = hashlib.blake2b(page.body, digest_size=16).hexdigest()
    if conn.execute("SELECT 1 FROM bodies WHERE hash = ?", (body_hash,)).fetchone() is None:
        _store_body(
            conn, body_hash, page.body, _find_base(conn, source, is_article=release_id is not None)
        )
    conn.execute(
        "INSERT INTO snapshots (check_id, source, url, fetched_at, content_type, hash, release_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            check_id,
            source,
            page.url,
            to_iso(page.fetched_at),
            page.headers.get("content-type"),
            body_hash,
            release_id,
        ),
    )


def _find_base(conn: sqlite3.Connection, source: str, *, is_article: bool) -> str | None:
    """Return the hash of the last page of this kind that was stored whole, or None."""
    row = conn.execute(
        "SELECT hash FROM snapshots JOIN bodies USING (hash) WHERE source = ?"
        " AND (release_id IS NOT NULL) = ? AND base IS NULL ORDER BY id DESC LIMIT 1",
        (source, is_article),
    ).fetchone()
    return None if row is None else row[0]


def _store_body(
    conn: sqlite3.Connection, body_hash: str, body: bytes, base_hash: str | None
) -> None:
    """Store a body: as a delta against the base if that is much smaller, otherwise whole."""
    data = encode_body(body)
    if base_hash is not None:
        delta = encode_body(body, _load_body(conn, base_hash))
        if len(delta) < len(data) * _MAX_DELTA_RATIO:
            data = delta
        else:
            base_hash = None
    conn.execute(
        "INSERT INTO bodies (hash, data, base) VALUES (?, ?, ?)", (body_hash, data, base_hash)
    )


def _prune_snapshots(conn: sqlite3.Connection, source: str, prune_before: datetime) -> None:
    deleted = conn.execute(
        "DELETE FROM snapshots WHERE source = ? AND fetched_at < ? RETURNING hash",
        (source, to_iso(prune_before)),
    ).fetchall()
    bases = [base for (body_hash,) in deleted for base in _delete_unused_body(conn, body_hash)]
    for base in bases:
        _delete_unused_body(conn, base)


def _delete_unused_body(conn: sqlite3.Connection, body_hash: str) -> list[str]:
    """Delete a body if nothing refers to it; return its base, if it had one."""
    rows = conn.execute(
        "DELETE FROM bodies WHERE hash = ?1"
        " AND NOT EXISTS (SELECT 1 FROM snapshots WHERE hash = ?1)"
        " AND NOT EXISTS (SELECT 1 FROM bodies WHERE base = ?1) RETURNING base",
        (body_hash,),
    ).fetchall()
    return [base for (base,) in rows if base is not None]


def iter_snapshots(conn: sqlite3.Connection, after_id: int = 0) -> Iterator[PageSnapshot]:
    """Yield the pages stored after the one with this id, in order of time."""
    rows = conn.execute(
        f"SELECT {_SNAPSHOT_COLUMNS} FROM snapshots WHERE id > ? ORDER BY fetched_at, id",
        (after_id,),
    )
    return map(_build_snapshot, rows)


def _build_snapshot(row: tuple[Any, ...]) -> PageSnapshot:
    snapshot_id, check_id, source, url, fetched_at, *rest = row
    return PageSnapshot(snapshot_id, check_id, source, url, from_iso(fetched_at), *rest)


def load_page(conn: sqlite3.Connection, snapshot: PageSnapshot) -> FetchResponse:
    """Return a stored page as it was fetched; the content type is its only header."""
    return FetchResponse(
        url=snapshot.url,
        status=200,
        headers={} if snapshot.content_type is None else {"content-type": snapshot.content_type},
        body=_load_body(conn, snapshot.hash),
        fetched_at=snapshot.fetched_at,
    )


def _load_body(conn: sqlite3.Connection, body_hash: str) -> bytes:
    data, base_hash = conn.execute(
        "SELECT data, base FROM bodies WHERE hash = ?", (body_hash,)
    ).fetchone()
    return decode_body(data, None if base_hash is None else _load_body(conn, base_hash))


_COMPRESSION_LEVEL = 6


def encode_body(body: bytes, base: bytes | None = None) -> bytes:
    """Return a page compressed, as a delta against `base` if there is one."""
    if base is None:
        return zlib.compress(body, _COMPRESSION_LEVEL)
    compressor = zlib.compressobj(_COMPRESSION_LEVEL, zdict=base)
    return compressor.compress(b"\n".join(_delta_encode(body, base))) + compressor.flush()


def decode_body(data: bytes, base: bytes | None = None) -> bytes:
    """Return the page that `encode_body` made `data` from, with the same `base`."""
    if base is None:
        return zlib.decompress(data)
    # Older data was compressed without the dictionary; this decompresses it as well.
    delta = zlib.decompressobj(zdict=base).decompress(data)
    base_lines = base.split(b"\n")
    lines: list[bytes] = []
    for line in delta.split(b"\n"):
        if line.startswith(b"+"):
            lines.append(line[1:])
        else:
            start, count = map(int, line[1:].split(b","))
            lines += base_lines[start : start + count]
    return b"\n".join(lines)


def _delta_encode(body: bytes, base: bytes) -> list[bytes]:
    base_lines = base.split(b"\n")
    line_numbers = {line: number for number, line in reversed(list(enumerate(base_lines)))}
    delta_lines: list[bytes] = []
    start = count = 0
    for line in body.split(b"\n"):
        if count and start + count < len(base_lines) and base_lines[start + count] == line:
            count += 1
            continue
        if count:
            delta_lines.append(b"=%d,%d" % (start, count))
        start, count = line_numbers.get(line, 0), int(line in line_numbers)
        if not count:
            delta_lines.append(b"+" + line)
    if count:
        delta_lines.append(b"=%d,%d" % (start, count))
    return delta_lines
