"""Whether the daemon still does its work: a job that hangs must not pass for a quiet ministry.

Whatever a job does, it looks at the clock between two steps, and each step has its time limit. One
that has not looked for longer than any step may take is stuck; and so is the whole where jobs that
are due do not begin. That is told once, and the service manager is told no more that all is well:
it then ends this process and starts another.
"""

from datetime import timedelta

from monitor.daemon.jobs import Jobs
from monitor.daemon.log import Log
from monitor.daemon.service import Service
from monitor.model.configured import AppriseChannel, Config, EmailChannel, WebhookChannel
from monitor.model.world import World

_MARGIN = timedelta(minutes=5)  # for what has no limit of ours: a name server, a disk
_CONVERSATION = 5  # so many times its timeout may a mail server take (channels.email)
_APPRISE = timedelta(minutes=1)


def bound(config: Config) -> timedelta:
    """Return how long a job may go without a sign of life: its longest step, and a margin."""
    steps = [config.fetch.timeout, config.fetch.budget, config.fetch.delay]
    for channel in config.channels:
        match channel:
            case EmailChannel():
                steps.append(channel.timeout * _CONVERSATION)
            case WebhookChannel():
                steps.append(channel.timeout)
            case AppriseChannel():
                steps.append(_APPRISE)
    return max(steps) + _MARGIN


class Watchdog:
    """Looks at the jobs, and tells the service manager that all is well while it is."""

    def __init__(self, service: Service, jobs: Jobs, log: Log, world: World) -> None:
        self._service, self._jobs, self._log, self._world = service, jobs, log, world
        self._fed_at = -float("inf")
        self.stuck: frozenset[str] = frozenset()

    def tick(self, usual: float) -> float:
        """Return the seconds from one look to the next: `usual`, less where a watchdog is quick."""
        return usual if self._service.watchdog is None else min(usual, self._service.watchdog / 4)

    def look(self, limit: timedelta) -> None:
        """Look once; what has hung for longer than `limit` is told the first time it is seen."""
        stuck = frozenset(self._jobs.stuck(limit.total_seconds()))
        minutes = f"{limit.total_seconds() / 60:.0f} minutes"
        for name in sorted(stuck - self.stuck):
            self._log.trouble(
                f"{name}: has not moved for {minutes}; if it does not go on, restart monitor"
                " (systemd does so by itself)"
            )
        for name in sorted(self.stuck - stuck):
            self._log.said(f"{name}: goes on")
        self.stuck = stuck
        if not stuck:
            self._feed()

    def _feed(self) -> None:
        within, now = self._service.watchdog, self._world.monotonic()
        if within is not None and now - self._fed_at >= within / 4:
            self._fed_at = now
            self._service.alive()
