"""Several things at a time."""

import threading
import time

import pytest

from monitor.parallel import run_in_threads


def test_every_job_is_done_once() -> None:
    """However few hands there are, each job is done, and once."""
    done: list[int] = []
    run_in_threads(done.append, list(range(50)), max_workers=3)
    assert sorted(done) == list(range(50))


def test_a_slow_job_holds_up_no_other() -> None:
    """The jobs run beside each other: each of these waits for the other one."""
    meeting = threading.Barrier(2, timeout=10)

    def work(_: int) -> None:
        meeting.wait()

    run_in_threads(work, [1, 2], max_workers=2)


def test_the_caller_goes_on_when_all_is_done() -> None:
    """And not while the last job still runs."""
    done: list[int] = []

    def work(job: int) -> None:
        time.sleep(0.05)
        done.append(job)

    run_in_threads(work, [1, 2, 3], max_workers=2)
    assert sorted(done) == [1, 2, 3]


def test_a_single_job_is_done_by_the_caller() -> None:
    """No thread is started for one job, and none for no job."""
    names: list[str] = []
    run_in_threads(lambda _: names.append(threading.current_thread().name), [1], max_workers=4)
    assert names == [threading.current_thread().name]
    run_in_threads(names.append, [], max_workers=4)


def test_no_thread_holds_up_the_end_of_the_program() -> None:
    """Whoever interrupts it need not wait for a server that drips."""
    are_daemons: list[bool] = []
    run_in_threads(
        lambda _: are_daemons.append(threading.current_thread().daemon), [1, 2], max_workers=2
    )
    assert are_daemons == [True, True]


@pytest.mark.parametrize("jobs", [[0], [0, 1, 2]])
def test_an_error_reaches_the_caller(jobs: list[int]) -> None:
    """What goes wrong in a thread is raised where it was started, not lost."""
    with pytest.raises(ZeroDivisionError):
        run_in_threads(lambda job: print(1 / job), jobs, max_workers=2)
