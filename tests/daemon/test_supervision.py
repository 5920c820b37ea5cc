"""Signs of life of the daemon: to systemd by a real socket, to a heartbeat by a real receiver."""

import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

import pytest

from monitor.app import App
from monitor.config.loader import parse_config
from monitor.daemon.jobs import JobRunner
from monitor.daemon.supervision import (
    MIN_STATUS_INTERVAL,
    JobWatchdog,
    StatusReporter,
    SystemdNotifier,
    compute_step_limit,
)
from tests.channels.peers import Receiver, receiving
from tests.daemon.running import running, until
from tests.support import site_faults as faults
from tests.support.fake_clock import FakeWorld
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site

DAY = date(2025, 12, 1)


class Ear:
    """A service manager's socket: `heard` is what came, a dict for each datagram."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        while (data := self._socket.recv(4096)) != b"over":
            pairs = (line.partition("=") for line in data.decode().splitlines())
            self.heard.append({name: value for name, _, value in pairs})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.sendto(b"over", self.address.replace("@", "\0", 1))
        self._thread.join()
        self._socket.close()

    def has(self, **wanted: str) -> bool:
        """Tell whether one datagram held all of this."""
        return any(wanted.items() <= one.items() for one in list(self.heard))


class Heard:
    """A log that only remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log_check(self, report: object) -> None:
        """Is not called here."""

    def log_delivery(self, channel: str, tally: object) -> None:
        """Is not called here."""

    def log_event(self, text: str) -> None:
        """Remember."""
        self.lines.append(text)

    log_problem = log_event


@contextmanager
def environ(**more: str) -> Iterator[None]:
    """Have variables in the environment for a while."""
    os.environ.update(more)
    try:
        yield
    finally:
        for name in more:
            del os.environ[name]


@pytest.fixture(name="ear", params=["path", "abstract"])
def ear_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ear]:
    """Give a test an ear of either kind."""
    abstract = f"@monitor-{uuid.uuid4()}"
    with Ear(str(tmp_path / "notify") if request.param == "path" else abstract) as ear:
        yield ear


# ------------------------------------------------------------------ the real daemon


def test_systemd_hears_of_start_work_reload_and_end(site: Site, tmp_path: Path, ear: Ear) -> None:
    """READY after the start, a line of how it goes, WATCHDOG while all is well, STOPPING."""
    site.publish("Talks", DAY)
    stage = Stage(tmp_path, source("trade", site.url(), every="1h"))
    with environ(NOTIFY_SOCKET=ear.address, WATCHDOG_USEC="400000"), running(stage) as daemon:
        daemon.wait_for(daemon.checks(baseline=True))
        until(lambda: any("all well" in one.get("STATUS", "") for one in list(ear.heard)))
        os.kill(daemon.process.pid, signal.SIGHUP)
        daemon.wait_for(lambda event: "took up the changed config" in event.get("text", ""))
        until(lambda: sum("READY" in one for one in list(ear.heard)) == 2)
        until(lambda: sum(one == {"WATCHDOG": "1"} for one in list(ear.heard)) > 3)
        assert daemon.stop()[0] == 0
    watchdogs = [one for one in ear.heard if "WATCHDOG" not in one]
    assert watchdogs[0] == {"READY": "1", "STATUS": "running with 1 source, 0 watches, 1 channel"}
    kinds = [next(iter(one)) for one in watchdogs]
    assert kinds == ["READY", "STATUS", "RELOADING", "READY", "STOPPING"]
    assert int(watchdogs[2]["MONOTONIC_USEC"]) > 0


def test_what_is_wrong_is_in_the_status_line(site: Site, tmp_path: Path) -> None:
    """So that `systemctl status` shows it."""
    site.misbehave(faults.status(404))
    stage = Stage(tmp_path, source("trade", site.url(), every="1h"))
    with Ear(str(tmp_path / "notify")) as ear:
        with environ(NOTIFY_SOCKET=ear.address), running(stage):
            until(lambda: any("wrong" in one.get("STATUS", "") for one in list(ear.heard)))
    assert not any("WATCHDOG" in one for one in ear.heard)
    (told,) = [one["STATUS"] for one in ear.heard if "wrong" in one.get("STATUS", "")]
    assert told.startswith("1 thing is wrong at ")
    assert "trade: failed since" in told


def test_a_round_is_told_to_the_heartbeat_once_a_minute_at_most(site: Site, tmp_path: Path) -> None:
    """Good or bad, however often it checks; and no start without a check is a sign of life."""
    site.publish("Talks", DAY)
    with receiving(Receiver()) as receiver:
        health = f'[health]\nheartbeat = "{receiver.url}"\n'
        stage = Stage(tmp_path, source("trade", site.url(), every="1s"), health, WATCHES)
        with running(stage) as daemon:
            until(lambda: len(receiver.got) == 1)
            daemon.wait_for(lambda _: sum(e["event"] == "check" for e in daemon.events) > 3)
            daemon.stop()
        ((path, _, body),) = receiver.got
        assert path == "/T000/B000/hush"
        assert body.startswith(b"watching 1 source: all well at ")

        stage.configure(source("trade", site.url(), every="1h"), health, WATCHES)
        with running(stage) as daemon:
            daemon.wait_for(lambda event: event["event"] == "note")
            daemon.stop()
        assert len(receiver.got) == 1

        site.misbehave(faults.status(404))
        stage.configure(source("trade", site.url(), every="1s"), health, WATCHES)
        with running(stage) as daemon:
            until(lambda: len(receiver.got) == 2)
            daemon.stop()
    assert receiver.got[1][0] == "/T000/B000/hush/fail"
    assert b"trade: failed since" in receiver.got[1][2]


def signs_of(
    folder: Path, fake: FakeWorld, log: Heard, url: str, stuck: Callable[[], frozenset[str]]
) -> tuple[Callable[[], datetime | None], StatusReporter, Path]:
    """Return what gives signs to a heartbeat, the signs, and the path of the store they ask."""
    text = source("trade", "http://127.0.0.1:9/x") + f'[health]\nheartbeat = "{url}"\n'
    config = parse_config(text, path=folder / "config.toml", environ={})
    works = App(config, fake.world, sys.stdout)
    signs = StatusReporter(
        get_stuck_jobs=stuck, notifier=SystemdNotifier({}, 7), clock=fake.world, log=log
    )
    assert signs.is_wanted(config)
    return partial(signs.report_status, config, works), signs, config.store_path


def test_a_heartbeat_that_is_not_taken_is_told_once(tmp_path: Path) -> None:
    """It holds up nothing, and does not fill the log; when it is taken again, an alert is sent."""
    fake, log, receiver = FakeWorld(), Heard(), Receiver(status=500)
    with receiving(receiver):
        give, signs, _ = signs_of(tmp_path, fake, log, receiver.url, frozenset)
        for status in (500, 500, 200, 200):
            receiver.status = status
            signs.record_round()
            assert give() is None
            fake.pass_time(MIN_STATUS_INTERVAL)
    assert len(receiver.got) == 4
    assert log.lines == [
        "the heartbeat failed: http://127.0.0.1 answered 500",
        "the heartbeat is accepted again",
    ]


def test_what_ends_a_round_before_its_time_makes_it_bad(tmp_path: Path) -> None:
    """A full disk takes no word of what failed, and still must not pass for a good round."""
    fake, log, hanging = FakeWorld(), Heard(), set[str]()
    with receiving(Receiver()) as receiver:
        give, signs, store = signs_of(tmp_path, fake, log, receiver.url, lambda: frozenset(hanging))
        assert give() is None
        assert receiver.got == []
        signs.record_round("the disk is full")
        signs.record_round("the disk is full")
        assert give() is None
        signs.record_round()
        assert give() == fake.moment + MIN_STATUS_INTERVAL
        fake.pass_time(MIN_STATUS_INTERVAL)
        hanging.add("check example.org")
        assert give() is None
        fake.pass_time(MIN_STATUS_INTERVAL)
        hanging.clear()
        signs.record_round()
        assert give() is None
        store.write_bytes(b"What is this?" * 999)
        fake.pass_time(MIN_STATUS_INTERVAL)
        signs.record_round()
        assert give() is None
    told = [(path.removeprefix("/T000/B000/hush"), body.decode()) for path, _, body in receiver.got]
    assert told \
        == [
            ("/fail", "the disk is full\n"),
            ("/fail", "check example.org: hangs\n"),
            ("", "watching 1 source: all well at 09:02\n"),
            ("/fail", f"{store}: this is not a SQLite database; choose another path\n"),
        ]  # fmt: skip


# ------------------------------------------------------------------ stuck jobs


def test_a_job_that_hangs_is_told_once_and_the_watchdog_starves(tmp_path: Path) -> None:
    """Until it moves again; a job that looks at the clock between its steps does not hang."""
    fake, log = FakeWorld(), Heard()
    at_work, go_on, moved, end = (threading.Event() for _ in range(4))
    limit = timedelta(minutes=10)

    def work() -> datetime | None:
        at_work.set()
        go_on.wait(10)
        clock()
        moved.set()
        end.wait(10)
        return None

    jobs = JobRunner(replace(fake.world), 1, lambda _: fake.moment)
    clock = jobs.track_progress(fake.world.now)
    with Ear(str(tmp_path / "notify")) as ear:
        names = {"NOTIFY_SOCKET": ear.address, "WATCHDOG_USEC": "60000000"}
        watchdog = JobWatchdog(SystemdNotifier(names, os.getpid()), jobs, log, fake.world)
        jobs.start()
        jobs.add_job("check example.org", work, is_slow=True)
        assert at_work.wait(10)
        watchdog.check_jobs(limit)
        watchdog.check_jobs(limit)  # once in a quarter of its time is enough
        fake.pass_time(timedelta(minutes=9))
        watchdog.check_jobs(limit)
        until(lambda: len(ear.heard) == 2)
        assert log.lines == []

        fake.pass_time(timedelta(minutes=2))
        watchdog.check_jobs(limit)
        fake.pass_time(timedelta(minutes=2))
        watchdog.check_jobs(limit)
        clock()  # somebody else's look is no sign of its life
        watchdog.check_jobs(limit)
        assert watchdog.stuck_jobs == {"check example.org"}
        assert log.lines == [
            (
                "check example.org: has not moved for 10 minutes; if it does not go on, restart"
                " monitor (systemd does so by itself)"
            )
        ]
        go_on.set()
        assert moved.wait(10)
        watchdog.check_jobs(limit)
        until(lambda: len(ear.heard) == 3)
        assert log.lines[1:] == ["check example.org: goes on"]
        end.set()
        assert jobs.stop(10)


def test_quick_jobs_that_do_not_begin_are_stuck_too() -> None:
    """Whatever keeps them from it; slow ones wait for their turn."""
    fake = FakeWorld()
    jobs = JobRunner(fake.world, 1, lambda _: fake.moment)  # nobody starts it
    jobs.add_job("send desk", lambda: None, is_slow=False)
    jobs.add_job("check example.org", lambda: None, is_slow=True)
    fake.pass_time(timedelta(minutes=3))
    assert list(jobs.find_stuck_jobs(180)) == []
    fake.pass_time(timedelta(seconds=1))
    assert list(jobs.find_stuck_jobs(180)) == ["send desk"]
    jobs.remove_other_jobs([])
    assert list(jobs.find_stuck_jobs(180)) == []


def test_a_quick_job_that_has_run_is_not_waited_for_any_more() -> None:
    """However long ago, where it has said that it never comes again."""
    fake, done = FakeWorld(), threading.Event()
    jobs = JobRunner(fake.world, 1, lambda _: fake.moment)
    jobs.start()
    jobs.add_job("signs of life", done.set, is_slow=False)
    assert done.wait(10)
    assert jobs.stop(10)
    fake.pass_time(timedelta(hours=1))
    assert list(jobs.find_stuck_jobs(180)) == []


@pytest.mark.parametrize(
    ("parts", "minutes"),
    [
        ("", 10.0),  # the budget of a check and a margin
        ("[fetch]\nbudget = 60\ntimeout = 120", 7.0),
        (('[[channel]]\nname = "m"\nkind = "email"\nto = "a@b.c"\nfrom = "a@b.c"\nhost = "h"\n'
         "timeout = 120"), 15.0),
        ('[[channel]]\nname = "w"\nkind = "webhook"\nurl = "https://h/"\ntimeout = 600', 15.0),
        ('[[channel]]\nname = "a"\nkind = "apprise"\nurl = "json://h/"', 10.0),
    ],
)  # fmt: skip
def test_no_step_that_is_within_its_limits_passes_for_stuck(parts: str, minutes: float) -> None:
    """The bound follows from the config's own time limits."""
    text = f'[[source]]\nname = "t"\nkind = "motir"\nurl = "https://h/"\n{parts}'
    config = parse_config(text, path=Path("config.toml"), environ={})
    assert compute_step_limit(config) == timedelta(minutes=minutes)


# ------------------------------------------------------------------ the protocol


@pytest.mark.parametrize(
    ("environment", "watchdog"),
    [
        ({}, None),
        ({"NOTIFY_SOCKET": "/run/n"}, None),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "120000000"}, 120.0),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "7"}, 120.0),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "8"}, None),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "0"}, None),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "120000000"}, None),
    ],
)
def test_the_watchdog_is_wanted_where_systemd_says_so(
    environment: dict[str, str], watchdog: float | None
) -> None:
    """For this very process (sd_watchdog_enabled(3))."""
    assert SystemdNotifier(environment, 7).watchdog_seconds == watchdog


@pytest.mark.parametrize("address", ["", "/no/such/socket", "vsock:2:1234", "@nobody-there"])
def test_nobody_there_is_no_trouble(address: str) -> None:
    """A missing ear holds up nothing."""
    SystemdNotifier({"NOTIFY_SOCKET": address}, 7).notify_status("all well")


def test_a_status_is_one_line(tmp_path: Path) -> None:
    """What a page says cannot pass for a message of ours."""
    with Ear(str(tmp_path / "notify")) as ear:
        SystemdNotifier({"NOTIFY_SOCKET": ear.address}, 7).notify_status(
            "trade: \x1b[1mfailed\nREADY=1"
        )
        until(lambda: len(ear.heard) == 1)
    assert ear.heard == [{"STATUS": "trade: [1mfailed READY=1"}]
