"""When the daemon has to do what, by the store's word.

It remembers nothing: what was last done stands in the store, written by this process or another.
So a machine that slept, a crash, or a `monitor --once` beside the daemon change nothing about what
is due; and a simulated year asks the very same questions.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo

from monitor.model.configured import Channel, Source
from monitor.schedule import next_check, periods_of
from monitor.store import checks, outbox
from monitor.store.database import Database

# However far off the next message is: a run beside the daemon may leave one for it.
LOOK_AGAIN = timedelta(minutes=1)


class Agenda:
    """What is due when; every question opens the store anew, and StoreError goes through."""

    def __init__(self, open_db: Callable[[], Database], zone: Callable[[], tzinfo]) -> None:
        self._open_db, self._zone = open_db, zone

    def checks(self, sources: Sequence[Source], now: datetime) -> dict[str, datetime]:
        """Return when each source is to be checked, by its name."""
        with self._open_db() as db, db.reading() as conn:
            last = {source.name: checks.last_begun(conn, source.name) for source in sources}
        zone = self._zone()
        return {one.name: next_check(one, last[one.name], now, zone) for one in sources}

    def due(self, sources: Sequence[Source], now: datetime) -> list[Source]:
        """Return the sources to check now, in their order."""
        times = self.checks(sources, now)
        return [source for source in sources if times[source.name] <= now]

    def sending(self, channel: Channel, now: datetime) -> datetime:
        """Return when to look for messages to this channel again: within LOOK_AGAIN."""
        with self._open_db() as db, db.reading() as conn:
            owed = outbox.next_due(conn, channel.name)
        times = [now + LOOK_AGAIN]
        if owed is not None:
            times.append(owed)
        periods = periods_of(channel, self._zone) if channel.send_empty else None
        if periods is not None:
            times.append(periods(now).until)
        return min(times)
