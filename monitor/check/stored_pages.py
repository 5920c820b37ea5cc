"""Parsing of the stored pages with the current parser, grouped by check.

A stored check is a set of pages that were fetched together: those of one check, or one page of a
backfill. Equal entries share one object: a year of pages holds few distinct entries.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor import sources
from monitor.domain.changes import hash_entry
from monitor.errors import InvalidPageError
from monitor.models.check import Article, Entry, ListingPage
from monitor.models.config import Source
from monitor.models.release import ValidationResult
from monitor.models.report import UnreadablePages
from monitor.store import checks, page_history, snapshots
from monitor.store.corrections import ShownEntry
from monitor.store.snapshots import PageSnapshot
from monitor.validation import NO_HISTORY, VALID, find_violations, validate
from monitor.validation.page_rules import ANOTHER_LISTING


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck:
    """The entries of pages that were fetched together, top first, and their hashes."""

    source: str
    site: str
    read_at: datetime
    check_id: int | None
    entries: tuple[Entry, ...]
    shown_entries: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReparsedArticle:
    """A stored article page of a release, parsed again. `url` is its address."""

    release_id: int
    url: str
    read_at: datetime
    check_id: int | None
    article: Article


@dataclass(slots=True)
class _OpenCheck:
    """A stored check that may get more pages."""

    last_snapshot: PageSnapshot
    pages: list[ListingPage] = field(default_factory=list)
    entries_above: tuple[Entry, ...] = ()


class SnapshotReparser:
    """Parses the stored pages of these sources; calls `on_progress` with the page count so far."""

    def __init__(
        self, sources_by_name: Mapping[str, Source], on_progress: Callable[[int], None]
    ) -> None:
        self._sources_by_name, self._on_progress = sources_by_name, on_progress
        self._parse_results: dict[tuple[str, str, str], tuple[Entry, ...] | InvalidPageError] = {}
        self._unique_entries: dict[tuple[str, str, str, str | None], Entry] = {}
        self._hashes_by_object: dict[int, str] = {}
        self._last_snapshot_id = 0
        self._last_backfilled: dict[str, tuple[int, Entry]] = {}
        self._unreadable_pages: dict[tuple[str, str], UnreadablePages] = {}
        self._valid_entries: set[Entry] = set()
        self._articles_by_release: defaultdict[int, list[ReparsedArticle]] = defaultdict(list)
        self.page_count = 0
        self.skipped_pages = 0

    @property
    def unreadable_pages(self) -> tuple[UnreadablePages, ...]:
        """The pages that cannot be parsed, by source, the newest last."""
        return tuple(
            sorted(self._unreadable_pages.values(), key=lambda one: (one.source, one.fetched_at))
        )

    @property
    def articles(self) -> tuple[Sequence[ReparsedArticle], ...]:
        """The parsed article pages, grouped by release, each group oldest first."""
        return tuple(pages for _, pages in sorted(self._articles_by_release.items()))

    def read_new_checks(self, conn: sqlite3.Connection) -> list[StoredCheck]:
        """Return the checks with pages that were stored since the last call, in order of time."""
        open_checks: dict[object, _OpenCheck] = {}
        for snapshot in list(snapshots.iter_snapshots(conn, self._last_snapshot_id)):
            self._last_snapshot_id = max(self._last_snapshot_id, snapshot.id)
            source = self._sources_by_name.get(snapshot.source)
            number = None if source is None else sources.get_page_number(source.kind, snapshot.url)
            if source is None or number is None:
                self._read_article(conn, source, snapshot)
                continue
            self.page_count += 1
            entries = self._parse_page(conn, source, number, snapshot)
            if entries is not None:
                check_key = (
                    (snapshot.check_id, snapshot.source)
                    if snapshot.check_id is not None
                    else snapshot.id
                )
                open_check = open_checks.setdefault(
                    check_key,
                    _OpenCheck(snapshot, entries_above=self._find_entries_above(snapshot, number)),
                )
                open_check.last_snapshot = snapshot
                open_check.pages.append(ListingPage(number=number, entries=entries))
                self._remember_backfill_page(snapshot, number, entries)
            self._on_progress(self.page_count)
        ordered_checks = sorted(
            open_checks.values(),
            key=lambda open_check: (
                open_check.last_snapshot.fetched_at,
                open_check.last_snapshot.id,
            ),
        )
        return list(self._iter_valid_checks(conn, ordered_checks))

    def _read_article(
        self, conn: sqlite3.Connection, source: Source | None, snapshot: PageSnapshot
    ) -> None:
        """Parse an article page and add it to its release."""
        if source is None or snapshot.release_id is None:
            self.skipped_pages += 1
            return
        self.page_count += 1
        try:
            article = sources.parse_article(source.kind, snapshots.load_page(conn, snapshot))
        except InvalidPageError as fault:
            self._record_unreadable(snapshot, fault.reason, 1)
        else:
            article_page = ReparsedArticle(
                release_id=snapshot.release_id,
                url=snapshot.url,
                read_at=snapshot.fetched_at,
                check_id=snapshot.check_id,
                article=article,
            )
            self._articles_by_release[snapshot.release_id].append(article_page)
        self._on_progress(self.page_count)

    def _parse_page(
        self, conn: sqlite3.Connection, source: Source, number: int, snapshot: PageSnapshot
    ) -> tuple[Entry, ...] | None:
        """Return the entries of a page, from the cache if possible; None if it is not valid."""
        cache_key = (snapshot.hash, source.kind, urlsplit(snapshot.url).netloc)
        if cache_key not in self._parse_results:
            try:
                page = sources.parse_listing(
                    source.kind, number, snapshots.load_page(conn, snapshot)
                )
                self._parse_results[cache_key] = tuple(
                    self._deduplicate_entry(entry) for entry in page.entries
                )
            except InvalidPageError as fault:
                self._parse_results[cache_key] = fault
        parse_result = self._parse_results[cache_key]
        if isinstance(parse_result, InvalidPageError):
            self._record_unreadable(snapshot, parse_result.reason, 1)
            return None
        return parse_result

    def _deduplicate_entry(self, entry: Entry) -> Entry:
        """Return the equal entry from an earlier page, if there is one, to save memory."""
        entry_hash = hash_entry(entry)
        unique_entry = self._unique_entries.setdefault(
            (entry.board, entry.article_id, entry_hash, entry.url), entry
        )
        self._hashes_by_object[id(unique_entry)] = entry_hash
        return unique_entry

    def _find_entries_above(self, snapshot: PageSnapshot, number: int) -> tuple[Entry, ...]:
        """Return the last entry above a backfilled page, which shows the page's position."""
        last_page = self._last_backfilled.get(snapshot.source)
        if snapshot.check_id is not None or last_page is None or last_page[0] != number - 1:
            return ()
        return (last_page[1],)

    def _remember_backfill_page(
        self, snapshot: PageSnapshot, number: int, entries: tuple[Entry, ...]
    ) -> None:
        if snapshot.check_id is None and entries:
            self._last_backfilled[snapshot.source] = (number, entries[-1])

    def _iter_valid_checks(
        self, conn: sqlite3.Connection, open_checks: list[_OpenCheck]
    ) -> Iterator[StoredCheck]:
        for open_check in open_checks:
            entries = tuple(entry for page in open_check.pages for entry in page.entries)
            if not entries and open_check.pages[0].number > 1:
                continue
            validation = _validate_check(conn, open_check, self._valid_entries)
            if validation.is_valid:
                self._valid_entries.update(entries)
                yield self._build_stored_check(open_check, (*open_check.entries_above, *entries))
            else:
                self._record_unreadable(
                    open_check.last_snapshot, validation.reason, len(open_check.pages)
                )

    def _build_stored_check(
        self, open_check: _OpenCheck, entries: tuple[Entry, ...]
    ) -> StoredCheck:
        source = open_check.last_snapshot.source
        return StoredCheck(
            source=source,
            site=urlsplit(open_check.last_snapshot.url).netloc,
            read_at=open_check.last_snapshot.fetched_at,
            check_id=open_check.last_snapshot.check_id,
            entries=entries,
            shown_entries=tuple(
                ShownEntry(source, entry.board, entry.article_id, self._hashes_by_object[id(entry)])
                for entry in entries
            ),
        )

    def _record_unreadable(self, snapshot: PageSnapshot, reason: str, pages: int) -> None:
        previous = self._unreadable_pages.get((snapshot.source, reason))
        self._unreadable_pages[snapshot.source, reason] = UnreadablePages(
            source=snapshot.source,
            reason=reason,
            page_count=pages + (0 if previous is None else previous.page_count),
            url=snapshot.url,
            fetched_at=snapshot.fetched_at,
        )


def _validate_check(
    conn: sqlite3.Connection, open_check: _OpenCheck, valid_entries: set[Entry]
) -> ValidationResult:
    """Validate a stored check with the current parser and rules.

    The entries must be possible in a listing. A page that was suspect then must no longer violate
    that rule, as the current parser reads it. No parser can turn another listing into this one, so
    such a page stays suspect. The store may hold data that an older parser misread, so entries of
    earlier checks that are valid (`valid_entries`) do not count as changed.
    """
    suspect_rule = checks.find_suspect_rule(conn, open_check.last_snapshot.check_id)
    if suspect_rule == ANOTHER_LISTING:
        return ValidationResult(
            is_valid=False,
            rule=suspect_rule,
            reason="when it was read, it looked like another listing",
        )
    validation = validate(open_check.pages, NO_HISTORY, open_check.last_snapshot.fetched_at)
    if suspect_rule is None or not validation.is_valid:
        return validation
    listing_history = page_history.load_history(
        conn, open_check.last_snapshot.source, open_check.pages
    )
    listing_history = replace(
        listing_history, changed_entries=listing_history.changed_entries - valid_entries
    )
    violations = find_violations(
        open_check.pages, listing_history, open_check.last_snapshot.fetched_at
    )
    return next((violation for violation in violations if violation.rule == suspect_rule), VALID)
