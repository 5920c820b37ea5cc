"""Everything that the store holds about one release, for `monitor show`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from monitor.clock import to_iso
from monitor.models.config import EventKind
from monitor.models.notification import Hit, Snippet
from monitor.models.release import Release, ReleaseOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRecord:
    """A stored attachment; `gone_at` is when the article was first seen without it."""

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
class ListingRecord:
    """A listing that shows a release, or has shown it."""

    source: str
    board: str
    article_id: str
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRecord:
    """A stored match: the watch that matched a release, and why. Only `origin` "news" is alerted.

    `query` is the watch's full query at that time, None if it was not stored.
    """

    watch: str
    query: str | None
    event: EventKind
    origin: ReleaseOrigin
    matched_at: datetime
    hits: tuple[Hit, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDelivery:
    """A delivery that contains a release; `id` is the delivery's."""

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
class ReleaseDetails:
    """A release and its stored records, each list with the oldest first."""

    release: Release
    attachments: tuple[AttachmentRecord, ...]
    revisions: tuple[Revision, ...]
    listings: tuple[ListingRecord, ...]
    matches: tuple[MatchRecord, ...]
    deliveries: tuple[ReleaseDelivery, ...]

    def as_json(self) -> dict[str, object]:
        """Return the release in its usual JSON form, with the lists added."""
        return {
            **self.release.as_json(),
            "attachments": _serialize_records(self.attachments),
            "revisions": _serialize_records(self.revisions),
            "listings": _serialize_records(self.listings),
            "matches": _serialize_records(self.matches),
            "deliveries": _serialize_records(self.deliveries),
        }


_DetailRecord = AttachmentRecord | Revision | ListingRecord | MatchRecord | ReleaseDelivery


def _serialize_records(records: Sequence[_DetailRecord]) -> list[dict[str, object]]:
    return [dict(_serialize_fields(item)) for item in records]


def _serialize_fields(record: _DetailRecord) -> Iterator[tuple[str, object]]:
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, datetime):
            yield field.name, to_iso(value)
        elif isinstance(value, Snippet):
            yield field.name, value.text
        elif field.name == "hits":
            yield field.name, [hit._asdict() for hit in value]
        else:
            yield field.name, value


DeliveryOutcome = Literal["sent", "owed", "given-up", "not-sent"]
NotSentCause = Literal["terms", "source", "paused", "late", "origin", "event", "known", "nobody"]
"""Why a release was not sent: the query does not match; no listing of the watch shows it; the
watch is paused; it matches now but did not when it was ingested; it was never news; the watch
does not report this kind of event; the recipients were already notified for another watch; no
channel was to be notified.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermResult:
    """One term of a query, evaluated on a release.

    `is_excluded`: the query excludes releases that contain it. `caused_failure`: the query does not
    match because of this term. `hits` are its positions. `lowercase_form` is set if the term has
    two to four capitals, so that it matches only capitals, and the release has the word in lower
    case.
    """

    term: str
    is_excluded: bool
    is_found: bool
    caused_failure: bool
    hits: tuple[Hit, ...] = ()
    lowercase_form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDeliveries:
    """The deliveries of a release to one channel for one watch, oldest first.

    `is_removed`: the config does not have the channel any longer. `is_used_by_watch`: the watch
    sends to it.
    """

    channel: str
    is_removed: bool
    is_used_by_watch: bool
    deliveries: tuple[ReleaseDelivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one watch did or did not send one release. `causes` is empty if a message was created.

    `query` is the watch's full query now. `match_record` is the first match of that query, or else
    the last match of an earlier one; None if the watch never matched. `terms` and `matches_now` use
    the current query and the current text. `origin` is how the release entered the store, and
    `seen_in` are the listings that show it.
    """

    watch: str
    query: str
    outcome: DeliveryOutcome
    causes: tuple[NotSentCause, ...]
    matches_now: bool
    match_record: MatchRecord | None
    origin: ReleaseOrigin
    first_seen_at: datetime
    seen_in: tuple[str, ...]
    terms: tuple[TermResult, ...]
    channels: tuple[ChannelDeliveries, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePages:
    """Pages of a source that cannot be parsed for one `reason`; `url` is the last one's address."""

    source: str
    reason: str
    page_count: int
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A field of a release that was parsed wrongly; `title` is the current title of the release."""

    release_id: int
    title: str
    field: str
    before: str
    after: str

    def as_json(self) -> dict[str, object]:
        """Return the correction in the form that `replay --json` prints."""
        return {
            "id": self.release_id,
            "title": self.title,
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """The result of a replay. `skipped_pages` belong to sources that were not selected.

    Unless `is_applied`, the ids of the releases in `added` have no meaning.
    """

    is_applied: bool
    page_count: int
    skipped_pages: int
    unreadable: tuple[UnreadablePages, ...]
    added: tuple[Release, ...]
    corrected: tuple[Correction, ...]
    matched: int
