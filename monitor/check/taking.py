"""Taking in what a check read: one transaction for releases, matches, and what is owed.

What is decided inside the transaction is decided on what is true there: another process may have
taken in the same page a moment ago.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor import sources
from monitor.check.desk import Desk
from monitor.check.reading import Reading, UnbelievableError
from monitor.decide import Decision, New, Revised, decide
from monitor.errors import PageFault
from monitor.health import judge
from monitor.model.configured import Source
from monitor.model.reported import CheckResult
from monitor.model.told import Found
from monitor.model.world import World
from monitor.store import checks, intake, known, snapshots
from monitor.store.checks import SourceState
from monitor.store.database import Database


def believe(reading: Reading, now: datetime) -> None:
    """Raise UnbelievableError where what was read cannot be right."""
    verdict = judge(reading.pages, now)
    if not verdict.credible:
        fault = PageFault(verdict.reason, advice=verdict.advice)
        raise UnbelievableError(fault, reading.fetched)


def take_in(
    source: Source,
    reading: Reading,
    desk: Desk,
    result: CheckResult,
    *,
    db: Database,
    world: World,
) -> tuple[CheckResult, tuple[Found, ...]]:
    """Write down what was read and what follows from it, all or nothing."""
    now = world.now()
    with db.writing() as conn:
        state = checks.state(conn, source.name)
        decisions = _decide(conn, source, state, reading)
        result = _counted(result, reading, decisions, baseline=state.baseline_at is None)
        check_id = checks.record(conn, result)
        is_baseline = state.baseline_at is None and source.first_run == "baseline"
        visit = intake.Visit(
            source=source.name,
            site=_site(source),
            at=now,
            check_id=check_id,
            origin="baseline" if is_baseline else "news",
        )
        found = desk.match(conn, intake.take_in(conn, visit, decisions), check_id, now)
        desk.owe(conn, found, check_id, now, world.new_id)
        snapshots.keep(conn, source.name, check_id, reading.fetched, now)
        checks.remember(conn, source.name, _next_state(source, state, reading, now))
    return result, found


def _decide(
    conn: sqlite3.Connection, source: Source, state: SourceState, reading: Reading
) -> tuple[Decision, ...]:
    facts = known.known(conn, source.name, _site(source), reading.entries)
    gap = reading.gap_page is not None or state.gap_page is not None
    return decide(source.name, reading.entries, facts, all_news=gap)


def _counted(
    result: CheckResult, reading: Reading, decisions: Iterable[Decision], *, baseline: bool
) -> CheckResult:
    kinds = [type(one) for one in decisions if not isinstance(one, Revised) or one.changes]
    return replace(
        result,
        baseline=baseline,
        pages=len(reading.pages),
        entries=len(reading.entries),
        new=kinds.count(New),
        revised=kinds.count(Revised),
    )


def _next_state(source: Source, state: SourceState, reading: Reading, now: datetime) -> SourceState:
    first = reading.fetched[0]
    gap_since = None if reading.gap_page is None else state.gap_since or now
    return SourceState(
        baseline_at=state.baseline_at or now,
        read_at=first.fetched_at,
        url=source.url,
        etag=first.headers.get("etag"),
        last_modified=first.headers.get("last-modified"),
        fingerprint=sources.fingerprint(source.kind, first),
        entries=len(reading.pages[0].entries),
        gap_page=reading.gap_page,
        gap_since=gap_since,
    )


def _site(source: Source) -> str:
    return urlsplit(source.url).netloc
