"""Two at once, and `kill -9` at every point: each match told, none under two ids."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.channels.peers import Mailbox, Receiver, mail_server, receiving
from tests.support.installation import WATCHES, Stage, bot, desk, source
from tests.support.killed_processes import Crashing
from tests.support.site import Site

DAY = date(2025, 12, 1)


class Scene:
    """A ministry, two receivers, and an installation that has its baseline."""

    def __init__(
        self, folder: Path, site: Site, receiver: Receiver, mailbox: Mailbox, port: int
    ) -> None:
        self.site, self.receiver, self.mailbox = site, receiver, mailbox
        for number in range(12):
            site.publish(f"Round {number} of the talks", DAY, body="Talks.")
        channels = bot(receiver.url), desk(port)
        self.stage = Stage(folder, source("trade", site.url()), WATCHES, *channels)
        self.stage.settle()
        shutil.copy(self.stage.db, folder / "baseline.db")
        for title in ("Steel Quotas", "Fisheries", "UAE Talks"):
            site.publish(title, DAY, body="Of one and the other.")

    def begin_again(self) -> None:
        """Go back to the moment after the baseline."""
        for leftover in self.stage.folder.glob("monitor.db*"):
            leftover.unlink()
        shutil.copy(self.stage.folder / "baseline.db", self.stage.db)
        self.receiver.got.clear()
        self.mailbox.taken.clear()

    def check(self) -> None:
        """Everything was told on both channels, each under one id and with one content."""
        ids = {headers["webhook-id"]: body for _, headers, body in self.receiver.got}
        assert len(ids) == 1, ids
        assert len({body for _, _, body in self.receiver.got}) == 1
        (body,) = ids.values()
        titles = [item["release"]["title"] for item in json.loads(body)["data"]["items"]]
        assert titles == ["UAE Talks", "Steel Quotas"]
        contents = {one.content for one in self.mailbox.taken if isinstance(one.content, bytes)}
        mails = {message_from_bytes(content)["Message-ID"] for content in contents}
        assert (len(mails), len(contents)) == (1, 1)
        assert self.stage.rows("SELECT DISTINCT status FROM deliveries") == [("sent",)]
        assert self.stage.rows("SELECT count(*) FROM releases") == [(15,)]
        assert self.stage.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Set the scene."""
    mailbox = Mailbox()
    with Site() as site, receiving(Receiver()) as receiver, mail_server(mailbox) as port:
        yield Scene(tmp_path, site, receiver, mailbox, port)


@pytest.mark.slow
def test_kill_9_at_any_point_loses_nothing_and_tells_nothing_twice(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """Killed at each write of a check and at each send, the next run makes it whole at once."""
    with Crashing(scene.stage.folder) as crashing:
        scene.begin_again()
        points = crashing.run("--once", "-q").points
        scene.check()
        assert points > 25
        for point in range(1, points + 1):
            scene.begin_again()
            assert crashing.run("--once", "-q", point=point).code == -9, point
            assert crashing.run("--once", "-q").code == 0
            scene.check()
            again = crashing.run("--once", "--json")
            assert (again.code, json.loads(again.out)["delivered"]) == (0, 0)
    record_property("told", f"killed at {points} points")


def test_two_that_start_together_tell_once(scene: Scene) -> None:
    """Cron beside the daemon, or cron beside itself: the database is the arbiter."""
    for _ in range(5):
        scene.begin_again()
        both = [scene.stage.start("--once", "-q") for _ in range(2)]
        for one in both:
            _, err = one.communicate(timeout=60)
            assert (one.returncode, err) == (0, "")
        scene.check()
        assert (len(scene.receiver.got), len(scene.mailbox.taken)) == (1, 1)


def test_two_that_start_together_for_the_first_time_make_one_baseline(tmp_path: Path) -> None:
    """On a database that is not there yet."""
    with Site() as site, receiving(Receiver()) as receiver:
        for number in range(25):
            site.publish(f"Steel, part {number}", DAY)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        for one in [stage.start("--once", "-q") for _ in range(3)]:
            _, err = one.communicate(timeout=60)
            assert (one.returncode, err) == (0, "")
    assert receiver.got == []
    assert stage.rows("SELECT count(*) FROM releases") == [(25,)]
