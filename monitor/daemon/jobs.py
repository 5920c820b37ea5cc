"""Jobs by name that do something, say when next, and never run twice at a time.

apscheduler keeps the times and the threads. What it does not keep is that a job replaced while it
runs goes on as its successor, that one which fails comes again, and that one woken while it runs
runs once more: that is here.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.stopping import Stopped
from monitor.model.world import World

Work = Callable[[], datetime | None]
"""Does what is due and returns when to come again, None for never."""

Failed = Callable[[Exception], datetime]
"""Is told what went wrong in a job, and returns when it is to come again."""

_MANY = 64  # threads are made when needed
_Moment = TypeVar("_Moment")


class Jobs:
    """Named jobs on a scheduler of their own; of the slow ones, `hands` run at a time."""

    def __init__(self, world: World, hands: int, failed: Failed) -> None:
        self._world, self._failed = world, failed
        self._lock = threading.Condition()
        self._work: dict[str, Work] = {}
        self._running: dict[str, float] = {}  # since when each has given no sign of life
        self._awaited: dict[str, float] = {}  # when each quick one is to begin
        self._here = threading.local()
        self._woken: set[str] = set()
        self._stopping = False
        self._hands = hands
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # each job's coming and going
        self._scheduler = BackgroundScheduler(
            executors={"slow": ThreadPoolExecutor(hands), "quick": ThreadPoolExecutor(_MANY)},
            # A job that is late is done late, once; apscheduler's own default drops it.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": _MANY},
            timezone="UTC",
        )

    def start(self) -> None:
        """Begin to run what is put here."""
        self._scheduler.start()

    def resize(self, hands: int) -> None:
        """Let another number of slow jobs run at a time; those that run go on."""
        if hands != self._hands:
            self._hands = hands
            self._scheduler.remove_executor("slow", shutdown=False)
            self._scheduler.add_executor(ThreadPoolExecutor(hands), "slow")

    def put(self, name: str, work: Work, *, slow: bool) -> None:
        """Have a job run now and whenever it says; in place of one of that name."""
        with self._lock:
            self._work[name] = work
        self._at(name, self._world.now(), "slow" if slow else "quick")

    def keep_only(self, names: Iterable[str]) -> None:
        """Let go of all other jobs; what runs comes to its end."""
        kept = set(names)
        with self._lock:
            gone = [name for name in self._work if name not in kept]
            for name in gone:
                del self._work[name]
                self._awaited.pop(name, None)
        for name in gone:
            if self._scheduler.get_job(name):
                self._scheduler.remove_job(name)

    def wake(self, name: str) -> None:
        """Have a quick job run now; if it runs already, once more after that."""
        self._at(name, self._world.now(), "quick")

    def noticed(self, clock: Callable[[], _Moment]) -> Callable[[], _Moment]:
        """Return a clock that takes being looked at for a sign of life of the job that looks."""

        def looked_at() -> _Moment:
            name = getattr(self._here, "name", None)
            if name is not None:
                self._running[name] = self._world.monotonic()
            return clock()

        return looked_at

    def stuck(self, seconds: float) -> Iterator[str]:
        """Yield the jobs that have given no sign of life, or not begun though due, for so long.

        Slow ones that have not begun wait for their turn: that is nobody's fault.
        """
        limit = self._world.monotonic() - seconds
        with self._lock:
            moments = {**self._awaited, **self._running}
        yield from (name for name, since in moments.items() if since < limit)

    def stop(self, seconds: float) -> bool:
        """Start nothing more and wait for what runs; tell whether all of it ended in time."""
        with self._lock:
            self._stopping = True
        # A scheduler that is shut down while it hands a job out trips over that job.
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)
        with self._lock:
            return self._lock.wait_for(lambda: not self._running, seconds)

    def _at(self, name: str, when: datetime, executor: str) -> None:
        with self._lock:
            if self._stopping or name not in self._work:
                return
            if executor == "quick":
                ahead = (when - self._world.now()).total_seconds()
                self._awaited[name] = self._world.monotonic() + max(ahead, 0.0)
        self._scheduler.add_job(
            self._run,
            "date",
            run_date=when,
            args=(name, executor),
            id=name,
            executor=executor,
            replace_existing=True,
        )

    def _run(self, name: str, executor: str) -> None:
        with self._lock:
            self._awaited.pop(name, None)
            if name in self._running:
                self._woken.add(name)
                return
            work = self._work.get(name)
            if work is None or self._stopping:
                return
            self._running[name] = self._world.monotonic()
        self._here.name = name
        when = None
        try:
            when = self._done(work)
        finally:
            self._here.name = None
            with self._lock:
                del self._running[name]
                if name in self._woken:
                    self._woken.discard(name)
                    when = self._world.now()
                self._lock.notify_all()
        if when is not None:
            self._at(name, when, executor)

    def _done(self, work: Work) -> datetime | None:
        try:
            return work()
        except Stopped:
            return None
        except Exception as error:  # noqa: BLE001 - one job's trouble, even a bug, ends no other
            return self._failed(error)
