"""Validation results, stored releases, and the events that happen to them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from monitor.clock import to_iso, to_iso_or_none
from monitor.models.config import EventKind

ReleaseOrigin = Literal["news", "baseline", "archive", "import"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationResult:
    """The result of validating pages. `reason` and `advice` are sentences, empty if they are valid.

    `rule` is the name of the violated rule.
    """

    is_valid: bool
    rule: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as stored; `watches` are the names of the watches that matched it."""

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
        """Return the release in the JSON form that the product's contract fixes."""
        return {
            "id": self.id,
            "title": self.title,
            "date": self.date.isoformat(),
            "category": self.category,
            "body": self.body,
            "url": self.url,
            "source": self.source,
            "first_seen_at": to_iso(self.first_seen_at),
            "withdrawn_at": to_iso_or_none(self.withdrawn_at),
            "watches": list(self.watches),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """The change of one field in a revision; `diff` marks words as [-removed-] and {+added+}."""

    field: str
    before: str
    after: str
    diff: str

    def as_json(self) -> dict[str, object]:
        """Return the change in the form that webhooks send."""
        return {
            "field": self.field,
            "before": self.before,
            "after": self.after,
            "diff": self.diff,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a release. Only an `origin` of "news" is alerted.

    `sources` are the listings that show it now, `previous_sources` those that showed it before.
    `previous_release` is the release before the event, set if more than its listings changed.
    `changes` are the changes worth reporting.
    """

    kind: EventKind
    release: Release
    origin: ReleaseOrigin
    sources: tuple[str, ...]
    previous_sources: tuple[str, ...] = ()
    previous_release: Release | None = None
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """A release in a feed. Its id comes from the first title and date, and never changes.

    `updated_at` is when the release was last revised or withdrawn, or else first seen.
    """

    release: Release
    first_title: str
    first_date: date
    updated_at: datetime

    @property
    def heading(self) -> str:
        """The title as scraped, marked if the release is withdrawn."""
        withdrawn = "" if self.release.withdrawn_at is None else "Withdrawn: "
        return f"{withdrawn}{self.release.title}"

    @property
    def web_url(self) -> str | None:
        """The URL of the release as scraped, None if it is not an HTTP address."""
        url = self.release.url
        return url if url and url.casefold().startswith(("http://", "https://")) else None

    def format_text(self, zone: tzinfo) -> str:
        """Return the text as scraped, headed by the time of withdrawal if it is withdrawn."""
        withdrawn_at = self.release.withdrawn_at
        if withdrawn_at is None:
            return self.release.body
        moment = f"{withdrawn_at.astimezone(zone):%Y-%m-%d %H:%M}"
        return f"The ministry has withdrawn this, as seen on {moment}.\n{self.release.body}"

    def get_published_at(self, zone: tzinfo) -> datetime:
        """Return the start of the release's day in a time zone.

        It is in UTC if the zone's offset has seconds, as local mean times do: RFC 3339 allows none.
        """
        moment = datetime.combine(self.release.date, time(), zone)
        offset = moment.utcoffset() or timedelta()
        return moment.astimezone(UTC) if offset % timedelta(minutes=1) else moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed's entries, newest first. `watch` names the watch it is for, None for every release.

    `feed_url` is the URL that will serve the feed, None if it is not known.
    """

    watch: str | None
    entries: tuple[FeedEntry, ...]
    updated_at: datetime
    feed_url: str | None = None

    @property
    def title(self) -> str:
        """The title of the feed, for feed readers."""
        return "monitor: every release" if self.watch is None else f"monitor: {self.watch}"
