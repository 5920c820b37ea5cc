"""Taking in a file of entries: archive, never news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.check.desk import Desk
from monitor.decide import New, decide
from monitor.model.scraped import Entry
from monitor.model.world import World
from monitor.store import intake, known
from monitor.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many releases a file added, and how many of its entries were known already."""

    added: int
    known: int


def import_entries(
    listings: Mapping[str, Sequence[Entry]], desk: Desk, *, db: Database, world: World
) -> Imported:
    """Take in entries by the name of their listing, all or none; nobody is told of them."""
    now = world.now()
    added = 0
    with db.writing() as conn:
        for source, entries in listings.items():
            facts = known.known(conn, source, "", entries)
            decisions = decide(source, entries, facts)
            visit = intake.Visit(source=source, site="", at=now, check_id=None, origin="import")
            events = intake.take_in(conn, visit, decisions)
            desk.match(conn, events, None, now)
            added += sum(isinstance(decision, New) for decision in decisions)
    return Imported(added=added, known=sum(map(len, listings.values())) - added)
