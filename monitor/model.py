"""The types that flow through a check, one per stage.

Configured (Source, Watch, channels) → read (Fetched) → scraped (Entry, Page) → believed
(Verdict) → stored (Release) → decided (Event) → found (Hit, Snippet, Match) → told (Item,
Digest). None of them has a field that means "not yet": what is not yet known is another type.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from monitor.times import to_iso

# ------------------------------------------------------------------ what the user configured

EventKind = Literal["new", "revised", "withdrawn", "restored"]
Origin = Literal["news", "baseline", "archive", "import"]
Status = Literal["ok", "not-modified", "failed", "suspect"]
WatchedEvent = Literal["new", "revised", "withdrawn"]
WebhookFormat = Literal["standard", "slack"]
Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A listing to watch. Exactly one of `every` and `cron` is set."""

    name: str
    kind: str
    url: str
    every: timedelta | None = timedelta(minutes=30)
    cron: str | None = None
    sweep_every: timedelta = timedelta(hours=24)
    max_pages: int = 30
    sweep_pages: int = 5
    first_run: Literal["baseline", "alert"] = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What somebody waits for: a query, or plain keywords, or both (then both must hold).

    `sources` and `to` are None for "every source" and "every channel".
    """

    name: str
    query: str | None = None
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None
    to: tuple[str, ...] | None = None
    on: tuple[WatchedEvent, ...] = ("new", "revised", "withdrawn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Secret:
    """A password or address that no log, error or page may show.

    `where` says in words where it stands; `read` fetches it and raises MonitorError if it is gone.
    """

    where: str
    read: Callable[[], str]

    def reveal(self) -> str:
        """Return the secret itself; only a channel may, at the moment of sending."""
        return self.read()

    def __repr__(self) -> str:
        return f"Secret({self.where})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalChannel:
    """Messages go to standard output."""

    kind = "terminal"
    name: str
    send: str = "immediately"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChannel:
    """Messages go out by SMTP (RFC 5321), verified TLS unless `tls` is "none"."""

    kind = "email"
    name: str
    send: str = "immediately"
    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    tls: Tls = "starttls"
    username: str | None = None
    password: Secret | None = None
    timeout: timedelta = timedelta(seconds=30)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """Messages are POSTed to `url`, signed where a `secret` is given."""

    kind = "webhook"
    name: str
    send: str = "immediately"
    url: Secret
    format: WebhookFormat = "standard"
    secret: Secret | None = None
    timeout: timedelta = timedelta(seconds=20)
    ca_file: Path | None = None


Channel = TerminalChannel | EmailChannel | WebhookChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How politely and how patiently pages are read; times are per request unless said.

    `budget` bounds all attempts of one check together; `delay` is kept between two requests to
    one host; `concurrency` is how many sources are checked at a time.
    """

    user_agent: str
    timeout: timedelta = timedelta(seconds=30)
    attempts: int = 10
    max_bytes: int = 10_000_000
    delay: timedelta = timedelta(seconds=1)
    concurrency: int = 4
    budget: timedelta = timedelta(minutes=5)
    proxy: Secret | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """When and whom to tell that watching itself fails; `to` None means every channel."""

    after: int = 3
    to: tuple[str, ...] | None = None
    heartbeat: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of one config.toml, checked. `timezone` is an IANA name, None for the machine's."""

    path: Path
    store_path: Path
    timezone: str | None
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    channels: tuple[Channel, ...]
    fetch: FetchSettings
    health: HealthSettings
    warnings: tuple[str, ...] = ()


# ------------------------------------------------------------------ read and scraped


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the site answered: header names in lower case, the body as it unpacked."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a listing page, as scraped; empty `article_id` and `board` mean none."""

    title: str
    date: date
    category: str | None
    body: str
    url: str | None
    article_id: str = ""
    board: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One parsed listing page; no entries means a page past the end."""

    number: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that an article page offers."""

    name: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article page: the whole text, where the listing shows only its beginning."""

    title: str
    date: date
    body: str
    article_id: str
    board: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Can what was read be believed? `reason` and `advice` are sentences, empty if credible."""

    credible: bool
    reason: str = ""
    advice: str = ""


# ------------------------------------------------------------------ stored and decided


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
            "withdrawn_at": None if self.withdrawn_at is None else to_iso(self.withdrawn_at),
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

    `sources` are the listings it is seen in now, `before` those it was seen in until now.
    """

    kind: EventKind
    release: Release
    origin: Origin
    sources: tuple[str, ...]
    before: tuple[str, ...] = ()


# ------------------------------------------------------------------ found and told


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a query is held against. `sources` are the listings the release was seen in."""

    title: str
    text: str
    category: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
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
class Found:
    """An event with the watches that it concerns, in the order of the config."""

    event: Event
    matches: tuple[Match, ...]


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
    kind: Literal["releases.matched", "digest", "health", "test"]
    created_at: datetime
    items: tuple[Item, ...]
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way: `payload` is frozen at the first attempt and sent again unchanged.

    `attempt` counts from 1.
    """

    id: str
    channel: str
    attempt: int
    payload: bytes = field(repr=False)


# ------------------------------------------------------------------ reported


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How one check of one source went; `error` is a sentence, None where all is well."""

    name: str
    status: Status
    started_at: datetime
    seconds: float
    baseline: bool = False
    pages: int = 0
    entries: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    restored: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the result in the shape that `--once --json` promises."""
        return {
            "name": self.name,
            "status": self.status,
            "baseline": self.baseline,
            "pages": self.pages,
            "entries": self.entries,
            "new": self.new,
            "revised": self.revised,
            "withdrawn": self.withdrawn,
            "restored": self.restored,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }


# ------------------------------------------------------------------ the world, passed in


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Time and chance, as arguments.

    `now` is the wall clock (aware, UTC), `monotonic` counts seconds from anywhere, `wait` sleeps
    so many seconds, `chance` gives a number from 0 up to 1, `new_id` a name never given before.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    chance: Callable[[], float]
    new_id: Callable[[], str]
