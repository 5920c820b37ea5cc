"""Detection of withdrawn releases.

A release counts as withdrawn only on proof: two sweeps in a row missed it although its neighbours
are still listed, no other listing has shown it since, and its article page is gone. Anything less
may be a page that shifted while it was read, a release moved to another board, or a site with
problems.
"""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monitor.clock import to_iso
from monitor.models.check import Entry
from monitor.models.release import Event
from monitor.store import article_queue
from monitor.store.ingest import IngestContext
from monitor.store.revisions import load_release
from monitor.store.rows import get_identity_columns

_REQUIRED_SWEEPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRelease:
    """A release missing from `times_missing` sweeps in a row; `url` is its article page.

    `url` is None if there is none on the current host. `is_listed_elsewhere` is true if another
    listing has shown the release since it was first missing.
    """

    release_id: int
    url: str | None
    times_missing: int
    is_listed_elsewhere: bool

    @property
    def is_suspected(self) -> bool:
        """Whether only a missing article page is needed to prove that the release is withdrawn."""
        return (
            self.times_missing >= _REQUIRED_SWEEPS
            and self.url is not None
            and not self.is_listed_elsewhere
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """The releases that a sweep saw in the listing `source` on the host `site`.

    `contiguous_ids` are the releases on the unbroken run of pages from the top; `seen_ids` are the
    releases on all pages. `reached_end` is true if the run included the last page of the listing.
    """

    source: str
    site: str
    contiguous_ids: Collection[int]
    seen_ids: Collection[int]
    reached_end: bool


def find_missing_releases(conn: sqlite3.Connection, sweep: SweepResult) -> list[MissingRelease]:
    """Return the releases that a sweep should have seen but did not, longest missing last.

    A sweep should see everything ranked above the lowest release that it saw, and the whole listing
    if it reached the end.
    """
    rows = conn.execute(
        "SELECT release_id, max(rank) FROM listings WHERE source = ? GROUP BY release_id",
        (sweep.source,),
    )
    ranks: dict[int, float] = dict(rows.fetchall())
    lowest_rank = min(
        (ranks[release_id] for release_id in sweep.contiguous_ids if release_id in ranks),
        default=None,
    )
    if lowest_rank is None:
        return []
    missing_ids = [
        release_id
        for release_id, rank in ranks.items()
        if release_id not in sweep.seen_ids and (sweep.reached_end or rank > lowest_rank)
    ]
    return sorted(
        _describe_missing(conn, sweep, missing_ids), key=lambda release_id: release_id.times_missing
    )


def _describe_missing(
    conn: sqlite3.Connection, sweep: SweepResult, release_ids: Iterable[int]
) -> Iterable[MissingRelease]:
    for release_id in release_ids:
        row = conn.execute(
            # A URL on another host proves nothing: the whole site may have moved.
            "SELECT iif(l.site = ?, l.url, NULL), l.absences + 1,"
            " EXISTS (SELECT 1 FROM listings AS o WHERE o.release_id = l.release_id"
            "  AND o.source != l.source AND o.last_seen_at >= l.absent_since)"
            " FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
            " WHERE l.release_id = ? AND l.source = ? AND r.withdrawn_at IS NULL"
            " ORDER BY l.last_seen_at DESC LIMIT 1",
            (sweep.site, release_id, sweep.source),
        ).fetchone()
        if row is not None:
            url, times_missing, is_listed_elsewhere = row
            yield MissingRelease(
                release_id=release_id,
                url=url,
                times_missing=times_missing,
                is_listed_elsewhere=bool(is_listed_elsewhere),
            )


def find_missing_from_page1(
    conn: sqlite3.Connection, source: str, site: str, page_entries: Iterable[Entry]
) -> list[str | None]:
    """Return the article URLs of the releases that page 1 showed at the last ingest and lacks now.

    A URL is None if the release has none on the host `site`.
    """
    shown_ids = {
        release_id
        for entry in page_entries
        for release_id in conn.execute(
            "SELECT release_id FROM identities WHERE key = ? AND date = ?",
            get_identity_columns(entry),
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
    return [url for release_id, url in rows if release_id not in shown_ids]


def record_missing(
    conn: sqlite3.Connection,
    context: IngestContext,
    missing: Iterable[MissingRelease],
    gone_urls: Collection[str],
) -> list[Event]:
    """Record missing releases; return "withdrawn" events for those that `gone_urls` proves."""
    events = []
    for missing_release in missing:
        conn.execute(
            "UPDATE listings SET absences = absences + 1,"
            " absent_since = ifnull(absent_since, ?) WHERE release_id = ? AND source = ?",
            (to_iso(context.seen_at), missing_release.release_id, context.source),
        )
        if missing_release.is_suspected and missing_release.url in gone_urls:
            events.append(_withdraw_release(conn, context, missing_release.release_id))
    return events


def _withdraw_release(conn: sqlite3.Connection, context: IngestContext, release_id: int) -> Event:
    conn.execute(
        "UPDATE releases SET withdrawn_at = ? WHERE id = ?", (to_iso(context.seen_at), release_id)
    )
    article_queue.remove_article(conn, release_id)
    rows = conn.execute("SELECT DISTINCT source FROM listings WHERE release_id = ?", (release_id,))
    sources = tuple(sorted(source for (source,) in rows))
    return Event(
        kind="withdrawn",
        release=load_release(conn, release_id),
        origin=context.origin,
        sources=sources,
        previous_sources=sources,
    )
