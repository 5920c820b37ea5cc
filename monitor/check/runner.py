"""One check of one source, from the request of page 1 to the commit of its results.

    fetch ─► validate ─► fetch    ─► ┌ BEGIN IMMEDIATE ──────────────────────────────────────────┐
    pages                articles    │ look up ─► classify ─► ingest ─► match ─► enqueue alerts  │
                                     └ COMMIT ───────────────────────────────────────────────────┘

The dispatcher sends the alerts later. This module calls the steps in order and holds no rules. Most
checks find an unchanged listing and end after the first request. So the modules for the later steps
(`ingest` and the watches) are imported only when they are needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.check.pagination import (
    CheckOptions,
    FetchPage,
    KnownEntriesFinder,
    UnchangedListing,
    ValidationFailedError,
    fetch_pages,
)
from monitor.clock import Clock
from monitor.errors import FetchError, InvalidPageError
from monitor.models.check import CheckResult, CheckStatus, Entry, FetchResponse
from monitor.models.config import Source
from monitor.store import article_queue, checks
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.check.alerts import AlertRouter
    from monitor.check.ingest import CheckIngest
    from monitor.domain.changes import KnownEntries
    from monitor.models.notification import MatchedEvent

# One check reads few of the queued article pages, so that a baseline's queue delays no news.
_QUEUED_ARTICLES_PER_CHECK = 3
DEFAULT_OPTIONS = CheckOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """The result of a check, with the events that match a watch, alerted or not.

    `gap_page` is the first page of a stretch that is not yet read; the next check continues there.
    `log_lines` are the alerts about the source that went to the operator, as text (see `tracker`).
    `overruled_faults` are the objections to the pages that the user accepted.
    """

    result: CheckResult
    matched_events: "tuple[MatchedEvent, ...]" = ()
    gap_page: int | None = None
    log_lines: tuple[str, ...] = ()
    overruled_faults: tuple[InvalidPageError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _ResultBuilder:
    """Builds the result of one check; `start_seconds` is the monotonic time of its start."""

    source_name: str
    clock: Clock
    started_at: datetime
    start_seconds: float

    def build(
        self, status: CheckStatus, error: str | None = None, rule: str | None = None
    ) -> CheckResult:
        """Return a result with the seconds since the start."""
        return CheckResult(
            name=self.source_name,
            status=status,
            started_at=self.started_at,
            seconds=self.clock.monotonic() - self.start_seconds,
            error=error,
            rule=rule,
        )


def check_source(
    source: Source,
    get_router: Callable[[], "AlertRouter"],
    *,
    fetch_page: FetchPage,
    db: Database,
    clock: Clock,
    fetch_article: FetchPage | None = None,
    options: CheckOptions = DEFAULT_OPTIONS,
) -> CheckReport:
    """Check one source and return a report, which holds all errors except StoreError.

    `get_router` is called only if there are events to match. `fetch_article` fetches article pages;
    the default is `fetch_page`. `options` are the user's requests for this check.
    """
    started_at = clock.now()
    results = _ResultBuilder(
        source_name=source.name,
        clock=clock,
        started_at=started_at,
        start_seconds=clock.monotonic(),
    )
    with db.begin_read() as conn:
        state = checks.load_source_state(conn, source.name)
        queued_articles = article_queue.find_due_articles(
            conn, source.name, started_at, _QUEUED_ARTICLES_PER_CHECK
        )
    find_known_entries = _make_known_entries_finder(db, source.name)
    try:
        fetched_pages = fetch_pages(
            source, state, fetch_page, find_known_entries, started_at, options=options
        )
        if isinstance(fetched_pages, UnchangedListing) and not queued_articles:
            result = results.build(fetched_pages.status)
            return _record_unchanged_check(db, replace(result, pages=1, entries=state.entry_count))
        from monitor.check.ingest import CheckIngest  # noqa: PLC0415 - most checks find nothing

        ingest = CheckIngest(
            source,
            queued_articles,
            get_router,
            fetch_page=fetch_article or fetch_page,
            db=db,
            clock=clock,
        )
        if isinstance(fetched_pages, UnchangedListing):
            result = results.build(fetched_pages.status)
            return _ingest_queued_articles(
                ingest, replace(result, pages=1, entries=state.entry_count)
            )
        ingest.validate_pages(fetched_pages, accept=options.accept)
        article_results = ingest.fetch_articles(fetched_pages)
    except FetchError as error:
        return _record_failed_check(db, results.build("failed", str(error)), (), clock)
    except ValidationFailedError as error:
        result = results.build("suspect", error.format_message(source.name), error.fault.rule)
        return _record_failed_check(db, result, error.responses, clock)
    result, matched_events = ingest.ingest_pages(
        fetched_pages, article_results, results.build("ok")
    )
    return CheckReport(
        result=result,
        matched_events=matched_events,
        gap_page=ingest.find_gap_page(fetched_pages),
        overruled_faults=ingest.overruled_faults,
    )


def _ingest_queued_articles(ingest: "CheckIngest", result: CheckResult) -> CheckReport:
    """Fetch and save the queued article pages of a listing that is unchanged."""
    result, matched_events = ingest.ingest_queued_articles(ingest.fetch_articles(None), result)
    return CheckReport(result=result, matched_events=matched_events)


def _make_known_entries_finder(db: Database, source: str) -> KnownEntriesFinder:
    def find_known_entries(entries: Sequence[Entry], before: datetime | None) -> "KnownEntries":
        from monitor.store import lookup  # noqa: PLC0415 - most checks find nothing

        with db.begin_read() as conn:
            return lookup.find_known_entries(conn, source, entries, before)

    return find_known_entries


def _record_unchanged_check(db: Database, result: CheckResult) -> CheckReport:
    # A crash may lose this record: the next check finds the same again.
    with db.begin_write(skip_sync=True) as conn:
        checks.record_check(conn, result)
        if result.status == "ok":
            checks.record_unchanged_page(conn, result.name, result.started_at)
    return CheckReport(result=result)


def _record_failed_check(
    db: Database, result: CheckResult, responses: Sequence[FetchResponse], clock: Clock
) -> CheckReport:
    """Record a failed or suspect check; keep the pages that it read."""
    from monitor.store import snapshots  # noqa: PLC0415 - most checks succeed

    with db.begin_write() as conn:
        check_id = checks.record_check(conn, result)
        snapshots.save_pages(conn, result.name, check_id, responses, clock.now() - db.retention)
    return CheckReport(result=result)
