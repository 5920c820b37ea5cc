"""The daemon: what is due is done, for a year on end.

    main thread    signals, edits of config.toml, jumps of the clock        (Daemon.run)
    scheduler      wakes one job a host and one a channel when it is due    (apscheduler)
    job threads    check what is due of the host, send what is due to the channel, plan again

A job asks the store what is due (`agenda`), does it, and puts itself back for the next time; so no
source is checked twice at a time, a slow channel holds up no other, and after a sleep everything
missed happens once. Sources of one host share a job: a dead host costs its patience once. This is
the only room that knows apscheduler.
"""

import logging
import os
import queue
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TextIO

from monitor import vitals
from monitor.check import Report
from monitor.daemon.agenda import Agenda
from monitor.daemon.clock import Clock
from monitor.daemon.edited import Edited
from monitor.daemon.jobs import Jobs
from monitor.daemon.log import Log
from monitor.daemon.service import Service
from monitor.daemon.signs import Signs
from monitor.daemon.stopping import Stopped, Stopping
from monitor.daemon.watchdog import Watchdog, bound
from monitor.deliver import claimant
from monitor.errors import ConfigError, MonitorError
from monitor.model.configured import Channel, Config, Source
from monitor.model.world import World
from monitor.text.counting import counted
from monitor.wiring import Works

_TICK = 1.0  # seconds between two looks at config.toml and the clock
_AGAIN = timedelta(minutes=1)  # after trouble that is nobody's turn to mend here, a full disk say
_BREATH = timedelta(seconds=5)  # where a message is due and another process holds it
_GRACE = 8.0  # seconds for what is under way, once the end is asked for

_SIGNS = "signs of life"

_log = logging.getLogger(__name__)


class Daemon:
    """One running daemon. `load` reads the config anew; `out` is where terminal channels print."""

    def __init__(
        self, config: Config, load: Callable[[], Config], *, world: World, out: TextIO, log: Log
    ) -> None:
        self._load, self._out, self._log = load, out, log
        self._stopping = Stopping()
        self._jobs = Jobs(world, config.fetch.concurrency, self._failed)
        self._world = replace(
            world,
            wait=self._stopping.wait,
            now=self._jobs.noticed(world.now),
            monotonic=self._jobs.noticed(world.monotonic),
        )
        self._inbox: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._service = Service(os.environ, os.getpid())
        self._watchdog = Watchdog(self._service, self._jobs, log, world)
        self._signs = Signs(
            stuck=lambda: self._watchdog.stuck,
            service=self._service,
            world=self._world,
            log=log,
        )
        self._take(config)

    def _take(self, config: Config) -> None:
        self._config = config
        self._works = Works(config, self._world, self._out)
        self._agenda = Agenda(self._works.open_db, self._works.zone)

    # -------------------------------------------------------------- the main thread

    def run(self) -> bool:
        """Run until SIGTERM or SIGINT; tell whether all that was under way came to its end.

        Where it did not, threads are still waiting for somebody: the caller should leave at once.
        StoreError goes through where the store cannot even be opened.
        """
        self._works.open_db().close()
        self._note_presence(vitals.arrived, self._world.now())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda got, _: self._inbox.put(got))
        self._jobs.start()
        self._log.said(self._greeting())
        self._plan()
        self._service.ready(self._greeting())
        self._watch()
        self._log.said("stopping")
        self._service.stopping()
        self._stopping.set()
        ended = self._jobs.stop(_GRACE)
        self._note_presence(vitals.left)
        return ended

    def _note_presence(self, note: Callable[..., None], *at: datetime) -> None:
        # What is wrong with the store is told by who needs it more.
        with suppress(MonitorError), self._works.open_db() as db, db.writing() as conn:
            note(conn, claimant.me(), *at)

    def _greeting(self) -> str:
        config = self._config
        told = (
            counted(len(config.sources), "source"),
            counted(len(config.watches), "watch", "watches"),
            counted(len(config.channels), "channel"),
        )
        return f"running with {', '.join(told)}"

    def _watch(self) -> None:
        clock, edited = Clock(self._world), Edited(self._config.path)
        tick = self._watchdog.tick(_TICK)
        while True:
            self._watchdog.look(bound(self._config))
            try:
                number = self._inbox.get(timeout=tick)
            except queue.Empty:
                number = None
            if number in (signal.SIGTERM, signal.SIGINT):
                return
            if edited.now() or number == signal.SIGHUP:
                self._service.reloading(self._world.monotonic())
                self._reload(asked=number == signal.SIGHUP)
                self._service.ready(self._greeting())
            moved = clock.jumped()
            if moved is not None:
                self._log.said(
                    f"the clock was set by {moved.total_seconds():+.0f} s; planning anew"
                )
                self._plan()

    def _reload(self, *, asked: bool) -> None:
        try:
            config = self._load()
        except ConfigError as error:
            self._log.trouble(f"the config was changed, and the old one stays in force: {error}")
            return
        if config.fingerprint == self._config.fingerprint and not asked:
            return
        self._take(config)
        self._plan()
        self._log.said(f"took up the changed config; {self._greeting()}")

    # -------------------------------------------------------------- what is done

    def _plan(self) -> None:
        """Have every host and channel of the config looked at now, and from then on when due."""
        works, agenda = self._works, self._agenda
        hosts = {f"check {host}": sources for host, sources in works.hosts.items()}
        channels = {_sending(channel.name): channel for channel in self._config.channels}
        signs = (_SIGNS,) if self._signs.wanted(self._config) else ()
        self._jobs.resize(self._config.fetch.concurrency)
        self._jobs.keep_only((*hosts, *channels, *signs))
        for name in signs:
            self._jobs.put(name, partial(self._signs.give, self._config, works), slow=False)
        for name, sources in hosts.items():
            self._jobs.put(name, partial(self._check, works, agenda, sources), slow=True)
        for name, channel in channels.items():
            self._jobs.put(name, partial(self._send, works, agenda, channel), slow=False)

    def _check(self, works: Works, agenda: Agenda, sources: Sequence[Source]) -> datetime:
        """Check what is due of one host; return when something will be."""
        due = agenda.due(sources, self._world.now())

        def checked(report: Report) -> None:
            self._log.checked(report)
            self._tell_operator(report.told)
            if report.found or report.told:
                self._wake_channels()
            if works is not self._works:
                raise Stopped  # the config has changed: the rest is checked by the new one

        if due:
            works.check(due, checked)
            self._signs.round_ended()
            self._jobs.wake(_SIGNS)
        return min(agenda.checks(sources, self._world.now()).values())

    def _tell_operator(self, told: Iterable[str]) -> None:
        for sentence in told:
            self._log.said(sentence)

    def _wake_channels(self) -> None:
        for channel in self._config.channels:
            self._jobs.wake(_sending(channel.name))

    def _send(self, works: Works, agenda: Agenda, channel: Channel) -> datetime:
        """Send what is due to one channel; return when to look again."""
        tally = replace(works.post, channels=(channel,)).send_due()
        if tally.delivered or tally.failures:
            self._log.sent(channel.name, tally)
        self._tell_operator(tally.told)
        if tally.told:
            self._wake_channels()
        now = self._world.now()
        # What is due and was not sent is in another process's hands.
        return max(agenda.sending(channel, now), now if tally.delivered else now + _BREATH)

    def _failed(self, error: Exception) -> datetime:
        told = str(error)
        if not isinstance(error, MonitorError):
            _log.error("unexpected", exc_info=error)
            told = f"a fault in monitor itself: {type(error).__name__}: {error}"
        self._log.trouble(told)
        self._signs.round_ended(told)
        self._jobs.wake(_SIGNS)
        return self._world.now() + _AGAIN


def _sending(channel: str) -> str:
    return f"send {channel}"
