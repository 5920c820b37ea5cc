"""One check of one source: read, judge, decide, match, and write it all down in one transaction.

    read ─► judge ─► ask the ─► ┌ BEGIN IMMEDIATE ───────────────────────────┐
                     articles   │ known ─► decide ─► take in ─► match ─► owe │ ─► deliver
                                └ COMMIT ────────────────────────────────────┘    (elsewhere)

This module calls things in order and decides nothing. Most checks find nothing changed and end
after reading: what they do not need (`taking`, and the watches behind it) is imported when needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.check.reading import Fetch, Known, UnbelievableError, Unchanged, read
from monitor.check.reading import Wish as Wish
from monitor.errors import FetchError, PageFault
from monitor.model.configured import Source
from monitor.model.reported import CheckResult, Status
from monitor.model.scraped import Entry, Fetched
from monitor.model.world import World
from monitor.store import checks, waiting
from monitor.store.database import Database

if TYPE_CHECKING:
    from monitor.check.desk import Desk
    from monitor.ground import Ground
    from monitor.model.told import Found

# So many article pages that wait are read by one check: a baseline's come little by little.
_AT_A_TIME = 3
AS_DUE = Wish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A check and what it found, told or not.

    `gap_page` is the page from which a stretch is not proven read; the next check goes on there.
    `told` is what the operator is told of the source, in words (see `alarm`).
    `overruled` is what spoke against the page, and was accepted.
    """

    result: CheckResult
    found: "tuple[Found, ...]" = ()
    gap_page: int | None = None
    told: tuple[str, ...] = ()
    overruled: tuple[PageFault, ...] = ()


def check(
    source: Source,
    desk: Callable[[], "Desk"],
    *,
    fetch: Fetch,
    db: Database,
    world: World,
    glance: Fetch | None = None,
    wish: Wish = AS_DUE,
) -> Report:
    """Check one source. Raises StoreError alone; what else goes wrong is in the report.

    `desk` is called where there is something to match. `glance` reads article pages, if not
    `fetch`. `wish` is what somebody asked of this check beyond what is due.
    """
    started_at, tick = world.now(), world.monotonic()
    with db.reading() as conn:
        state = checks.state(conn, source.name)
        wanted = waiting.due(conn, source.name, started_at, _AT_A_TIME)
    ask = _asking(db, source.name)

    def result(status: Status, error: str | None = None, rule: str | None = None) -> CheckResult:
        return CheckResult(
            name=source.name,
            status=status,
            started_at=started_at,
            seconds=world.monotonic() - tick,
            error=error,
            rule=rule,
        )

    try:
        reading = read(source, state, fetch, ask, started_at, wish=wish)
        if isinstance(reading, Unchanged):
            same = replace(result(reading.status), pages=1, entries=state.entries)
            if not wanted:
                return _unchanged(db, same)
        from monitor.check.taking import Take

        take = Take(source, wanted, desk, fetch=glance or fetch, db=db, world=world)
        if isinstance(reading, Unchanged):
            done, found = take.complete(take.ask(None), same)
            return Report(result=done, found=found)
        take.believe(reading, accept=wish.accept)
        answers = take.ask(reading)
    except FetchError as error:
        return _unread(db, result("failed", str(error)), (), world)
    except UnbelievableError as error:
        suspect = result("suspect", error.told(source.name), error.fault.rule)
        return _unread(db, suspect, error.fetched, world)
    done, found = take.take_in(reading, answers, result("ok"))
    gap_page = take.gap_page(reading)
    return Report(result=done, found=found, gap_page=gap_page, overruled=take.overruled)


def _asking(db: Database, source: str) -> Known:
    def ground(entries: Sequence[Entry], before: datetime | None) -> "Ground":
        from monitor.store import known

        with db.reading() as conn:
            return known.ground(conn, source, entries, before)

    return ground


def _unchanged(db: Database, result: CheckResult) -> Report:
    # Nothing came of it that the next check would not find again.
    with db.writing(lightly=True) as conn:
        checks.record(conn, result)
        if result.status == "ok":
            checks.read_again(conn, result.name, result.started_at)
    return Report(result=result)


def _unread(db: Database, result: CheckResult, pages: Sequence[Fetched], world: World) -> Report:
    """Write down that nothing was learnt; what was read is kept for the record."""
    from monitor.store import snapshots

    with db.writing() as conn:
        check_id = checks.record(conn, result)
        snapshots.keep(conn, result.name, check_id, pages, world.now() - db.keep)
    return Report(result=result)
