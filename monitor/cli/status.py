"""`monitor status`: how each source and each channel is, what is wrong first."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from monitor.cli.parts import config, flag
from monitor.deliver import claimant
from monitor.jsontext import dumps
from monitor.model.vitals import Cadence, ChannelVitals, SourceVitals, Vitals
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.vitals import LATE, presence, told, vitals
from monitor.wiring import real_world
from monitor.wrap import columns
from monitor.zones import zone_named

_MEGABYTE = 1_000_000
_EVERY_DAY = 1.5  # days between two days of publication, at most
_WEEKLY = 0.75  # releases a week, at least


def run(args: Namespace) -> int:
    """Run the command: 1 where something is wrong, for scripts."""
    settings = config(args)
    zone = zone_named(settings.timezone)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        daemon = presence(conn, claimant.is_near, claimant.is_dead)
        found = vitals(conn, settings, daemon, real_world().now(), zone)
    if flag(args, "json"):
        print(dumps(found.as_json(), indent=2))
    elif flag(args, "quiet"):
        print("".join(f"{clean(trouble)}\n" for trouble in found.troubles), end="")
    else:
        print("\n".join(page(found, zone)))
    return 1 if found.troubles else 0


def page(found: Vitals, zone: tzinfo) -> Iterator[str]:
    """Yield the page line by line, with its times in a zone."""
    yield from _verdict(found)
    yield "\nsources"
    names = [one.name for one in found.sources] + [one.name for one in found.channels]
    width = max(map(columns, map(clean, names)))
    for source in found.sources:
        yield from _block(source.name, width, _source(source, found.at, zone))
    yield "\nchannels"
    for channel in found.channels:
        yield from _block(channel.name, width, _channel(channel, zone))
    yield ""
    yield f"daemon    {_daemon(found, zone)}"
    yield f"database  {clean(found.database)}, {found.size / _MEGABYTE:.1f} MB"


def _verdict(found: Vitals) -> Iterator[str]:
    troubles = found.troubles
    if not troubles:
        yield "all well"
        return
    yield f"{counted(len(troubles), 'thing is wrong', 'things are wrong')}:"
    yield from (f"  {clean(trouble)}" for trouble in troubles)
    yield "what to do about it: monitor doctor"


def _block(name: str, width: int, lines: Iterator[str]) -> Iterator[str]:
    shown = clean(name)
    for number, line in enumerate(lines):
        label = shown if number == 0 else ""
        yield f"  {label}{' ' * (width - columns(label))}  {line}"


def _source(one: SourceVitals, now: datetime, zone: tzinfo) -> Iterator[str]:
    due = one.next_check_at
    following = "due now" if due <= now else f"next check {told(due, zone)}"
    if one.last_check_at is None:
        yield "not checked yet"
        return
    if one.failures:
        good = "never" if one.last_good_at is None else told(one.last_good_at, zone)
        yield f"{one.status}; last read well: {good}; {following}"
        if one.told_at is not None:
            yield f"you were told {told(one.told_at, zone)}, and will be when it is over"
    else:
        yield f"ok, checked {told(one.last_check_at, zone)} ({_ago(one, now)}), {following}"
    newest = "" if one.newest is None else f", the newest of {one.newest}"
    yield f"{counted(one.releases, 'release')}{newest}{_often(one.cadence)}"
    if one.silent_since is not None:
        yield f"silent since {one.silent_since}, for longer than it ever was: look whether it moved"
    yield from _unfinished(one, zone)


def _ago(one: SourceVitals, now: datetime) -> str:
    span = now - (one.last_check_at or now)
    return "ahead of the clock" if span < -LATE else f"{_span(span)} ago"


def _unfinished(one: SourceVitals, zone: tzinfo) -> Iterator[str]:
    if one.gap_page is not None:
        since = "" if one.gap_since is None else f" since {told(one.gap_since, zone)}"
        yield f"from page {one.gap_page} on not proven read{since}; the next checks go on there"
    if one.articles_waiting:
        yield f"{counted(one.articles_waiting, 'article page')} still to be read, a few each check"
    if one.walked is not None:
        where = one.walked if isinstance(one.walked, str) else f"to page {one.walked}"
        yield f"walked back {where}"


def _often(cadence: Cadence | None) -> str:
    if cadence is None:
        return ""
    often = f"; about {cadence.per_week:.0f} a week" if cadence.per_week >= _WEEKLY else "; rarely"
    if cadence.gap_days is None:
        return often
    if cadence.gap_days <= _EVERY_DAY:
        return f"{often}, mostly day by day"
    return f"{often}, mostly {cadence.gap_days:g} days apart"


def _channel(one: ChannelVitals, zone: tzinfo) -> Iterator[str]:
    if one.kind is None:
        yield f"not in the config any more; {one.waiting} waiting"
        return
    sent = "nothing sent yet" if one.last_sent_at is None else f"{one.sent} sent, last "
    when = "" if one.last_sent_at is None else told(one.last_sent_at, zone)
    yield f"{one.kind}, {one.send}: {one.waiting} waiting, {sent}{when}"
    if one.failing and one.due_at is not None:
        yield f"{one.failing} not taken yet, tried again {told(one.due_at, zone)}"
    if one.given_up:
        retry = f"monitor deliveries retry --channel {clean(one.name)}"
        yield f"{one.given_up} given up; send again with: {retry}"
    if one.next_digest_at is not None:
        yield f"next digest {told(one.next_digest_at, zone)}"


def _daemon(found: Vitals, zone: tzinfo) -> str:
    since = "" if found.daemon_since is None else told(found.daemon_since, zone)
    return {
        "running": f"running since {since}",
        "stopped": f"not running; the last one, started {since}, ended without a goodbye",
        "elsewhere": f"started {since} on another machine or in a container; not seen from here",
        "none": "not running",
    }[found.daemon]


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "a moment"
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
