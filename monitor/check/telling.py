"""Telling the operator of a source: once when trouble begins, once when it ends.

Trouble is a streak of failed checks, or one page of a changed layout; or silence longer than the
listing has ever known. This calls things in order: what is too long is decided in `silence`, and
what is said in `notices`.
"""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from monitor import notices
from monitor.health.looks import may_pass
from monitor.model.configured import Source
from monitor.model.incidents import Incident, IncidentKind
from monitor.model.operator import Operator
from monitor.model.world import World
from monitor.notices import Words
from monitor.silence import SEOUL, Silence, silence
from monitor.store import calm, checks, incidents, notes, streaks
from monitor.store.streaks import Streak
from monitor.times import to_iso

# How long a listing of which too little is known may be silent before it is looked at again.
_DAY = timedelta(days=1)


class Telling:
    """One look at one source, within a transaction."""

    def __init__(
        self, conn: sqlite3.Connection, source: Source, operator: Operator, world: World
    ) -> None:
        self._conn, self._source, self._operator = conn, source, operator
        self._world, self._now = world, world.now()

    def tell(self) -> Iterator[str]:
        """Write down what begins and ends, and who is owed word of it; yield what they are told."""
        streak = streaks.streak(self._conn, self._source.name)
        if streak.failures:
            yield from self._failing(streak)
        else:
            yield from self._recovered()
            yield from self._silent()

    def _failing(self, streak: Streak) -> Iterator[str]:
        is_long = streak.failures >= self._operator.after
        is_layout = not all(map(may_pass, streak.broken))
        if not (is_long or is_layout) or self._open("failing"):
            return
        why = notices.parted(streak.error or "")
        incident = incidents.begin(
            self._conn, "source", self._source.name, "failing", streak.since or self._now, why
        )
        failed = notices.Failed(
            checks=streak.failures,
            is_suspect=streak.status == "suspect",
            last_good_at=streak.last_good_at,
        )
        zone = self._operator.zone()
        incidents.told(self._conn, incident, self._now)
        yield self._owe(notices.failing(self._source, incident, failed, zone))

    def _recovered(self) -> Iterator[str]:
        incident = self._open("failing")
        if incident is None:
            return
        incidents.end(self._conn, incident, self._now)
        new = incidents.caught_up(self._conn, self._source.name, incident.began_at)
        is_whole = checks.state(self._conn, self._source.name).gap_page is None
        zone = self._operator.zone()
        yield self._owe(notices.recovered(incident, self._now, new, zone, is_whole=is_whole))

    def _silent(self) -> Iterator[str]:
        incident = self._open("silent")
        quiet = self._quiet()
        is_silent = quiet is not None and quiet.until <= self._now
        if quiet is not None and is_silent and incident is None:
            incident = incidents.begin(
                self._conn,
                "source",
                self._source.name,
                "silent",
                datetime.combine(quiet.last, time(), SEOUL),
                notices.why_silent(quiet),
            )
            incidents.told(self._conn, incident, self._now)
            yield self._owe(notices.silent(self._source, incident, quiet, self._now))
        elif incident is not None and not is_silent:
            incidents.end(self._conn, incident, self._now)
            yield self._owe(notices.resumed(incident, self._now))
        if not is_silent:
            again = self._now + _DAY if quiet is None else quiet.until
            notes.write(self._conn, calm.quiet_note(self._source.name), to_iso(again))

    def _quiet(self) -> Silence | None:
        name = self._source.name
        days = [date.fromisoformat(day) for day in incidents.days_with_releases(self._conn, name)]
        news = incidents.last_news(self._conn, name)
        if news is not None:
            days.append(news.astimezone(SEOUL).date())
        return silence(days, self._now)

    def _open(self, kind: IncidentKind) -> Incident | None:
        return incidents.find(self._conn, "source", self._source.name, kind)

    def _owe(self, words: Words) -> str:
        channels = self._operator.channels
        incidents.owe(self._conn, words, channels, self._now, self._world.new_id)
        return notices.said(words, channels)
