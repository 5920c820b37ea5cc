"""Which pages of a listing a check reads, and where it may stop.

nothing changed since the last check   →  page 1 alone, not even parsed
first check                            →  the newest `sweep_pages`
once in `sweep_every`                  →  the newest `sweep_pages`, whatever is known of them
otherwise                              →  on while a page holds anything unknown
a stretch left unread by an earlier    →  also from there on, until known ground of before
  check (it is called the gap)
"""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from monitor import sources
from monitor.errors import PageFault
from monitor.model.configured import Source
from monitor.model.scraped import Entry, Fetched, Page
from monitor.store.checks import SourceState

if TYPE_CHECKING:
    from monitor.ground import Ground

Fetch = Callable[[str, Mapping[str, str] | None], Fetched]
Known = Callable[[Sequence[Entry], datetime | None], "Ground"]
"""Tells which entries the listing has shown before, or by a certain moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asked of a check.

    `sweep`: to read the newest pages whatever is known of them, though it is not yet time;
    `accept`: to take in what is read though it looks wrong.
    """

    sweep: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Page 1 is as it was, by the server's word (`not-modified`) or by its own look (`ok`)."""

    status: Literal["ok", "not-modified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The pages that a check read. `gap_page` is where the next check has to go on, if anywhere.

    `is_sweep`: the newest pages were read whatever was known of them. `unpaged`: one page came
    whatever page was asked for, and was taken for the last; `overruled` is what spoke against that.
    """

    pages: tuple[Page, ...]
    fetched: tuple[Fetched, ...]
    gap_page: int | None
    is_sweep: bool
    unpaged: bool = False
    overruled: tuple[PageFault, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the listing's order."""
        return tuple(entry for page in self.pages for entry in page.entries)

    @property
    def stretch(self) -> tuple[Page, ...]:
        """The pages that follow each other from the first one on."""
        return tuple(page for number, page in enumerate(self.pages, 1) if page.number == number)

    @property
    def is_proof(self) -> bool:
        """Tell whether what is missing in the stretch may count as missing.

        Not if some page before its last is shorter than another: who knows what it left out.
        """
        full = [page for page in self.stretch if page.entries]
        lengths = [len(page.entries) for page in full]
        if not self.is_sweep or not full:
            return False
        return len(set(lengths[:-1])) <= 1 and lengths[-1] <= lengths[0]

    @property
    def is_to_the_end(self) -> bool:
        """Tell whether the stretch reaches the end of the listing."""
        return not self.stretch[-1].entries


class UnbelievableError(Exception):
    """A page cannot be right; `fetched` is what was read until then, for the record."""

    def __init__(self, fault: PageFault, fetched: tuple[Fetched, ...]) -> None:
        self.fault, self.fetched = fault, fetched
        super().__init__(str(fault))

    def told(self, source: str) -> str:
        """Return what is wrong and what to do: also the way out, where there is one."""
        if not self.fault.acceptable:
            return str(self.fault)
        name = source if source.isalnum() else shlex.quote(source)
        return f"{self.fault}; if it is right, run: monitor --once --accept --source {name}"


def read(
    source: Source,
    state: SourceState,
    fetch: Fetch,
    known: Known,
    now: datetime,
    *,
    wish: Wish,
) -> Unchanged | Reading:
    """Read what this check has to read. Raises FetchError and UnbelievableError."""
    sweep = wish.sweep or is_sweep_due(source, state, now)
    headers = None if sweep else validators(source, state, now)
    first = fetch(sources.page_url(source, 1), headers)
    unchanged = None if sweep else _unchanged(source, state, first)
    if unchanged is not None:
        return unchanged
    reader = _Reader(source, fetch, is_sweep=sweep, unpaged=state.unpaged, accept=wish.accept)
    reader.take(1, first)
    if state.baseline_at is None:
        reader.go_on(from_page=2, until=source.sweep_pages, enough=lambda _: False)
        return reader.reading(gap_page=None)
    return _catch_up(source, state, reader, known)


def is_sweep_due(source: Source, state: SourceState, now: datetime) -> bool:
    """Tell whether the newest pages are to be read whatever is known of them.

    A hundredth early is in time: a check a day is not to sweep every other day.
    """
    if state.baseline_at is None or state.swept_at is None:
        return True
    return not timedelta() <= now - state.swept_at < source.sweep_every * 0.99


def validators(source: Source, state: SourceState, now: datetime) -> dict[str, str] | None:
    """Return conditional headers (RFC 9110, 13) where nothing but a change of page 1 matters.

    Once in `sweep_every` there are none: a server that answers 304 for ever must not blind us.
    """
    if not _is_settled(source, state) or state.read_at is None:
        return None
    if not timedelta() <= now - state.read_at < source.sweep_every:
        return None
    offered = {"if-none-match": state.etag, "if-modified-since": state.last_modified}
    return {name: value for name, value in offered.items() if value} or None


def _is_settled(source: Source, state: SourceState) -> bool:
    """Tell whether all that page 1 led to has been taken in, from this very address."""
    return state.baseline_at is not None and state.gap_page is None and state.url == source.url


def _unchanged(source: Source, state: SourceState, first: Fetched) -> Unchanged | None:
    if first.status == HTTPStatus.NOT_MODIFIED:
        return Unchanged(status="not-modified")
    if not _is_settled(source, state) or state.fingerprint is None:
        return None
    same = sources.fingerprint(source.kind, first) == state.fingerprint
    return Unchanged(status="ok") if same else None


def _catch_up(source: Source, state: SourceState, reader: "_Reader", known: Known) -> Reading:
    """Read on to known ground; where that is not reached, there is a gap from the last page on."""
    at_least = source.sweep_pages if reader.is_sweep else 1

    def is_enough(page: Page) -> bool:
        return page.number >= at_least and (
            known(page.entries, None).is_all or _is_past(reader, state, known)
        )

    until = max(source.max_pages, at_least)
    if not reader.go_on(from_page=2, until=until, enough=is_enough):
        return reader.reading(reader.last)
    if state.gap_page is None:
        return reader.reading(gap_page=None)

    def is_closed(page: Page) -> bool:
        return known(page.entries, state.gap_since).is_all or _is_past(reader, state, known)

    # What was not read may have moved up by a page, as entries above it were withdrawn.
    start = max(reader.last + 1, state.gap_page - 1)
    until = max(start, state.gap_page) + source.max_pages
    closed = reader.go_on(from_page=start, until=until, enough=is_closed)
    return reader.reading(None if closed else reader.last)


def _is_past(reader: "_Reader", state: SourceState, known: Known) -> bool:
    """Tell whether known ground was met, and left behind again: what follows is archive."""
    from monitor.ground import archive_from  # noqa: PLC0415 - most checks find nothing changed

    entries = reader.entries
    return archive_from(entries, known(entries, state.gap_since)) < len(entries)


class _Reader:
    """Reads pages one after the other and keeps them."""

    def __init__(
        self, source: Source, fetch: Fetch, *, is_sweep: bool, unpaged: bool, accept: bool
    ) -> None:
        self._source, self._fetch, self.is_sweep = source, fetch, is_sweep
        self._unpaged, self._may_repeat, self._repeats = unpaged, accept or unpaged, False
        self._overruled: tuple[PageFault, ...] = ()
        self._pages: list[Page] = []
        self._fetched: list[Fetched] = []

    @property
    def last(self) -> int:
        """The number of the page read last."""
        return self._pages[-1].number

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries read so far."""
        return tuple(entry for page in self._pages for entry in page.entries)

    def take(self, number: int, fetched: Fetched) -> Page:
        """Parse a page that was fetched; UnbelievableError where it cannot be right."""
        self._fetched.append(fetched)
        try:
            page = sources.parse(self._source.kind, number, fetched)
            if self._is_repeated(page):
                return Page(number=number, entries=())
        except PageFault as fault:
            raise UnbelievableError(fault, tuple(self._fetched)) from fault
        self._pages.append(page)
        return page

    def go_on(self, *, from_page: int, until: int, enough: Callable[[Page], bool]) -> bool:
        """Read on to page `until`, or until a page is enough or past the end: then it is True."""
        pages = self._from(from_page, until)
        return any(not page.entries or enough(page) for page in pages)

    def _from(self, number: int, until: int) -> Iterator[Page]:
        if number == self.last + 1:
            yield self._pages[-1]
        for at in range(number, until + 1):
            yield self.take(at, self._fetch(sources.page_url(self._source, at), None))

    def _is_repeated(self, page: Page) -> bool:
        """Tell whether this page shows what another one did, where that may be; a fault if not."""
        for earlier in self._pages:
            if page.entries and page.entries == earlier.entries:
                fault = PageFault(
                    f"page {page.number} of the listing shows the same entries as page"
                    f" {earlier.number}",
                    advice="open the address with ?pageIndex=2 added: the site may have changed"
                    " how it numbers its pages",
                    rule="repeated",
                    acceptable=True,
                )
                if not self._may_repeat:
                    raise fault
                self._repeats = True
                self._overruled = () if self._unpaged else (fault,)
                return True
        return False

    def reading(self, gap_page: int | None) -> Reading:
        """Return all that was read."""
        return Reading(
            pages=tuple(self._pages),
            fetched=tuple(self._fetched),
            gap_page=gap_page,
            is_sweep=self.is_sweep,
            unpaged=self._repeats,
            overruled=self._overruled,
        )
