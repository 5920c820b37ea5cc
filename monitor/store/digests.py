"""Digests that wait for their time: what is found goes into the one that covers this moment.

A digest is an owed message like any other, due at the end of its period. Until it is first
attempted, and so frozen, more can be put into it. The index `digests_once` holds that no period of
a channel has two, whatever happened: two processes, a crash, a clock set back.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor.digest import merged
from monitor.model.told import Digest, Item
from monitor.schedule import Period, Periods
from monitor.store import messages, notes, told
from monitor.store.outbox import OPEN
from monitor.store.rows import RELEASE_COLUMNS, release_from, snippet_from
from monitor.times import from_iso, from_iso_if, to_iso

_MOMENT = timedelta(milliseconds=1)  # what the store can tell apart


class Slot(NamedTuple):
    """Where what is found now goes: the id of the digest that is open, None for none yet."""

    period: Period
    id: str | None


def add(
    conn: sqlite3.Connection,
    channel: str,
    items: Iterable[Item],
    periods: Periods,
    *,
    now: datetime,
    new_id: Callable[[], str],
    check_id: int | None,
) -> None:
    """Put items into the digest of the period that lasts; a release stands in it once.

    What the channel was told of in another message is new to it no more; here it is named once for
    all its watches.
    """
    slot = _slot(conn, channel, periods, now)
    if slot.id is not None:
        _put_into(conn, channel, slot.id, items)
    elif fresh := [item for item in items if told.is_fresh(conn, channel, item)]:
        digest = _digest(new_id(), channel, slot.period, now, tuple(fresh))
        messages.owe(conn, digest, due_at=slot.period.until, check_id=check_id)


def open_empty(
    conn: sqlite3.Connection,
    channel: str,
    periods: Periods,
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Open a digest of nothing where periods have ended without one: one for all of them.

    The first period that counts is the one in which the channel is first met.
    """
    name = f"digests of {channel} since"
    begun = notes.read(conn, name)
    if begun is None or from_iso(begun) > now:
        notes.write(conn, name, to_iso(now))
        return
    ended = periods(now).since
    last = _last_until(conn, channel, now)
    covered = max(from_iso(begun), last) if last else from_iso(begun)
    if covered < ended:
        digest = _digest(new_id(), channel, Period(covered, ended), now, ())
        messages.owe(conn, digest, due_at=ended, check_id=None)


def close(conn: sqlite3.Connection, channel: str, at: datetime) -> None:
    """End the channel's open digests at a moment, if they were to go on for longer: as one.

    There are several where `send` was changed to and fro. They stay as they are where a digest has
    ended at that moment already.
    """
    names = [
        name
        for (name,) in conn.execute(
            f"SELECT id FROM deliveries WHERE channel = ? AND until >= ? AND {OPEN}"
            " ORDER BY created_at, id",
            (channel, to_iso(at)),
        )
    ]
    if not names or _has_ended(conn, channel, at):
        return
    first, *others = names
    for other in others:
        items = messages.digest(conn, other).items
        conn.execute("DELETE FROM deliveries WHERE id = ?", (other,))
        _put_into(conn, channel, first, items)
    conn.execute(
        "UPDATE deliveries SET until = ?1, due_at = ?1, since = min(since, ?1) WHERE id = ?2",
        (to_iso(at), first),
    )


def _has_ended(conn: sqlite3.Connection, channel: str, at: datetime) -> bool:
    sql = (
        "SELECT 1 FROM deliveries WHERE channel = ? AND type = 'digest' AND until = ?"
        f" AND NOT ({OPEN})"
    )
    return conn.execute(sql, (channel, to_iso(at))).fetchone() is not None


def _put_into(conn: sqlite3.Connection, channel: str, digest: str, items: Iterable[Item]) -> None:
    have = {item.release.id: item for item in messages.digest(conn, digest).items}
    for item in items:
        before = have.get(item.release.id)
        if before is not None:
            have[item.release.id] = merged(before, item)
        elif told.is_fresh(conn, channel, item):
            have[item.release.id] = item
    messages.put_items(conn, digest, tuple(have.values()))


def _digest(
    name: str, channel: str, covers: Period, now: datetime, items: tuple[Item, ...]
) -> Digest:
    return Digest(
        id=name,
        channel=channel,
        kind="digest",
        created_at=now,
        items=items,
        since=covers.since,
        until=covers.until,
    )


def _slot(conn: sqlite3.Connection, channel: str, periods: Periods, now: datetime) -> Slot:
    """Return the digest for what is found now: that of this period, or of the next free one.

    The period that lasts has had its digest where the clock was set back: the next one then covers
    both.
    """
    covers = periods(now)
    last = _last_until(conn, channel, now)
    since = max(covers.since, last) if last else covers.since
    while True:
        row = conn.execute(
            f"SELECT id, {OPEN} FROM deliveries"
            " WHERE channel = ? AND type = 'digest' AND until = ?",
            (channel, to_iso(covers.until)),
        ).fetchone()
        if row is None:
            return Slot(Period(since, covers.until), None)
        if row[1]:
            return Slot(covers, row[0])
        covers = periods(covers.until + _MOMENT)


def _last_until(conn: sqlite3.Connection, channel: str, now: datetime) -> datetime | None:
    (last,) = conn.execute(
        "SELECT max(until) FROM deliveries WHERE channel = ? AND type = 'digest' AND until <= ?",
        (channel, to_iso(now)),
    ).fetchone()
    return from_iso_if(last)


def found_since(conn: sqlite3.Connection, watches: Sequence[str], since: date) -> tuple[Item, ...]:
    """Return what these watches have found of the releases since a date, newest first, each once.

    Told or not: it is for looking at what a digest would hold.
    """
    marks = ", ".join("?" * len(watches))
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS}, m.watch, m.snippet FROM matches AS m"
        f" JOIN releases AS r ON r.id = m.release_id WHERE m.watch IN ({marks}) AND r.date >= ?"
        " AND m.event = 'new' ORDER BY r.date DESC, r.id DESC, m.id",
        (*watches, since.isoformat()),
    )
    found: dict[int, Item] = {}
    for *row, watch, snippet in rows:
        item = Item(
            event="new",
            release=release_from(row),
            watches=(watch,),
            snippet=snippet_from(snippet),
        )
        before = found.get(item.release.id)
        found[item.release.id] = item if before is None else merged(before, item)
    return tuple(found.values())
