"""What is told: matches with their reasons, messages, notices of trouble, deliveries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from monitor.model.configured import EventKind
from monitor.model.stored import Change, Event, Release
from monitor.times import to_iso, to_iso_if


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a query is held against. `sources` are the listings the release was seen in."""

    title: str
    text: str
    category: str = ""
    sources: tuple[str, ...] = ()


class Hit(NamedTuple):
    """Where a term was found: offsets in characters into `field` ("title", "text", …)."""

    field: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A stretch of one field with its hits as (start, end) offsets into `text`, in order."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    def marked(
        self, before: str = "**", after: str = "**", escape: Callable[[str], str] = str
    ) -> str:
        """Return the text with every hit between `before` and `after`, all parts escaped."""
        parts, at = [], 0
        for start, end in self.marks:
            parts += [escape(self.text[at:start]), before, escape(self.text[start:end]), after]
            at = end
        return "".join((*parts, escape(self.text[at:])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch found a release: why (`hits`) and how it reads (`snippet`)."""

    watch: str
    hits: tuple[Hit, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A channel that was told of a release before, for which watches, and how that read."""

    channel: str
    watches: tuple[str, ...]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event with the watches that it concerns, in the order of the config.

    `matches` are of watches that find the release for the first time; `asking` of those that ask
    for just such events, not for what is new, and hear of each. `earlier` are those who have to
    hear of it because they were told of the release before.
    """

    event: Event
    matches: tuple[Match, ...]
    asking: tuple[Match, ...] = ()
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One release in a message, once, with every watch that wanted it."""

    event: EventKind
    release: Release
    watches: tuple[str, ...]
    snippet: Snippet
    changes: tuple[Change, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message: what a channel is told at once. `id` names it for ever, over all retries.

    `kind` is the webhook's `type`; `since` and `until` are the period of a scheduled digest.
    """

    id: str
    channel: str
    kind: Literal["releases.matched", "digest"]
    created_at: datetime
    items: tuple[Item, ...]
    since: datetime | None = None
    until: datetime | None = None


About = Literal["source", "channel"]
State = Literal["failing", "recovered", "silent", "resumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a notice of trouble says, for programs: how the source or channel `name` is doing.

    `incident` is one from its beginning to its end. It began at `since`; `until` is its end, None
    while it lasts. `missed` says what was, or may have been, missed; it is a sentence as `reason`
    and `advice` are, and each is empty where there is nothing to say.
    """

    incident: str
    about: About
    name: str
    state: State
    since: datetime
    until: datetime | None = None
    reason: str = ""
    advice: str = ""
    missed: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the facts in the shape that webhooks carry."""
        return {
            "incident": self.incident,
            "about": {"kind": self.about, "name": self.name},
            "state": self.state,
            "since": to_iso(self.since),
            "until": to_iso_if(self.until),
            "reason": self.reason,
            "advice": self.advice,
            "missed": self.missed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message about the watching itself: `subject` is a line, `text` its paragraphs.

    `facts` are None where there is no trouble to tell of, as in a test message.
    """

    id: str
    channel: str
    kind: Literal["health", "test"]
    created_at: datetime
    subject: str
    text: tuple[str, ...]
    facts: Facts | None = None


Letter = Digest | Notice
"""Whatever a channel is owed: both have `id`, `channel`, `kind` and `created_at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way: `payload` is frozen at the first attempt and sent again unchanged.

    `attempt` counts from 1. `taken_by` are those of several recipients who have it already.
    """

    id: str
    channel: str
    attempt: int
    payload: bytes = field(repr=False)
    taken_by: frozenset[str] = frozenset()
