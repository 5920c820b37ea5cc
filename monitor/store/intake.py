"""Taking entries in: releases, revisions, where they were seen, and what matched.

All writing happens in the caller's transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.decide import CrossPost, Decision, New, Passed, Revised, look
from monitor.model.scraped import Entry
from monitor.model.stored import Event, Origin, Release
from monitor.model.told import Found, Match
from monitor.query.prefilter import spellings
from monitor.store.ranks import place
from monitor.store.rows import RELEASE_COLUMNS, key, release_from, snippet_row
from monitor.times import to_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where and when entries were met, and what they are if they are not news."""

    source: str
    site: str
    at: datetime
    check_id: int | None
    origin: Origin


def take_in(
    conn: sqlite3.Connection, visit: Visit, decisions: Sequence[Decision | Passed]
) -> tuple[Event, ...]:
    """Write releases, revisions and where they were seen; return what happened, top first."""
    if not decisions:
        return ()
    ranks = _ranks(conn, visit, decisions)
    events = []
    # From the bottom up, so that ids rise with time as far as they can.
    for decision, rank in zip(reversed(decisions), reversed(ranks), strict=True):
        if isinstance(decision, Passed):
            continue
        if isinstance(decision, New):
            release = _add(conn, visit, decision)
            release_id = release.id
            events.append(_event(visit, release, decision, frozenset()))
        else:
            release_id = decision.release.id
            if isinstance(decision, Revised):
                _revise(conn, visit, decision)
            elif isinstance(decision, CrossPost):
                release = _stored(conn, release_id)
                events.append(_event(visit, release, decision, decision.release.sources))
        _note_listing(conn, visit, release_id, decision.entry, rank)
    return tuple(reversed(events))


def _origin(visit: Visit, decision: New | CrossPost) -> Origin:
    """Below known ground nothing is news; elsewhere it is what the visit says."""
    return "archive" if visit.origin == "news" and not decision.news else visit.origin


def _event(
    visit: Visit, release: Release, decision: New | CrossPost, before: frozenset[str]
) -> Event:
    return Event(
        kind="new",
        release=release,
        origin=_origin(visit, decision),
        sources=tuple(sorted(before | {visit.source})),
        before=tuple(sorted(before)),
    )


def _ranks(
    conn: sqlite3.Connection, visit: Visit, decisions: Sequence[Decision | Passed]
) -> list[float]:
    sql = "SELECT max(rank) FROM listings WHERE source = ? AND release_id = ?"
    ranks = [
        None
        if isinstance(decision, New)
        else conn.execute(sql, (visit.source, decision.release.id)).fetchone()[0]
        for decision in decisions
    ]
    return place(conn, visit.source, ranks, decisions[0].entry.date)


def _add(conn: sqlite3.Connection, visit: Visit, decision: New) -> Release:
    entry = decision.entry
    cursor = conn.execute(
        "INSERT INTO releases (title, date, category, body, url, article_id, board, source,"
        " origin, first_seen_at, spellings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.title,
            entry.date.isoformat(),
            entry.category,
            entry.body,
            entry.url,
            entry.article_id,
            entry.board,
            visit.source,
            _origin(visit, decision),
            to_iso(visit.at),
            spellings(entry.title, entry.body, entry.category or ""),
        ),
    )
    release_id = int(cursor.lastrowid or 0)
    name(conn, release_id, entry)
    return Release(
        id=release_id,
        title=entry.title,
        date=entry.date,
        category=entry.category,
        body=entry.body,
        url=entry.url,
        source=visit.source,
        first_seen_at=visit.at,
    )


def _stored(conn: sqlite3.Connection, release_id: int) -> Release:
    row = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE r.id = ?",
        (release_id,),
    ).fetchone()
    return release_from(row)


def name(conn: sqlite3.Connection, release_id: int, entry: Entry) -> None:
    """Let an entry's title and date lead to a release, unless they lead to one already."""
    conn.execute(
        "INSERT OR IGNORE INTO identities (key, date, release_id) VALUES (?, ?, ?)",
        (*key(entry), release_id),
    )


def _revise(conn: sqlite3.Connection, visit: Visit, decision: Revised) -> None:
    release_id = decision.release.id
    name(conn, release_id, decision.entry)
    if not decision.changes:
        return
    for field, (before, after) in decision.changes.items():
        conn.execute(
            "INSERT INTO revisions (release_id, check_id, seen_at, field, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (release_id, visit.check_id, to_iso(visit.at), field, before, after),
        )
        conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))
    title, body, category = conn.execute(
        "SELECT title, body, category FROM releases WHERE id = ?", (release_id,)
    ).fetchone()
    conn.execute(
        "UPDATE releases SET spellings = ? WHERE id = ?",
        (spellings(title, body, category or ""), release_id),
    )


def _note_listing(
    conn: sqlite3.Connection, visit: Visit, release_id: int, entry: Entry, rank: float
) -> None:
    now = to_iso(visit.at)
    conn.execute(
        "INSERT INTO listings (release_id, source, site, board, article_id, url, rank, look,"
        " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (release_id, source, board, article_id) DO UPDATE SET"
        " site = excluded.site, url = excluded.url, look = excluded.look,"
        " last_seen_at = excluded.last_seen_at",
        (
            release_id,
            visit.source,
            visit.site,
            entry.board,
            entry.article_id,
            entry.url,
            rank,
            look(entry),
            now,
            now,
        ),
    )


def add_matches(
    conn: sqlite3.Connection, found: Iterable[Found], check_id: int | None, now: datetime
) -> tuple[Found, ...]:
    """Keep which watch found which release, and why; return what had not been kept before.

    The index `matches_once` decides: whatever happened before, nobody is told twice.
    """
    kept = []
    for one in found:
        fresh = tuple(
            match for match in one.matches if _add_match(conn, one.event, match, check_id, now)
        )
        if fresh:
            kept.append(replace(one, matches=fresh))
    return tuple(kept)


def _add_match(
    conn: sqlite3.Connection, event: Event, match: Match, check_id: int | None, now: datetime
) -> bool:
    cursor = conn.execute(
        "INSERT OR IGNORE INTO matches"
        " (release_id, check_id, watch, event, origin, matched_at, hits, snippet)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.release.id,
            check_id,
            match.watch,
            event.kind,
            event.origin,
            to_iso(now),
            json.dumps([[hit.field, hit.start, hit.end, hit.term] for hit in match.hits]),
            snippet_row(match.snippet),
        ),
    )
    return cursor.rowcount == 1
