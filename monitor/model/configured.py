"""What the user configured: sources, watches, channels, and how to behave."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

EventKind = Literal["new", "revised", "withdrawn", "restored"]
WatchedEvent = Literal["new", "revised", "withdrawn"]
WebhookFormat = Literal["standard", "slack", "discord", "teams", "ntfy"]
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

    `sources` and `to` are None for "every source" and "every channel". A `paused` watch matches
    nothing; what appears meanwhile is not made up for.
    """

    name: str
    query: str | None = None
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None
    to: tuple[str, ...] | None = None
    on: tuple[WatchedEvent, ...] = ("new", "revised", "withdrawn")
    paused: bool = False

    def goes_to(self, channel: str) -> bool:
        """Tell whether this channel is told what it finds."""
        return self.to is None or channel in self.to


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
    send_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChannel:
    """Messages go out by SMTP (RFC 5321), verified TLS unless `tls` is "none"."""

    kind = "email"
    name: str
    send: str = "immediately"
    send_empty: bool = False
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
    """Messages are POSTed to `url`, in the form that `format` names.

    `secret` signs them where the format is "standard", and is an access token where it is "ntfy";
    the others have none.
    """

    kind = "webhook"
    name: str
    send: str = "immediately"
    send_empty: bool = False
    url: Secret
    format: WebhookFormat = "standard"
    secret: Secret | None = None
    timeout: timedelta = timedelta(seconds=20)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseChannel:
    """Messages go to one or several services through the library Apprise, an extra.

    `url` holds their addresses in Apprise's form, with space between them.
    """

    kind = "apprise"
    name: str
    send: str = "immediately"
    send_empty: bool = False
    url: Secret


Channel = TerminalChannel | EmailChannel | WebhookChannel | AppriseChannel
"""Every channel has `name`, `send` (when messages leave) and `send_empty` (a digest of nothing is
sent too, as a sign of life)."""


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
    """The whole of one config.toml, checked. `timezone` is an IANA name, None for the machine's.

    `keep`: how long raw pages stay in the store. `fingerprint` is the file's and the program's:
    while it is the same, nothing changed.
    """

    path: Path
    store_path: Path
    timezone: str | None
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    channels: tuple[Channel, ...]
    fetch: FetchSettings
    health: HealthSettings
    keep: timedelta = timedelta(days=400)
    warnings: tuple[str, ...] = ()
    fingerprint: str = ""
