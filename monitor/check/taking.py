"""Taking in what a check read: one transaction for releases, matches, and what is owed.

What is decided inside the transaction is decided on what is true there: another process may have
taken in the same page a moment ago. The same is decided once before, to know which article pages
to ask for; what comes of that is used inside only where it still fits.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor import sources
from monitor.check import articles
from monitor.check.articles import Answers
from monitor.check.believing import believe
from monitor.check.desk import Desk
from monitor.check.reading import Fetch, Reading
from monitor.decide import Decision, New, Revised, decide, with_articles
from monitor.ground import archive_from
from monitor.health.ground import ANOTHER_LISTING
from monitor.health.shape import shape_of
from monitor.model.configured import Source
from monitor.model.reported import CheckResult
from monitor.model.stored import Event
from monitor.model.told import Found
from monitor.model.world import World
from monitor.store import (
    absences,
    checks,
    completing,
    history,
    intake,
    known,
    snapshots,
    waiting,
)
from monitor.store.absences import Absent, Swept
from monitor.store.checks import SourceState
from monitor.store.database import Database
from monitor.store.waiting import Waiting

if TYPE_CHECKING:
    from monitor.errors import PageFault

# How many article pages one check asks for, by why.
_MOST_NEW, _MOST_MISSING = 60, 10


class Take:
    """One check's taking in. `wanted` are releases whose articles wait and may be read now."""

    def __init__(
        self,
        source: Source,
        wanted: Sequence[Waiting],
        desk: Callable[[], Desk],
        *,
        fetch: Fetch,
        db: Database,
        world: World,
    ) -> None:
        self._source, self._wanted, self._desk = source, wanted, desk
        self._fetch, self._db, self._world = fetch, db, world
        self._site = urlsplit(source.url).netloc
        self.overruled: tuple[PageFault, ...] = ()

    def believe(self, reading: Reading, *, accept: bool) -> None:
        """Raise UnbelievableError where what was read cannot be right; `accept` overrules that."""
        self.overruled = believe(
            self._source,
            reading,
            fetch=self._fetch,
            db=self._db,
            world=self._world,
            accept=accept,
        )

    def gap_page(self, reading: Reading) -> int | None:
        """Return where the next check has to go on; what is met for the first time has no gap."""
        return None if self._is_other_ground else reading.gap_page

    @property
    def _is_other_ground(self) -> bool:
        """Tell whether another listing was accepted: that is a first look at it, and no news."""
        return any(fault.rule == ANOTHER_LISTING for fault in self.overruled)

    # -------------------------------------------------------------- before the transaction

    def ask(self, reading: Reading | None) -> Answers:
        """Read the article pages that matter to this check."""
        urls = [one.url for one in self._wanted]
        if reading is not None:
            with self._db.reading() as conn:
                urls = [*self._questions(conn, reading), *urls]
        return articles.ask(self._source.kind, urls, self._fetch, self._world)

    def _questions(self, conn: sqlite3.Connection, reading: Reading) -> Iterator[str]:
        """Yield where what is missing would be, and where what is new or edited is whole."""
        state = checks.state(conn, self._source.name)
        if self._is_baseline(state):  # nothing was there to be missed, and its articles wait
            return
        decisions = self._decide(conn, state, reading)
        suspected = [one.url for one in self._absent(conn, reading, decisions) if one.is_suspected]
        yield from islice(filter(None, suspected), _MOST_MISSING)
        touched = [one.entry.url for one in decisions if _is_worth_reading(one)]
        yield from islice(filter(None, touched), _MOST_NEW)

    # -------------------------------------------------------------- the transaction

    def take_in(
        self, reading: Reading, answers: Answers, result: CheckResult
    ) -> tuple[CheckResult, tuple[Found, ...]]:
        """Write down what was read and what follows from it, all or nothing."""
        now, desk = self._world.now(), self._desk()
        with self._db.writing() as conn:
            state = checks.state(conn, self._source.name)
            decisions = self._decide(conn, state, reading)
            result = replace(
                result,
                baseline=state.baseline_at is None or self._is_other_ground,
                pages=len(reading.pages),
                entries=len(reading.entries),
                new=sum(isinstance(one, New) and one.news for one in decisions),
                rule=", ".join(fault.rule for fault in self.overruled) or None,
            )
            visit = self._visit(checks.record(conn, result), now, self._is_baseline(state))
            missing = self._absent(conn, reading, decisions)
            events = [
                *intake.take_in(conn, visit, with_articles(decisions, answers.articles)),
                *self._completed(conn, visit, answers),
                *absences.note(conn, visit, missing, answers.gone),
            ]
            if reading.is_sweep and state.baseline_at is not None:
                self._look_again(conn, decisions, answers, now)
            result, found = self._tell(conn, visit, events, result, desk)
            self._keep_articles(conn, visit, answers)
            limit = now - self._db.keep
            snapshots.keep(conn, self._source.name, visit.check_id or 0, reading.fetched, limit)
            if self.overruled:
                history.forget(conn, self._source.name)
            history.keep(conn, self._source.name, visit.check_id, shape_of(reading.pages))
            checks.remember(conn, self._source.name, self._next_state(state, reading, now))
        return result, found

    def complete(
        self, answers: Answers, result: CheckResult
    ) -> tuple[CheckResult, tuple[Found, ...]]:
        """Write down a check that found its listing unchanged, and the articles it read."""
        now = self._world.now()
        desk = self._desk() if answers.articles else None
        with self._db.writing() as conn:
            visit = self._visit(checks.record(conn, result), now, is_baseline=False)
            if result.status == "ok":
                checks.read_again(conn, result.name, result.started_at)
            events = list(self._completed(conn, visit, answers))
            self._keep_articles(conn, visit, answers)
            return self._tell(conn, visit, events, result, desk)

    def _visit(self, check_id: int, now: datetime, is_baseline: bool) -> intake.Visit:  # noqa: FBT001
        return intake.Visit(
            source=self._source.name,
            site=self._site,
            at=now,
            check_id=check_id,
            origin="baseline" if is_baseline else "news",
        )

    def _tell(
        self,
        conn: sqlite3.Connection,
        visit: intake.Visit,
        events: Sequence[Event],
        result: CheckResult,
        desk: Desk | None,
    ) -> tuple[CheckResult, tuple[Found, ...]]:
        """Count what happened, match it, and write down who is owed word of it."""
        check_id = visit.check_id or 0
        kinds = Counter(event.kind for event in events)
        result = replace(
            result,
            revised=kinds["revised"],
            withdrawn=kinds["withdrawn"],
            restored=kinds["restored"],
        )
        checks.count(conn, check_id, result)
        if desk is None:
            return result, ()
        found = desk.match(conn, events, check_id, visit.at)
        desk.owe(conn, found, check_id, visit.at, self._world.new_id)
        return result, found

    def _completed(
        self, conn: sqlite3.Connection, visit: intake.Visit, answers: Answers
    ) -> Iterator[Event]:
        """Take in the articles that waited; put off those that still have to."""
        for one in self._wanted:
            article = answers.articles.get(one.url)
            event = None if article is None else completing.complete(conn, visit, one, article)
            if event is not None:
                yield event
        # What still waits though its page was read is not what that page is about.
        useless = {*answers.articles, *answers.trouble} - answers.deaf
        waiting.put_off(conn, visit.source, useless, visit.at, passing=False)
        waiting.put_off(conn, visit.source, answers.deaf, visit.at, passing=True)

    def _keep_articles(
        self, conn: sqlite3.Connection, visit: intake.Visit, answers: Answers
    ) -> None:
        same = partial(sources.says_the_same, self._source.kind)
        snapshots.keep_articles(conn, visit.source, visit.check_id, answers.pages, same)

    # -------------------------------------------------------------- what both need

    def _decide(
        self, conn: sqlite3.Connection, state: SourceState, reading: Reading
    ) -> tuple[Decision, ...]:
        facts = known.known(conn, self._source.name, self._site, reading.entries)
        below = None
        if reading.gap_page is not None or state.gap_page is not None:
            # What was known before the gap ends it; what was read since is no known ground.
            ground = known.ground(conn, self._source.name, reading.entries, state.gap_since)
            below = archive_from(reading.entries, ground)
        return decide(self._source.name, reading.entries, facts, archive_from=below)

    def _absent(
        self, conn: sqlite3.Connection, reading: Reading, decisions: Iterable[Decision]
    ) -> list[Absent]:
        """Return what a sweep should have met; nothing where it proves nothing."""
        if not reading.is_proof:
            return []
        stretch = {entry for page in reading.stretch for entry in page.entries}
        met = [one for one in decisions if not isinstance(one, New)]
        swept = Swept(
            source=self._source.name,
            site=self._site,
            standing={one.release.id for one in met if one.entry in stretch},
            met={one.release.id for one in met},
            to_the_end=reading.is_to_the_end,
        )
        return absences.absent(conn, swept)

    def _is_baseline(self, state: SourceState) -> bool:
        is_first = state.baseline_at is None or self._is_other_ground
        return is_first and self._source.first_run == "baseline"

    def _look_again(
        self,
        conn: sqlite3.Connection,
        decisions: Iterable[Decision],
        answers: Answers,
        now: datetime,
    ) -> None:
        """After a sweep, let the articles of what it met be read again, little by little.

        An edit below the cut, and another attachment, can be seen nowhere else.
        """
        met = (
            one.release.id
            for one in decisions
            if not isinstance(one, New) and one.entry.url not in (None, *answers.articles)
        )
        waiting.ask(conn, met, now)

    def _next_state(self, state: SourceState, reading: Reading, now: datetime) -> SourceState:
        first = reading.fetched[0]
        gap_page = self.gap_page(reading)
        gap_since = None if gap_page is None else state.gap_since or now
        return SourceState(
            baseline_at=state.baseline_at or now,
            read_at=first.fetched_at,
            url=self._source.url,
            etag=first.headers.get("etag"),
            last_modified=first.headers.get("last-modified"),
            fingerprint=sources.fingerprint(self._source.kind, first),
            entries=len(reading.pages[0].entries),
            gap_page=gap_page,
            gap_since=gap_since,
            swept_at=now if reading.is_sweep else state.swept_at,
            unpaged=reading.unpaged or (state.unpaged and len(reading.pages) == 1),
        )


def _is_worth_reading(decision: Decision) -> bool:
    if isinstance(decision, New):
        return decision.news
    return isinstance(decision, Revised) and (bool(decision.changes) or decision.unclear)
