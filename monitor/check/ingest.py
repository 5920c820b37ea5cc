"""Ingest of one check into the store, in one transaction: releases, matches and alerts.

The entries are classified inside the transaction, because another process may have just ingested
the same page. They are also classified once before, to choose the article pages to fetch; an
article is used inside only if it still fits.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

from monitor import sources
from monitor.check import articles
from monitor.check.alerts import AlertRouter
from monitor.check.articles import ArticleResults
from monitor.check.pagination import FetchedPages, FetchPage, ValidationFailedError
from monitor.clock import Clock
from monitor.domain.changes import (
    ChangedEntry,
    Classification,
    NewEntry,
    add_articles,
    classify_entries,
    find_archive_boundary,
)
from monitor.errors import InvalidPageError
from monitor.models.check import CheckResult
from monitor.models.config import Source
from monitor.models.notification import MatchedEvent
from monitor.models.release import Event, ValidationResult
from monitor.store import (
    article_queue,
    checks,
    ingest,
    lookup,
    page_history,
    snapshots,
    withdrawals,
)
from monitor.store.article_queue import QueuedArticle
from monitor.store.checks import SourceState
from monitor.store.database import Database
from monitor.store.withdrawals import MissingRelease, SweepResult
from monitor.validation import find_violations
from monitor.validation.history_rules import FAR_FEWER
from monitor.validation.page_rules import ANOTHER_LISTING, TURNED_BACK
from monitor.validation.profiles import profile_pages

# The limits of article pages that one check fetches: for new or changed entries, and for missing.
_MAX_CHANGED_ARTICLES, _MAX_MISSING_ARTICLES = 60, 10


class CheckIngest:
    """The ingest of one check. `queued_articles` are the queued articles that are due now."""

    def __init__(
        self,
        source: Source,
        queued_articles: Sequence[QueuedArticle],
        get_router: Callable[[], AlertRouter],
        *,
        fetch_page: FetchPage,
        db: Database,
        clock: Clock,
    ) -> None:
        self._source, self._queued_articles, self._get_router = source, queued_articles, get_router
        self._fetch_page, self._db, self._clock = fetch_page, db, clock
        self._site = urlsplit(source.url).netloc
        self.overruled_faults: tuple[InvalidPageError, ...] = ()

    def validate_pages(self, fetched_pages: FetchedPages, *, accept: bool) -> None:
        """Validate the pages. Raises ValidationFailedError if they are suspect and not accepted."""
        self.overruled_faults = validate_pages(
            self._source,
            fetched_pages,
            fetch_page=self._fetch_page,
            db=self._db,
            clock=self._clock,
            accept=accept,
        )

    def find_gap_page(self, fetched_pages: FetchedPages) -> int | None:
        """Return where the next check continues; a listing that is new to us has no gap."""
        return None if self._is_other_listing else fetched_pages.gap_page

    @property
    def _is_other_listing(self) -> bool:
        """Whether another listing was accepted: this is then its baseline, not news."""
        return any(fault.rule == ANOTHER_LISTING for fault in self.overruled_faults)

    # -------------------------------------------------------------- before the transaction

    def fetch_articles(self, fetched_pages: FetchedPages | None) -> ArticleResults:
        """Fetch the article pages that this check needs."""
        urls = [one.url for one in self._queued_articles]
        if fetched_pages is not None:
            with self._db.begin_read() as conn:
                urls = [*self._iter_article_urls(conn, fetched_pages), *urls]
        return articles.fetch_articles(self._source.kind, urls, self._fetch_page, self._clock)

    def _iter_article_urls(
        self, conn: sqlite3.Connection, fetched_pages: FetchedPages
    ) -> Iterator[str]:
        """Yield the URLs of the articles of missing entries, and of new and changed ones."""
        state = checks.load_source_state(conn, self._source.name)
        if self._is_baseline(state):  # nothing can be missing yet, and its articles are queued
            return
        classifications = self._classify_entries(conn, state, fetched_pages)
        missing_urls = [
            one.url
            for one in self._find_missing_releases(conn, fetched_pages, classifications)
            if one.is_suspected
        ]
        yield from islice(filter(None, missing_urls), _MAX_MISSING_ARTICLES)
        changed_urls = [one.entry.url for one in classifications if _needs_article(one)]
        yield from islice(filter(None, changed_urls), _MAX_CHANGED_ARTICLES)

    # -------------------------------------------------------------- the transaction

    def ingest_pages(
        self, fetched_pages: FetchedPages, article_results: ArticleResults, result: CheckResult
    ) -> tuple[CheckResult, tuple[MatchedEvent, ...]]:
        """Save the pages and all that follows from them, in one transaction."""
        now, router = self._clock.now(), self._get_router()
        with self._db.begin_write() as conn:
            state = checks.load_source_state(conn, self._source.name)
            classifications = self._classify_entries(conn, state, fetched_pages)
            result = replace(
                result,
                is_baseline=state.baseline_at is None or self._is_other_listing,
                pages=len(fetched_pages.pages),
                entries=len(fetched_pages.entries),
                new=sum(isinstance(one, NewEntry) and one.is_news for one in classifications),
                rule=", ".join(fault.rule for fault in self.overruled_faults) or None,
            )
            context = self._make_context(
                checks.record_check(conn, result), now, is_baseline=self._is_baseline(state)
            )
            missing = self._find_missing_releases(conn, fetched_pages, classifications)
            events = [
                *ingest.ingest_entries(
                    conn, context, add_articles(classifications, article_results.articles)
                ),
                *self._complete_releases(conn, context, article_results),
                *withdrawals.record_missing(conn, context, missing, article_results.gone),
            ]
            if fetched_pages.is_sweep and state.baseline_at is not None:
                self._queue_seen_articles(conn, classifications, article_results, now)
            result, matched_events = self._match_and_enqueue(conn, context, events, result, router)
            self._save_articles(conn, context, article_results)
            self._save_page_record(conn, context, fetched_pages, state, now)
        return result, matched_events

    def _save_page_record(
        self,
        conn: sqlite3.Connection,
        context: ingest.IngestContext,
        fetched_pages: FetchedPages,
        state: SourceState,
        now: datetime,
    ) -> None:
        """Save the raw pages, their profile and the source's next state."""
        prune_before = now - self._db.retention
        snapshots.save_pages(
            conn,
            self._source.name,
            context.check_id or 0,
            fetched_pages.responses,
            prune_before,
        )
        if self.overruled_faults:
            page_history.delete_page_profiles(conn, self._source.name)
        page_history.save_page_profile(
            conn, self._source.name, context.check_id, profile_pages(fetched_pages.pages)
        )
        checks.save_source_state(
            conn, self._source.name, self._build_next_state(state, fetched_pages, now)
        )

    def ingest_queued_articles(
        self, article_results: ArticleResults, result: CheckResult
    ) -> tuple[CheckResult, tuple[MatchedEvent, ...]]:
        """Save a check that found its listing unchanged, and the articles that it fetched."""
        now = self._clock.now()
        router = self._get_router() if article_results.articles else None
        with self._db.begin_write() as conn:
            context = self._make_context(checks.record_check(conn, result), now, is_baseline=False)
            if result.status == "ok":
                checks.record_unchanged_page(conn, result.name, result.started_at)
            events = list(self._complete_releases(conn, context, article_results))
            self._save_articles(conn, context, article_results)
            return self._match_and_enqueue(conn, context, events, result, router)

    def _make_context(
        self, check_id: int, now: datetime, *, is_baseline: bool
    ) -> ingest.IngestContext:
        return ingest.IngestContext(
            source=self._source.name,
            site=self._site,
            seen_at=now,
            check_id=check_id,
            origin="baseline" if is_baseline else "news",
        )

    def _match_and_enqueue(
        self,
        conn: sqlite3.Connection,
        context: ingest.IngestContext,
        events: Sequence[Event],
        result: CheckResult,
        router: AlertRouter | None,
    ) -> tuple[CheckResult, tuple[MatchedEvent, ...]]:
        """Count the events, match them and add the alerts to the outbox."""
        check_id = context.check_id or 0
        counts_by_kind = Counter(event.kind for event in events)
        result = replace(
            result,
            revised=counts_by_kind["revised"],
            withdrawn=counts_by_kind["withdrawn"],
            restored=counts_by_kind["restored"],
        )
        checks.update_check_counts(conn, check_id, result)
        if router is None:
            return result, ()
        matched_events = router.record_matches(conn, events, check_id, context.seen_at)
        router.enqueue_alerts(conn, matched_events, check_id, context.seen_at, self._clock.new_id)
        return result, matched_events

    def _complete_releases(
        self,
        conn: sqlite3.Connection,
        context: ingest.IngestContext,
        article_results: ArticleResults,
    ) -> Iterator[Event]:
        """Complete releases by their queued articles; defer the articles that stay in the queue."""
        for queued_article in self._queued_articles:
            article = article_results.articles.get(queued_article.url)
            event = (
                None
                if article is None
                else ingest.ingest_article(conn, context, queued_article, article)
            )
            if event is not None:
                yield event
        # If an article is still queued after its page was read, that page shows another release.
        unhelpful_urls = {
            *article_results.articles,
            *article_results.errors,
        } - article_results.unreachable
        article_queue.defer_articles(
            conn, context.source, unhelpful_urls, context.seen_at, is_temporary=False
        )
        article_queue.defer_articles(
            conn, context.source, article_results.unreachable, context.seen_at, is_temporary=True
        )

    def _save_articles(
        self,
        conn: sqlite3.Connection,
        context: ingest.IngestContext,
        article_results: ArticleResults,
    ) -> None:
        is_same_article = partial(sources.is_same_article, self._source.kind)
        snapshots.save_articles(
            conn, context.source, context.check_id, article_results.pages, is_same_article
        )

    # -------------------------------------------------------------- shared steps

    def _classify_entries(
        self, conn: sqlite3.Connection, state: SourceState, fetched_pages: FetchedPages
    ) -> tuple[Classification, ...]:
        stored = lookup.find_stored_entries(
            conn, self._source.name, self._site, fetched_pages.entries
        )
        archive_boundary = None
        if fetched_pages.gap_page is not None or state.gap_page is not None:
            # Only entries that were known before the gap close it, not those read since.
            known_entries = lookup.find_known_entries(
                conn, self._source.name, fetched_pages.entries, state.gap_since
            )
            archive_boundary = find_archive_boundary(fetched_pages.entries, known_entries)
        return classify_entries(
            self._source.name, fetched_pages.entries, stored, archive_boundary=archive_boundary
        )

    def _find_missing_releases(
        self,
        conn: sqlite3.Connection,
        fetched_pages: FetchedPages,
        classifications: Iterable[Classification],
    ) -> list[MissingRelease]:
        """Return the releases that a sweep should have seen; none if it can prove nothing."""
        if not fetched_pages.can_prove_withdrawals:
            return []
        contiguous_entries = {
            entry for page in fetched_pages.contiguous_pages for entry in page.entries
        }
        seen = [one for one in classifications if not isinstance(one, NewEntry)]
        sweep = SweepResult(
            source=self._source.name,
            site=self._site,
            contiguous_ids={one.release.id for one in seen if one.entry in contiguous_entries},
            seen_ids={one.release.id for one in seen},
            reached_end=fetched_pages.reaches_end,
        )
        return withdrawals.find_missing_releases(conn, sweep)

    def _is_baseline(self, state: SourceState) -> bool:
        is_first = state.baseline_at is None or self._is_other_listing
        return is_first and self._source.first_run == "baseline"

    def _queue_seen_articles(
        self,
        conn: sqlite3.Connection,
        classifications: Iterable[Classification],
        article_results: ArticleResults,
        now: datetime,
    ) -> None:
        """Queue the articles of the entries that a sweep saw, to be read again a few at a time.

        An edit of the text below the excerpt, or a new attachment, is visible only there.
        """
        release_ids = (
            one.release.id
            for one in classifications
            if not isinstance(one, NewEntry)
            and one.entry.url not in (None, *article_results.articles)
        )
        article_queue.add_articles(conn, release_ids, now)

    def _build_next_state(
        self, state: SourceState, fetched_pages: FetchedPages, now: datetime
    ) -> SourceState:
        first_response = fetched_pages.responses[0]
        gap_page = self.find_gap_page(fetched_pages)
        gap_since = None if gap_page is None else state.gap_since or now
        return SourceState(
            baseline_at=state.baseline_at or now,
            read_at=first_response.fetched_at,
            url=self._source.url,
            etag=first_response.headers.get("etag"),
            last_modified=first_response.headers.get("last-modified"),
            fingerprint=sources.fingerprint_listing(self._source.kind, first_response),
            entry_count=len(fetched_pages.pages[0].entries),
            gap_page=gap_page,
            gap_since=gap_since,
            swept_at=now if fetched_pages.is_sweep else state.swept_at,
            is_single_page=fetched_pages.is_single_page
            or (state.is_single_page and len(fetched_pages.pages) == 1),
        )


def _needs_article(classification: Classification) -> bool:
    if isinstance(classification, NewEntry):
        return classification.is_news
    return isinstance(classification, ChangedEntry) and (
        bool(classification.changes) or classification.needs_article
    )


_MASS_WITHDRAWAL_RULES = (
    FAR_FEWER,
    TURNED_BACK,
)  # many withdrawals at once violate these rules too


def validate_pages(
    source: Source,
    fetched_pages: FetchedPages,
    *,
    fetch_page: FetchPage,
    db: Database,
    clock: Clock,
    accept: bool,
) -> tuple[InvalidPageError, ...]:
    """Validate the pages; with `accept`, return the faults that the user overrules.

    Raises ValidationFailedError if a rule is violated and `accept` is false. `fetch_page` fetches
    article pages, for the rules that they can settle. The result is usually empty.
    """
    with db.begin_read() as conn:
        listing_history = page_history.load_history(conn, source.name, fetched_pages.pages)
    faults = map(
        make_page_error, find_violations(fetched_pages.pages, listing_history, clock.now())
    )
    if accept:
        return (*fetched_pages.overruled_faults, *faults)
    for fault in faults:
        if fault.rule not in _MASS_WITHDRAWAL_RULES or not _are_missing_withdrawn(
            source, fetched_pages, fetch_page, db, clock
        ):
            raise ValidationFailedError(fault, fetched_pages.responses)
    return ()


def _are_missing_withdrawn(
    source: Source, fetched_pages: FetchedPages, fetch_page: FetchPage, db: Database, clock: Clock
) -> bool:
    """Return whether all entries that are missing from page 1 are withdrawn from the site.

    Their article pages show this, provided that the article page of an entry that is still listed
    exists.
    """
    page1_entries = fetched_pages.pages[0].entries
    with db.begin_read() as conn:
        missing_urls = withdrawals.find_missing_from_page1(
            conn, source.name, urlsplit(source.url).netloc, page1_entries
        )
    if not missing_urls:
        return True
    probe_urls = [entry.url for entry in page1_entries if entry.url is not None][:1]
    article_results = articles.fetch_articles(
        source.kind, [*probe_urls, *filter(None, missing_urls)], fetch_page, clock
    )
    return article_results.gone >= set(missing_urls) and article_results.articles.keys() >= set(
        probe_urls
    )


def make_page_error(result: ValidationResult) -> InvalidPageError:
    """Convert a validation result to an exception."""
    return InvalidPageError(result.reason, advice=result.advice, rule=result.rule, can_accept=True)
