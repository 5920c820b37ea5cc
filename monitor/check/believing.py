"""Whether to believe what a check read, or to take it on the word of who looked at it."""

from datetime import datetime

from monitor.check.reading import Reading, UnbelievableError
from monitor.errors import PageFault
from monitor.health import objections
from monitor.model.stored import Verdict
from monitor.store import history
from monitor.store.database import Database


def believe(
    source: str, reading: Reading, db: Database, now: datetime, *, accept: bool = False
) -> tuple[PageFault, ...]:
    """Return what speaks against this reading and is overruled (`accept`): mostly nothing.

    Raises UnbelievableError where it is not overruled.
    """
    with db.reading() as conn:
        past = history.read(conn, source, reading.pages)
    faults = map(fault_of, objections(reading.pages, past, now))
    if accept:
        return (*reading.overruled, *faults)
    for fault in faults:
        raise UnbelievableError(fault, reading.fetched)
    return ()


def fault_of(verdict: Verdict) -> PageFault:
    """Return a verdict as what is raised."""
    return PageFault(verdict.reason, advice=verdict.advice, rule=verdict.rule, acceptable=True)
