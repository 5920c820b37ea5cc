"""Taking in a file of entries: archive, never news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.check.desk import Desk
from monitor.decide import New, decide
from monitor.identity import Identity, identity
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
    """Take in entries by the name of their listing, all or none; nobody is told of them.

    What stands in a file twice is taken in once, with the longer of its texts.
    """
    now = world.now()
    added = 0
    with db.writing() as conn:
        for source, listed in listings.items():
            entries = _distinct(listed)
            facts = known.known(conn, source, "", entries)
            decisions = decide(source, entries, facts)
            visit = intake.Visit(source=source, site="", at=now, check_id=None, origin="import")
            events = intake.take_in(conn, visit, decisions)
            desk.match(conn, events, None, now)
            added += sum(isinstance(decision, New) for decision in decisions)
    return Imported(added=added, known=sum(map(len, listings.values())) - added)


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Return each release once, where it stands first, with all that is said of it."""
    found: dict[Identity, Entry] = {}
    for entry in entries:
        named = identity(entry.title, entry.date)
        found[named] = _fuller(found.get(named, entry), entry)
    return list(found.values())


def _fuller(first: Entry, other: Entry) -> Entry:
    return replace(
        first,
        body=max(first.body, other.body, key=len),
        category=first.category or other.category,
        url=first.url or other.url,
    )
