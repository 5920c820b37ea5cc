"""`monitor status`: the state of each source and channel, problems first."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from monitor.app import create_system_clock
from monitor.cli.common import is_set, load_config
from monitor.clock import find_timezone
from monitor.delivery import claims
from monitor.models.status import Cadence, ChannelStatus, MonitorStatus, SourceStatus
from monitor.status import GRACE_PERIOD, collect_status, find_daemon_status, format_moment
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line
from monitor.text.width import display_width

_MEGABYTE = 1_000_000
_MAX_DAILY_GAP = 1.5  # days between publications, to count as daily
_MIN_WEEKLY_RATE = 0.75  # releases per week, below which it is "rarely"


def run(args: Namespace) -> int:
    """Print the status; return 1 if something is wrong, for scripts."""
    settings = load_config(args)
    zone = find_timezone(settings.timezone)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        daemon = find_daemon_status(conn, claims.is_same_host, claims.is_owner_dead)
        current_status = collect_status(conn, settings, daemon, create_system_clock().now(), zone)
    if is_set(args, "json"):
        print(safe_dumps(current_status.as_json(), indent=2))
    elif is_set(args, "quiet"):
        print("".join(f"{sanitize_line(problem)}\n" for problem in current_status.problems), end="")
    else:
        print("\n".join(format_status(current_status, zone)))
    return 1 if current_status.problems else 0


def format_status(current_status: MonitorStatus, zone: tzinfo) -> Iterator[str]:
    """Yield the page line by line, with times in the given zone."""
    yield from _format_verdict(current_status)
    yield "\nsources"
    names = [item.name for item in current_status.sources] + [
        item.name for item in current_status.channels
    ]
    width = max(map(display_width, map(sanitize_line, names)))
    for source in current_status.sources:
        yield from _format_block(
            source.name, width, _format_source(source, current_status.collected_at, zone)
        )
    yield "\nchannels"
    for channel in current_status.channels:
        yield from _format_block(channel.name, width, _format_channel(channel, zone))
    yield ""
    yield f"daemon    {_format_daemon(current_status, zone)}"
    yield (
        f"database  {sanitize_line(current_status.database_path)}, "
        f"{current_status.database_size / _MEGABYTE:.1f} MB"
    )


def _format_verdict(current_status: MonitorStatus) -> Iterator[str]:
    problems = current_status.problems
    if not problems:
        yield "all well"
        return
    yield f"{pluralize(len(problems), 'thing is wrong', 'things are wrong')}:"
    yield from (f"  {sanitize_line(problem)}" for problem in problems)
    yield "to find the cause: monitor doctor"


def _format_block(name: str, width: int, lines: Iterator[str]) -> Iterator[str]:
    clean_name = sanitize_line(name)
    for number, line in enumerate(lines):
        label = clean_name if number == 0 else ""
        yield f"  {label}{' ' * (width - display_width(label))}  {line}"


def _format_source(source: SourceStatus, now: datetime, zone: tzinfo) -> Iterator[str]:
    due_at = source.next_check_at
    next_check = "due now" if due_at <= now else f"next check {format_moment(due_at, zone)}"
    if source.last_check_at is None:
        yield "not checked yet"
        return
    if source.failures:
        last_good = (
            "never" if source.last_good_at is None else format_moment(source.last_good_at, zone)
        )
        yield f"{source.status}; last successful check: {last_good}; {next_check}"
        if source.notified_at is not None:
            yield (
                f"operator alerted {format_moment(source.notified_at, zone)}, and will be "
                f"when it is over"
            )
    else:
        yield (
            f"ok, checked {format_moment(source.last_check_at, zone)} "
            f"({_format_age(source, now)}), {next_check}"
        )
    newest_text = "" if source.newest_date is None else f", the newest of {source.newest_date}"
    release_count = pluralize(source.release_count, "release")
    yield f"{release_count}{newest_text}{_format_cadence(source.cadence)}"
    if source.silent_since is not None:
        yield (
            f"silent since {source.silent_since}, for longer than it ever was: look "
            f"whether it moved"
        )
    yield from _format_unfinished_work(source, zone)


def _format_age(source: SourceStatus, now: datetime) -> str:
    age = now - (source.last_check_at or now)
    return "ahead of the clock" if age < -GRACE_PERIOD else f"{_format_duration(age)} ago"


def _format_unfinished_work(source: SourceStatus, zone: tzinfo) -> Iterator[str]:
    if source.gap_page is not None:
        since = (
            "" if source.gap_since is None else f" since {format_moment(source.gap_since, zone)}"
        )
        yield f"from page {source.gap_page} on not proven read{since}; the next checks go on there"
    if source.pending_articles:
        yield (
            f"{pluralize(source.pending_articles, 'article page')} still to be read, a few "
            f"each check"
        )
    if source.backfill_extent is not None:
        backfill_extent = (
            source.backfill_extent
            if isinstance(source.backfill_extent, str)
            else f"to page {source.backfill_extent}"
        )
        yield f"walked back {backfill_extent}"


def _format_cadence(cadence: Cadence | None) -> str:
    if cadence is None:
        return ""
    rate = (
        f"; about {cadence.releases_per_week:.0f} a week"
        if cadence.releases_per_week >= _MIN_WEEKLY_RATE
        else "; rarely"
    )
    if cadence.median_gap_days is None:
        return rate
    if cadence.median_gap_days <= _MAX_DAILY_GAP:
        return f"{rate}, mostly day by day"
    return f"{rate}, mostly {cadence.median_gap_days:g} days apart"


def _format_channel(channel: ChannelStatus, zone: tzinfo) -> Iterator[str]:
    if channel.kind is None:
        yield f"not in the config any more; {channel.pending} waiting"
        return
    sent = "nothing sent yet" if channel.last_sent_at is None else f"{channel.sent} sent, last "
    last_sent = "" if channel.last_sent_at is None else format_moment(channel.last_sent_at, zone)
    yield f"{channel.kind}, {channel.send}: {channel.pending} waiting, {sent}{last_sent}"
    if channel.failing and channel.due_at is not None:
        yield f"{channel.failing} not accepted yet, next try {format_moment(channel.due_at, zone)}"
    if channel.given_up:
        retry = f"monitor deliveries retry --channel {sanitize_line(channel.name)}"
        yield f"{channel.given_up} given up; send again with: {retry}"
    if channel.next_digest_at is not None:
        yield f"next digest {format_moment(channel.next_digest_at, zone)}"


def _format_daemon(current_status: MonitorStatus, zone: tzinfo) -> str:
    since = (
        ""
        if current_status.daemon_since is None
        else format_moment(current_status.daemon_since, zone)
    )
    return {
        "running": f"running since {since}",
        "stopped": f"not running; the last one, started {since}, ended without a goodbye",
        "elsewhere": f"started {since} on another machine or in a container; not seen from here",
        "none": "not running",
    }[current_status.daemon_state]


def _format_duration(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "a moment"
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
