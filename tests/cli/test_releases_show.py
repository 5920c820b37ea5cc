"""`monitor show`: all that is known of one release."""

import os
import pty
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.channels.peers import Receiver, receiving
from tests.support.installation import WATCHES, Stage, bot, environment, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
TITLE = "Korea and Canada Discuss Steel"
ZONE = 'timezone = "Asia/Seoul"\n'


def change(stage: Stage, *statements: str) -> None:
    """Let the database hold something that no check of this test would bring."""
    with sqlite3.connect(stage.db) as conn:
        for statement in statements:
            conn.execute(statement)
    conn.close()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give a release that was told on one channel, edited, and is on two boards."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish("Of Old Steel", DAY)
        boards = source("trade", site.url()), source("all", site.url("all-releases"))
        stage = Stage(tmp_path, ZONE, *boards, WATCHES, bot(receiver.url))
        stage.config.write_text(ZONE + stage.config.read_text().replace(ZONE, ""))
        stage.once()
        site.publish(TITLE, DAY, body="Quotas on\u202e steel.\nAnd more.")
        stage.once()
        site.edit(2, body="Quotas on steel, again.")
        stage.once()
    change(
        stage,
        "INSERT INTO attachments (release_id, name, kind, url, first_seen_at, gone_at) VALUES"
        " (2, 'Text.pdf', 'pdf', 'https://h/attach/1', '2025-12-01T00:00:00.000Z', NULL),"
        " (2, 'Old\x1b.hwp', 'hwp', 'https://h/attach/2', '2025-12-01T00:00:00.000Z',"
        " '2025-12-02T00:00:00.000Z')",
        "UPDATE revisions SET seen_at = '2025-12-01T20:00:00.000Z'",
        "UPDATE deliveries SET sent_at = '2025-12-01T20:00:00.000Z'",
        "UPDATE listings SET first_seen_at = '2025-12-01T20:00:00.000Z',"
        " last_seen_at = '2025-12-01T20:00:00.000Z' WHERE source = 'all'",
    )
    return stage


def test_all_that_is_known_of_a_release(stage: Stage) -> None:
    """In the config's time zone, and with nothing in it that could steer a terminal."""
    done = stage.run("show", "2")
    assert (done.code, done.err) == (0, "")
    out = done.out
    assert out.startswith(f"{TITLE}\n2025-12-01 · FTA/Economic Cooperation · release 2\nhttp://")
    assert "\nQuotas on steel, again.\n" in out
    assert "Attachments\n  Text.pdf  https://h/attach/1\n" in out
    assert "  Old.hwp (no longer offered)  https://h/attach/2\n" in out
    assert "  all, on 2025-12-02 05:00\n" in out
    assert "Revised\n  text, as seen on 2025-12-02 05:00\n" in out
    assert "    Quotas on [-steel.\n    And more.-] {+steel, again.+}\n" in out
    assert "Matched by\n  steel: steel (new)\n    Quotas on *steel*. And more.\n" in out
    assert "Sent\n  bot: new, for steel: sent 2025-12-02 05:00  msg_" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_for_scripts_it_is_the_release_with_lists_beside(stage: Stage) -> None:
    """Times in UTC, as everywhere."""
    told: dict[str, Any] = stage.run("show", "2", "--json").json
    (listed,) = [one for one in stage.run("releases", "--json").json if one["id"] == 2]
    assert {name: told[name] for name in listed} == listed
    assert [one["name"] for one in told["attachments"]] == ["Text.pdf", "Old\x1b.hwp"]
    assert told["attachments"][1]["gone_at"] == "2025-12-02T00:00:00.000Z"
    (revision,) = told["revisions"]
    assert revision["seen_at"] == "2025-12-01T20:00:00.000Z"
    assert (revision["field"], revision["after"]) == ("body", "Quotas on steel, again.")
    assert revision["diff"] == "Quotas on [-steel.\nAnd more.-] {+steel, again.+}"
    assert {one["source"] for one in told["listings"]} == {"trade", "all"}
    (match,) = told["matches"]
    assert (match["watch"], match["event"], match["origin"]) == ("steel", "new", "news")
    assert match["hits"][0] == {"field": "title", "start": 25, "end": 30, "term": "steel"}
    assert match["snippet"] == "Quotas on steel. And more."
    assert [
        (one["channel"], one["status"], one["event"], one["watches"]) for one in told["deliveries"]
    ] == [("bot", "sent", "new", ["steel"]), ("bot", "sent", "revised", ["steel"])]


def test_what_is_not_there_takes_no_room(stage: Stage) -> None:
    """A release of the first check, of which nobody was told; and why."""
    out = stage.run("show", "1").out
    assert "  steel: steel (new; of the first check, so no alert was sent)\n" in out
    for heading in ("Attachments", "Revised", "Sent"):
        assert f"\n{heading}\n" not in out


def test_what_was_not_sent_is_told_with_its_reason(stage: Stage) -> None:
    """Owed, or given up; withdrawn too."""
    owed = "UPDATE deliveries SET status = 'owed', sent_at = NULL, error = 'it said 500',"
    change(
        stage,
        f"{owed} due_at = '2025-12-01T20:00:00.000Z'",
        "UPDATE releases SET withdrawn_at = '2025-12-01T20:00:00.000Z'",
    )
    out = stage.run("show", "2").out
    assert ": owed, due 2025-12-02 05:00 (it said 500)  msg_" in out
    assert "\nwithdrawn, as seen on 2025-12-02 05:00\n" in out
    change(stage, "UPDATE deliveries SET status = 'given-up', attempts = 20")
    assert ": given up after 20 attempts (it said 500)  msg_" in stage.run("show", "2").out


def test_an_unknown_release_is_told(stage: Stage) -> None:
    """In a sentence, with exit code 2."""
    done = stage.run("show", "99")
    assert (done.code, done.out) == (2, "")
    assert done.err == "monitor: there is no release 99; list them with: monitor releases\n"
    assert stage.run("show", "x").code == 2


def test_on_a_terminal_lines_are_wrapped(stage: Stage) -> None:
    """Where the terminal ends, with their indent."""
    change(stage, "UPDATE releases SET body = replace(hex(zeroblob(60)), '00', 'words ')")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", "show", "2", "--no-pager"],
        cwd=stage.folder,
        env=environment(COLUMNS="50"),
        stdout=theirs,
    ) as process:
        os.close(theirs)
        process.wait(timeout=60)
        told = os.read(ours, 65536).decode()
        os.close(ours)
    lines = told.splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= 50
    assert "words words" in told
