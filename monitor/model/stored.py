"""What is believed, stored and decided: verdicts, releases, and what happened to them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.model.configured import EventKind
from monitor.times import to_iso, to_iso_if

Origin = Literal["news", "baseline", "archive", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Can what was read be believed? `reason` and `advice` are sentences, empty if credible.

    `rule` is the name of the rule that objects.
    """

    credible: bool
    rule: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as the archive holds it; `watches` are the names of those that matched it."""

    id: int
    title: str
    date: date
    category: str | None
    body: str
    url: str | None
    source: str
    first_seen_at: datetime
    withdrawn_at: datetime | None = None
    watches: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the release in the shape that the product promises to scripts."""
        return {
            "id": self.id,
            "title": self.title,
            "date": self.date.isoformat(),
            "category": self.category,
            "body": self.body,
            "url": self.url,
            "source": self.source,
            "first_seen_at": to_iso(self.first_seen_at),
            "withdrawn_at": to_iso_if(self.withdrawn_at),
            "watches": list(self.watches),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a revision; `diff` marks words as [-removed-] and {+added+}."""

    field: str
    before: str
    after: str
    diff: str

    def as_json(self) -> dict[str, object]:
        """Return the change in the shape that webhooks carry."""
        return {
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "diff": self.diff,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to a release. Only where `origin` is "news" is anybody told.

    `sources` are the listings it is seen in now, `before` those it was seen in until now. `was` is
    the release as it was known until now, where more than its listings changed; `changes` are those
    worth telling.
    """

    kind: EventKind
    release: Release
    origin: Origin
    sources: tuple[str, ...]
    before: tuple[str, ...] = ()
    was: Release | None = None
    changes: tuple[Change, ...] = ()
