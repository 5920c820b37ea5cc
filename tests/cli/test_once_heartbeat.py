"""The heartbeat of `monitor --once`, from the outside."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.channels.peers import Receiver, receiving
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, source
from tests.support.site import Site

DAY = date(2025, 12, 1)


def beats(url: str) -> str:
    """Return a [health] section with a heartbeat."""
    return f'[health]\nheartbeat = "{url}"\n'


AGAIN = "this mostly passes by itself: the next check tries again"


def test_each_round_is_told_good_or_bad(site: Site, tmp_path: Path) -> None:
    """A listing that cannot be read makes a round bad, and a message as long as it is not taken."""
    site.publish("Talks", DAY)
    with receiving(Receiver()) as beaten, receiving(Receiver(status=500)) as receiver:
        parts = [source("trade", site.url()), WATCHES, bot(receiver.url), beats(beaten.url)]
        stage = Stage(tmp_path, *parts)
        assert stage.run("--once", "-q").code == 0
        site.misbehave(faults.status(503), times=1)
        assert stage.run("--once", "-q").code == 1
        site.publish("Steel", DAY)
        assert stage.run("--once", "-q").code == 1
        with sqlite3.connect(stage.db) as conn:
            conn.execute("UPDATE deliveries SET due_at = '9999-01-01T00:00:00.000Z'")
        conn.close()
        assert stage.run("--once", "-q").code == 0
    assert [(path.removeprefix("/T000/B000/hush"), body.decode()) for path, _, body in beaten.got] \
        == [
            ("", "checked 1 source, sent 0 messages: all well\n"),
            ("/fail", f"trade: failed: the server answered 503 Service Unavailable; {AGAIN}\n"),
            ("/fail", "not sent: bot: http://127.0.0.1 answered 500\n"),
            ("/fail", "bot: 1 message was not taken: http://127.0.0.1 answered 500\n"),
        ]  # fmt: skip


def test_a_store_that_cannot_be_used_makes_a_bad_round(site: Site, tmp_path: Path) -> None:
    """What ends the round before its time is told, too, there as here."""
    with receiving(Receiver()) as beaten:
        stage = Stage(tmp_path, source("trade", site.url()), beats(beaten.url))
        stage.db.write_bytes(b"not a database, but long enough to be looked at as one" * 9)
        done = stage.run("--once")
    assert done.code == 1
    assert "not a SQLite database" in done.err
    ((path, _, body),) = beaten.got
    assert path.endswith("/fail")
    assert b"not a SQLite database" in body


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_a_heartbeat_that_is_not_taken_changes_nothing(
    site: Site, tmp_path: Path, args: tuple[str, ...]
) -> None:
    """It is a line on standard error, without the address; the round was good and stays so."""
    site.publish("Talks", DAY)
    with receiving(Receiver(status=503)) as beaten:
        stage = Stage(tmp_path, source("trade", site.url()), beats(beaten.url))
        done = stage.run("--once", *args)
    assert done.code == 0
    assert "monitor: the heartbeat failed: http://127.0.0.1 answered 503\n" in done.err
    assert "hush" not in done.out + done.err


def test_a_check_of_one_source_is_no_round(site: Site, tmp_path: Path) -> None:
    """It says nothing of the others."""
    site.publish("Talks", DAY)
    with receiving(Receiver()) as beaten:
        stage = Stage(tmp_path, source("trade", site.url()), beats(beaten.url))
        assert stage.run("--once", "--source", "trade").code == 0
    assert beaten.got == []
