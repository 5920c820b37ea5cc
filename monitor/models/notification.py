"""Matches with their reasons, messages of releases and of health, and deliveries."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from monitor.clock import to_iso, to_iso_or_none
from monitor.models.config import EventKind
from monitor.models.release import Event, FieldChange, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that queries are evaluated on. `sources` are the listings that showed the release."""

    title: str
    text: str
    category: str = ""
    sources: tuple[str, ...] = ()


class Hit(NamedTuple):
    """The position of a matched term: character offsets into `field` ("title", "text", …)."""

    field: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """An excerpt of one field.

    `marks` are its hits as (start, end) offsets into `text`, in order.
    """

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def highlight_hits(
        self, before: str = "**", after: str = "**", escape: Callable[[str], str] = str
    ) -> str:
        """Return the text with `before` and `after` around every hit; all parts are escaped."""
        parts, position = [], 0
        for start, end in self.marks:
            parts += [
                escape(self.text[position:start]),
                before,
                escape(self.text[start:end]),
                after,
            ]
            position = end
        return "".join((*parts, escape(self.text[position:])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A match of a watch on a release: the `hits` that caused it, and a `snippet` with them."""

    watch: str
    hits: tuple[Hit, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRecipient:
    """A channel that was notified of a release before, with the watches and snippet sent then."""

    channel: str
    watches: tuple[str, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedEvent:
    """An event with the watches that it concerns, in the order of the config.

    `matches` belong to watches that match the release for the first time. `recurring_matches`
    belong to watches without "new" in `on`: these report each event of the other kinds.
    `prior_recipients` get the event because they were notified of the release before.
    """

    event: Event
    matches: tuple[Match, ...]
    recurring_matches: tuple[Match, ...] = ()
    prior_recipients: tuple[PriorRecipient, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """One release in a message, listed once, with every watch that sends it there."""

    event: EventKind
    release: Release
    watches: tuple[str, ...]
    snippet: Snippet
    changes: tuple[FieldChange, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMessage:
    """One message about releases to one channel. `id` never changes, over all retries.

    `kind` is the webhook's `type`. `since` and `until` are the period of a scheduled digest.
    """

    id: str
    channel: str
    kind: Literal["releases.matched", "digest"]
    created_at: datetime
    items: tuple[MessageItem, ...]
    since: datetime | None = None
    until: datetime | None = None


IncidentSubject = Literal["source", "channel"]
IncidentState = Literal["failing", "recovered", "silent", "resumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """An incident of the source or channel `name`, as data for programs.

    `incident` is the same id from start to end. The incident began at `since` and ended at `until`,
    None while it lasts. `reason`, `advice` and `missed` (releases or messages that were or may have
    been missed) are sentences, empty if there is nothing to report.
    """

    incident: str
    about: IncidentSubject
    name: str
    state: IncidentState
    since: datetime
    until: datetime | None = None
    reason: str = ""
    advice: str = ""
    missed: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the facts in the form that webhooks send."""
        return {
            "incident": self.incident,
            "about": {"kind": self.about, "name": self.name},
            "state": self.state,
            "since": to_iso(self.since),
            "until": to_iso_or_none(self.until),
            "reason": self.reason,
            "advice": self.advice,
            "missed": self.missed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthMessage:
    """One message about the monitoring itself: `subject` is a line, `text` its paragraphs.

    `facts` is None if the message is not about an incident, as in a test message.
    """

    id: str
    channel: str
    kind: Literal["health", "test"]
    created_at: datetime
    subject: str
    text: tuple[str, ...]
    facts: IncidentFacts | None = None


OutgoingMessage = ReleaseMessage | HealthMessage
"""Any message to a channel: both types have `id`, `channel`, `kind` and `created_at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An attempt to send a message.

    `payload` is frozen at the first attempt and sent again unchanged. `attempt` counts from 1.
    `delivered_to` are the recipients, of several, that already have it.
    """

    id: str
    channel: str
    attempt: int
    payload: bytes = field(repr=False)
    delivered_to: frozenset[str] = frozenset()


IncidentKind = Literal["failing", "silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A problem with the source or channel `name` since `began_at`, and how to fix it.

    `notified_at` is when the operator was notified, None as long as the problem may pass
    unreported.
    """

    id: int
    about: IncidentSubject
    name: str
    kind: IncidentKind
    began_at: datetime
    notified_at: datetime | None
    reason: str
    advice: str

    def build_facts(
        self, state: IncidentState, *, until: datetime | None = None, missed: str = ""
    ) -> IncidentFacts:
        """Return the incident as data for programs; its id is the same in all its messages."""
        start_stamp = re.sub(r"[-:]|\..*(?=Z)", "", to_iso(self.began_at))
        return IncidentFacts(
            incident=f"{self.id}-{start_stamp}",
            about=self.about,
            name=self.name,
            state=state,
            since=self.began_at,
            until=until,
            reason=self.reason,
            advice=self.advice,
            missed=missed,
        )
