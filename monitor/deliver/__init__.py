"""Sending what is due, and recording how it went.

A message is claimed, sent outside any transaction, and marked. A crash between the last two sends
it again under the same id, with the same bytes: the receiver can tell. Each channel has its own
thread, so that a slow or dead one holds up no other; and a channel that fails once in a run is left
alone until the next, so that a dead receiver costs one time-out and not one for every message.

Most runs have nothing to send: what sending needs (`sending`) is imported when there is something.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TextIO

from monitor.model.configured import Channel
from monitor.model.world import World
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import Due
from monitor.threads import all_at_once


@dataclass(slots=True)
class Tally:
    """How a round of sending went: messages sent, and what failed, in words."""

    delivered: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs: `open_db` opens the store for a thread, `out` is the terminal.

    `zone` is the time zone in which messages tell the time.
    """

    channels: Sequence[Channel]
    open_db: Callable[[], Database]
    world: World
    out: TextIO
    zone: Callable[[], tzinfo]

    def send_due(self, *, ahead: timedelta = timedelta()) -> Tally:
        """Send what is due within `ahead`, all channels at a time. StoreError goes through.

        A one-shot run looks a little ahead: nobody is awake when a retry falls due seconds later.
        """
        waiting = self._waiting(ahead)
        tally = Tally()
        if not waiting:
            return tally
        from monitor.deliver.sending import Sender

        busy = [channel for channel in self.channels if channel.name in waiting]

        def send_all(channel: Channel) -> None:
            with self.open_db() as db:
                sender = Sender(channel, db, self.world, self.out, self.zone())
                sender.send_all(waiting[channel.name], tally)

        all_at_once(send_all, busy, hands=len(busy))
        return tally

    def _waiting(self, ahead: timedelta) -> Mapping[str, list[Due]]:
        now = self.world.now()
        names = [channel.name for channel in self.channels]
        by_channel = defaultdict(list)
        with self.open_db() as db:
            self._prepare(db)
            with db.reading() as conn:
                for one in outbox.due(conn, names, now, now + ahead):
                    by_channel[one.channel].append(one)
        return by_channel

    def _prepare(self, db: Database) -> None:
        """Put the outbox in order: clocks that ran ahead, periods that ended with nothing."""
        now = self.world.now()
        with db.reading() as conn:
            in_order = not outbox.is_ahead(conn, now)
        patient = [channel for channel in self.channels if channel.send_empty]
        if in_order and not patient:
            return
        with db.writing() as conn:
            outbox.forget_ahead(conn, now)
            for channel in patient:
                self._open_empty(conn, channel, now)

    def _open_empty(self, conn: sqlite3.Connection, channel: Channel, now: datetime) -> None:
        from monitor.schedule import periods_of
        from monitor.store import digests

        periods = periods_of(channel, self.zone)
        if periods is not None:
            digests.open_empty(conn, channel.name, periods, now=now, new_id=self.world.new_id)
