"""The daemon, from the outside: a real process, a real site, real receivers."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest

from tests.channels.peers import Receiver, receiving
from tests.daemon.running import running, until
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, environment, source
from tests.support.site import Site

DAY = date(2025, 12, 1)


def rounds(site: Site, count: int = 5) -> None:
    """Let the ministry have published something that no watch wants."""
    for number in range(count):
        site.publish(f"Round {number} of the talks", DAY, body="Talks.")


def test_it_checks_on_schedule_and_tells_what_it_finds(site: Site, tmp_path: Path) -> None:
    """A release published while it runs is told once; SIGTERM ends it at once, with 0."""
    rounds(site)
    with receiving(Receiver()) as receiver:
        parts = [source("trade", site.url(), every="1s"), WATCHES, bot(receiver.url)]
        with running(Stage(tmp_path, *parts)) as daemon:
            daemon.wait_for(daemon.checks(baseline=True, new=5))
            site.publish("Steel Quotas", DAY)
            daemon.wait_for(daemon.checks(new=1, matched=1))
            daemon.wait_for(lambda event: event["event"] == "delivery")
            daemon.wait_for(daemon.checks(new=0, baseline=False))
            code, took, told = daemon.stop()
    assert (code, told.count("Traceback")) == (0, 0), told
    assert took < 10
    assert len(receiver.got) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_hangs_does_not_hold_up_the_end(
    site: Site, tmp_path: Path, number: int
) -> None:
    """What is under way is abandoned, and made up for by the next check."""
    rounds(site)
    stage = Stage(tmp_path, source("trade", site.url(), every="1s"), WATCHES)
    stage.once()
    site.publish("Steel Quotas", DAY)
    site.misbehave(faults.hang())
    with running(stage) as daemon:
        until(lambda: len(site.requests) >= 3)
        code, took, told = daemon.stop(number)
    assert (code, told.count("Traceback")) == (0, 0), told
    assert took < 10
    site.behave()
    assert stage.once()["sources"][0]["new"] == 1


def test_a_wait_between_attempts_ends_at_once(site: Site, tmp_path: Path) -> None:
    """The long waits of a patient fetch do not hold up the end either."""
    site.misbehave(faults.status(503))
    stage = Stage(tmp_path, source("trade", site.url(), every="1s"))
    stage.config.write_text(stage.config.read_text().replace("attempts = 1", "attempts = 10"))
    with running(stage) as daemon:
        until(lambda: len(site.requests) >= 1)
        code, took, _ = daemon.stop()
    assert code == 0
    assert took < 5


def test_an_edit_takes_effect_and_a_broken_one_stops_nothing(site: Site, tmp_path: Path) -> None:
    """Also where an editor puts a new file in the old one's place."""
    rounds(site)
    with receiving(Receiver()) as receiver:
        trade = source("trade", site.url(), every="1s")
        stage = Stage(tmp_path, trade, bot(receiver.url))
        with running(stage) as daemon:
            daemon.wait_for(daemon.checks(baseline=True))

            broken = stage.folder / "edited.toml"
            broken.write_text("[[watch]\n")
            broken.replace(stage.config)
            trouble = daemon.wait_for(lambda event: event["event"] == "trouble")
            assert "config.toml:1" in trouble["text"]
            before = len(daemon.events)
            until(lambda: len(daemon.events) > before + 1)

            stage.configure(trade, WATCHES, bot(receiver.url))
            daemon.wait_for(lambda event: "took up the changed config" in event.get("text", ""))
            site.publish("Steel Quotas", DAY)
            daemon.wait_for(daemon.checks(matched=1))
            until(lambda: len(receiver.got) == 1)
            assert daemon.stop()[0] == 0
    kinds = Counter(event["event"] for event in daemon.events)
    assert kinds["trouble"] == 1


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_it_watches_on_where_its_log_cannot_be_written(
    site: Site, tmp_path: Path, args: list[str]
) -> None:
    """The disk behind `2>> monitor.log` is full: no check ends for that, and no alert."""
    rounds(site)
    with receiving(Receiver()) as receiver, Path("/dev/full").open("w") as full:
        stage = Stage(tmp_path, source("trade", site.url(), every="1s"), WATCHES, bot(receiver.url))
        stage.once()
        site.publish("Steel Quotas", DAY)
        command = [sys.executable, "-m", "monitor", *args]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=full, stderr=full
        ) as daemon:
            until(lambda: len(receiver.got) == 1 or daemon.poll() is not None)
            site.publish("More Steel", DAY)
            until(lambda: len(receiver.got) == 2 or daemon.poll() is not None)
            daemon.terminate()
    assert len(receiver.got) == 2


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_it_watches_on_and_ends_though_nobody_reads_what_it_prints(
    site: Site, tmp_path: Path, args: list[str]
) -> None:
    """As on a terminal that was stopped with Ctrl-S, or in a pager that nobody scrolls."""
    site.publish("Steel Quotas", DAY)
    unread, full = os.pipe()
    os.set_blocking(full, False)
    with suppress(BlockingIOError):
        while True:
            os.write(full, bytes(100))
    os.set_blocking(full, True)
    with receiving(Receiver()) as receiver:
        trade = source("trade", site.url(), every="1h", first_run="alert")
        Stage(tmp_path, trade, WATCHES, bot(receiver.url))
        command = [sys.executable, "-m", "monitor", *args]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdout=full, stderr=full
        ) as daemon:
            try:
                until(lambda: len(receiver.got) == 1)
                daemon.terminate()
                assert daemon.wait(10) == 0
            finally:
                daemon.kill()
    os.close(unread)
    os.close(full)


def test_a_database_that_vanishes_is_missed_and_not_begun_anew(site: Site, tmp_path: Path) -> None:
    """In a new one nothing would be news. It may be on a disk that comes back."""
    rounds(site)
    stage = Stage(tmp_path, source("trade", site.url(), every="1s"), WATCHES)
    with running(stage) as daemon:
        daemon.wait_for(daemon.checks(baseline=False))
        stage.db.rename(tmp_path / "elsewhere.db")
        gone = daemon.wait_for(lambda event: event["event"] == "trouble")
        assert daemon.stop()[0] == 0
    assert gone["text"].startswith(f"{stage.db}: the database is gone; put it back, or restart")
    assert not stage.db.exists()


def test_an_edit_does_not_wait_for_a_long_round(site: Site, tmp_path: Path) -> None:
    """A host with many listings is gone through for minutes; the new config cuts in at once."""
    rounds(site)
    many = [source(f"s{n}", f"{site.url()}?n={n}", every="1h") for n in range(100)]
    stage = Stage(tmp_path, *many)
    stage.config.write_text(stage.config.read_text().replace("delay = 0", "delay = 0.5"))
    with running(stage) as daemon:
        daemon.wait_for(daemon.checks(name="s0"))
        stage.configure(source("last", site.url(), every="1h"), WATCHES)
        daemon.wait_for(daemon.checks(name="last"))
        assert daemon.stop()[0] == 0
    assert len(daemon.events) < 50


def test_sighup_takes_the_config_up(site: Site, tmp_path: Path) -> None:
    """Whether it was edited or not: secrets and certificates are read anew."""
    stage = Stage(tmp_path, source("trade", site.url(), every="1h"))
    rounds(site)
    with running(stage) as daemon:
        daemon.wait_for(daemon.checks(baseline=True))
        os.kill(daemon.process.pid, signal.SIGHUP)
        daemon.wait_for(lambda event: "took up the changed config" in event.get("text", ""))
        assert daemon.stop()[0] == 0


def test_it_does_not_check_what_another_process_has_just_checked(
    site: Site, tmp_path: Path
) -> None:
    """What is due is the store's word, not the daemon's memory."""
    rounds(site)
    stage = Stage(tmp_path, source("trade", site.url(), every="1h"))
    stage.once()
    with running(stage) as daemon:
        daemon.wait_for(lambda event: event["event"] == "note")
        os.kill(daemon.process.pid, signal.SIGHUP)
        daemon.wait_for(lambda event: "took up" in event.get("text", ""))
        daemon.stop()
    assert [event for event in daemon.events if event["event"] == "check"] == []


def test_a_store_in_trouble_is_told_and_survived(site: Site, tmp_path: Path) -> None:
    """A database that cannot be opened is trouble, not the end."""
    rounds(site)
    stage = Stage(tmp_path, source("trade", site.url(), every="1s"))
    (tmp_path / "folder").mkdir()
    with running(stage) as daemon:
        daemon.wait_for(daemon.checks(baseline=True))
        # In one step, or a check between two makes another database.
        (tmp_path / "link").symlink_to("folder")
        (tmp_path / "link").replace(stage.db)
        trouble = daemon.wait_for(lambda event: event["event"] == "trouble")
        assert str(stage.db) in trouble["text"]
        code, _, told = daemon.stop()
    assert (code, told.count("Traceback")) == (0, 0), told


@pytest.mark.slow
def test_beside_cron_each_match_is_told_once(site: Site, tmp_path: Path) -> None:
    """A daemon and `--once`, both checking all the time for a minute, on one database."""
    rounds(site)
    with receiving(Receiver()) as receiver:
        parts = [source("trade", site.url(), every="1s"), WATCHES, bot(receiver.url)]
        stage = Stage(tmp_path, *parts)
        with running(stage) as daemon:
            daemon.wait_for(daemon.checks(baseline=True))
            count, end = 0, time.monotonic() + 60
            while time.monotonic() < end:
                site.publish(f"Steel Quotas, part {count}", DAY)
                count += 1
                assert stage.run("--once", "-q").code == 0
            until(lambda: len(titles(receiver)) >= count)
            assert daemon.stop()[0] == 0
    assert sorted(Counter(titles(receiver)).values()) == [1] * count
    with closing(sqlite3.connect(stage.db)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def titles(receiver: Receiver) -> list[str]:
    """Return the titles that were told, from each message once."""
    bodies = {headers["webhook-id"]: body for _, headers, body in list(receiver.got)}
    return [
        item["release"]["title"]
        for body in bodies.values()
        for item in json.loads(body)["data"]["items"]
    ]
