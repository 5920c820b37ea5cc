"""Backfill of a listing, page by page, into the archive; it never alerts.

    a check first  ──►  known entries  ──►  page by page, each in its own transaction  ──►  the end
    (its baseline, or                       (entries above the known ones are left to
    the news since)                         the next check, which may alert on them)

Each page's transaction also saves the progress, so that a backfill can resume after any
interruption.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from monitor import sources
from monitor.check.alerts import AlertRouter
from monitor.check.ingest import make_page_error
from monitor.check.pagination import FetchPage, ValidationFailedError
from monitor.check.runner import check_source
from monitor.clock import Clock
from monitor.domain.changes import (
    ChangedEntry,
    Classification,
    CrossPostedEntry,
    NewEntry,
    SkippedEntry,
    UnchangedEntry,
    classify_entries,
    find_archive_boundary,
    hash_entry,
)
from monitor.errors import FetchError, InvalidPageError
from monitor.models.check import BackfillResult, CheckStatus, Entry, FetchResponse, ListingPage
from monitor.models.config import Source
from monitor.store import backfill_progress, checks, ingest, lookup, snapshots
from monitor.store.database import Database
from monitor.validation import NO_HISTORY, validate

# A page may repeat another: new releases may push all its entries down during the backfill. This
# many repeats in a row mean that the site ignores the page number.
_MAX_REPEATED_PAGES = 3


class _InitialCheckError(Exception):
    """The check before the backfill failed, so the backfill cannot begin."""

    def __init__(self, status: CheckStatus, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillTarget:
    """The end of a backfill: page `pages`, entries older than `since`, or (neither) all pages."""

    pages: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressUpdate:
    """The position of a backfill. `fraction` is the part that is done, from 0 to 1, if known."""

    source: str
    page: int
    pages: int
    added: int
    oldest_date: date | None
    fraction: float | None


ProgressCallback = Callable[[ProgressUpdate], None]


def backfill_source(
    source: Source,
    target: BackfillTarget,
    router: AlertRouter,
    *,
    fetch_page: FetchPage,
    db: Database,
    clock: Clock,
    on_progress: ProgressCallback,
) -> BackfillResult:
    """Backfill one listing. Raises StoreError; the result holds all other errors."""
    start_seconds = clock.monotonic()
    run = _BackfillRun(
        source, target, router, fetch_page=fetch_page, db=db, clock=clock, on_progress=on_progress
    )
    status: CheckStatus = "ok"
    reason = None
    try:
        _check_until_no_gap(source, router, fetch_page=fetch_page, db=db, clock=clock)
        run.walk_pages()
    except _InitialCheckError as error:
        status, reason = error.status, error.reason
    except FetchError as error:
        status, reason = "failed", f"page {run.page_number}: {error}"
    except ValidationFailedError as error:
        with db.begin_write() as conn:
            snapshots.save_pages(
                conn, source.name, None, error.responses, clock.now() - db.retention
            )
        status, reason = "suspect", f"page {run.page_number}: {error.fault}"
    seconds = clock.monotonic() - start_seconds
    return replace(run.result, status=status, error=reason, seconds=seconds)


def _check_until_no_gap(
    source: Source, router: AlertRouter, *, fetch_page: FetchPage, db: Database, clock: Clock
) -> None:
    """Check the source until no entry that may be news is left unread above the known entries.

    A backfill never counts as the first check of a listing: this check makes the baseline and does
    not alert.
    """
    baseline_source = replace(source, first_run="baseline")
    last_gap_page = 0
    while True:
        report = check_source(
            baseline_source, lambda: router, fetch_page=fetch_page, db=db, clock=clock
        )
        if report.result.error is not None:
            raise _InitialCheckError(report.result.status, report.result.error)
        with db.begin_read() as conn:
            gap_page = checks.load_source_state(conn, source.name).gap_page
        if gap_page is None:
            return
        if gap_page <= last_gap_page:
            reason = f"the stretch from page {gap_page} on was not read to its end by a check"
            raise _InitialCheckError("failed", reason)
        last_gap_page = gap_page


class _BackfillRun:
    """A backfill in progress: its position and its results so far."""

    def __init__(
        self,
        source: Source,
        target: BackfillTarget,
        router: AlertRouter,
        *,
        fetch_page: FetchPage,
        db: Database,
        clock: Clock,
        on_progress: ProgressCallback,
    ) -> None:
        self._source, self._target, self._router = source, target, router
        self._fetch_page, self._db, self._clock, self._on_progress = (
            fetch_page,
            db,
            clock,
            on_progress,
        )
        self._site = urlsplit(source.url).netloc
        self._has_reached_known = False
        self._last_entry: Entry | None = None
        self._seen_hashes: set[str] = set()
        self._repeated_pages = 0
        self._has_seen_entries = False
        self._newest_date: date | None = None
        self._max_article_id = 0
        self.page_number = 1
        self.result = BackfillResult(name=source.name, status="ok", seconds=0)

    def walk_pages(self) -> None:
        """Read pages down to the target. Raises FetchError and ValidationFailedError."""
        with self._db.begin_read() as conn:
            progress = backfill_progress.load_backfill_progress(
                conn, self._source.name, self._source.url
            )
            self._newest_date, self._max_article_id = backfill_progress.get_newest_date_and_id(
                conn, self._source.name
            )
        page, response = self._find_start_page(progress)
        while not self._is_past_target(page):
            if not page.entries:
                return self._record_listing_end(progress, response)
            self._reject_repeated_pages(page, response)
            self._ingest_page(page, response)
            self._report_progress(page)
            if self._reaches_target(page):
                return None
            page, response = self._read_page(page.number + 1)
        return None

    def _find_start_page(
        self, progress: backfill_progress.BackfillProgress | None
    ) -> tuple[ListingPage, FetchResponse]:
        """Fetch the page to resume from: the lowest page that overlaps the saved progress."""
        if progress is None:
            return self._read_page(1)
        with self._db.begin_read() as conn:
            entries_above = backfill_progress.count_entries_above(
                conn, self._source.name, progress.rank
            )
        number = max(1, -(-entries_above // progress.per_page))
        step = 1
        while True:
            page, response = self._read_page(number)
            if number == 1:
                return page, response
            with self._db.begin_read() as conn:
                if backfill_progress.has_entry_above(
                    conn, self._source.name, progress.rank, page.entries
                ):
                    self._has_reached_known = True
                    return page, response
            number, step = max(1, number - step), step * 2

    def _read_page(self, number: int) -> tuple[ListingPage, FetchResponse]:
        """Fetch and parse a page, and validate it."""
        self.page_number = number
        response = self._fetch_page(sources.build_page_url(self._source, number), None)
        self.result = replace(self.result, pages=self.result.pages + 1)
        try:
            page = sources.parse_listing(self._source.kind, number, response)
        except InvalidPageError as fault:
            raise ValidationFailedError(fault, (response,)) from fault
        # Old pages differ from current ones, so the rules that compare with history do not apply.
        validation = validate((page,), NO_HISTORY, response.fetched_at)
        if not validation.is_valid:
            raise ValidationFailedError(make_page_error(validation), (response,))
        return page, response

    def _reject_repeated_pages(self, page: ListingPage, response: FetchResponse) -> None:
        hashes = {hash_entry(entry) for entry in page.entries}
        self._has_seen_entries = not hashes.isdisjoint(self._seen_hashes)
        self._repeated_pages = self._repeated_pages + 1 if hashes <= self._seen_hashes else 0
        self._seen_hashes |= hashes
        if self._repeated_pages == _MAX_REPEATED_PAGES:
            fault = InvalidPageError(
                f"the last {_MAX_REPEATED_PAGES} pages show nothing but what pages before "
                f"them showed",
                advice="open the address with ?pageIndex=2 added: the site may have changed"
                " how it numbers its pages",
            )
            raise ValidationFailedError(fault, (response,))

    def _is_past_target(self, page: ListingPage) -> bool:
        """Return whether this page lies beyond the target."""
        return self._target.pages is not None and page.number > self._target.pages

    def _reaches_target(self, page: ListingPage) -> bool:
        """Return whether this page is the last one that the target needs."""
        since = self._target.since
        if since is not None:
            return all(entry.date < since for entry in page.entries)
        return page.number == self._target.pages

    def _record_listing_end(
        self, progress: backfill_progress.BackfillProgress | None, response: FetchResponse
    ) -> None:
        """Record the end of the listing, unless the page was empty by accident."""
        is_first_time = progress is None or progress.complete_at is None
        if is_first_time:
            number = self.page_number
            next_page, _ = self._read_page(number + 1)
            if next_page.entries:
                fault = InvalidPageError(
                    f"it shows no entries, though page {number + 1} does",
                    advice="this usually passes by itself: run the same command again",
                )
                self.page_number = number
                raise ValidationFailedError(fault, (response,))
        with self._db.begin_write() as conn:
            backfill_progress.mark_backfill_complete(conn, self._source.name, self._clock.now())
            if is_first_time:
                prune_before = self._clock.now() - self._db.retention
                snapshots.save_pages(conn, self._source.name, None, (response,), prune_before)
        self.result = replace(self.result, is_complete=True)

    def _ingest_page(self, page: ListingPage, response: FetchResponse) -> None:
        """Ingest a page, below the last entry of the page before it."""
        name, now = self._source.name, self._clock.now()
        with self._db.begin_write() as conn:
            entries = self._prepend_last_entry(page)
            stored = lookup.find_stored_entries(conn, name, self._site, entries)
            archive_boundary = find_archive_boundary(
                entries,
                lookup.find_known_entries(conn, name, entries),
                treat_same_day_as_older=True,
            )
            classifications = classify_entries(
                name, entries, stored, archive_boundary=archive_boundary
            )
            selected = self._select_archive_entries(classifications, page)
            context = ingest.IngestContext(
                source=name,
                site=self._site,
                seen_at=response.fetched_at,
                check_id=None,
                origin="archive",
            )
            self._router.record_matches(
                conn, ingest.ingest_entries(conn, context, selected), None, now
            )
            if not all(isinstance(one, UnchangedEntry) for one in classifications):
                snapshots.save_pages(conn, name, None, (response,), now - self._db.retention)
            backfill_progress.record_finished_page(
                conn, name, self._source.url, page.number, page.entries
            )
        self._update_result(page, classifications, selected)
        self._has_reached_known |= any(
            isinstance(one, UnchangedEntry | ChangedEntry) for one in classifications
        )
        self._last_entry = selected[-1].entry if selected else None

    def _prepend_last_entry(self, page: ListingPage) -> tuple[Entry, ...]:
        """Return the page's entries below the last entry of the page before, which ranks them."""
        if self._last_entry is None or self._has_seen_entries:
            return page.entries  # entries moved down, so the page contains its own anchor
        return (self._last_entry, *page.entries)

    def _select_archive_entries(
        self, classifications: Iterable[Classification], page: ListingPage
    ) -> list[Classification | SkippedEntry]:
        """Return the classifications to ingest; leave news and edits that checks read to them."""
        is_checked_page = page.number <= self._source.sweep_pages
        selected: list[Classification | SkippedEntry] = []
        for classification in classifications:
            match classification:
                case NewEntry(is_news=True) | CrossPostedEntry(is_news=True):
                    if not is_checked_page and self._has_reached_known:
                        selected.append(classification)
                case ChangedEntry() if classification.changes and (
                    is_checked_page or classification.entry is self._last_entry
                ):
                    selected.append(
                        SkippedEntry(entry=classification.entry, release=classification.release)
                    )
                case UnchangedEntry() | ChangedEntry() | CrossPostedEntry() if (
                    is_checked_page and classification.release.is_withdrawn
                ):
                    selected.append(
                        SkippedEntry(entry=classification.entry, release=classification.release)
                    )
                case _:
                    selected.append(classification)
        return selected

    def _update_result(
        self,
        page: ListingPage,
        classifications: Iterable[Classification],
        selected: Iterable[Classification | SkippedEntry],
    ) -> None:
        ingested = list(selected)
        added_count = sum(isinstance(one, NewEntry) for one in ingested)
        left_count = sum(
            one not in ingested for one in classifications if one.entry is not self._last_entry
        )
        self.result = replace(
            self.result,
            added=self.result.added + added_count,
            known=self.result.known + len(page.entries) - added_count - left_count,
            entries_left=self.result.entries_left + left_count,
            oldest=min(self.result.oldest or date.max, *(one.date for one in page.entries)),
        )

    def _report_progress(self, page: ListingPage) -> None:
        self._on_progress(
            ProgressUpdate(
                source=self._source.name,
                page=page.number,
                pages=self.result.pages,
                added=self.result.added,
                oldest_date=self.result.oldest,
                fraction=compute_progress_fraction(
                    self._target, page, self._newest_date, self._max_article_id
                ),
            )
        )


def compute_progress_fraction(
    target: BackfillTarget, page: ListingPage, newest_date: date | None, max_article_id: int
) -> float | None:
    """Return the part of the backfill that is done after this page, from 0 to 1; None if unknown.

    For a backfill of all pages the article ids give an estimate: they rise with time from 1.
    """
    last_entry = page.entries[-1]
    if target.pages is not None:
        fraction = page.number / target.pages
    elif target.since is not None and newest_date is not None and newest_date > target.since:
        fraction = (newest_date - last_entry.date) / (newest_date - target.since)
    elif target.since is None and last_entry.article_id.isdecimal() and max_article_id:
        fraction = 1 - int(last_entry.article_id) / max_article_id
    else:
        return None
    return min(max(fraction, 0.0), 1.0)
