"""Scheduled digests: a new item goes into the digest of the current period.

A digest is a pending message like any other, due at the end of its period. Items can be added until
the first attempt freezes it. The index `digests_once` ensures that no channel has two digests for a
period, even with two processes, after a crash, or with a clock set back.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from monitor.clock import from_iso, from_iso_or_none, to_iso
from monitor.domain.digest import merge_items
from monitor.domain.schedule import DigestPeriod, PeriodFinder
from monitor.models.notification import Match, MessageItem, PriorRecipient, ReleaseMessage
from monitor.store import database, messages
from monitor.store.outbox import OPEN_DIGEST_CONDITION
from monitor.store.rows import RELEASE_COLUMNS, build_release, load_snippet

_TIME_RESOLUTION = timedelta(milliseconds=1)  # the resolution of stored times


class DigestSlot(NamedTuple):
    """The digest for new items: its period, and its id, or None if it does not exist yet."""

    period: DigestPeriod
    id: str | None


def add_items(
    conn: sqlite3.Connection,
    channel: str,
    items: Iterable[MessageItem],
    periods: PeriodFinder,
    *,
    now: datetime,
    new_id: Callable[[], str],
    check_id: int | None,
) -> None:
    """Add items to the digest of the current period, each release once.

    A new release is left out if the channel already knows it from another message. In the digest, a
    release is listed once for all its watches.
    """
    slot = _find_slot(conn, channel, periods, now)
    if slot.id is not None:
        _merge_into_digest(conn, channel, slot.id, items)
    elif new_items := [item for item in items if is_new_to_channel(conn, channel, item)]:
        digest = _build_digest(new_id(), channel, slot.period, now, tuple(new_items))
        messages.enqueue_release_message(conn, digest, due_at=slot.period.until, check_id=check_id)


def open_empty_digest(
    conn: sqlite3.Connection,
    channel: str,
    periods: PeriodFinder,
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Create an empty digest if periods have ended without one; a single one for all of them.

    The first period that counts is the one in which the channel first appears.
    """
    meta_name = f"digests of {channel} since"
    started_at = database.get_meta(conn, meta_name)
    if started_at is None or from_iso(started_at) > now:
        database.set_meta(conn, meta_name, to_iso(now))
        return
    current_start = periods(now).since
    last_end = _find_last_end(conn, channel, now)
    covered_until = max(from_iso(started_at), last_end) if last_end else from_iso(started_at)
    if covered_until < current_start:
        digest = _build_digest(
            new_id(), channel, DigestPeriod(covered_until, current_start), now, ()
        )
        messages.enqueue_release_message(conn, digest, due_at=current_start, check_id=None)


def close_open_digests(conn: sqlite3.Connection, channel: str, end_at: datetime) -> None:
    """End the channel's open digests at `end_at` if they would last longer, merged into one.

    There are several if `send` was changed back and forth. They stay unchanged if the channel
    already has a closed digest that ends at that moment.
    """
    digest_ids = [
        digest_id
        for (digest_id,) in conn.execute(
            "SELECT id FROM deliveries WHERE channel = ? AND until >= ? AND "
            f"{OPEN_DIGEST_CONDITION}"
            " ORDER BY created_at, id",
            (channel, to_iso(end_at)),
        )
    ]
    if not digest_ids or _has_closed_digest(conn, channel, end_at):
        return
    kept_id, *merged_ids = digest_ids
    for merged_id in merged_ids:
        items = messages.load_release_message(conn, merged_id).items
        conn.execute("DELETE FROM deliveries WHERE id = ?", (merged_id,))
        _merge_into_digest(conn, channel, kept_id, items)
    conn.execute(
        "UPDATE deliveries SET until = ?1, due_at = ?1, since = min(since, ?1) WHERE id = ?2",
        (to_iso(end_at), kept_id),
    )


def _has_closed_digest(conn: sqlite3.Connection, channel: str, until: datetime) -> bool:
    sql = (
        "SELECT 1 FROM deliveries WHERE channel = ? AND type = 'digest' AND until = ?"
        f" AND NOT ({OPEN_DIGEST_CONDITION})"
    )
    return conn.execute(sql, (channel, to_iso(until))).fetchone() is not None


def _merge_into_digest(
    conn: sqlite3.Connection, channel: str, digest_id: str, items: Iterable[MessageItem]
) -> None:
    items_by_release = {
        item.release.id: item for item in messages.load_release_message(conn, digest_id).items
    }
    for item in items:
        existing = items_by_release.get(item.release.id)
        if existing is not None:
            items_by_release[item.release.id] = merge_items(existing, item)
        elif is_new_to_channel(conn, channel, item):
            items_by_release[item.release.id] = item
    messages.replace_items(conn, digest_id, tuple(items_by_release.values()))


def _build_digest(
    digest_id: str,
    channel: str,
    period: DigestPeriod,
    now: datetime,
    items: tuple[MessageItem, ...],
) -> ReleaseMessage:
    return ReleaseMessage(
        id=digest_id,
        channel=channel,
        kind="digest",
        created_at=now,
        items=items,
        since=period.since,
        until=period.until,
    )


def _find_slot(
    conn: sqlite3.Connection, channel: str, periods: PeriodFinder, now: datetime
) -> DigestSlot:
    """Return the digest for new items: that of the current period, or of the next free one.

    After the clock was set back, the current period may already have had its digest. The next one
    then covers both.
    """
    period = periods(now)
    last_end = _find_last_end(conn, channel, now)
    since = max(period.since, last_end) if last_end else period.since
    while True:
        row = conn.execute(
            f"SELECT id, {OPEN_DIGEST_CONDITION} FROM deliveries"
            " WHERE channel = ? AND type = 'digest' AND until = ?",
            (channel, to_iso(period.until)),
        ).fetchone()
        if row is None:
            return DigestSlot(DigestPeriod(since, period.until), None)
        if row[1]:
            return DigestSlot(period, row[0])
        period = periods(period.until + _TIME_RESOLUTION)


def _find_last_end(conn: sqlite3.Connection, channel: str, now: datetime) -> datetime | None:
    (last_end,) = conn.execute(
        "SELECT max(until) FROM deliveries WHERE channel = ? AND type = 'digest' AND until <= ?",
        (channel, to_iso(now)),
    ).fetchone()
    return from_iso_or_none(last_end)


def find_items_since(
    conn: sqlite3.Connection, watches: Sequence[str], since: date
) -> tuple[MessageItem, ...]:
    """Return the releases since a date that these watches matched, newest first, each once.

    This includes releases already sent: it shows the possible contents of a digest.
    """
    placeholders = ", ".join("?" * len(watches))
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS}, m.watch, m.snippet FROM matches AS m"
        f" JOIN releases AS r ON r.id = m.release_id WHERE m.watch IN ({placeholders}) AND "
        f"r.date >= ?"
        " AND m.event = 'new' ORDER BY r.date DESC, r.id DESC, m.id",
        (*watches, since.isoformat()),
    )
    items_by_release: dict[int, MessageItem] = {}
    for *row, watch, snippet in rows:
        item = MessageItem(
            event="new",
            release=build_release(row),
            watches=(watch,),
            snippet=load_snippet(snippet),
        )
        existing = items_by_release.get(item.release.id)
        items_by_release[item.release.id] = (
            item if existing is None else merge_items(existing, item)
        )
    return tuple(items_by_release.values())


_IS_NOTIFIED = "(d.status IN ('sent', 'owed') OR d.taken_by IS NOT NULL)"


def is_new_to_channel(conn: sqlite3.Connection, channel: str, item: MessageItem) -> bool:
    """Return whether a channel should be notified of an item.

    Only a new release that the channel already knows is left out. It does not matter if it was
    another watch or listing that brought the release: the readers know it.
    """
    if item.event != "new":
        return True
    row = conn.execute(
        "SELECT 1 FROM items AS i JOIN deliveries AS d ON d.id = i.delivery_id"
        f" WHERE i.release_id = ? AND d.channel = ? AND {_IS_NOTIFIED} LIMIT 1",
        (item.release.id, channel),
    )
    return row.fetchone() is None


def find_prior_recipients(
    conn: sqlite3.Connection, release_id: int, matches: Sequence[Match]
) -> tuple[PriorRecipient, ...]:
    """Return the channels that were or will be notified of a release, each with its watches.

    The snippet is one from these `matches` if a watch of the channel has one, else the last one
    sent.
    """
    current_snippets = {match.watch: match.snippet for match in matches}
    rows = conn.execute(
        "SELECT d.channel, i.watches, i.snippet FROM items AS i"
        " JOIN deliveries AS d ON d.id = i.delivery_id"
        f" WHERE i.release_id = ? AND {_IS_NOTIFIED} ORDER BY d.created_at, d.id",
        (release_id,),
    )
    recipients: dict[str, PriorRecipient] = {}
    for channel, watch_names, snippet in rows:
        previous_watches = recipients[channel].watches if channel in recipients else ()
        watches = tuple(dict.fromkeys((*previous_watches, *json.loads(watch_names))))
        current_snippet = next(
            (current_snippets[name] for name in watches if name in current_snippets), None
        )
        recipients[channel] = PriorRecipient(
            channel=channel, watches=watches, snippet=current_snippet or load_snippet(snippet)
        )
    return tuple(recipients.values())
