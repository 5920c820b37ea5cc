"""The choice of listing pages that a check fetches, and where it stops.

page 1 is unchanged since the last check   →  page 1 only, not even parsed
first check                                →  the newest `sweep_pages`
once per `sweep_every`                     →  the newest `sweep_pages`, known or not
otherwise                                  →  on while a page contains an unknown entry
an earlier check left a stretch unread     →  also from there, until entries that were known
  (the gap)                                   before the gap
"""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from monitor import sources
from monitor.errors import InvalidPageError
from monitor.models.check import Entry, FetchResponse, ListingPage
from monitor.models.config import Source
from monitor.store.checks import SourceState

if TYPE_CHECKING:
    from monitor.domain.changes import KnownEntries

FetchPage = Callable[[str, Mapping[str, str] | None], FetchResponse]
KnownEntriesFinder = Callable[[Sequence[Entry], datetime | None], "KnownEntries"]
"""Tells which entries the listing has shown before, or by a certain moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The user's requests for a check.

    `sweep`: read the newest pages even if no sweep is due. `accept`: ingest the pages even if
    validation finds them suspect.
    """

    sweep: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedListing:
    """Page 1 is unchanged, by the response (`not-modified`) or by its fingerprint (`ok`)."""

    status: Literal["ok", "not-modified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPages:
    """The pages that a check fetched. `gap_page` is the page where a gap begins, if there is one.

    The next check continues at `gap_page`. `is_sweep`: the newest pages were fetched, known or not.
    `is_single_page`: the site returned one page for every page number, and it was accepted as the
    last one. `overruled_faults` are the objections to that.
    """

    pages: tuple[ListingPage, ...]
    responses: tuple[FetchResponse, ...]
    gap_page: int | None
    is_sweep: bool
    is_single_page: bool = False
    overruled_faults: tuple[InvalidPageError, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the listing's order."""
        return tuple(entry for page in self.pages for entry in page.entries)

    @property
    def contiguous_pages(self) -> tuple[ListingPage, ...]:
        """The fetched pages without a gap in their numbers, from page 1 on."""
        return tuple(page for number, page in enumerate(self.pages, 1) if page.number == number)

    @property
    def can_prove_withdrawals(self) -> bool:
        """Whether an entry that is missing from the contiguous pages counts as missing.

        It does not if a page before the last one is shorter than another: the site may have left
        out entries.
        """
        nonempty_pages = [page for page in self.contiguous_pages if page.entries]
        lengths = [len(page.entries) for page in nonempty_pages]
        if not self.is_sweep or not nonempty_pages:
            return False
        return len(set(lengths[:-1])) <= 1 and lengths[-1] <= lengths[0]

    @property
    def reaches_end(self) -> bool:
        """Whether the contiguous pages reach the end of the listing."""
        return not self.contiguous_pages[-1].entries


class ValidationFailedError(Exception):
    """A page is not valid. `responses` are the pages fetched until then, for the record."""

    def __init__(self, fault: InvalidPageError, responses: tuple[FetchResponse, ...]) -> None:
        self.fault, self.responses = fault, responses
        super().__init__(str(fault))

    def format_message(self, source_name: str) -> str:
        """Return the fault and the advice, with the command that accepts it if there is one."""
        if not self.fault.can_accept:
            return str(self.fault)
        quoted_name = source_name if source_name.isalnum() else shlex.quote(source_name)
        return f"{self.fault}; if it is right, run: monitor --once --accept --source {quoted_name}"


def fetch_pages(
    source: Source,
    state: SourceState,
    fetch_page: FetchPage,
    find_known_entries: KnownEntriesFinder,
    now: datetime,
    *,
    options: CheckOptions,
) -> UnchangedListing | FetchedPages:
    """Fetch the pages that this check needs. Raises FetchError and ValidationFailedError."""
    is_sweep = options.sweep or is_sweep_due(source, state, now)
    headers = None if is_sweep else build_conditional_headers(source, state, now)
    first_response = fetch_page(sources.build_page_url(source, 1), headers)
    unchanged = None if is_sweep else _detect_unchanged_listing(source, state, first_response)
    if unchanged is not None:
        return unchanged
    walker = _PageWalker(
        source,
        fetch_page,
        is_sweep=is_sweep,
        is_single_page=state.is_single_page,
        accept=options.accept,
    )
    walker.add_page(1, first_response)
    if state.baseline_at is None:
        walker.read_until(from_page=2, to_page=source.sweep_pages, should_stop=lambda _: False)
        return walker.get_fetched_pages(gap_page=None)
    return _read_to_known_entries(source, state, walker, find_known_entries)


def is_sweep_due(source: Source, state: SourceState, now: datetime) -> bool:
    """Return whether the newest pages are to be read even if they are known.

    A sweep may run a hundredth of its interval early; otherwise a source that is checked once a
    day would be swept only every other day.
    """
    if state.baseline_at is None or state.swept_at is None:
        return True
    return not timedelta() <= now - state.swept_at < source.sweep_every * 0.99


def build_conditional_headers(
    source: Source, state: SourceState, now: datetime
) -> dict[str, str] | None:
    """Return conditional headers (RFC 9110, 13), or None if page 1 must be fetched in any case.

    Once per `sweep_every` there are none: a server that always answers 304 must not hide news.
    """
    if not _is_caught_up(source, state) or state.read_at is None:
        return None
    if not timedelta() <= now - state.read_at < source.sweep_every:
        return None
    headers = {"if-none-match": state.etag, "if-modified-since": state.last_modified}
    return {name: value for name, value in headers.items() if value} or None


def _is_caught_up(source: Source, state: SourceState) -> bool:
    """Return whether all entries that page 1 led to are ingested, from the same URL."""
    return state.baseline_at is not None and state.gap_page is None and state.url == source.url


def _detect_unchanged_listing(
    source: Source, state: SourceState, first_response: FetchResponse
) -> UnchangedListing | None:
    if first_response.status == HTTPStatus.NOT_MODIFIED:
        return UnchangedListing(status="not-modified")
    if not _is_caught_up(source, state) or state.fingerprint is None:
        return None
    is_same = sources.fingerprint_listing(source.kind, first_response) == state.fingerprint
    return UnchangedListing(status="ok") if is_same else None


def _read_to_known_entries(
    source: Source,
    state: SourceState,
    walker: "_PageWalker",
    find_known_entries: KnownEntriesFinder,
) -> FetchedPages:
    """Fetch pages down to the known entries; if these are not reached, a gap is left."""
    min_pages = source.sweep_pages if walker.is_sweep else 1

    def should_stop(page: ListingPage) -> bool:
        return page.number >= min_pages and (
            find_known_entries(page.entries, None).is_all_known
            or _has_passed_known_entries(walker, state, find_known_entries)
        )

    to_page = max(source.max_pages, min_pages)
    if not walker.read_until(from_page=2, to_page=to_page, should_stop=should_stop):
        return walker.get_fetched_pages(walker.last_number)
    if state.gap_page is None:
        return walker.get_fetched_pages(gap_page=None)

    def is_gap_closed(page: ListingPage) -> bool:
        return find_known_entries(
            page.entries, state.gap_since
        ).is_all_known or _has_passed_known_entries(walker, state, find_known_entries)

    # The unread entries may have moved up by a page, because entries above them were withdrawn.
    from_page = max(walker.last_number + 1, state.gap_page - 1)
    to_page = max(from_page, state.gap_page) + source.max_pages
    has_closed_gap = walker.read_until(
        from_page=from_page, to_page=to_page, should_stop=is_gap_closed
    )
    return walker.get_fetched_pages(None if has_closed_gap else walker.last_number)


def _has_passed_known_entries(
    walker: "_PageWalker", state: SourceState, find_known_entries: KnownEntriesFinder
) -> bool:
    """Return whether the pages go below the known entries: all entries that follow are archive."""
    from monitor.domain.changes import find_archive_boundary  # noqa: PLC0415 - most checks find nothing changed

    entries = walker.entries
    return find_archive_boundary(entries, find_known_entries(entries, state.gap_since)) < len(
        entries
    )


class _PageWalker:
    """Fetches pages one after the other and keeps them."""

    def __init__(
        self,
        source: Source,
        fetch_page: FetchPage,
        *,
        is_sweep: bool,
        is_single_page: bool,
        accept: bool,
    ) -> None:
        self._source, self._fetch_page, self.is_sweep = source, fetch_page, is_sweep
        self._is_single_page, self._can_repeat, self._has_repeated = (
            is_single_page,
            accept or is_single_page,
            False,
        )
        self._overruled_faults: tuple[InvalidPageError, ...] = ()
        self._pages: list[ListingPage] = []
        self._responses: list[FetchResponse] = []

    @property
    def last_number(self) -> int:
        """The number of the last fetched page."""
        return self._pages[-1].number

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries fetched so far."""
        return tuple(entry for page in self._pages for entry in page.entries)

    def add_page(self, number: int, response: FetchResponse) -> ListingPage:
        """Parse a response and add its page. Raises ValidationFailedError."""
        self._responses.append(response)
        try:
            page = sources.parse_listing(self._source.kind, number, response)
            if self._is_repeated_page(page):
                return ListingPage(number=number, entries=())
        except InvalidPageError as fault:
            raise ValidationFailedError(fault, tuple(self._responses)) from fault
        self._pages.append(page)
        return page

    def read_until(
        self, *, from_page: int, to_page: int, should_stop: Callable[[ListingPage], bool]
    ) -> bool:
        """Fetch pages up to `to_page`; return True if a page is empty or `should_stop` is true."""
        pages = self._iter_pages(from_page, to_page)
        return any(not page.entries or should_stop(page) for page in pages)

    def _iter_pages(self, from_page: int, to_page: int) -> Iterator[ListingPage]:
        if from_page == self.last_number + 1:
            yield self._pages[-1]
        for page_number in range(from_page, to_page + 1):
            yield self.add_page(
                page_number,
                self._fetch_page(sources.build_page_url(self._source, page_number), None),
            )

    def _is_repeated_page(self, page: ListingPage) -> bool:
        """Return whether a page repeats an earlier one; raise the fault if that is not allowed."""
        for earlier_page in self._pages:
            if page.entries and page.entries == earlier_page.entries:
                fault = InvalidPageError(
                    f"page {page.number} of the listing shows the same entries as page"
                    f" {earlier_page.number}",
                    advice="open the address with ?pageIndex=2 added: the site may have changed"
                    " how it numbers its pages",
                    rule="repeated",
                    can_accept=True,
                )
                if not self._can_repeat:
                    raise fault
                self._has_repeated = True
                self._overruled_faults = () if self._is_single_page else (fault,)
                return True
        return False

    def get_fetched_pages(self, gap_page: int | None) -> FetchedPages:
        """Return the result."""
        return FetchedPages(
            pages=tuple(self._pages),
            responses=tuple(self._responses),
            gap_page=gap_page,
            is_sweep=self.is_sweep,
            is_single_page=self._has_repeated,
            overruled_faults=self._overruled_faults,
        )
