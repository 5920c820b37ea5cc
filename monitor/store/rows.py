"""Conversion between table rows and model types; only this module maps columns to fields."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitor.clock import from_iso, from_iso_or_none
from monitor.domain.changes import make_release_key
from monitor.models.check import Entry
from monitor.models.notification import IncidentFacts, Snippet
from monitor.models.release import FieldChange, Release

RELEASE_COLUMNS = (
    "r.id, r.title, r.date, r.category, r.body, r.url, r.source, r.first_seen_at, r.withdrawn_at,"
    " (SELECT json_group_array(watch) FROM"
    " (SELECT DISTINCT watch FROM matches WHERE release_id = r.id ORDER BY watch))"
)
ReleaseRow = tuple[int, str, str, str | None, str, str | None, str, str, str | None, str]


def build_release(row: ReleaseRow) -> Release:
    """Build a release from a row of RELEASE_COLUMNS (from `releases AS r`)."""
    release_id, title, day, category, body, url, source, first_seen_at, withdrawn_at, watches = row
    return Release(
        id=release_id,
        title=title,
        date=date.fromisoformat(day),
        category=category,
        body=body,
        url=url,
        source=source,
        first_seen_at=from_iso(first_seen_at),
        withdrawn_at=from_iso_or_none(withdrawn_at),
        watches=tuple(json.loads(watches)),
    )


def get_identity_columns(entry: Entry) -> tuple[str, str]:
    """Return an entry's identity as (key, date), the columns of `identities`."""
    release_identity = make_release_key(entry.title, entry.date)
    return release_identity.normalized_title, release_identity.day.isoformat()


def dump_snippet(snippet: Snippet) -> str:
    """Return a snippet as JSON text."""
    return json.dumps({"field": snippet.field, "text": snippet.text, "marks": snippet.marks})


def load_snippet(text: str) -> Snippet:
    """Return the snippet that `dump_snippet` wrote."""
    row = json.loads(text)
    marks = tuple((start, end) for start, end in row["marks"])
    return Snippet(field=row["field"], text=row["text"], marks=marks)


def dump_changes(changes: tuple[FieldChange, ...] | None) -> str | None:
    """Return the changes of a revision as JSON text, or None if there are none."""
    return None if changes is None else json.dumps([change.as_json() for change in changes])


def load_changes(text: str | None) -> tuple[FieldChange, ...] | None:
    """Return the changes that `dump_changes` wrote."""
    if text is None:
        return None
    return tuple(FieldChange(**change) for change in json.loads(text))


def dump_facts(facts: IncidentFacts | None) -> str | None:
    """Return the facts of a health message as JSON text, or None if there are none."""
    return None if facts is None else json.dumps(facts.as_json())


def load_facts(text: str | None) -> IncidentFacts | None:
    """Return the facts that `dump_facts` wrote."""
    if text is None:
        return None
    row = json.loads(text)
    about, since, until = row.pop("about"), row.pop("since"), row.pop("until")
    return IncidentFacts(
        about=about["kind"],
        name=about["name"],
        since=from_iso(since),
        until=from_iso_or_none(until),
        **row,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFilter:
    """Conditions on releases; a release must meet all that are set.

    `since` and `until` are inclusive. `categories` holds all spellings of one category.
    """

    watch: str | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] | None = None

    def to_sql(self) -> tuple[str, list[str]]:
        """Return an SQL condition on `releases AS r`, and its parameters."""
        conditions = list(self._iter_conditions())
        values = [value for _, values in conditions for value in values]
        return " AND ".join(["TRUE", *(condition for condition, _ in conditions)]), values

    def _iter_conditions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.watch is not None:
            yield "r.id IN (SELECT release_id FROM matches WHERE watch = ?)", (self.watch,)
        if self.source is not None:
            yield "r.id IN (SELECT release_id FROM listings WHERE source = ?)", (self.source,)
        if self.since is not None:
            yield "r.date >= ?", (self.since.isoformat(),)
        if self.until is not None:
            yield "r.date <= ?", (self.until.isoformat(),)
        if self.categories is not None:
            yield f"r.category IN ({', '.join('?' * len(self.categories))})", self.categories


ALL_RELEASES = ReleaseFilter()
