"""Walking back through a listing, page by page: archive, never news.

    a check first  ──►  known ground  ──►  page by page, each in its own transaction  ──►  the end
    (its baseline, or                      (what stands above known ground is left
    what is new since)                      for the next check, which may alert on it)

How far it came is kept with each page, so that a walk that was ended by anything at all goes on
where it was.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from monitor import sources
from monitor.check import check
from monitor.check.believing import fault_of
from monitor.check.desk import Desk
from monitor.check.distance import Progress, Target, Tell, share
from monitor.check.reading import Fetch, UnbelievableError
from monitor.decide import CrossPost, Decision, New, Passed, Revised, Seen, decide, look
from monitor.errors import FetchError, PageFault
from monitor.ground import archive_from
from monitor.health import NO_HISTORY, judge
from monitor.model.configured import Source
from monitor.model.reported import BackfillResult, Status
from monitor.model.scraped import Entry, Fetched, Page
from monitor.model.world import World
from monitor.store import backfills, checks, intake, known, snapshots
from monitor.store.database import Database

# A page may repeat another: as many new releases as it holds may push it down while it is read.
# So many in a row are a site that shows one page whatever is asked for.
_MOST_REPEATED = 3


class _NotReadError(Exception):
    """The check before the walk failed; the walk cannot begin."""

    def __init__(self, status: Status, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)


def backfill(
    source: Source,
    target: Target,
    desk: Desk,
    *,
    fetch: Fetch,
    db: Database,
    world: World,
    tell: Tell,
) -> BackfillResult:
    """Walk back through one listing. Raises StoreError alone; other trouble is in the result."""
    tick = world.monotonic()
    walk = _Walk(source, target, desk, fetch=fetch, db=db, world=world, tell=tell)
    status: Status = "ok"
    reason = None
    try:
        _reach_known_ground(source, desk, fetch=fetch, db=db, world=world)
        walk.go()
    except _NotReadError as error:
        status, reason = error.status, error.reason
    except FetchError as error:
        status, reason = "failed", f"page {walk.number}: {error}"
    except UnbelievableError as error:
        with db.writing() as conn:
            snapshots.keep(conn, source.name, None, error.fetched, world.now() - db.keep)
        status, reason = "suspect", f"page {walk.number}: {error.fault}"
    seconds = world.monotonic() - tick
    return replace(walk.result, status=status, error=reason, seconds=seconds)


def _reach_known_ground(
    source: Source, desk: Desk, *, fetch: Fetch, db: Database, world: World
) -> None:
    """Check the source, until nothing that may be news is left unread above known ground.

    A walk is nobody's first look at a listing: the check makes the baseline, and nobody is told.
    """
    silent = replace(source, first_run="baseline")
    reached = 0
    while True:
        report = check(silent, lambda: desk, fetch=fetch, db=db, world=world)
        if report.result.error is not None:
            raise _NotReadError(report.result.status, report.result.error)
        with db.reading() as conn:
            gap_page = checks.state(conn, source.name).gap_page
        if gap_page is None:
            return
        if gap_page <= reached:
            reason = f"the stretch from page {gap_page} on was not read to its end by a check"
            raise _NotReadError("failed", reason)
        reached = gap_page


class _Walk:
    """A walk under way: where it is, and what it has brought so far."""

    def __init__(
        self,
        source: Source,
        target: Target,
        desk: Desk,
        *,
        fetch: Fetch,
        db: Database,
        world: World,
        tell: Tell,
    ) -> None:
        self._source, self._target, self._desk = source, target, desk
        self._fetch, self._db, self._world, self._tell = fetch, db, world, tell
        self._site = urlsplit(source.url).netloc
        self._on_known_ground = False
        self._last: Entry | None = None
        self._met: set[str] = set()
        self._repeated = 0
        self._overlaps = False
        self._newest: date | None = None
        self._highest = 0
        self.number = 1
        self.result = BackfillResult(name=source.name, status="ok", seconds=0)

    def go(self) -> None:
        """Go back as far as was asked. Raises FetchError and UnbelievableError."""
        with self._db.reading() as conn:
            proven = backfills.proven(conn, self._source.name, self._source.url)
            self._newest, self._highest = backfills.newest(conn, self._source.name)
        page, fetched = self._begin(proven)
        while not self._is_enough(page):
            if not page.entries:
                return self._end(proven, fetched)
            self._refuse_repeated(page, fetched)
            self._take(page, fetched)
            self._report(page)
            if self._is_last(page):
                return None
            page, fetched = self._read(page.number + 1)
        return None

    def _begin(self, proven: backfills.Proven | None) -> tuple[Page, Fetched]:
        """Read the page from which to go on: the lowest that touches what was proven before."""
        if proven is None:
            return self._read(1)
        with self._db.reading() as conn:
            above = backfills.above(conn, self._source.name, proven.rank)
        number = max(1, -(-above // proven.per_page))
        step = 1
        while True:
            page, fetched = self._read(number)
            if number == 1:
                return page, fetched
            with self._db.reading() as conn:
                if backfills.touches(conn, self._source.name, proven.rank, page.entries):
                    self._on_known_ground = True
                    return page, fetched
            number, step = max(1, number - step), step * 2

    def _read(self, number: int) -> tuple[Page, Fetched]:
        """Read a page that can be believed."""
        self.number = number
        fetched = self._fetch(sources.page_url(self._source, number), None)
        self.result = replace(self.result, pages=self.result.pages + 1)
        try:
            page = sources.parse(self._source.kind, number, fetched)
        except PageFault as fault:
            raise UnbelievableError(fault, (fetched,)) from fault
        # Pages of long ago are like none of today's: only what no page can show is refused.
        verdict = judge((page,), NO_HISTORY, fetched.fetched_at)
        if not verdict.credible:
            raise UnbelievableError(fault_of(verdict), (fetched,))
        return page, fetched

    def _refuse_repeated(self, page: Page, fetched: Fetched) -> None:
        looks = {look(entry) for entry in page.entries}
        self._overlaps = not looks.isdisjoint(self._met)
        self._repeated = self._repeated + 1 if looks <= self._met else 0
        self._met |= looks
        if self._repeated == _MOST_REPEATED:
            fault = PageFault(
                f"the last {_MOST_REPEATED} pages show nothing but what pages before them showed",
                advice="open the address with ?pageIndex=2 added: the site may have changed"
                " how it numbers its pages",
            )
            raise UnbelievableError(fault, (fetched,))

    def _is_enough(self, page: Page) -> bool:
        """Tell whether this page lies beyond what was asked for."""
        return self._target.pages is not None and page.number > self._target.pages

    def _is_last(self, page: Page) -> bool:
        """Tell whether this page is as far as was asked for."""
        since = self._target.since
        if since is not None:
            return all(entry.date < since for entry in page.entries)
        return page.number == self._target.pages

    def _end(self, proven: backfills.Proven | None, fetched: Fetched) -> None:
        """Note that the listing ends here; a page that is empty for once must not pass for it."""
        new = proven is None or proven.complete_at is None
        if new:
            number = self.number
            following, _ = self._read(number + 1)
            if following.entries:
                fault = PageFault(
                    f"it shows no entries, though page {number + 1} does",
                    advice="this usually passes by itself: run the same command again",
                )
                self.number = number
                raise UnbelievableError(fault, (fetched,))
        with self._db.writing() as conn:
            backfills.complete(conn, self._source.name, self._world.now())
            if new:
                limit = self._world.now() - self._db.keep
                snapshots.keep(conn, self._source.name, None, (fetched,), limit)
        self.result = replace(self.result, complete=True)

    def _take(self, page: Page, fetched: Fetched) -> None:
        """Take a page in, below the last entry of the page before it."""
        name, now = self._source.name, self._world.now()
        with self._db.writing() as conn:
            entries = self._below_the_last(page)
            facts = known.known(conn, name, self._site, entries)
            below = archive_from(entries, known.ground(conn, name, entries), in_doubt=True)
            decisions = decide(name, entries, facts, archive_from=below)
            taken = self._taken(decisions, page)
            visit = intake.Visit(
                source=name,
                site=self._site,
                at=fetched.fetched_at,
                check_id=None,
                origin="archive",
            )
            self._desk.match(conn, intake.take_in(conn, visit, taken), None, now)
            if not all(isinstance(one, Seen) for one in decisions):
                snapshots.keep(conn, name, None, (fetched,), now - self._db.keep)
            backfills.finished(conn, name, self._source.url, page.number, page.entries)
        self._count(page, decisions, taken)
        self._on_known_ground |= any(isinstance(one, Seen | Revised) for one in decisions)
        self._last = taken[-1].entry if taken else None

    def _below_the_last(self, page: Page) -> tuple[Entry, ...]:
        """Return a page's entries below the last of the page before, which says where they go."""
        if self._last is None or self._overlaps:
            return page.entries  # pushed down meanwhile, it shows by itself where it belongs
        return (self._last, *page.entries)

    def _taken(self, decisions: Iterable[Decision], page: Page) -> list[Decision | Passed]:
        """Leave out what is for the next check: what is news where checks look."""
        within_reach = page.number <= self._source.sweep_pages
        taken: list[Decision | Passed] = []
        for one in decisions:
            match one:
                case New(news=True) | CrossPost(news=True):
                    if not within_reach and self._on_known_ground:
                        taken.append(one)
                case Revised() if one.changes and (within_reach or one.entry is self._last):
                    taken.append(Passed(entry=one.entry, release=one.release))
                case Seen() | Revised() | CrossPost() if within_reach and one.release.is_withdrawn:
                    taken.append(Passed(entry=one.entry, release=one.release))
                case _:
                    taken.append(one)
        return taken

    def _count(
        self, page: Page, decisions: Iterable[Decision], taken: Iterable[Decision | Passed]
    ) -> None:
        kept = list(taken)
        added = sum(isinstance(one, New) for one in kept)
        left = sum(one not in kept for one in decisions if one.entry is not self._last)
        self.result = replace(
            self.result,
            added=self.result.added + added,
            known=self.result.known + len(page.entries) - added - left,
            left=self.result.left + left,
            oldest=min(self.result.oldest or date.max, *(one.date for one in page.entries)),
        )

    def _report(self, page: Page) -> None:
        self._tell(
            Progress(
                source=self._source.name,
                page=page.number,
                pages=self.result.pages,
                added=self.result.added,
                oldest=self.result.oldest,
                share=share(self._target, page, self._newest, self._highest),
            )
        )
