"""`monitor replay`, from the outside."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site

DAY = date(2025, 11, 1)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give an installation with eleven releases missed, one misread, and a page of maintenance."""
    with Site() as site:
        for number in range(20):
            site.publish(f"Steel {number}", DAY + timedelta(days=number), body="Of quotas. " * 20)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        stage.once()
        site.misbehave(faults.maintenance)
        stage.once()
    with sqlite3.connect(stage.db) as conn:
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("DELETE FROM releases WHERE id > 9")
        conn.execute("UPDATE releases SET body = 'Of quo\x1b[31mtas.' WHERE id = 1")
        conn.execute("UPDATE listings SET look = '' WHERE release_id = 1")
    conn.close()
    return stage


def test_it_says_what_would_change_and_changes_it_on_request(stage: Stage) -> None:
    """The rest is counted; a second time there is nothing to do."""
    said = stage.run("replay")
    assert said.code == 0
    assert said.out.startswith("read 4 stored pages again\n  trade: 1 page cannot be read: ")
    assert "maintenance" in said.out
    assert "11 would be added\n  2025-11-10  Steel 9  [steel]\n" in said.out
    assert "  and 1 more; see them all with: --json\n" in said.out
    assert "1 field would be put right\n      1  Steel 0: body: “Of quo" in said.out
    assert "” → “Of quotas. Of quotas." in said.out
    assert "\x1b" not in said.out
    assert "nothing was changed; change it with: monitor replay --apply" in said.out
    assert "are not alerted" in said.err
    assert stage.rows("SELECT count(*) FROM releases") == [(9,)]

    done = stage.run("replay", "--apply")
    assert "11 added\n" in done.out
    assert "1 field put right\n" in done.out
    assert (done.err, stage.rows("SELECT count(*) FROM releases")) == ("", [(20,)])
    assert stage.rows("SELECT count(*) FROM deliveries WHERE type != 'health'") == [(0,)]
    assert "0 added\n0 fields put right\n" in stage.run("replay", "--apply").out
    quiet = stage.run("replay", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_for_scripts_it_is_one_document(stage: Stage) -> None:
    """What is not applied has no id yet."""
    said = stage.run("replay", "--json").json
    assert (said["applied"], said["pages"], said["passed_over"], said["matched"]) == (
        False,
        4,
        0,
        11,
    )
    (unreadable,) = said["unreadable"]
    assert (unreadable["source"], unreadable["pages"]) == ("trade", 1)
    assert {one["id"] for one in said["added"]} == {None}
    (corrected,) = said["corrected"]
    assert (corrected["id"], corrected["field"], corrected["before"]) == (
        1,
        "body",
        "Of quo\x1b[31mtas.",
    )
    done = stage.run("replay", "--apply", "--json").json
    assert done["applied"] is True
    assert sorted(one["id"] for one in done["added"]) == list(range(10, 21))


def test_one_source_alone(stage: Stage) -> None:
    """The others' pages are passed over; a source that is not there is told."""
    text = stage.config.read_text()
    stage.config.write_text(text + source("other", "http://127.0.0.1:9/"))
    said = stage.run("replay", "--source", "other")
    assert said.out.startswith("read 0 stored pages again, passed over 4\n0 would be added\n")
    assert stage.run("replay", "--source", "nope").code == 2
