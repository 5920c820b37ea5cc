"""Whether to believe what a check read, or to take it on the word of who looked at it."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from monitor.check import articles
from monitor.check.reading import Fetch, Reading, UnbelievableError
from monitor.errors import PageFault
from monitor.health import objections
from monitor.health.learned import FAR_FEWER
from monitor.model.configured import Source
from monitor.model.stored import Verdict
from monitor.model.world import World
from monitor.store import absences, history
from monitor.store.database import Database


def believe(
    source: str,
    reading: Reading,
    db: Database,
    now: datetime,
    *,
    were_withdrawn: Callable[[], bool],
    accept: bool = False,
) -> tuple[PageFault, ...]:
    """Return what speaks against this reading and is overruled (`accept`): mostly nothing.

    Raises UnbelievableError where it is not overruled. `were_withdrawn` tells whether what page 1
    lacks is gone from the site; it is asked where that is what speaks against the page.
    """
    with db.reading() as conn:
        past = history.read(conn, source, reading.pages)
    faults = map(fault_of, objections(reading.pages, past, now))
    if accept:
        return (*reading.overruled, *faults)
    for fault in faults:
        if fault.rule != FAR_FEWER or not were_withdrawn():
            raise UnbelievableError(fault, reading.fetched)
    return ()


def were_withdrawn(
    source: Source, reading: Reading, fetch: Fetch, db: Database, world: World
) -> bool:
    """Tell whether page 1 shows all that it last did, but for what is gone from the site.

    The article pages say so, if that of an entry which is still listed is there.
    """
    first = reading.pages[0].entries
    with db.reading() as conn:
        lacking = absences.lacking(conn, source.name, urlsplit(source.url).netloc, first)
    if not lacking:
        return True
    there = [entry.url for entry in first if entry.url is not None][:1]
    answers = articles.ask(source.kind, [*there, *filter(None, lacking)], fetch, world)
    return answers.gone >= set(lacking) and answers.articles.keys() >= set(there)


def fault_of(verdict: Verdict) -> PageFault:
    """Return a verdict as what is raised."""
    return PageFault(verdict.reason, advice=verdict.advice, rule=verdict.rule, acceptable=True)
