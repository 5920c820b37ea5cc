"""How the messages to a channel have gone: what waits, what was taken, what was not."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.times import from_iso_if


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTally:
    """A channel's messages, counted.

    Of the `waiting`, `failing` were tried and not taken; `given_up` are kept, and `lost` of them
    were given up since a message was last taken. `due_at` is when the next is tried; `error` is
    what went wrong last where something is `failing` or `lost`.
    """

    waiting: int = 0
    failing: int = 0
    given_up: int = 0
    lost: int = 0
    sent: int = 0
    last_sent_at: datetime | None = None
    due_at: datetime | None = None
    error: str | None = None

    @property
    def is_failing(self) -> bool:
        """Tell whether the last that was tried was not taken."""
        return self.failing > 0 or self.lost > 0


_NOT_TAKEN = "(status = 'given-up' OR (status = 'owed' AND error IS NOT NULL))"


def tally(conn: sqlite3.Connection, channel: str) -> ChannelTally:
    """Return how the messages to a channel have gone."""
    sent, last_sent_at = conn.execute(
        "SELECT count(*), max(sent_at) FROM deliveries WHERE status = 'sent' AND channel = ?",
        (channel,),
    ).fetchone()
    waiting, failing, due_at = conn.execute(
        "SELECT count(*), count(error), min(due_at) FROM deliveries"
        " WHERE status = 'owed' AND channel = ?",
        (channel,),
    ).fetchone()
    given_up, lost = conn.execute(
        "SELECT count(*), count(iif(ifnull(attempted_at, created_at) > ?2, 1, NULL))"
        " FROM deliveries WHERE status = 'given-up' AND channel = ?1",
        (channel, last_sent_at or ""),
    ).fetchone()
    return ChannelTally(
        waiting=waiting,
        failing=failing,
        given_up=given_up,
        lost=lost,
        sent=sent,
        last_sent_at=from_iso_if(last_sent_at),
        due_at=from_iso_if(due_at),
        error=_error(conn, channel) if failing or lost else None,
    )


def _error(conn: sqlite3.Connection, channel: str) -> str | None:
    row = conn.execute(
        f"SELECT error FROM deliveries WHERE channel = ? AND {_NOT_TAKEN}"
        " ORDER BY ifnull(attempted_at, created_at) DESC LIMIT 1",
        (channel,),
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def troubled(conn: sqlite3.Connection) -> set[str]:
    """Return the channels that did not take something; most are not among them, and cheaply so."""
    rows = conn.execute(
        "SELECT DISTINCT channel FROM deliveries WHERE status = 'given-up'"
        " UNION SELECT DISTINCT channel FROM deliveries WHERE status = 'owed' AND error IS NOT NULL"
    )
    return {channel for (channel,) in rows}


def addressed(conn: sqlite3.Connection) -> set[str]:
    """Return the channels to which messages wait, in the config or not."""
    rows = conn.execute("SELECT DISTINCT channel FROM deliveries WHERE status = 'owed'")
    return {channel for (channel,) in rows}
