"""Run jobs that wait for the network in parallel, so that none delays another."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Job = TypeVar("_Job")


def run_in_threads(run_job: Callable[[_Job], None], jobs: Sequence[_Job], max_workers: int) -> None:
    """Call `run_job` for every job in up to `max_workers` threads; raise the first error.

    A single job runs in the calling thread. The threads are daemon threads, so that an interrupted
    program does not have to wait for a slow server.
    """
    if len(jobs) == 1:
        run_job(jobs[0])
        return
    pending_jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    for job in jobs:
        pending_jobs.put(job)
    errors: list[BaseException] = []

    threads = [
        threading.Thread(
            target=_run_pending_jobs, args=(run_job, pending_jobs, errors), daemon=True
        )
        for _ in range(min(max_workers, len(jobs)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _run_pending_jobs(
    run_job: Callable[[_Job], None],
    pending_jobs: queue.SimpleQueue[_Job],
    errors: list[BaseException],
) -> None:
    while not errors:
        try:
            run_job(pending_jobs.get_nowait())
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001 - the calling thread raises it
            errors.append(error)
