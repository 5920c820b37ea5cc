"""Taking entries in: releases, revisions, where they were seen, and what matched.

All writing happens in the caller's transaction.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from monitor.decide import CrossPost, Decision, New, Passed, Revised, Seen, look
from monitor.model.configured import EventKind
from monitor.model.scraped import Entry
from monitor.model.stored import Change, Event, Origin, Release
from monitor.model.told import Found, Match
from monitor.store import attachments, waiting
from monitor.store.ranks import in_order, place
from monitor.store.revising import label, revise, stored, take_article
from monitor.store.rows import key, snippet_row
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
            events += _met_again(conn, visit, decision)
        _note_listing(conn, visit, release_id, decision.entry, rank)
    return tuple(reversed(events))


def _met_again(
    conn: sqlite3.Connection, visit: Visit, decision: CrossPost | Seen | Revised
) -> Iterator[Event]:
    """Yield what happened to a known release, if anything; one event says it all."""
    known = decision.release
    if isinstance(decision, Seen) and not known.is_withdrawn:
        return
    was = stored(conn, known.id)
    kind, origin, changes = _found_changed(conn, visit, decision, was)
    if kind is None:
        return
    yield Event(
        kind=kind,
        release=stored(conn, known.id),
        origin=origin,
        sources=tuple(sorted(known.sources | {visit.source})),
        before=tuple(sorted(known.sources)),
        was=was,
        changes=changes,
    )


def _found_changed(
    conn: sqlite3.Connection, visit: Visit, decision: CrossPost | Seen | Revised, was: Release
) -> tuple[EventKind | None, Origin, tuple[Change, ...]]:
    """Write down how a known release differs; return what that is to be called."""
    known = decision.release
    recorded, told = (
        _revise(conn, visit, decision, was) if isinstance(decision, Revised) else ({}, ())
    )
    # A file says what was published, not what stands.
    if was.withdrawn_at is not None and visit.origin != "import":
        conn.execute("UPDATE releases SET withdrawn_at = NULL WHERE id = ?", (known.id,))
        waiting.ask(conn, [known.id], visit.at)
        return "restored", visit.origin, told
    if recorded:
        return "revised", visit.origin, told
    if isinstance(decision, CrossPost):
        if was.category is None and decision.entry.category is not None:
            label(conn, known.id, decision.entry.category)
        return "new", _origin(visit, decision), ()
    if isinstance(decision, Revised) and decision.article and not known.is_whole:
        return "new", origin_of(conn, known.id), ()
    return None, visit.origin, ()


def origin_of(conn: sqlite3.Connection, release_id: int) -> Origin:
    """Return how a release came: what is found in it later is told only if it came as news."""
    (origin,) = conn.execute("SELECT origin FROM releases WHERE id = ?", (release_id,)).fetchone()
    return cast("Origin", origin)


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
    ranks = [
        None if isinstance(decision, New) else _rank(conn, visit, decision)
        for decision in decisions
    ]
    return place(conn, visit.source, in_order(ranks), decisions[0].entry.date)


def _rank(
    conn: sqlite3.Connection, visit: Visit, decision: CrossPost | Seen | Revised | Passed
) -> float | None:
    """Return where the entry stood, or another of the same release."""
    row = conn.execute(
        "SELECT rank FROM listings WHERE source = ? AND release_id = ?"
        " ORDER BY board = ? AND article_id = ? DESC, rank DESC LIMIT 1",
        (
            visit.source,
            decision.release.id,
            decision.entry.board,
            decision.entry.article_id,
        ),
    ).fetchone()
    return None if row is None else float(row[0])


def _add(conn: sqlite3.Connection, visit: Visit, decision: New) -> Release:
    entry, article = decision.entry, decision.article
    body = (article and article.body) or entry.body
    cursor = conn.execute(
        "INSERT INTO releases (title, date, category, body, url, article_id, board, source,"
        " origin, first_seen_at, article_read_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.title,
            entry.date.isoformat(),
            entry.category,
            body,
            entry.url,
            entry.article_id,
            entry.board,
            visit.source,
            _origin(visit, decision),
            to_iso(visit.at),
            None if article is None else to_iso(visit.at),
        ),
    )
    release_id = int(cursor.lastrowid or 0)
    name(conn, release_id, entry)
    if article is not None:
        attachments.keep(conn, release_id, article.attachments, visit.at)
    elif entry.url is not None:
        waiting.ask(conn, [release_id], visit.at)
    return Release(
        id=release_id,
        title=entry.title,
        date=entry.date,
        category=entry.category,
        body=body,
        url=entry.url,
        source=visit.source,
        first_seen_at=visit.at,
    )


def name(conn: sqlite3.Connection, release_id: int, entry: Entry) -> None:
    """Let an entry's title and date lead to a release, unless they lead to one already."""
    conn.execute(
        "INSERT OR IGNORE INTO identities (key, date, release_id) VALUES (?, ?, ?)",
        (*key(entry), release_id),
    )


def _revise(
    conn: sqlite3.Connection, visit: Visit, decision: Revised, was: Release
) -> tuple[Mapping[str, tuple[str, str]], tuple[Change, ...]]:
    """Return all that changed, and what of it is worth telling."""
    release_id, article = decision.release.id, decision.article
    name(conn, release_id, decision.entry)
    # Posted twice and edited twice, a release changes once.
    now = was.as_json()
    changes = {
        field: change
        for field, change in decision.changes.items()
        if (now[field] or "") != change[1]
    }
    told = revise(conn, release_id, changes, visit.check_id, visit.at)
    if article is not None:
        files = take_article(conn, release_id, article, visit.at)
        if decision.release.is_whole:
            told += revise(conn, release_id, files, visit.check_id, visit.at)
            changes |= files
    elif (changes or decision.unclear) and decision.entry.url is not None:
        waiting.ask(conn, [release_id], visit.at)
    return changes, told


def _note_listing(
    conn: sqlite3.Connection, visit: Visit, release_id: int, entry: Entry, rank: float
) -> None:
    now = to_iso(visit.at)
    conn.execute(
        "INSERT INTO listings (release_id, source, site, board, article_id, url, rank, look,"
        " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (release_id, source, board, article_id) DO UPDATE SET"
        " site = excluded.site, url = excluded.url, rank = excluded.rank, look = excluded.look,"
        " last_seen_at = excluded.last_seen_at, absences = 0, absent_since = NULL",
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
    # Where the release stood under another number, it stands here now.
    conn.execute(
        "UPDATE listings SET absences = 0, absent_since = NULL, rank = ?"
        " WHERE release_id = ? AND source = ? AND last_seen_at < ?",
        (rank, release_id, visit.source, now),
    )


def add_matches(
    conn: sqlite3.Connection,
    found: Iterable[Found],
    asked: Callable[[str], str],
    check_id: int | None,
    now: datetime,
) -> tuple[Found, ...]:
    """Keep which watch found which release, and why; return what had not been kept before.

    A watch finds a release once: whatever happens to it later, that is no second alert. Who has to
    hear of it all the same is in `asking` and `earlier`. `asked` gives what a watch asks for: where
    that was changed, it is another watch by the same name.
    """

    def add(event: Event, match: Match) -> bool:
        return _add_match(conn, event, match, asked(match.watch), check_id, now)

    kept = []
    for one in found:
        fresh = tuple(match for match in one.matches if add(one.event, match))
        for match in one.asking:
            add(one.event, match)
        if fresh or one.asking or one.earlier:
            kept.append(replace(one, matches=fresh))
    return tuple(kept)


def _add_match(
    conn: sqlite3.Connection,
    event: Event,
    match: Match,
    asked: str,
    check_id: int | None,
    now: datetime,
) -> bool:
    cursor = conn.execute(
        "INSERT INTO matches"
        " (release_id, check_id, watch, query, event, origin, matched_at, hits, snippet)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS"
        " (SELECT 1 FROM matches WHERE release_id = ?1 AND watch = ?3"
        "  AND (query IS NULL OR query = ?4))",
        (
            event.release.id,
            check_id,
            match.watch,
            asked,
            event.kind,
            event.origin,
            to_iso(now),
            json.dumps(match.hits),
            snippet_row(match.snippet),
        ),
    )
    return cursor.rowcount == 1
