"""The operator is told by real processes: once when trouble begins, once when it ends."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from tests.channels.peers import Mailbox, Receiver, mail_server, receiving
from tests.daemon.running import running, until
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, desk, source
from tests.support.killed_processes import Crashing
from tests.support.site import Site

DAY = date(2025, 12, 1)
AT_ONCE = "[health]\nafter = 1\n"
NEVER = "weekly on mon at 08:00"


def filled(site: Site) -> None:
    """Publish a baseline."""
    for number in range(12):
        site.publish(f"Round {number} of the talks", DAY, body="Talks.")


def health(receiver: Receiver) -> list[Any]:
    """Return the data of all notices that came, each message once."""
    came = {headers["webhook-id"]: json.loads(body) for _, headers, body in receiver.got}
    return [one["data"] for one in came.values() if one["type"] == "health"]


def states(receiver: Receiver) -> list[str]:
    """Return the states of all notices that came."""
    return [one["state"] for one in health(receiver)]


def test_a_source_that_breaks_is_told_after_three_failures_and_when_it_is_well(
    tmp_path: Path,
) -> None:
    """On every channel, also one that sends digests; by mail in one thread; and then no more."""
    mailbox = Mailbox()
    with Site() as site, receiving(Receiver()) as receiver, mail_server(mailbox) as port:
        filled(site)
        channels = bot(receiver.url), desk(port, send=NEVER)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, *channels)
        stage.once()
        site.misbehave(faults.status(503))
        done = [stage.run("--once") for _ in range(4)]
        line = "warning sent to bot, desk: trade cannot be read"
        assert [line in one.out for one in done] == [False, False, True, False]
        site.behave()
        site.publish("Steel Quotas", DAY)
        assert "warning sent to bot, desk: trade can be read again" in stage.run("--once").out
        assert stage.run("--once", "-q").out == ""
    assert states(receiver) == ["failing", "recovered"]
    begin, end = health(receiver)
    assert begin["about"] == {"kind": "source", "name": "trade"}
    assert "503" in begin["reason"]
    assert end["missed"] == "1 new release had appeared meanwhile."
    mails = [message_from_bytes(one.content) for one in mailbox.taken]  # type: ignore[arg-type]
    assert [mail["Subject"] for mail in mails] == [
        "monitor: trade cannot be read",
        "monitor: trade can be read again",
    ]
    assert len({mail["References"] for mail in mails}) == 1


def test_a_changed_layout_is_told_at_once_on_the_channels_of_health(tmp_path: Path) -> None:
    """And on no other; what the terminal shows is safe to look at. Maintenance can wait."""
    with Site() as site, receiving(Receiver()) as receiver:
        filled(site)
        screen = '[[channel]]\nname = "screen"\nkind = "terminal"\n'
        to = '[health]\nto = ["screen"]\n'
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url), screen, to)
        stage.once()
        site.misbehave(faults.maintenance, times=1)
        assert stage.run("--once", "-q").out == ""
        stage.once()
        site.misbehave(faults.renamed_classes)
        shown = stage.run("--once", "-q").out
        assert shown.startswith("screen: trade shows pages that cannot be right")
        assert "Its last check went wrong" in shown
        assert stage.run("--once", "-q").out == ""
    assert receiver.got == []


def test_ledger_and_preview_show_notices(tmp_path: Path) -> None:
    """They tell of no releases, and say so by what they say."""
    with Site() as site, receiving(Receiver(status=503)) as receiver:
        filled(site)
        stage = Stage(tmp_path, source("trade", site.url()), bot(receiver.url), AT_ONCE)
        stage.once()
        site.misbehave(faults.status(503))
        stage.once()
        (row,) = stage.run("deliveries", "list", "--json").json
        assert (row["type"], row["releases"], row["status"]) == ("health", 0, "owed")
        assert row["subject"] == "trade cannot be read"
        assert "bot  “trade cannot be read”: owed" in stage.run("deliveries").out
        assert stage.run("digest").out.startswith("bot: trade cannot be read · ")
        (preview,) = stage.run("digest", "--json").json
        assert preview["data"]["state"] == "failing"
        assert "<h1" in stage.run("digest", "--format", "html").out
        receiver.status = 204
        assert stage.run("digest", "--send").code == 0
    assert len(states(receiver)) == 1


def test_what_is_given_up_on_one_channel_is_told_on_another_by_the_same_run(tmp_path: Path) -> None:
    """Cron may not come again before tomorrow."""
    mailbox = Mailbox()
    with Site() as site, receiving(Receiver(status=410)) as receiver, mail_server(mailbox) as port:
        filled(site)
        channels = bot(receiver.url), desk(port, send=NEVER)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, *channels)
        stage.once()
        site.publish("Steel Quotas", DAY)
        done = stage.run("--once")
        assert done.code == 1
        assert "warning sent to desk: The channel bot does not accept" in done.out
        (mail,) = mailbox.taken
        assert "To send the failed messages again" in str(mail.content)
        receiver.status = 204
        assert stage.run("deliveries", "retry").code == 0
        stage.once()
    assert len(mailbox.taken) == 2
    assert states(receiver) == []


# ------------------------------------------------------------------ crashes and processes


class Scene:
    """An installation with its baseline, whose source is about to break or to be well again."""

    def __init__(self, folder: Path, site: Site, receiver: Receiver) -> None:
        self.site, self.receiver = site, receiver
        filled(site)
        parts = source("trade", site.url()), WATCHES, bot(receiver.url), AT_ONCE
        self.stage = Stage(folder, *parts)
        self.stage.settle()

    def save(self) -> None:
        """Remember this moment."""
        shutil.copy(self.stage.db, self.stage.folder / "saved.db")

    def begin_again(self) -> None:
        """Go back to it."""
        for leftover in self.stage.folder.glob("monitor.db*"):
            leftover.unlink()
        shutil.copy(self.stage.folder / "saved.db", self.stage.db)
        self.receiver.got.clear()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Set the scene."""
    with Site() as site, receiving(Receiver()) as receiver:
        yield Scene(tmp_path, site, receiver)


@pytest.mark.slow
def test_kill_9_at_any_point_tells_neither_twice_nor_not_at_all(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """Of the beginning and of the end: the next run makes it whole."""
    killed = 0
    with Crashing(scene.stage.folder) as crashing:
        scene.site.misbehave(faults.status(503))
        killed += _killed_at_each_point(scene, crashing, "failing")
        scene.begin_again()
        scene.stage.once()
        scene.site.behave()
        killed += _killed_at_each_point(scene, crashing, "recovered")
    record_property("told", f"killed at {killed} points")


def _killed_at_each_point(scene: Scene, crashing: Crashing, told: str) -> int:
    """Kill a run at each of its points, from where the store is now; return how many they are."""
    scene.save()
    scene.begin_again()
    points = crashing.run("--once").points
    assert states(scene.receiver) == [told]
    for point in range(1, points + 1):
        scene.begin_again()
        assert crashing.run("--once", point=point).code == -9, point
        crashing.run("--once")
        assert states(scene.receiver) == [told], point
        assert scene.stage.rows("SELECT DISTINCT status FROM deliveries") == [("sent",)]
    return points


def test_what_a_crash_left_untold_is_told_though_the_source_is_well_by_now(scene: Scene) -> None:
    """Killed between a check and the word of it; the next run finds both to tell."""
    with closing(sqlite3.connect(scene.stage.db)) as conn:
        conn.executescript(
            "INSERT INTO checks (source, started_at, seconds, status, error) SELECT"
            " source, started_at, 1, 'failed', '503' FROM checks ORDER BY id DESC LIMIT 1"
        )
    scene.stage.once()
    assert states(scene.receiver) == ["failing", "recovered"]


def test_two_that_check_together_tell_once(scene: Scene) -> None:
    """Cron beside the daemon: the database is the arbiter, of the beginning and of the end."""
    for fault in (faults.status(503), None):
        if fault is None:
            scene.site.behave()
        else:
            scene.site.misbehave(fault)
        for one in [scene.stage.start("--once", "-q") for _ in range(3)]:
            one.communicate(timeout=60)
    assert states(scene.receiver) == ["failing", "recovered"]


def test_the_daemon_tells_at_once(scene: Scene) -> None:
    """It says so in its log, and a changed config is what counts from then on."""
    parts = source("trade", scene.site.url(), every="1s"), WATCHES, bot(scene.receiver.url), AT_ONCE
    scene.stage.configure(*parts)
    with running(scene.stage) as daemon:
        daemon.wait_for(daemon.checks(error=None))
        scene.site.misbehave(faults.status(503))
        until(lambda: states(scene.receiver) == ["failing"])
        scene.site.behave()
        until(lambda: states(scene.receiver) == ["failing", "recovered"])
        notes = [one["text"] for one in daemon.events if one["event"] == "note"]
        assert "warning sent to bot: trade can be read again" in notes
        code, _, _ = daemon.stop()
    assert code == 0
