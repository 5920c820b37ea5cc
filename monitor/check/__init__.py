"""One check of one source: read, judge, decide, match, and write it all down in one transaction.

    read ──► judge ──► ┌ BEGIN IMMEDIATE ───────────────────────────────┐
                       │ known ──► decide ──► take in ──► match ──► owe │ ──► deliver
                       └ COMMIT ────────────────────────────────────────┘     (elsewhere)

This module calls things in order and decides nothing. What is decided inside the transaction is
decided on what is true there: another process may have taken in the same page a moment ago.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from monitor import sources
from monitor.check.desk import Desk
from monitor.check.reading import (
    Fetch,
    IsKnown,
    Reading,
    UnbelievableError,
    Unchanged,
    read,
)
from monitor.decide import Decision, New, Revised, decide
from monitor.errors import FetchError, PageFault
from monitor.health import judge
from monitor.model import CheckResult, Entry, Fetched, Found, Source, Status, World
from monitor.store import checks, intake, known, snapshots
from monitor.store.checks import SourceState
from monitor.store.database import Database

__all__ = ["Desk", "Report", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A check and what it found, told or not."""

    result: CheckResult
    found: tuple[Found, ...] = ()


def check(source: Source, desk: Desk, *, fetch: Fetch, db: Database, world: World) -> Report:
    """Check one source. Raises StoreError alone; what else goes wrong is in the report."""
    started_at, tick = world.now(), world.monotonic()
    with db.reading() as conn:
        state = checks.state(conn, source.name)

    def result(status: Status, error: str | None = None) -> CheckResult:
        return CheckResult(
            name=source.name,
            status=status,
            started_at=started_at,
            seconds=world.monotonic() - tick,
            error=error,
        )

    try:
        reading = read(source, state, fetch, _asking(db, source.name), started_at)
        if isinstance(reading, Unchanged):
            same = replace(result(reading.status), pages=1, entries=state.entries)
            return _unchanged(db, same)
        _believe(reading, world.now())
    except FetchError as error:
        return _unread(db, result("failed", str(error)), (), world)
    except UnbelievableError as error:
        return _unread(db, result("suspect", str(error.fault)), error.fetched, world)
    return _take_in(source, reading, desk, result("ok"), db, world)


def _asking(db: Database, source: str) -> IsKnown:
    def is_known(entries: Sequence[Entry], before: datetime | None) -> bool:
        with db.reading() as conn:
            return known.is_known(conn, source, entries, before)

    return is_known


def _believe(reading: Reading, now: datetime) -> None:
    verdict = judge(reading.pages, now)
    if not verdict.credible:
        fault = PageFault(verdict.reason, advice=verdict.advice)
        raise UnbelievableError(fault, reading.fetched)


def _unchanged(db: Database, result: CheckResult) -> Report:
    with db.writing() as conn:
        checks.record(conn, result)
        if result.status == "ok":
            checks.read_again(conn, result.name, result.started_at)
    return Report(result=result)


def _unread(db: Database, result: CheckResult, pages: Sequence[Fetched], world: World) -> Report:
    """Write down that nothing was learnt; what was read is kept for the record."""
    with db.writing() as conn:
        check_id = checks.record(conn, result)
        snapshots.keep(conn, result.name, check_id, pages, world.now())
    return Report(result=result)


def _take_in(
    source: Source, reading: Reading, desk: Desk, result: CheckResult, db: Database, world: World
) -> Report:
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
    return Report(result=result, found=found)


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
