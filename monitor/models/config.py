"""The config as frozen types: sources, watches, channels and settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Literal, NamedTuple

EventKind = Literal["new", "revised", "withdrawn", "restored"]
WatchedEvent = Literal["new", "revised", "withdrawn"]
WebhookFormat = Literal["standard", "slack", "discord", "teams", "ntfy"]
TlsMode = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A listing to check. Exactly one of `every` and `cron` is set."""

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
    """A named query, plain keywords, or both; a release must satisfy both to match.

    `sources` and `to` are None for "every source" and "every channel". A `paused` watch matches
    nothing. Releases that appear while it is paused are not matched later.
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

    def sends_to(self, channel: str) -> bool:
        """Return whether matches of this watch go to a channel."""
        return self.to is None or channel in self.to


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Secret:
    """A password or address that no log, error or page may show.

    `location` describes in words where the config keeps it. `read_value` reads it, and raises
    MonitorError if it is missing.
    """

    location: str
    read_value: Callable[[], str]

    def reveal(self) -> str:
        """Return the secret itself. Only a channel may call this, at the moment of sending."""
        return self.read_value()

    def __repr__(self) -> str:
        return f"Secret({self.location})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalChannel:
    """A channel that prints messages to standard output."""

    kind = "terminal"
    name: str
    send: str = "immediately"
    send_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChannel:
    """A channel that sends mail by SMTP (RFC 5321), with verified TLS unless `tls` is "none"."""

    kind = "email"
    name: str
    send: str = "immediately"
    send_empty: bool = False
    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    tls: TlsMode = "starttls"
    username: str | None = None
    password: Secret | None = None
    timeout: timedelta = timedelta(seconds=30)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChannel:
    """A channel that POSTs messages to `url`, in the given `format`.

    `secret` is the signing key if the format is "standard", and an access token if it is "ntfy".
    The other formats have none.
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
    """A channel that sends to one or more services through the library Apprise, an extra.

    `url` holds their addresses in Apprise's form, separated by spaces.
    """

    kind = "apprise"
    name: str
    send: str = "immediately"
    send_empty: bool = False
    url: Secret


Channel = TerminalChannel | EmailChannel | WebhookChannel | AppriseChannel
"""Every channel has `name`, `send` (when it sends) and `send_empty` (send a digest even if it is
empty, as a sign of life).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """Limits, timeouts and retries for fetching pages; times are per request unless noted.

    `budget` limits all attempts of one check together. `delay` is the pause between two requests to
    one host. `concurrency` is the number of hosts checked at the same time.
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
    """When to report a failing source, and to which channels; `to` None means every channel."""

    after: int = 3
    to: tuple[str, ...] | None = None
    heartbeat: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One validated config.toml. `timezone` is an IANA name, None for the machine's.

    `retention` is how long the store keeps raw pages. `fingerprint` covers the file and the
    program: as long as it is the same, nothing has changed.
    """

    path: Path
    store_path: Path
    timezone: str | None
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    channels: tuple[Channel, ...]
    fetch: FetchSettings
    health: HealthSettings
    retention: timedelta = timedelta(days=400)
    warnings: tuple[str, ...] = ()
    fingerprint: str = ""


class IncidentRecipients(NamedTuple):
    """The channels that receive health messages, by name and in order.

    `failure_threshold` is the number of failed checks in a row that starts an incident. `get_zone`
    returns the time zone for times in messages.
    """

    channels: tuple[str, ...]
    failure_threshold: int
    get_zone: Callable[[], tzinfo]

    def channels_except(self, channel: str) -> tuple[str, ...]:
        """Return the channels that can report an incident of this channel: all others."""
        return tuple(name for name in self.channels if name != channel)
