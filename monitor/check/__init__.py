"""One check of one source: read, judge, decide, match, and write it all down in one transaction.

    read ──► judge ──► ┌ BEGIN IMMEDIATE ───────────────────────────────┐
                       │ known ──► decide ──► take in ──► match ──► owe │ ──► deliver
                       └ COMMIT ────────────────────────────────────────┘     (elsewhere)

This module calls things in order and decides nothing. Most checks find nothing changed and end
after reading: what they do not need (`taking`, and the watches behind it) is imported when needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.check.reading import Fetch, IsKnown, UnbelievableError, Unchanged, read
from monitor.errors import FetchError
from monitor.model.configured import Source
from monitor.model.reported import CheckResult, Status
from monitor.model.scraped import Entry, Fetched
from monitor.model.world import World
from monitor.store import checks
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.check.desk import Desk
    from monitor.model.told import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A check and what it found, told or not."""

    result: CheckResult
    found: "tuple[Found, ...]" = ()


def check(
    source: Source, desk: Callable[[], "Desk"], *, fetch: Fetch, db: Database, world: World
) -> Report:
    """Check one source. Raises StoreError alone; what else goes wrong is in the report.

    `desk` is called where there is something to match.
    """
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
        from monitor.check.taking import believe, take_in

        believe(reading, world.now())
    except FetchError as error:
        return _unread(db, result("failed", str(error)), (), world)
    except UnbelievableError as error:
        return _unread(db, result("suspect", str(error.fault)), error.fetched, world)
    done, found = take_in(source, reading, desk(), result("ok"), db=db, world=world)
    return Report(result=done, found=found)


def _asking(db: Database, source: str) -> IsKnown:
    def is_known(entries: Sequence[Entry], before: datetime | None) -> bool:
        from monitor.store import known

        with db.reading() as conn:
            return known.is_known(conn, source, entries, before)

    return is_known


def _unchanged(db: Database, result: CheckResult) -> Report:
    with db.writing() as conn:
        checks.record(conn, result)
        if result.status == "ok":
            checks.read_again(conn, result.name, result.started_at)
    return Report(result=result)


def _unread(db: Database, result: CheckResult, pages: Sequence[Fetched], world: World) -> Report:
    """Write down that nothing was learnt; what was read is kept for the record."""
    from monitor.store import snapshots

    with db.writing() as conn:
        check_id = checks.record(conn, result)
        snapshots.keep(conn, result.name, check_id, pages, world.now())
    return Report(result=result)
