"""Sending what is due, and recording how it went.

A message is claimed, sent outside any transaction, and marked. A crash between the last two sends
it again under the same id, with the same bytes: the receiver can tell. Each channel has its own
thread, so that a slow or dead one holds up no other; and a channel that fails once in a run is left
alone until the next, so that a dead receiver costs one time-out and not one for every message.

Most runs have nothing to send: what sending needs (`sending`) is imported when there is something.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TextIO

from monitor.model.configured import Channel
from monitor.model.operator import Operator
from monitor.model.world import World
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import Due
from monitor.threads import all_at_once

if TYPE_CHECKING:
    from monitor.schedule import Periods


@dataclass(slots=True)
class Tally:
    """How a round of sending went: messages sent, and what failed, in words.

    `told` is what the operator was told of the channels themselves, `down` the channels that did
    not take a message.
    """

    delivered: int = 0
    failures: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs: `open_db` opens the store for a thread, `out` is the terminal.

    `zone` is the time zone in which messages tell the time. `operator` is told of channels that
    take no messages; None: nobody is.
    """

    channels: Sequence[Channel]
    open_db: Callable[[], Database]
    world: World
    out: TextIO
    zone: Callable[[], tzinfo]
    operator: Operator | None = None

    def send_due(self, *, ahead: timedelta = timedelta()) -> Tally:
        """Send what is due within `ahead`, all channels at a time. StoreError goes through.

        A one-shot run looks a little ahead: nobody is awake when a retry falls due seconds later.
        """
        tally = Tally()
        self._send(self.channels, ahead, tally)
        if tally.told:  # that a channel is in trouble goes out on the others in the same round
            well = [channel for channel in self.channels if channel.name not in tally.down]
            self._send(well, timedelta(), tally)
        return tally

    def _send(self, channels: Sequence[Channel], ahead: timedelta, tally: Tally) -> None:
        waiting = self._waiting(channels, ahead)
        if not waiting:
            return
        from monitor.deliver.sending import Sender

        busy = [channel for channel in channels if channel.name in waiting]

        def send_all(channel: Channel) -> None:
            with self.open_db() as db:
                sender = Sender(channel, db, self, tally)
                sender.send_all(waiting[channel.name])

        all_at_once(send_all, busy, hands=len(busy))

    def _waiting(self, channels: Sequence[Channel], ahead: timedelta) -> Mapping[str, list[Due]]:
        now = self.world.now()
        names = [channel.name for channel in channels]
        by_channel = defaultdict(list)
        with self.open_db() as db:
            self._prepare(db)
            with db.reading() as conn:
                for one in outbox.due(conn, names, now, now + ahead):
                    by_channel[one.channel].append(one)
        return by_channel

    def _prepare(self, db: Database) -> None:
        """Put the outbox in order: clocks that ran ahead, other schedules, periods of nothing."""
        now = self.world.now()
        with db.reading() as conn:
            in_order = not outbox.is_ahead(conn, now)
            open_until = outbox.open_until(conn)
        sooner = dict(self._sooner(open_until, now))
        patient = [channel for channel in self.channels if channel.send_empty]
        if in_order and not sooner and not patient:
            return
        from monitor.store import digests

        with db.writing() as conn:
            outbox.forget_ahead(conn, now)
            for name, at in sooner.items():
                digests.close(conn, name, at)
            for channel in patient:
                self._open_empty(conn, channel, now)

    def _sooner(
        self, open_until: Mapping[str, datetime], now: datetime
    ) -> Iterator[tuple[str, datetime]]:
        """Yield channels that are to be sent their digest sooner than when it was begun, and when.

        Their `send` was changed since. Where it is later now, what was promised is kept.
        """
        for channel in self.channels:
            until = open_until.get(channel.name)
            if until is not None and until > now:
                periods = self._periods(channel)
                at = now if periods is None else periods(now).until
                if at < until:
                    yield channel.name, at

    def _periods(self, channel: Channel) -> "Periods | None":
        from monitor.schedule import periods_of

        return periods_of(channel, self.zone)

    def _open_empty(self, conn: sqlite3.Connection, channel: Channel, now: datetime) -> None:
        from monitor.store import digests

        periods = self._periods(channel)
        if periods is not None:
            digests.open_empty(conn, channel.name, periods, now=now, new_id=self.world.new_id)
