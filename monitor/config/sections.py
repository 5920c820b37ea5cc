"""Readers for the sections of config.toml except channels, one function for each section."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from typing import Final, Literal

from monitor import __version__
from monitor.config import converters, schedules
from monitor.config.converters import expect_duration, expect_seconds
from monitor.config.errors import quote_text
from monitor.config.schedules import parse_cron
from monitor.config.secrets import ConfigContext, expect_existing_file, expect_secret
from monitor.config.tables import SectionReader
from monitor.models.config import (
    AppriseChannel,
    Channel,
    EmailChannel,
    FetchSettings,
    HealthSettings,
    Secret,
    Source,
    TerminalChannel,
    TlsMode,
    Watch,
    WatchedEvent,
    WebhookChannel,
    WebhookFormat,
)

SOURCE_KINDS: Final = ("motir",)
FIRST_RUN_MODES: Final[tuple[Literal["baseline", "alert"], ...]] = ("baseline", "alert")
WATCHED_EVENTS: Final[tuple[WatchedEvent, ...]] = ("new", "revised", "withdrawn")

DEFAULT_USER_AGENT = f"monitor/{__version__} (+contact not set)"
ONE_SECOND = timedelta(seconds=1)
ONE_MILLISECOND = timedelta(milliseconds=1)
ZERO_SECONDS = timedelta(0)

ROOT_KEY_ADVICE: Mapping[str, str] = {
    "timezone": "; it belongs at the top of the file, above the first [section]"
}


def read_source(section: SectionReader) -> Source:
    """Read a `[[source]]` section."""
    name = section.require('name = "trade"', converters.parse_name, "")
    max_pages = section.get("max_pages", converters.expect_integer(1), 30)
    source = Source(
        name=name,
        kind=section.require(
            'kind = "motir"', converters.expect_choice(SOURCE_KINDS), SOURCE_KINDS[0]
        ),
        url=section.require('url = "https://example.com/news"', converters.parse_listing_url, ""),
        every=section.get("every", expect_duration(ONE_SECOND), _get_default_interval(section)),
        cron=section.get("cron", parse_cron, None),
        sweep_every=section.get("sweep_every", expect_duration(ONE_SECOND), timedelta(hours=24)),
        max_pages=max_pages,
        sweep_pages=section.get("sweep_pages", converters.expect_integer(1), min(5, max_pages)),
        first_run=section.get("first_run", converters.expect_choice(FIRST_RUN_MODES), "baseline"),
    )
    if "every" in section and "cron" in section:
        section.add_problem("every and cron exclude each other; leave one of them out", "cron")
    if source.sweep_pages > max_pages:
        section.add_problem(
            f"a sweep cannot read more pages than max_pages = {max_pages}", "sweep_pages"
        )
    section.reject_unknown(ROOT_KEY_ADVICE)
    return source


def _get_default_interval(section: SectionReader) -> timedelta | None:
    return None if "cron" in section else timedelta(minutes=30)


def read_watch(
    section: SectionReader, source_names: Iterable[str], channel_names: Iterable[str]
) -> Watch:
    """Read a `[[watch]]` section; it may refer to `source_names` and `channel_names`."""
    watch = Watch(
        name=section.require('name = "steel"', converters.parse_name, ""),
        query=section.get("query", converters.parse_text, None),
        any=section.get(
            "any", converters.expect_list(converters.parse_text, 'any = ["steel"]'), ()
        ),
        all=section.get(
            "all", converters.expect_list(converters.parse_text, 'all = ["steel"]'), ()
        ),
        none=section.get(
            "none", converters.expect_list(converters.parse_text, 'none = ["football"]'), ()
        ),
        sources=section.get(
            "sources", _expect_names(source_names, "source", 'sources = ["trade"]'), None
        ),
        to=section.get("to", _expect_names(channel_names, "channel", 'to = ["desk"]'), None),
        on=section.get(
            "on",
            converters.expect_list(converters.expect_choice(WATCHED_EVENTS), 'on = ["new"]'),
            WATCHED_EVENTS,
        ),
        paused=section.get("paused", converters.parse_bool, False),
    )
    if not any(key in section for key in ("query", "any", "all", "none")):
        section.add_problem('nothing to look for; write for instance any = ["steel"]')
    section.reject_unknown(ROOT_KEY_ADVICE)
    return watch


def _expect_names(
    defined: Iterable[str], kind: str, example: str
) -> Callable[[object], tuple[str, ...]]:
    return converters.expect_list(converters.expect_known_name(defined, kind), example)


def read_fetch_settings(section: SectionReader, context: ConfigContext) -> FetchSettings:
    """Read the `[fetch]` section."""
    expect_proxy = expect_secret(
        context, f"fetch.proxy in {context.path.name}", converters.parse_proxy_url
    )
    settings = FetchSettings(
        user_agent=section.get("user_agent", converters.parse_header, DEFAULT_USER_AGENT),
        timeout=section.get("timeout", expect_seconds(ONE_MILLISECOND), timedelta(seconds=30)),
        attempts=section.get("attempts", converters.expect_integer(1, 50), 10),
        max_bytes=section.get("max_bytes", converters.expect_integer(1), 10_000_000),
        delay=section.get("delay", expect_seconds(ZERO_SECONDS), ONE_SECOND),
        concurrency=section.get("concurrency", converters.expect_integer(1, 64), 4),
        budget=section.get("budget", expect_seconds(ONE_MILLISECOND), timedelta(minutes=5)),
        proxy=section.get("proxy", expect_proxy, None),
        ca_file=section.get("ca_file", expect_existing_file(context), None),
    )
    section.reject_unknown(ROOT_KEY_ADVICE)
    return settings


def read_health_settings(
    section: SectionReader, context: ConfigContext, channel_names: Iterable[str]
) -> HealthSettings:
    """Read the `[health]` section; it may refer to `channel_names`."""
    expect_heartbeat = expect_secret(
        context, f"health.heartbeat in {context.path.name}", converters.parse_hook_url
    )
    settings = HealthSettings(
        after=section.get("after", converters.expect_integer(1), 3),
        to=section.get("to", _expect_names(channel_names, "channel", 'to = ["ops"]'), None),
        heartbeat=section.get("heartbeat", expect_heartbeat, None),
    )
    section.reject_unknown(ROOT_KEY_ADVICE)
    return settings


TLS_MODES: Final[tuple[TlsMode, ...]] = ("starttls", "implicit", "none")
WEBHOOK_FORMATS: Final[tuple[WebhookFormat, ...]] = (
    "standard",
    "slack",
    "discord",
    "teams",
    "ntfy",
)
DEFAULT_SMTP_PORTS: Final[dict[TlsMode, int]] = {"starttls": 587, "implicit": 465, "none": 25}
_MAX_PORT = 65_535
_PLACEHOLDER_SECRET = Secret("nowhere", str)
_FORMATS_WITH_SECRET: Final = ("standard", "ntfy")
_URL_CHECKS_BY_FORMAT: Final[dict[str, tuple[Callable[[str], str], str]]] = {
    "ntfy": (converters.parse_topic_url, "https://ntfy.sh/your-topic"),
}
_SEND_EMPTY_NEEDS_SCHEDULE: Final = (
    "a channel that sends immediately has no digest to be empty; "
    'give it a schedule, such as send = "daily at 08:00"'
)


def read_channel(section: SectionReader, context: ConfigContext) -> Channel:
    """Read a `[[channel]]` section of any kind."""
    name = section.require('name = "desk"', converters.parse_name, "")
    kind = section.require('kind = "email"', converters.expect_choice(tuple(_CHANNEL_READERS)), "")
    send = section.get("send", schedules.parse_send_schedule, schedules.IMMEDIATELY)
    send_empty = section.get("send_empty", converters.parse_flag, False)
    if send_empty and section.is_valid("send") and send == schedules.IMMEDIATELY:
        section.add_problem(_SEND_EMPTY_NEEDS_SCHEDULE, "send_empty")
    if (
        kind not in _CHANNEL_READERS
    ):  # already reported; without the kind, the other keys cannot be checked
        return TerminalChannel(name=name)
    channel = _CHANNEL_READERS[kind](section, context, name)
    section.reject_unknown(ROOT_KEY_ADVICE)
    return replace(channel, send=send, send_empty=send_empty)


def _read_terminal_channel(_section: SectionReader, _context: ConfigContext, name: str) -> Channel:
    return TerminalChannel(name=name)


def _read_email_channel(section: SectionReader, context: ConfigContext, name: str) -> Channel:
    tls: TlsMode = section.get("tls", converters.expect_choice(TLS_MODES), "starttls")
    expect_recipients = converters.expect_value_or_list(
        converters.parse_email_address, 'to = ["desk@example.com"]'
    )
    channel = EmailChannel(
        name=name,
        to=section.require('to = ["desk@example.com"]', expect_recipients, ()),
        sender=section.require('from = "monitor@example.com"', converters.parse_email_address, ""),
        host=section.require('host = "smtp.example.com"', converters.parse_host, "localhost"),
        port=section.get("port", converters.expect_integer(1, _MAX_PORT), DEFAULT_SMTP_PORTS[tls]),
        tls=tls,
        username=section.get("username", converters.parse_text, None),
        password=section.get(
            "password",
            expect_secret(context, _describe_location(section, "password", context)),
            None,
        ),
        timeout=section.get("timeout", expect_seconds(ONE_MILLISECOND), timedelta(seconds=30)),
        ca_file=section.get("ca_file", expect_existing_file(context), None),
    )
    _check_login(section, channel)
    return channel


def _check_login(section: SectionReader, channel: EmailChannel) -> None:
    if "username" in section and "password" not in section:
        section.add_problem(
            'a username needs a password, such as { env = "SMTP_PASSWORD" }', "username"
        )
    if "password" in section and "username" not in section:
        section.add_problem("a password needs a username", "password")
    if "password" in section and channel.tls == "none" and not converters.is_loopback(channel.host):
        section.add_problem('the password would travel unencrypted; write tls = "starttls"', "tls")


def _read_webhook_channel(section: SectionReader, context: ConfigContext, name: str) -> Channel:
    webhook_format: WebhookFormat = section.get(
        "format", converters.expect_choice(WEBHOOK_FORMATS), "standard"
    )
    check_url, example = _URL_CHECKS_BY_FORMAT.get(
        webhook_format, (converters.parse_hook_url, "https://hooks.example.com/T000")
    )
    expect_url = expect_secret(context, _describe_location(section, "url", context), check_url)
    channel = WebhookChannel(
        name=name,
        url=section.require(f'url = "{example}"', expect_url, _PLACEHOLDER_SECRET),
        format=webhook_format,
        secret=section.get(
            "secret", expect_secret(context, _describe_location(section, "secret", context)), None
        ),
        timeout=section.get("timeout", expect_seconds(ONE_MILLISECOND), timedelta(seconds=20)),
        ca_file=section.get("ca_file", expect_existing_file(context), None),
    )
    if "secret" in section and webhook_format not in _FORMATS_WITH_SECRET:
        section.add_problem(
            f"a webhook of format {quote_text(webhook_format)} has no secret but its url", "secret"
        )
    return channel


def _read_apprise_channel(section: SectionReader, context: ConfigContext, name: str) -> Channel:
    if find_spec("apprise") is None:
        section.add_problem(
            "the library Apprise is not installed; run: pip install 'monitor[apprise]'", "kind"
        )
    expect_url = expect_secret(
        context, _describe_location(section, "url", context), converters.parse_apprise_urls
    )
    return AppriseChannel(
        name=name,
        url=section.require('url = "tgram://token/chat"', expect_url, _PLACEHOLDER_SECRET),
    )


def _describe_location(section: SectionReader, key: str, context: ConfigContext) -> str:
    return f"channel[{section.key[-1]}].{key} in {context.path.name}"


_CHANNEL_READERS: Final[dict[str, Callable[[SectionReader, ConfigContext, str], Channel]]] = {
    "terminal": _read_terminal_channel,
    "email": _read_email_channel,
    "webhook": _read_webhook_channel,
    "apprise": _read_apprise_channel,
}
