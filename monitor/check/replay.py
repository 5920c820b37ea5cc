"""Replay of the stored pages with the current parser; it never alerts.

Two passes over the stored checks, in one transaction:

    oldest first   add the releases that an older parser missed, with all their later events
    newest first   correct the fields that it misread, by the newest page that shows them

Then the article pages, the newest of each release: they hold its full text and its attachments.

Data that is newer than a page, or from another source, is not undone by it. A second replay changes
nothing.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from monitor.check.alerts import AlertRouter
from monitor.check.stored_pages import ReparsedArticle, SnapshotReparser, StoredCheck
from monitor.clock import Clock
from monitor.domain.changes import (
    ChangedEntry,
    Classification,
    CrossPostedEntry,
    NewEntry,
    SkippedEntry,
    StoredEntries,
    classify_entries,
    is_truncation_of,
    make_release_key,
)
from monitor.models.check import Entry
from monitor.models.config import Source
from monitor.models.release import Event, Release
from monitor.models.report import Correction, ReplayResult
from monitor.store import corrections, ingest, lookup, releases, revisions
from monitor.store.corrections import ShownEntry
from monitor.store.database import Database
from monitor.text.normalize import normalize_title


def replay_pages(
    selected_sources: Sequence[Source],
    router: AlertRouter,
    *,
    apply: bool,
    db: Database,
    clock: Clock,
    on_progress: Callable[[int], None],
) -> ReplayResult:
    """Parse the stored pages of these sources again; save the changes if `apply`."""
    reparser = SnapshotReparser({source.name: source for source in selected_sources}, on_progress)
    with db.begin_read() as conn:
        stored_checks = reparser.read_new_checks(conn)
    with db.begin_write() if apply else db.begin_dry_run() as conn:
        stored_checks += reparser.read_new_checks(
            conn
        )  # pages that another process has stored meanwhile
        run = _ReplayRun(conn, router, clock.now())
        for stored_check in stored_checks:
            run.add_missing_releases(stored_check)
        if not all(map(run.is_as_stored, stored_checks)):
            for stored_check in reversed(stored_checks):
                run.apply_corrections(stored_check)
        for article_pages in reparser.articles:
            run.apply_article(article_pages)
        run.delete_misread_keys(stored_checks)
        run.match_corrected_releases()
        return ReplayResult(
            is_applied=apply,
            page_count=reparser.page_count,
            skipped_pages=reparser.skipped_pages,
            unreadable=reparser.unreadable_pages,
            added=tuple(run.load_releases(run.added_ids)),
            corrected=tuple(run.iter_corrections()),
            matched=run.matched_count,
        )


class _ReplayRun:
    """The state of the store during a replay."""

    def __init__(self, conn: sqlite3.Connection, router: AlertRouter, now: datetime) -> None:
        self._conn, self._router, self._now = conn, router, now
        self._ids_by_shown_entry = corrections.map_entries_to_releases(conn)
        self._settled_sources: set[tuple[int, str]] = set()
        self._settled_entries: set[tuple[int, ShownEntry]] = set()
        self._changes: dict[int, dict[str, tuple[str, str]]] = {}
        self._text_read_at: dict[int, datetime] = {}
        self.added_ids: set[int] = set()
        self.matched_count = 0

    def add_missing_releases(self, stored_check: StoredCheck) -> None:
        """Add the missing releases and their later events; leave all others unchanged."""
        if self.is_as_stored(stored_check):
            return
        stored, classifications = self._classify_entries(stored_check)
        context = ingest.IngestContext(
            source=stored_check.source,
            site=stored_check.site,
            seen_at=stored_check.read_at,
            check_id=None,
            origin="archive",
        )
        selected = [self._select_missing(classification) for classification in classifications]
        events = ingest.ingest_entries(self._conn, context, selected)
        release_ids = {event.release.id for event in events}
        self.added_ids |= release_ids - stored.releases.keys()
        self._record_matches(events)
        for classification in classifications:
            if isinstance(classification, ChangedEntry):
                ingest.add_identity(self._conn, classification.release.id, classification.entry)
        changed_ids = {
            classification.release.id
            for classification in selected
            if isinstance(classification, ChangedEntry)
        }
        self._refresh_shown_entries(release_ids | changed_ids)

    def _refresh_shown_entries(self, release_ids: set[int]) -> None:
        """Load the current entries of releases that were added or found in another listing."""
        self._ids_by_shown_entry = {
            shown_entry: shown_id
            for shown_entry, shown_id in self._ids_by_shown_entry.items()
            if shown_id not in release_ids
        }
        for release_id in release_ids:
            self._ids_by_shown_entry |= corrections.map_entries_to_releases(self._conn, release_id)

    def _select_missing(self, classification: Classification) -> Classification | SkippedEntry:
        match classification:
            case NewEntry():
                return classification
            case CrossPostedEntry() if not classification.release.is_withdrawn:
                return classification
            case _ if classification.release.id in self.added_ids:
                return classification
            case _:
                return SkippedEntry(entry=classification.entry, release=classification.release)

    def apply_corrections(self, stored_check: StoredCheck) -> None:
        """Correct releases by the entries of this check, unless a later check has shown them."""
        if not self.is_as_stored(stored_check):
            for classification in self._classify_entries(stored_check)[1]:
                if (
                    isinstance(classification, ChangedEntry)
                    and classification.release.id not in self.added_ids
                ):
                    self._correct_release(stored_check, classification)
        for shown_entry in stored_check.shown_entries:
            if shown_entry in self._ids_by_shown_entry:
                self._mark_settled(self._ids_by_shown_entry[shown_entry], shown_entry)

    def _correct_release(self, stored_check: StoredCheck, changed: ChangedEntry) -> None:
        release_id, entry = changed.release.id, changed.entry
        shown_entry = ShownEntry(stored_check.source, entry.board, entry.article_id, "")
        if (release_id, shown_entry) not in self._settled_entries:
            corrections.update_entry_hash(self._conn, stored_check.source, release_id, entry)
        changes = dict(self._iter_misread_fields(stored_check, changed))
        if changes:
            corrections.correct_fields(self._conn, release_id, changes)
            if "body" in changes:
                self._text_read_at[release_id] = stored_check.read_at
            self._merge_changes(release_id, changes)
        self._mark_settled(release_id, shown_entry)

    def _merge_changes(self, release_id: int, changes: Mapping[str, tuple[str, str]]) -> None:
        """Merge corrections of a release, so that each field keeps its first and its last value."""
        merged = self._changes.get(release_id, {})
        for field, (before, after) in changes.items():
            merged[field] = (merged.get(field, (before, after))[0], after)
        merged = {field: pair for field, pair in merged.items() if pair[0] != pair[1]}
        if merged:
            self._changes[release_id] = merged
        else:
            self._changes.pop(release_id, None)

    def _iter_misread_fields(
        self, stored_check: StoredCheck, changed: ChangedEntry
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the changed fields that no later page shows and no later revision changes."""
        for field, pair in self._find_differences(stored_check, changed).items():
            # Each board has its own category for a release; the other fields are shared.
            source_name = stored_check.source if field == "category" else ""
            if (
                changed.release.id,
                source_name,
            ) not in self._settled_sources and not corrections.has_later_revision(
                self._conn, changed.release.id, field, stored_check.read_at, stored_check.check_id
            ):
                yield field, pair

    def _find_differences(
        self, stored_check: StoredCheck, changed: ChangedEntry
    ) -> dict[str, tuple[str, str]]:
        """Return the differences, exact to the character: the parser changed, not the release."""
        release, entry = changed.release, changed.entry
        if stored_check.source != release.source:
            return dict(changed.changes)
        exact_changes = {"title": (release.title, entry.title)}
        if not release.has_full_text and normalize_title(release.body) == normalize_title(
            entry.body
        ):
            exact_changes["body"] = (release.body, entry.body)
        return {name: pair for name, pair in exact_changes.items() if pair[0] != pair[1]} | dict(
            changed.changes
        )

    def _mark_settled(self, release_id: int, shown_entry: ShownEntry) -> None:
        """Stop older checks from correcting this release."""
        self._settled_entries.add((release_id, shown_entry._replace(entry_hash="")))
        self._settled_sources |= {(release_id, shown_entry.source), (release_id, "")}

    def apply_article(self, article_pages: Sequence[ReparsedArticle]) -> None:
        """Complete or correct a release by its article pages; the newest one wins."""
        release = lookup.load_stored_release(self._conn, article_pages[0].release_id)
        own_pages = [
            newest_page
            for newest_page in article_pages
            if corrections.is_page_of_release(
                self._conn, release, newest_page.url, newest_page.article
            )
        ]
        if not own_pages:
            return
        *older_pages, newest_page = own_pages
        changes = {
            field: pair
            for field, pair in corrections.compare_with_article(
                self._conn, release, newest_page.article
            ).items()
            if not self._is_outdated(newest_page, field, release.body)
        }
        corrections.apply_article(
            self._conn, release, newest_page.article, changes, newest_page.read_at
        )
        for older_page in older_pages:
            revisions.add_removed_attachments(
                self._conn,
                release.id,
                older_page.article.attachments,
                older_page.read_at,
                newest_page.read_at,
            )
        self._merge_changes(release.id, changes)

    def _is_outdated(self, article_page: ReparsedArticle, field: str, body: str) -> bool:
        """Return whether newer data than the article page determines a field."""
        has_newer_text = article_page.read_at < self._text_read_at.get(
            article_page.release_id, article_page.read_at
        )
        if (
            field == "body"
            and has_newer_text
            and not is_truncation_of(body, article_page.article.body)
        ):
            return True
        return corrections.has_later_revision(
            self._conn, article_page.release_id, field, article_page.read_at, article_page.check_id
        )

    def delete_misread_keys(self, stored_checks: Iterable[StoredCheck]) -> None:
        """Delete the keys of misread titles and dates, except those that a page shows."""
        renamed = {
            release_id: changes
            for release_id, changes in self._changes.items()
            if changes.keys() & {"title", "date"}
        }
        if not renamed:
            return
        shown_keys = {
            make_release_key(entry.title, entry.date)
            for entry in _collect_distinct_entries(stored_checks).values()
        }
        for release_id, changes in renamed.items():
            release = self._load_release(release_id)
            title = changes["title"][0] if "title" in changes else release.title
            date_text = changes["date"][0] if "date" in changes else release.date.isoformat()
            misread_key = make_release_key(title, date.fromisoformat(date_text))
            current_key = make_release_key(release.title, release.date)
            if misread_key not in shown_keys | {current_key}:
                corrections.delete_identity(
                    self._conn, release_id, misread_key.normalized_title, date_text
                )

    def match_corrected_releases(self) -> None:
        """Match the corrected releases to the watches."""
        stored_releases = {
            release_id: lookup.load_stored_release(self._conn, release_id)
            for release_id in self._changes
        }
        self._record_matches(
            Event(
                kind="new",
                release=release,
                origin="archive",
                sources=tuple(sorted(stored_releases[release.id].sources)),
            )
            for release in self.load_releases(self._changes)
        )

    def _record_matches(self, events: Iterable[Event]) -> None:
        matched_events = self._router.record_matches(self._conn, events, None, self._now)
        self.matched_count += sum(len(matched_event.matches) for matched_event in matched_events)

    def load_releases(self, release_ids: Iterable[int]) -> Iterator[Release]:
        """Yield releases by id, in order."""
        return map(self._load_release, sorted(release_ids))

    def _load_release(self, release_id: int) -> Release:
        return cast("Release", releases.find_release(self._conn, release_id))

    def iter_corrections(self) -> Iterator[Correction]:
        """Yield the corrections, release by release."""
        for release_id, changes in sorted(self._changes.items()):
            title = self._load_release(release_id).title
            for field, (before, after) in changes.items():
                yield Correction(
                    release_id=release_id, title=title, field=field, before=before, after=after
                )

    def is_as_stored(self, stored_check: StoredCheck) -> bool:
        """Return whether every entry is stored exactly as this check shows it; most checks are."""
        return all(shown in self._ids_by_shown_entry for shown in stored_check.shown_entries)

    def _classify_entries(
        self, stored_check: StoredCheck
    ) -> tuple[StoredEntries, tuple[Classification, ...]]:
        stored = lookup.find_stored_entries(
            self._conn, stored_check.source, stored_check.site, stored_check.entries
        )
        return stored, classify_entries(stored_check.source, stored_check.entries, stored)


def _collect_distinct_entries(stored_checks: Iterable[StoredCheck]) -> Mapping[int, Entry]:
    return {id(entry): entry for visit in stored_checks for entry in visit.entries}
