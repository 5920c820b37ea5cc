"""Import of entries from a file, into the archive; it never alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.check.alerts import AlertRouter
from monitor.clock import Clock
from monitor.domain.changes import NewEntry, ReleaseKey, classify_entries, make_release_key
from monitor.models.check import Entry
from monitor.store import ingest, lookup
from monitor.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The number of releases that an import added, and of entries that were already known."""

    added_count: int
    known_count: int


def import_entries(
    listings: Mapping[str, Sequence[Entry]], router: AlertRouter, *, db: Database, clock: Clock
) -> ImportResult:
    """Import entries, by the name of their listing, in one transaction; do not alert.

    An entry that occurs twice is imported once, with the longer of its texts.
    """
    now = clock.now()
    added_count = 0
    with db.begin_write() as conn:
        for source, listed_entries in listings.items():
            entries = _merge_duplicates(listed_entries)
            stored = lookup.find_stored_entries(conn, source, "", entries)
            classifications = classify_entries(source, entries, stored)
            context = ingest.IngestContext(
                source=source, site="", seen_at=now, check_id=None, origin="import"
            )
            events = ingest.ingest_entries(conn, context, classifications)
            router.record_matches(conn, events, None, now)
            added_count += sum(
                isinstance(classification, NewEntry) for classification in classifications
            )
    return ImportResult(
        added_count=added_count, known_count=sum(map(len, listings.values())) - added_count
    )


def _merge_duplicates(entries: Sequence[Entry]) -> list[Entry]:
    """Return each release once, at its first place, with the data of all its entries."""
    entries_by_key: dict[ReleaseKey, Entry] = {}
    for entry in entries:
        key = make_release_key(entry.title, entry.date)
        entries_by_key[key] = _merge_entries(entries_by_key.get(key, entry), entry)
    return list(entries_by_key.values())


def _merge_entries(first: Entry, other: Entry) -> Entry:
    return replace(
        first,
        body=max(first.body, other.body, key=len),
        category=first.category or other.category,
        url=first.url or other.url,
    )
