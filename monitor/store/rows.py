"""Between rows and types: the one place that knows which column is which field."""

import json
from datetime import date

from monitor.identity import identity
from monitor.model.scraped import Entry
from monitor.model.stored import Change, Release
from monitor.model.told import Facts, Snippet
from monitor.times import from_iso, from_iso_if

RELEASE_COLUMNS = (
    "r.id, r.title, r.date, r.category, r.body, r.url, r.source, r.first_seen_at, r.withdrawn_at,"
    " (SELECT json_group_array(watch) FROM"
    " (SELECT DISTINCT watch FROM matches WHERE release_id = r.id ORDER BY watch))"
)
ReleaseRow = tuple[int, str, str, str | None, str, str | None, str, str, str | None, str]


def release_from(row: ReleaseRow) -> Release:
    """Return the release in a row of RELEASE_COLUMNS (from `releases AS r`)."""
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
        withdrawn_at=from_iso_if(withdrawn_at),
        watches=tuple(json.loads(watches)),
    )


def key(entry: Entry) -> tuple[str, str]:
    """Return an entry's identity as the columns of `identities`."""
    named = identity(entry.title, entry.date)
    return named.key, named.day.isoformat()


def snippet_row(snippet: Snippet) -> str:
    """Return a snippet as JSON text."""
    return json.dumps({"field": snippet.field, "text": snippet.text, "marks": snippet.marks})


def snippet_from(text: str) -> Snippet:
    """Return the snippet that `snippet_row` wrote."""
    row = json.loads(text)
    marks = tuple((start, end) for start, end in row["marks"])
    return Snippet(field=row["field"], text=row["text"], marks=marks)


def changes_row(changes: tuple[Change, ...] | None) -> str | None:
    """Return the changes of a revision as JSON text, None where there are none."""
    return None if changes is None else json.dumps([change.as_json() for change in changes])


def changes_from(text: str | None) -> tuple[Change, ...] | None:
    """Return the changes that `changes_row` wrote."""
    if text is None:
        return None
    return tuple(Change(**change) for change in json.loads(text))


def facts_row(facts: Facts | None) -> str | None:
    """Return the facts of a notice as JSON text, None where there are none."""
    return None if facts is None else json.dumps(facts.as_json())


def facts_from(text: str | None) -> Facts | None:
    """Return the facts that `facts_row` wrote."""
    if text is None:
        return None
    row = json.loads(text)
    about, since, until = row.pop("about"), row.pop("since"), row.pop("until")
    return Facts(
        about=about["kind"],
        name=about["name"],
        since=from_iso(since),
        until=from_iso_if(until),
        **row,
    )
