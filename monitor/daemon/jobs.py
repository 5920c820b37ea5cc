"""Named jobs that return their next time and never run twice at a time.

apscheduler keeps the times and the threads. This module adds three rules: a job that is replaced
while it runs continues as the new one; a job that fails is scheduled again; a job that is woken
while it runs is run once more.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.clock import Clock

JobFunction = Callable[[], datetime | None]
"""Does what is due and returns when to come again, None for never."""

FailureHandler = Callable[[Exception], datetime]
"""Is told what went wrong in a job, and returns when it is to come again."""

_MAX_THREADS = 64  # threads are created when needed
_Moment = TypeVar("_Moment")


class JobRunner:
    """Named jobs on their own scheduler; at most `workers` of the slow ones run at a time."""

    def __init__(self, clock: Clock, workers: int, on_failure: FailureHandler) -> None:
        self._clock, self._on_failure = clock, on_failure
        self._lock = threading.Condition()
        self._functions: dict[str, JobFunction] = {}
        self._last_activity: dict[str, float] = {}  # time of the last sign of life
        self._expected_starts: dict[str, float] = {}  # when each quick job is due to start
        self._thread_state = threading.local()
        self._woken: set[str] = set()
        self._is_stopping = False
        self._workers = workers
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # not each job's start and end
        self._scheduler = BackgroundScheduler(
            executors={
                "slow": ThreadPoolExecutor(workers),
                "quick": ThreadPoolExecutor(_MAX_THREADS),
            },
            # Run a late job late, once; by default apscheduler drops it.
            job_defaults={
                "misfire_grace_time": None,
                "coalesce": True,
                "max_instances": _MAX_THREADS,
            },
            timezone="UTC",
        )

    def start(self) -> None:
        """Start the scheduler."""
        self._scheduler.start()

    def set_workers(self, workers: int) -> None:
        """Set how many slow jobs run at a time; running jobs continue."""
        if workers != self._workers:
            self._workers = workers
            self._scheduler.remove_executor("slow", shutdown=False)
            self._scheduler.add_executor(ThreadPoolExecutor(workers), "slow")

    def add_job(self, name: str, function: JobFunction, *, is_slow: bool) -> None:
        """Add or replace a job; run it now, and then at each time that it returns."""
        with self._lock:
            self._functions[name] = function
        self._schedule_job(name, self._clock.now(), "slow" if is_slow else "quick")

    def remove_other_jobs(self, names: Iterable[str]) -> None:
        """Remove all other jobs; those that run continue to their end."""
        kept = set(names)
        with self._lock:
            removed = [name for name in self._functions if name not in kept]
            for name in removed:
                del self._functions[name]
                self._expected_starts.pop(name, None)
        for name in removed:
            if self._scheduler.get_job(name):
                self._scheduler.remove_job(name)

    def wake_job(self, name: str) -> None:
        """Run a quick job now; if it is already running, run it once more afterwards."""
        self._schedule_job(name, self._clock.now(), "quick")

    def track_progress(self, read_clock: Callable[[], _Moment]) -> Callable[[], _Moment]:
        """Wrap a clock so that each reading counts as a sign of life of the calling job."""

        def read_and_record() -> _Moment:
            name = getattr(self._thread_state, "name", None)
            if name is not None:
                self._last_activity[name] = self._clock.monotonic()
            return read_clock()

        return read_and_record

    def find_stuck_jobs(self, seconds: float) -> Iterator[str]:
        """Yield the jobs without a sign of life, or due but not started, for `seconds`.

        Slow jobs that have not started are not included: they wait for a free worker.
        """
        limit = self._clock.monotonic() - seconds
        with self._lock:
            last_signs = {**self._expected_starts, **self._last_activity}
        yield from (name for name, since in last_signs.items() if since < limit)

    def stop(self, seconds: float) -> bool:
        """Start no further jobs and wait for the running ones; return whether all ended in time."""
        with self._lock:
            self._is_stopping = True
        # A shutdown while the scheduler submits a job would raise an error.
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)
        with self._lock:
            return self._lock.wait_for(lambda: not self._last_activity, seconds)

    def _schedule_job(self, name: str, run_at: datetime, executor: str) -> None:
        with self._lock:
            if self._is_stopping or name not in self._functions:
                return
            if executor == "quick":
                delay = (run_at - self._clock.now()).total_seconds()
                self._expected_starts[name] = self._clock.monotonic() + max(delay, 0.0)
        self._scheduler.add_job(
            self._run_job,
            "date",
            run_date=run_at,
            args=(name, executor),
            id=name,
            executor=executor,
            replace_existing=True,
        )

    def _run_job(self, name: str, executor: str) -> None:
        with self._lock:
            self._expected_starts.pop(name, None)
            if name in self._last_activity:
                self._woken.add(name)
                return
            function = self._functions.get(name)
            if function is None or self._is_stopping:
                return
            self._last_activity[name] = self._clock.monotonic()
        self._thread_state.name = name
        next_run = None
        try:
            next_run = self._call_function(function)
        finally:
            self._thread_state.name = None
            with self._lock:
                del self._last_activity[name]
                if name in self._woken:
                    self._woken.discard(name)
                    next_run = self._clock.now()
                self._lock.notify_all()
        if next_run is not None:
            self._schedule_job(name, next_run, executor)

    def _call_function(self, function: JobFunction) -> datetime | None:
        try:
            return function()
        except Cancelled:
            return None
        except Exception as error:  # noqa: BLE001 - an error in one job, even a bug, ends no other
            return self._on_failure(error)


class Cancelled(BaseException):
    """The daemon is stopping: the current work is abandoned as a whole."""


class StopEvent:
    """An event that is set once, and a sleep that it interrupts."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask all jobs to stop."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Sleep, as a Clock's `sleep` does; raise Cancelled as soon as the event is set."""
        if self._event.wait(seconds):
            raise Cancelled
