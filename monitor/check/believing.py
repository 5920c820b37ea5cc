"""Whether to believe what a check read, or to take it on the word of who looked at it."""

from urllib.parse import urlsplit

from monitor.check import articles
from monitor.check.reading import Fetch, Reading, UnbelievableError
from monitor.errors import PageFault
from monitor.health import objections
from monitor.health.ground import TURNED_BACK
from monitor.health.learned import FAR_FEWER
from monitor.model.configured import Source
from monitor.model.stored import Verdict
from monitor.model.world import World
from monitor.store import absences, history
from monitor.store.database import Database

_LOST = (FAR_FEWER, TURNED_BACK)  # what so many withdrawals at once would look like, too


def believe(
    source: Source, reading: Reading, *, fetch: Fetch, db: Database, world: World, accept: bool
) -> tuple[PageFault, ...]:
    """Return what speaks against this reading and is overruled (`accept`): mostly nothing.

    Raises UnbelievableError where it is not overruled. `fetch` reads article pages, where those
    can tell.
    """
    with db.reading() as conn:
        past = history.read(conn, source.name, reading.pages)
    faults = map(fault_of, objections(reading.pages, past, world.now()))
    if accept:
        return (*reading.overruled, *faults)
    for fault in faults:
        if fault.rule not in _LOST or not _were_withdrawn(source, reading, fetch, db, world):
            raise UnbelievableError(fault, reading.fetched)
    return ()


def _were_withdrawn(
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
