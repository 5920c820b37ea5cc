"""All that is known of one release: what happened to it, who waited for it, who was told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from monitor.model.configured import EventKind
from monitor.model.stored import Origin, Release
from monitor.model.told import Hit, Snippet
from monitor.times import to_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """An attachment; `gone_at` is when the article no longer offered it."""

    name: str
    kind: str
    url: str
    first_seen_at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One field that the ministry changed; `diff` marks words as [-removed-] and {+added+}."""

    seen_at: datetime
    field: str
    before: str
    after: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenIn:
    """A listing that shows, or showed, a release."""

    source: str
    board: str
    article_id: str
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A watch that found a release, and why. Somebody is told only if `origin` is "news".

    `query` is all that it asked for then, None where that was not kept.
    """

    watch: str
    query: str | None
    event: EventKind
    origin: Origin
    matched_at: datetime
    hits: tuple[Hit, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that a release stands in; `id` is the delivery's."""

    id: str
    channel: str
    type: str
    status: str
    event: EventKind
    watches: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A release, and all else that is stored of it, each list from the oldest on."""

    release: Release
    attachments: tuple[KeptFile, ...]
    revisions: tuple[Revision, ...]
    listings: tuple[SeenIn, ...]
    matches: tuple[Reason, ...]
    deliveries: tuple[Told, ...]

    def as_json(self) -> dict[str, object]:
        """Return the release in its usual shape, and the lists beside."""
        return {
            **self.release.as_json(),
            "attachments": _objects(self.attachments),
            "revisions": _objects(self.revisions),
            "listings": _objects(self.listings),
            "matches": _objects(self.matches),
            "deliveries": _objects(self.deliveries),
        }


_Item = KeptFile | Revision | SeenIn | Reason | Told


def _objects(items: Sequence[_Item]) -> list[dict[str, object]]:
    return [dict(_named(item)) for item in items]


def _named(item: _Item) -> Iterator[tuple[str, object]]:
    for field in fields(item):
        value = getattr(item, field.name)
        if isinstance(value, datetime):
            yield field.name, to_iso(value)
        elif isinstance(value, Snippet):
            yield field.name, value.text
        elif field.name == "hits":
            yield field.name, [hit._asdict() for hit in value]
        else:
            yield field.name, value
