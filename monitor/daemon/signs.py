"""Signs of life: a line for the service manager, and the heartbeat, after rounds of work.

A round is one job's checks of what was due of a host. After it, and at most once a minute, the
store is asked how everything went last, with all sources and channels, by whoever checked them;
what is wrong anywhere makes it a bad round. Where neither is wanted nothing is asked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from monitor import vitals
from monitor.daemon.log import Log
from monitor.daemon.service import Service
from monitor.errors import MonitorError
from monitor.model.configured import Config
from monitor.model.world import World
from monitor.text.counting import counted
from monitor.wiring import Works

SPACING = timedelta(minutes=1)


class Signs:
    """Gives them; `stuck` are the names of jobs that hang."""

    def __init__(
        self,
        *,
        stuck: Callable[[], frozenset[str]],
        service: Service,
        world: World,
        log: Log,
    ) -> None:
        self._stuck = stuck
        self._service, self._world, self._log = service, world, log
        self._given_at = -float("inf")
        self._was_taken = True
        self._is_owed = False
        self._failures: list[str] = []

    def round_ended(self, failure: str | None = None) -> None:
        """Note that there is something to tell: who only starts, again and again, tells nothing.

        `failure` is what ended it before its time: of a full disk the store knows nothing.
        """
        if failure is not None and failure not in self._failures:
            self._failures.append(failure)
        self._is_owed = True

    def wanted(self, config: Config) -> bool:
        """Tell whether anybody wants them."""
        return self._service.is_there or config.health.heartbeat is not None

    def give(self, config: Config, works: Works) -> datetime | None:
        """Give them if a round has ended, or return when the last ones are long enough ago."""
        if not self._is_owed:
            return None
        waits = self._given_at + SPACING.total_seconds() - self._world.monotonic()
        if waits > 0:
            return self._world.now() + timedelta(seconds=waits)
        self._given_at, self._is_owed = self._world.monotonic(), False
        zone = works.zone()
        troubles, self._failures = self._failures, []
        try:
            with works.open_db() as db, db.reading() as conn:
                troubles += vitals.troubles(conn, config, zone)
        except MonitorError as error:
            troubles = [str(error)]
        troubles += [f"{name}: hangs" for name in sorted(self._stuck())]
        at = f"{self._world.now().astimezone(zone):%H:%M}"
        well = f"watching {counted(len(config.sources), 'source')}: all well at {at}"
        if troubles:
            wrong = counted(len(troubles), "thing is wrong", "things are wrong")
            self._service.status(f"{wrong} at {at}: {troubles[0]}")
        else:
            self._service.status(well)
        self._beat(config, troubles, well)
        return None

    def _beat(self, config: Config, troubles: list[str], well: str) -> None:
        if config.health.heartbeat is None:
            return
        from monitor.heartbeat import beat  # noqa: PLC0415 - few have one

        trouble = beat(config.health.heartbeat, troubles, well)
        if trouble is not None and self._was_taken:
            self._log.trouble(trouble)
        elif trouble is None and not self._was_taken:
            self._log.said("the heartbeat is taken again")
        self._was_taken = trouble is None
