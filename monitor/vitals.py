"""How the watching itself is, as the store knows it: what `status`, systemd and heartbeats tell.

Nothing here remembers anything or asks the network: what is told is what was last written down, by
the daemon, by cron, or by both.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from monitor.model.configured import Channel, Config, Source
from monitor.model.vitals import Cadence, ChannelVitals, DaemonState, SourceVitals, Vitals
from monitor.schedule import next_check, periods_of
from monitor.silence import SEOUL
from monitor.store import backfills, checks, incidents, notes, tallies
from monitor.store.listings import listing
from monitor.store.streaks import Streak, streak
from monitor.store.tallies import ChannelTally
from monitor.text.counting import counted
from monitor.times import from_iso, to_iso

_SEASON = timedelta(weeks=13)  # how far back it counts for a listing's cadence
LATE = timedelta(minutes=10)  # a check may be under way, or wait for its turn; clocks differ
_DAEMON = "daemon"
_Value = TypeVar("_Value", int, timedelta)


class Presence(NamedTuple):
    """Where the daemon of a database is, and since when."""

    state: DaemonState
    since: datetime | None


# ------------------------------------------------------------------ the whole


def vitals(
    conn: sqlite3.Connection, config: Config, presence: Presence, now: datetime, zone: tzinfo
) -> Vitals:
    """Return how everything is; `zone` is the time zone in which sentences tell the time."""
    names = [channel.name for channel in config.channels]
    left = sorted(tallies.addressed(conn) - set(names))
    return Vitals(
        at=now,
        sources=tuple(_source(conn, one, now, zone) for one in config.sources),
        channels=(
            *(_channel(conn, one, now, zone) for one in config.channels),
            *(_left(conn, name) for name in left),
        ),
        daemon=presence.state,
        daemon_since=presence.since,
        database=str(config.store_path),
        size=_size(config.store_path),
    )


def troubles(conn: sqlite3.Connection, config: Config, zone: tzinfo) -> Iterator[str]:
    """Yield what went wrong last with each source and channel, a sentence each; cheap to ask."""
    for source in config.sources:
        went = checks.last_status(conn, source.name)
        if went is not None and went not in ("ok", "not-modified"):
            yield _failing(source.name, streak(conn, source.name), zone)
    suspected = tallies.troubled(conn)
    for channel in config.channels:
        if channel.name in suspected:
            trouble = _not_taken(channel.name, tallies.tally(conn, channel.name))
            if trouble is not None:
                yield trouble


def _size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


# ------------------------------------------------------------------ sources


def _source(conn: sqlite3.Connection, source: Source, now: datetime, zone: tzinfo) -> SourceVitals:
    went, state = streak(conn, source.name), checks.state(conn, source.name)
    since = (now - _SEASON).astimezone(zone).date()
    known = listing(conn, source.name, since)
    last = known.begun[0] if known.begun else None
    due = next_check(source, last, now, zone)
    failing = incidents.find(conn, "source", source.name)
    silent = incidents.find(conn, "source", source.name, "silent")
    if went.failures:
        trouble: str | None = _failing(source.name, went, zone)
    elif last is None:
        trouble = f"{source.name}: not checked yet; start monitor, or run: monitor --once"
    else:
        trouble = _overdue(source.name, known.begun, due, now, zone)
    return SourceVitals(
        name=source.name,
        trouble=trouble,
        status=went.status,
        last_check_at=last,
        last_good_at=went.last_good_at,
        next_check_at=due,
        failures=went.failures,
        failing_since=went.since,
        error=went.error,
        releases=known.releases,
        newest=known.newest,
        cadence=cadence(known.published, since, now.astimezone(zone).date()),
        gap_page=state.gap_page,
        gap_since=state.gap_since,
        articles_waiting=known.waiting,
        walked=_walked(conn, source),
        told_at=None if failing is None else failing.told_at,
        silent_since=None if silent is None else silent.began_at.astimezone(SEOUL).date(),
    )


def _failing(name: str, went: Streak, zone: tzinfo) -> str:
    since = "" if went.since is None else f" since {told(went.since, zone)}"
    if went.failures == 1:
        return f"{name}: {went.status}{since}: {went.error}"
    return f"{name}: {went.failures} checks in a row went wrong{since}: {went.error}"


def _overdue(
    name: str, begun: Sequence[datetime], due: datetime, now: datetime, zone: tzinfo
) -> str | None:
    """Return the sentence for a source that nobody checks; cron may have a pace of its own.

    A check that lies ahead says nothing of when there was one: some clock was wrong.
    """
    if begun[0] > now + LATE:
        return (
            f"{name}: its last check is dated {told(begun[0], zone)}, ahead of this machine's"
            " clock: set the clock, and run: monitor --once"
        )
    passed = [moment for moment in begun if moment <= now + LATE]
    gaps = [later - earlier for later, earlier in pairwise(passed)]
    usual = _middle(gaps) if gaps else timedelta()
    if now <= max(due, begun[0] + 2 * usual) + LATE:
        return None
    return (
        f"{name}: not checked since {told(begun[0], zone)}, and due since {told(due, zone)};"
        " see that monitor runs, or that cron starts it"
    )


def _walked(conn: sqlite3.Connection, source: Source) -> int | Literal["to the end"] | None:
    proven = backfills.proven(conn, source.name, source.url)
    if proven is None:
        return None
    return proven.page if proven.complete_at is None else "to the end"


def cadence(published: Mapping[date, int], since: date, today: date) -> Cadence | None:
    """Return how often a listing published from `since` to `today`, by its releases of each day.

    None where that is too little to tell. A season of which the archive has less than a week says
    nothing: counted is from the first day that is known.
    """
    days = sorted(day for day in published if since <= day <= today)
    span = (today - days[0]).days + 1 if days else 0
    if span < 7:  # noqa: PLR2004 - a week
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return Cadence(
        per_week=sum(published[day] for day in days) * 7 / span,
        gap_days=float(_middle(gaps)) if gaps else None,
    )


def _middle(values: Sequence[_Value]) -> _Value:
    """Return the median; of an even number of values the greater one in the middle."""
    return sorted(values)[len(values) // 2]


# ------------------------------------------------------------------ channels


def _channel(
    conn: sqlite3.Connection, channel: Channel, now: datetime, zone: tzinfo
) -> ChannelVitals:
    tally = tallies.tally(conn, channel.name)
    periods = periods_of(channel, lambda: zone)
    return _vitals(
        channel.name,
        tally,
        _not_taken(channel.name, tally),
        kind=channel.kind,
        send=channel.send,
        next_digest_at=None if periods is None else _next_digest(periods(now).until, tally, now),
    )


def _next_digest(until: datetime, tally: ChannelTally, now: datetime) -> datetime:
    """Return when the next digest is due: one of a schedule that was sooner may still wait."""
    if tally.due_at is None or tally.failing or tally.due_at <= now:
        return until
    return min(until, tally.due_at)


def _left(conn: sqlite3.Connection, name: str) -> ChannelVitals:
    """Return how a channel is to which messages wait, and which the config has no more."""
    tally = tallies.tally(conn, name)
    waits = counted(tally.waiting, "message waits", "messages wait")
    trouble = f"{name}: {waits} for a channel that the config has no more; put it back to send them"
    return _vitals(name, tally, trouble, kind=None, send=None, next_digest_at=None)


def _vitals(
    name: str,
    tally: ChannelTally,
    trouble: str | None,
    *,
    kind: str | None,
    send: str | None,
    next_digest_at: datetime | None,
) -> ChannelVitals:
    return ChannelVitals(
        name=name,
        trouble=trouble,
        kind=kind,
        send=send,
        waiting=tally.waiting,
        failing=tally.failing,
        given_up=tally.given_up,
        sent=tally.sent,
        last_sent_at=tally.last_sent_at,
        due_at=tally.due_at,
        next_digest_at=next_digest_at,
        error=tally.error,
    )


def _not_taken(name: str, tally: ChannelTally) -> str | None:
    if not tally.is_failing:
        return None
    messages = counted(tally.failing + tally.lost, "message was", "messages were")
    given_up = f", {tally.lost} of them given up" if tally.lost else ""
    return f"{name}: {messages} not taken{given_up}: {tally.error or 'for no reason told'}"


# ------------------------------------------------------------------ the daemon


def arrived(conn: sqlite3.Connection, me: str, now: datetime) -> None:
    """Note that the daemon `me` (see `deliver.claimant`) works on this database."""
    notes.write(conn, _DAEMON, f"{to_iso(now)} {me}")


def left(conn: sqlite3.Connection, me: str) -> None:
    """Note that it does no more; another that has come since stays noted."""
    noted = notes.read(conn, _DAEMON) or ""
    if noted.partition(" ")[2] == me:
        notes.drop(conn, _DAEMON)


def presence(
    conn: sqlite3.Connection, is_near: Callable[[str], bool], is_dead: Callable[[str], bool]
) -> Presence:
    """Return where the daemon is, by the note that it left: no guess from what was checked when."""
    noted = notes.read(conn, _DAEMON)
    if noted is None:
        return Presence("none", None)
    at, _, who = noted.partition(" ")
    since = from_iso(at)
    if is_dead(who):
        return Presence("stopped", since)
    return Presence("running" if is_near(who) else "elsewhere", since)


def told(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as people read it, in their zone."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
