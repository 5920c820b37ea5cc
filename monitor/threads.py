"""Doing several things at a time, where each waits for the network and none may hold up another."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Job = TypeVar("_Job")


def all_at_once(work: Callable[[_Job], None], jobs: Sequence[_Job], hands: int) -> None:
    """Do `work` for every job with at most `hands` threads; the first error is raised here.

    A single job is done by the caller itself. The threads are daemons: whoever interrupts the
    program need not wait for a server that drips.
    """
    if len(jobs) == 1:
        work(jobs[0])
        return
    waiting: queue.SimpleQueue[_Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    errors: list[BaseException] = []

    threads = [
        threading.Thread(target=_drain, args=(work, waiting, errors), daemon=True)
        for _ in range(min(hands, len(jobs)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def _drain(
    work: Callable[[_Job], None], waiting: queue.SimpleQueue[_Job], errors: list[BaseException]
) -> None:
    while not errors:
        try:
            work(waiting.get_nowait())
        except queue.Empty:
            return
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            errors.append(error)
