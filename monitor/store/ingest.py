"""Ingest of classified entries: releases, revisions, listings and matches.

Every function writes in the caller's transaction.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, cast

from monitor.clock import to_iso
from monitor.domain.changes import (
    ChangedEntry,
    Classification,
    CrossPostedEntry,
    NewEntry,
    SkippedEntry,
    UnchangedEntry,
    find_text_change,
    hash_entry,
    is_article_of,
)
from monitor.models.check import Article, Entry
from monitor.models.config import EventKind
from monitor.models.notification import Match, MatchedEvent
from monitor.models.release import Event, FieldChange, Release, ReleaseOrigin
from monitor.store import article_queue, lookup, revisions
from monitor.store.article_queue import QueuedArticle
from monitor.store.positions import assign_ranks, drop_moved_ranks
from monitor.store.revisions import load_release, revise_release, set_category, store_article
from monitor.store.rows import dump_snippet, get_identity_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestContext:
    """The source, time and origin of the entries to ingest.

    `origin` is the origin of their events. For a new release below the archive boundary, "archive"
    replaces "news".
    """

    source: str
    site: str
    seen_at: datetime
    check_id: int | None
    origin: ReleaseOrigin


def ingest_entries(
    conn: sqlite3.Connection,
    context: IngestContext,
    classifications: Sequence[Classification | SkippedEntry],
) -> tuple[Event, ...]:
    """Write releases, revisions and listings; return the events, in listing order (top first)."""
    if not classifications:
        return ()
    ranks = _assign_entry_ranks(conn, context, classifications)
    events = []
    # Insert from the bottom up, so that ids rise with time as far as possible.
    for classification, rank in zip(reversed(classifications), reversed(ranks), strict=True):
        if isinstance(classification, SkippedEntry):
            continue
        if isinstance(classification, NewEntry):
            release = _insert_release(conn, context, classification)
            release_id = release.id
            events.append(_build_new_event(context, release, classification, frozenset()))
        else:
            release_id = classification.release.id
            events += _update_known_release(conn, context, classification)
        _record_listing(conn, context, release_id, classification.entry, rank)
    return tuple(reversed(events))


def _update_known_release(
    conn: sqlite3.Connection,
    context: IngestContext,
    classification: CrossPostedEntry | UnchangedEntry | ChangedEntry,
) -> Iterator[Event]:
    """Update a known release from an entry and yield an event if anything happened.

    There is at most one event for an entry.
    """
    stored_release = classification.release
    if isinstance(classification, UnchangedEntry) and not stored_release.is_withdrawn:
        return
    previous = load_release(conn, stored_release.id)
    kind, origin, changes = _record_differences(conn, context, classification, previous)
    if kind is None:
        return
    yield Event(
        kind=kind,
        release=load_release(conn, stored_release.id),
        origin=origin,
        sources=tuple(sorted(stored_release.sources | {context.source})),
        previous_sources=tuple(sorted(stored_release.sources)),
        previous_release=previous,
        changes=changes,
    )


def _record_differences(
    conn: sqlite3.Connection,
    context: IngestContext,
    classification: CrossPostedEntry | UnchangedEntry | ChangedEntry,
    previous: Release,
) -> tuple[EventKind | None, ReleaseOrigin, tuple[FieldChange, ...]]:
    """Record the differences from a known release; return the event kind, origin and changes.

    The kind is None if there is nothing to report. The changes are the notable ones.
    """
    stored_release = classification.release
    all_changes, notable_changes = (
        _apply_revision(conn, context, classification, previous)
        if isinstance(classification, ChangedEntry)
        else ({}, ())
    )
    # An imported file shows that a release was published, not that it is still online.
    if previous.withdrawn_at is not None and context.origin != "import":
        conn.execute("UPDATE releases SET withdrawn_at = NULL WHERE id = ?", (stored_release.id,))
        article_queue.add_articles(conn, [stored_release.id], context.seen_at)
        return "restored", context.origin, notable_changes
    if all_changes:
        return "revised", context.origin, notable_changes
    if isinstance(classification, CrossPostedEntry):
        if previous.category is None and classification.entry.category is not None:
            set_category(conn, stored_release.id, classification.entry.category)
        return "new", _get_event_origin(context, classification), ()
    if (
        isinstance(classification, ChangedEntry)
        and classification.article
        and not stored_release.has_full_text
    ):
        return "new", get_release_origin(conn, stored_release.id), ()
    return None, context.origin, ()


def get_release_origin(conn: sqlite3.Connection, release_id: int) -> ReleaseOrigin:
    """Return the origin of a release.

    A match found later in the release causes an alert only if this is "news".
    """
    (origin,) = conn.execute("SELECT origin FROM releases WHERE id = ?", (release_id,)).fetchone()
    return cast("ReleaseOrigin", origin)


def _get_event_origin(
    context: IngestContext, classification: NewEntry | CrossPostedEntry
) -> ReleaseOrigin:
    """Return "archive" for news below the archive boundary, else the origin of the context."""
    return "archive" if context.origin == "news" and not classification.is_news else context.origin


def _build_new_event(
    context: IngestContext,
    release: Release,
    classification: NewEntry | CrossPostedEntry,
    previous_sources: frozenset[str],
) -> Event:
    return Event(
        kind="new",
        release=release,
        origin=_get_event_origin(context, classification),
        sources=tuple(sorted(previous_sources | {context.source})),
        previous_sources=tuple(sorted(previous_sources)),
    )


def _assign_entry_ranks(
    conn: sqlite3.Connection,
    context: IngestContext,
    classifications: Sequence[Classification | SkippedEntry],
) -> list[float]:
    ranks = [
        None
        if isinstance(classification, NewEntry)
        else _find_previous_rank(conn, context, classification)
        for classification in classifications
    ]
    return assign_ranks(
        conn, context.source, drop_moved_ranks(ranks), classifications[0].entry.date
    )


def _find_previous_rank(
    conn: sqlite3.Connection,
    context: IngestContext,
    classification: CrossPostedEntry | UnchangedEntry | ChangedEntry | SkippedEntry,
) -> float | None:
    """Return the stored rank of the entry, or else of another entry of the same release.

    Return None if this source has not shown the release before.
    """
    row = conn.execute(
        "SELECT rank FROM listings WHERE source = ? AND release_id = ?"
        " ORDER BY board = ? AND article_id = ? DESC, rank DESC LIMIT 1",
        (
            context.source,
            classification.release.id,
            classification.entry.board,
            classification.entry.article_id,
        ),
    ).fetchone()
    return None if row is None else float(row[0])


def _insert_release(
    conn: sqlite3.Connection, context: IngestContext, classification: NewEntry
) -> Release:
    entry, article = classification.entry, classification.article
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
            context.source,
            _get_event_origin(context, classification),
            to_iso(context.seen_at),
            None if article is None else to_iso(context.seen_at),
        ),
    )
    release_id = int(cursor.lastrowid or 0)
    add_identity(conn, release_id, entry)
    if article is not None:
        revisions.update_attachments(conn, release_id, article.attachments, context.seen_at)
    elif entry.url is not None:
        article_queue.add_articles(conn, [release_id], context.seen_at)
    return Release(
        id=release_id,
        title=entry.title,
        date=entry.date,
        category=entry.category,
        body=body,
        url=entry.url,
        source=context.source,
        first_seen_at=context.seen_at,
    )


def add_identity(conn: sqlite3.Connection, release_id: int, entry: Entry) -> None:
    """Map an entry's title and date to a release, unless they already identify a release."""
    conn.execute(
        "INSERT OR IGNORE INTO identities (key, date, release_id) VALUES (?, ?, ?)",
        (*get_identity_columns(entry), release_id),
    )


def _apply_revision(
    conn: sqlite3.Connection,
    context: IngestContext,
    classification: ChangedEntry,
    previous: Release,
) -> tuple[Mapping[str, tuple[str, str]], tuple[FieldChange, ...]]:
    """Apply a revision; return all changes, and the notable changes among them."""
    release_id, article = classification.release.id, classification.article
    add_identity(conn, release_id, classification.entry)
    # If a release is posted twice and both entries are edited, record the change once.
    current_values = previous.as_json()
    changes = {
        field: change
        for field, change in classification.changes.items()
        if (current_values[field] or "") != change[1]
    }
    notable_changes = revise_release(conn, release_id, changes, context.check_id, context.seen_at)
    if article is not None:
        attachment_changes = store_article(conn, release_id, article, context.seen_at)
        if classification.release.has_full_text:
            notable_changes += revise_release(
                conn, release_id, attachment_changes, context.check_id, context.seen_at
            )
            changes |= attachment_changes
    elif (changes or classification.needs_article) and classification.entry.url is not None:
        article_queue.add_articles(conn, [release_id], context.seen_at)
    return changes, notable_changes


def _record_listing(
    conn: sqlite3.Connection, context: IngestContext, release_id: int, entry: Entry, rank: float
) -> None:
    seen_at = to_iso(context.seen_at)
    conn.execute(
        "INSERT INTO listings (release_id, source, site, board, article_id, url, rank, look,"
        " first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (release_id, source, board, article_id) DO UPDATE SET"
        " site = excluded.site, url = excluded.url, rank = excluded.rank, look = excluded.look,"
        " last_seen_at = excluded.last_seen_at, absences = 0, absent_since = NULL",
        (
            release_id,
            context.source,
            context.site,
            entry.board,
            entry.article_id,
            entry.url,
            rank,
            hash_entry(entry),
            seen_at,
            seen_at,
        ),
    )
    # If the source listed the release under another article id, it has moved to this rank.
    conn.execute(
        "UPDATE listings SET absences = 0, absent_since = NULL, rank = ?"
        " WHERE release_id = ? AND source = ? AND last_seen_at < ?",
        (rank, release_id, context.source, seen_at),
    )


def record_matches(
    conn: sqlite3.Connection,
    matched_events: Iterable[MatchedEvent],
    get_query: Callable[[str], str],
    check_id: int | None,
    matched_at: datetime,
) -> tuple[MatchedEvent, ...]:
    """Store matches with their reasons; return the events without matches stored before.

    A watch matches a release only once, so later events of the release are not a second alert. An
    event without new matches is dropped, unless `every_event` or `previous` says that it concerns
    somebody all the same.

    `get_query` returns the query of a watch by its name. A watch whose query changed counts as
    another watch of the same name.
    """

    def add_match(event: Event, match: Match) -> bool:
        return _insert_match(conn, event, match, get_query(match.watch), check_id, matched_at)

    recorded_events = []
    for matched_event in matched_events:
        new_matches = tuple(
            match for match in matched_event.matches if add_match(matched_event.event, match)
        )
        for match in matched_event.recurring_matches:
            add_match(matched_event.event, match)
        if new_matches or matched_event.recurring_matches or matched_event.prior_recipients:
            recorded_events.append(replace(matched_event, matches=new_matches))
    return tuple(recorded_events)


def _insert_match(
    conn: sqlite3.Connection,
    event: Event,
    match: Match,
    query: str,
    check_id: int | None,
    matched_at: datetime,
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
            query,
            event.kind,
            event.origin,
            to_iso(matched_at),
            json.dumps(match.hits),
            dump_snippet(match.snippet),
        ),
    )
    return cursor.rowcount == 1


class _EventLabel(NamedTuple):
    kind: EventKind
    origin: ReleaseOrigin


def ingest_article(
    conn: sqlite3.Connection,
    context: IngestContext,
    queued_article: QueuedArticle,
    article: Article,
) -> Event | None:
    """Store the article of a release and return the event; None if it belongs to another release.

    The first article adds the text that the listing cut off. The event is then "new", for watches
    that match only the added text. Any difference in a later article is a revision.
    """
    stored_release = lookup.load_stored_release(conn, queued_article.release_id)
    if not is_article_of(
        article,
        title=stored_release.title,
        day=stored_release.date,
        body=stored_release.body,
        article_id=queued_article.article_id,
    ):
        return None
    previous = load_release(conn, stored_release.id)
    changes = find_text_change(stored_release.body, article) if stored_release.has_full_text else {}
    notable_changes = revise_release(
        conn, stored_release.id, changes, context.check_id, context.seen_at
    )
    attachment_changes = store_article(conn, stored_release.id, article, context.seen_at)
    if stored_release.has_full_text:
        notable_changes += revise_release(
            conn, stored_release.id, attachment_changes, context.check_id, context.seen_at
        )
        changes |= attachment_changes
    label = _EventLabel("new", get_release_origin(conn, stored_release.id))
    if changes:
        label = _EventLabel("revised", context.origin)
    sources = tuple(sorted(stored_release.sources))
    return Event(
        kind=label.kind,
        release=load_release(conn, stored_release.id),
        origin=label.origin,
        sources=sources,
        previous_sources=sources,
        previous_release=previous,
        changes=notable_changes,
    )
