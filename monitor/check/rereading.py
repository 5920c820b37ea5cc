"""Reading the kept pages once more: what today's parser makes of them, visit by visit.

A visit is what was read together: the pages of one check, or one page of a walk back. What many
pages show is held once: a year of pages holds few entries that differ.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor import sources
from monitor.decide import look
from monitor.errors import PageFault
from monitor.health import CREDIBLE, NO_HISTORY, judge, objections
from monitor.health.ground import ANOTHER_LISTING
from monitor.model.articles import Article
from monitor.model.configured import Source
from monitor.model.replayed import Unreadable
from monitor.model.scraped import Entry, Page
from monitor.model.stored import Verdict
from monitor.store import checks, history, snapshots
from monitor.store.corrections import Shown
from monitor.store.snapshots import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What pages that were read together show, top first, and how each entry looks."""

    source: str
    site: str
    at: datetime
    check_id: int | None
    entries: tuple[Entry, ...]
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An article page of a release, as it was kept once; `url` is its address."""

    release_id: int
    url: str
    at: datetime
    check_id: int | None
    article: Article


@dataclass(slots=True)
class _Open:
    """A visit whose pages are still coming."""

    last: Kept
    pages: list[Page] = field(default_factory=list)
    above: tuple[Entry, ...] = ()


class Rereader:
    """Parses kept pages of these sources again; `tell` is called with the count of pages so far."""

    def __init__(self, chosen: Mapping[str, Source], tell: Callable[[int], None]) -> None:
        self._sources, self._tell = chosen, tell
        self._parsed: dict[tuple[str, str, str], tuple[Entry, ...] | PageFault] = {}
        self._entries: dict[tuple[str, str, str, str | None], Entry] = {}
        self._looks: dict[int, str] = {}
        self._last_id = 0
        self._walked: dict[str, tuple[int, Entry]] = {}
        self._faults: dict[tuple[str, str], Unreadable] = {}
        self._believed: set[Entry] = set()
        self._articles: defaultdict[int, list[Reread]] = defaultdict(list)
        self.pages = 0
        self.passed_over = 0

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What cannot be parsed, source by source, the latest last."""
        return tuple(sorted(self._faults.values(), key=lambda one: (one.source, one.fetched_at)))

    @property
    def articles(self) -> tuple[Sequence[Reread], ...]:
        """The article pages that can be read, release by release, each one's oldest first."""
        return tuple(pages for _, pages in sorted(self._articles.items()))

    def read(self, conn: sqlite3.Connection) -> list[Visit]:
        """Return the visits whose pages were kept since this was last called, in order of time."""
        visits: dict[object, _Open] = {}
        for one in list(snapshots.kept(conn, self._last_id)):
            self._last_id = max(self._last_id, one.id)
            source = self._sources.get(one.source)
            number = None if source is None else sources.page_number(source.kind, one.url)
            if source is None or number is None:
                self._read_article(conn, source, one)
                continue
            self.pages += 1
            entries = self._parse(conn, source, number, one)
            if entries is not None:
                whole = (one.check_id, one.source) if one.check_id is not None else one.id
                visit = visits.setdefault(whole, _Open(one, above=self._above(one, number)))
                visit.last = one
                visit.pages.append(Page(number=number, entries=entries))
                self._walk(one, number, entries)
            self._tell(self.pages)
        closed = sorted(visits.values(), key=lambda visit: (visit.last.fetched_at, visit.last.id))
        return list(self._credible(conn, closed))

    def _read_article(self, conn: sqlite3.Connection, source: Source | None, one: Kept) -> None:
        """Parse an article page."""
        if source is None or one.release_id is None:
            self.passed_over += 1
            return
        self.pages += 1
        try:
            article = sources.parse_article(source.kind, snapshots.fetched(conn, one))
        except PageFault as fault:
            self._fault(one, fault.reason, 1)
        else:
            page = Reread(
                release_id=one.release_id,
                url=one.url,
                at=one.fetched_at,
                check_id=one.check_id,
                article=article,
            )
            self._articles[one.release_id].append(page)
        self._tell(self.pages)

    def _parse(
        self, conn: sqlite3.Connection, source: Source, number: int, one: Kept
    ) -> tuple[Entry, ...] | None:
        """Return the entries of a page, one that was parsed before at once; None for a fault."""
        name = (one.hash, source.kind, urlsplit(one.url).netloc)
        if name not in self._parsed:
            try:
                page = sources.parse(source.kind, number, snapshots.fetched(conn, one))
                self._parsed[name] = tuple(self._once(entry) for entry in page.entries)
            except PageFault as fault:
                self._parsed[name] = fault
        found = self._parsed[name]
        if isinstance(found, PageFault):
            self._fault(one, found.reason, 1)
            return None
        return found

    def _once(self, entry: Entry) -> Entry:
        """Return the same entry if it was met before, so that it is held once."""
        seen = look(entry)
        once = self._entries.setdefault((entry.board, entry.article_id, seen, entry.url), entry)
        self._looks[id(once)] = seen
        return once

    def _above(self, one: Kept, number: int) -> tuple[Entry, ...]:
        """Return what stood above a page of a walk, so that it is known where the page belongs."""
        before = self._walked.get(one.source)
        if one.check_id is not None or before is None or before[0] != number - 1:
            return ()
        return (before[1],)

    def _walk(self, one: Kept, number: int, entries: tuple[Entry, ...]) -> None:
        if one.check_id is None and entries:
            self._walked[one.source] = (number, entries[-1])

    def _credible(self, conn: sqlite3.Connection, visits: list[_Open]) -> Iterator[Visit]:
        for visit in visits:
            entries = tuple(entry for page in visit.pages for entry in page.entries)
            if not entries and visit.pages[0].number > 1:
                continue
            verdict = _judge(conn, visit, self._believed)
            if verdict.credible:
                self._believed.update(entries)
                yield self._closed(visit, (*visit.above, *entries))
            else:
                self._fault(visit.last, verdict.reason, len(visit.pages))

    def _closed(self, visit: _Open, entries: tuple[Entry, ...]) -> Visit:
        source = visit.last.source
        return Visit(
            source=source,
            site=urlsplit(visit.last.url).netloc,
            at=visit.last.fetched_at,
            check_id=visit.last.check_id,
            entries=entries,
            shown=tuple(
                Shown(source, one.board, one.article_id, self._looks[id(one)]) for one in entries
            ),
        )

    def _fault(self, one: Kept, reason: str, pages: int) -> None:
        before = self._faults.get((one.source, reason))
        self._faults[one.source, reason] = Unreadable(
            source=one.source,
            reason=reason,
            pages=pages + (0 if before is None else before.pages),
            url=one.url,
            fetched_at=one.fetched_at,
        )


def _judge(conn: sqlite3.Connection, visit: _Open, believed: set[Entry]) -> Verdict:
    """Tell whether to believe a visit today.

    All has to be what a listing can show. What was not believed then must no longer break that
    rule, as today's parser reads it; and no parser makes another listing into this one. The store
    may hold what an older parser misread: what is `believed` of visits before counts for more.
    """
    doubt = checks.doubt(conn, visit.last.check_id)
    if doubt == ANOTHER_LISTING:
        return Verdict(
            credible=False, rule=doubt, reason="when it was read, it looked like another listing"
        )
    verdict = judge(visit.pages, NO_HISTORY, visit.last.fetched_at)
    if doubt is None or not verdict.credible:
        return verdict
    past = history.read(conn, visit.last.source, visit.pages)
    past = replace(past, altered=past.altered - believed)
    found = objections(visit.pages, past, visit.last.fetched_at)
    return next((one for one in found if one.rule == doubt), CREDIBLE)
