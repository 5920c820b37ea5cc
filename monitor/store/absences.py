"""What a listing no longer shows where it stood.

A release is withdrawn only on proof: missing from two sweeps in a row, among neighbours that still
stand, shown nowhere else since, and its article page gone. Everything short of that may be a page
that moved while it was read, a board it was taken off, or a site in trouble.
"""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monitor.model.scraped import Entry
from monitor.model.stored import Event
from monitor.store import waiting
from monitor.store.intake import Visit
from monitor.store.revising import stored
from monitor.store.rows import key
from monitor.times import to_iso

_SWEEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A release that a sweep did not meet: for the `times`th time in a row, its article at `url`.

    `elsewhere`: another listing has shown it since.
    """

    release_id: int
    url: str | None
    times: int
    elsewhere: bool

    @property
    def is_suspected(self) -> bool:
        """Tell whether only its article page is left to be asked."""
        return self.times >= _SWEEPS and self.url is not None and not self.elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep met of a listing on the host `site`.

    `standing` are the releases on the pages that it read one after the other from the top,
    `to_the_end` or not; `met` are all that it saw anywhere.
    """

    source: str
    site: str
    standing: Collection[int]
    met: Collection[int]
    to_the_end: bool


def absent(conn: sqlite3.Connection, swept: Swept) -> list[Absent]:
    """Return what a sweep should have met, and did not; what was missed for longest comes last.

    That is what stood above the lowest that it met; below nothing was read, unless `to_the_end`.
    """
    rows = conn.execute(
        "SELECT release_id, max(rank) FROM listings WHERE source = ? GROUP BY release_id",
        (swept.source,),
    )
    ranks: dict[int, float] = dict(rows.fetchall())
    floor = min((ranks[one] for one in swept.standing if one in ranks), default=None)
    if floor is None:
        return []
    missing = [
        release_id
        for release_id, rank in ranks.items()
        if release_id not in swept.met and (swept.to_the_end or rank > floor)
    ]
    return sorted(_described(conn, swept, missing), key=lambda one: one.times)


def _described(
    conn: sqlite3.Connection, swept: Swept, release_ids: Iterable[int]
) -> Iterable[Absent]:
    for release_id in release_ids:
        row = conn.execute(
            # An address on another host proves nothing: the whole site may have moved.
            "SELECT iif(l.site = ?, l.url, NULL), l.absences + 1,"
            " EXISTS (SELECT 1 FROM listings AS o WHERE o.release_id = l.release_id"
            "  AND o.source != l.source AND o.last_seen_at >= l.absent_since)"
            " FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
            " WHERE l.release_id = ? AND l.source = ? AND r.withdrawn_at IS NULL"
            " ORDER BY l.last_seen_at DESC LIMIT 1",
            (swept.site, release_id, swept.source),
        ).fetchone()
        if row is not None:
            url, times, elsewhere = row
            yield Absent(release_id=release_id, url=url, times=times, elsewhere=bool(elsewhere))


def lacking(
    conn: sqlite3.Connection, source: str, site: str, first: Iterable[Entry]
) -> list[str | None]:
    """Return the article pages of what page 1 showed when it was last taken in, and lacks now."""
    shown = {
        number
        for entry in first
        for number in conn.execute(
            "SELECT release_id FROM identities WHERE key = ? AND date = ?", key(entry)
        ).fetchone()
        or ()
    }
    rows = conn.execute(
        "SELECT l.release_id, iif(l.site = ?2, l.url, NULL) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ?1 AND r.withdrawn_at IS NULL"
        " ORDER BY l.rank DESC LIMIT (SELECT entries FROM sources WHERE name = ?1)",
        (source, site),
    )
    return [url for number, url in rows if number not in shown]


def note(
    conn: sqlite3.Connection, visit: Visit, missing: Iterable[Absent], gone: Collection[str]
) -> list[Event]:
    """Count that these were missing; return what is proven withdrawn, as the pages `gone` prove."""
    events = []
    for one in missing:
        conn.execute(
            "UPDATE listings SET absences = absences + 1,"
            " absent_since = ifnull(absent_since, ?) WHERE release_id = ? AND source = ?",
            (to_iso(visit.at), one.release_id, visit.source),
        )
        if one.is_suspected and one.url in gone:
            events.append(_withdraw(conn, visit, one.release_id))
    return events


def _withdraw(conn: sqlite3.Connection, visit: Visit, release_id: int) -> Event:
    conn.execute(
        "UPDATE releases SET withdrawn_at = ? WHERE id = ?", (to_iso(visit.at), release_id)
    )
    waiting.done(conn, release_id)
    rows = conn.execute("SELECT DISTINCT source FROM listings WHERE release_id = ?", (release_id,))
    sources = tuple(sorted(source for (source,) in rows))
    return Event(
        kind="withdrawn",
        release=stored(conn, release_id),
        origin=visit.origin,
        sources=sources,
        before=sources,
    )
