"""The sections of config.toml but the channels: one function each, from its table to the model."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final, Literal

from monitor import __version__
from monitor.config import addresses, values
from monitor.config.cron import cron
from monitor.config.durations import duration, seconds
from monitor.config.secret import Around, existing_file, secret
from monitor.config.table import Table
from monitor.model.configured import FetchSettings, HealthSettings, Source, Watch, WatchedEvent

KINDS: Final = ("motir",)
FIRST_RUNS: Final[tuple[Literal["baseline", "alert"], ...]] = ("baseline", "alert")
EVENTS: Final[tuple[WatchedEvent, ...]] = ("new", "revised", "withdrawn")

USER_AGENT = f"monitor/{__version__} (+contact not set)"
SECOND = timedelta(seconds=1)
MOMENT = timedelta(milliseconds=1)
NOTHING = timedelta(0)

AT_THE_TOP: Mapping[str, str] = {
    "timezone": "; it belongs at the top of the file, above the first [section]"
}


def source(table: Table) -> Source:
    """Read one `[[source]]`."""
    name = table.need('name = "trade"', values.name, "")
    max_pages = table.get("max_pages", values.whole(1), 30)
    found = Source(
        name=name,
        kind=table.need('kind = "motir"', values.choice(KINDS), KINDS[0]),
        url=table.need('url = "https://example.com/news"', addresses.listing, ""),
        every=table.get("every", duration(SECOND), _half_an_hour(table)),
        cron=table.get("cron", cron, None),
        sweep_every=table.get("sweep_every", duration(SECOND), timedelta(hours=24)),
        max_pages=max_pages,
        sweep_pages=table.get("sweep_pages", values.whole(1), min(5, max_pages)),
        first_run=table.get("first_run", values.choice(FIRST_RUNS), "baseline"),
    )
    if "every" in table and "cron" in table:
        table.wrong("every and cron exclude each other; leave one of them out", "cron")
    if found.sweep_pages > max_pages:
        table.wrong(f"a sweep cannot read more pages than max_pages = {max_pages}", "sweep_pages")
    table.close(AT_THE_TOP)
    return found


def _half_an_hour(table: Table) -> timedelta | None:
    return None if "cron" in table else timedelta(minutes=30)


def watch(table: Table, sources: Iterable[str], channels: Iterable[str]) -> Watch:
    """Read one `[[watch]]`; `sources` and `channels` are the names it may mention."""
    found = Watch(
        name=table.need('name = "steel"', values.name, ""),
        query=table.get("query", values.text, None),
        any=table.get("any", values.several(values.text, 'any = ["steel"]'), ()),
        all=table.get("all", values.several(values.text, 'all = ["steel"]'), ()),
        none=table.get("none", values.several(values.text, 'none = ["football"]'), ()),
        sources=table.get("sources", _names(sources, "source", 'sources = ["trade"]'), None),
        to=table.get("to", _names(channels, "channel", 'to = ["desk"]'), None),
        on=table.get("on", values.several(values.choice(EVENTS), 'on = ["new"]'), EVENTS),
        paused=table.get("paused", values.yes_or_no, False),
    )
    if not any(key in table for key in ("query", "any", "all", "none")):
        table.wrong('nothing to look for; write for instance any = ["steel"]')
    table.close(AT_THE_TOP)
    return found


def _names(defined: Iterable[str], what: str, example: str) -> Callable[[object], tuple[str, ...]]:
    return values.several(values.known(defined, what), example)


def fetch(table: Table, around: Around) -> FetchSettings:
    """Read `[fetch]`."""
    proxy = secret(around, f"fetch.proxy in {around.path.name}", addresses.proxy)
    found = FetchSettings(
        user_agent=table.get("user_agent", values.header, USER_AGENT),
        timeout=table.get("timeout", seconds(MOMENT), timedelta(seconds=30)),
        attempts=table.get("attempts", values.whole(1, 50), 10),
        max_bytes=table.get("max_bytes", values.whole(1), 10_000_000),
        delay=table.get("delay", seconds(NOTHING), SECOND),
        concurrency=table.get("concurrency", values.whole(1, 64), 4),
        budget=table.get("budget", seconds(MOMENT), timedelta(minutes=5)),
        proxy=table.get("proxy", proxy, None),
        ca_file=table.get("ca_file", existing_file(around), None),
    )
    table.close(AT_THE_TOP)
    return found


def health(table: Table, around: Around, channels: Iterable[str]) -> HealthSettings:
    """Read `[health]`; `channels` are the names it may mention."""
    heartbeat = secret(around, f"health.heartbeat in {around.path.name}", addresses.hook)
    found = HealthSettings(
        after=table.get("after", values.whole(1), 3),
        to=table.get("to", _names(channels, "channel", 'to = ["ops"]'), None),
        heartbeat=table.get("heartbeat", heartbeat, None),
    )
    table.close(AT_THE_TOP)
    return found
