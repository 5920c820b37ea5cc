"""`monitor explain`: the true reason why a release was sent, or was not."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.store import messages, releases
from monitor.store.database import open_database
from tests.channels.peers import Receiver, receiving
from tests.store.samples import message
from tests.support.installation import Stage, bot, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
OLD, STEEL, FOOTBALL, CHIPS, LATER = 1, 3, 4, 5, 6

WATCHES = """
[[watch]]
name = "steel"
any = ["steel", "TRQ"]
to = ["bot"]

[[watch]]
name = "never"
any = ["zirconium"]

[[watch]]
name = "gulf"
query = '(UAE OR Qatar) NOT football'

[[watch]]
name = "chips"
query = '"memory chips"'
to = ["down"]

[[watch]]
name = "dead"
query = 'title:memory'
to = ["gone"]

[[watch]]
name = "asleep"
any = ["steel"]
paused = true

[[watch]]
name = "media"
any = ["steel"]
sources = ["media"]

[[watch]]
name = "america"
query = 'US'

[[watch]]
name = "only new"
any = ["hydrogen"]
on = ["new"]

[[watch]]
name = "weekly"
any = ["quotas"]
to = ["digest"]
"""
NEW = """
[[watch]]
name = "afterwards"
query = 'canada'
"""


def channels(url: str) -> list[str]:
    """Return a channel that works, two that do not, and one that waits for its day."""
    down = "http://127.0.0.1:9/"
    weekly = {"name": "digest", "send": "weekly on mon at 08:00"}
    return [bot(url), bot(down, name="down"), bot(down, name="gone"), bot(url, **weekly)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Let all ten things happen to one installation, through its checks."""
    with Site() as site, receiving(Receiver()) as receiver:
        boards = source("trade", site.url()), source("media", site.url("photo-news"))
        site.publish("Of Old Steel", DAY)
        site.publish("A Photo", DAY, boards=("photo-news",))
        stage = Stage(tmp_path_factory.mktemp("explain"), *boards, WATCHES, *channels(receiver.url))
        stage.once()
        site.publish("Canada Discusses Steel", DAY, body="Quotas for us on steel; more steel.")
        site.publish("UAE at the Games", DAY, body="All about football.")
        site.publish("Of Memory Chips", DAY, body="Small ones.")
        site.publish("Energy Week", DAY, body="Of gas.")
        stage.run("--once")
        site.edit(LATER, body="Of gas and hydrogen.")
        stage.run("--once", "--sweep")
    config = stage.config.read_text(encoding="utf-8")
    stage.config.write_text(config + NEW, encoding="utf-8")
    with closing(sqlite3.connect(stage.db)) as conn, conn:
        # Three days of attempts, made short.
        conn.execute(
            "UPDATE deliveries SET status = 'given-up', attempts = 20 WHERE channel = 'gone'"
        )
    return stage


class Asked:
    """Runs the command within the test's process, as there is much to ask."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def said(self, stage: Stage, release: int, watch: str, *more: str) -> str:
        """Return what is said to people."""
        assert main(["--config", str(stage.config), "explain", str(release), watch, *more]) == 0
        return self._capsys.readouterr().out

    def told(self, stage: Stage, release: int, watch: str) -> dict[str, Any]:
        """Return what is said to scripts of one watch."""
        (one,) = json.loads(self.said(stage, release, watch, "--json"))["watches"]
        assert isinstance(one, dict)
        return one


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Asked:
    """Ask."""
    return Asked(capsys)


@pytest.mark.parametrize(
    ("release", "watch", "outcome", "causes", "words"),
    [
        (STEEL, "never", "not-sent", ["terms"], ["it lacks “zirconium”\n"]),
        (FOOTBALL, "gulf", "not-sent", ["terms"], [
            "it has “football” (text), which the query leaves out\n", "it has “UAE” (title)\n"]),
        (OLD, "steel", "not-sent", ["origin"], [
            "it was part of the first check of its source, the baseline", "“steel” (title)"]),
        (STEEL, "steel", "sent", [], [
            "steel: sent\n", "it has “steel” (title, text 2 times)\n  it has no “TRQ”\n",
            "bot: new: sent 20", ("not alerted, because the watch does not use them: down, "
                                 "gone, digest\n")]),
        (CHIPS, "chips", "owed", [], [
            "found, and still to be sent", "down: new: owed, again 20", " after 2 attempts ("]),
        (CHIPS, "dead", "given-up", [], [
            "sending was given up", "gone: new: given up after 20 attempts (",
            "send it again with: monitor deliveries retry msg_"]),
        (STEEL, "asleep", "not-sent", ["paused"], [
            "the watch is paused, and finds nothing until: monitor watch resume asleep\n"]),
        (STEEL, "media", "not-sent", ["source"], [
            "the watch looks only at media; this was seen in trade\n"]),
        (STEEL, "america", "not-sent", ["terms"], [
            "it lacks “US”\n", "the release has “us”, but “US” has a word of two to four capitals",
            ", which finds only capitals\n"]),
        (LATER, "only new", "not-sent", ["event"], [
            "it matched when it was revised; the watch alerts only on releases that are new\n"]),
        # Beyond the ten: a digest to come, a watch that is younger than the release.
        (STEEL, "weekly", "owed", [], ["digest: new: waits for the digest of 20"]),
        (STEEL, "afterwards", "not-sent", ["late"], [
            "it matches now, but did not when it was recorded, on 20",
            "a watch sends no alerts for stored releases\n"]),
        (OLD, "asleep", "not-sent", ["paused"], []),
        (CHIPS, "asleep", "not-sent", ["paused", "terms"], ["it lacks “steel”"]),
    ],
)  # fmt: skip
def test_the_true_reason_is_given(
    stage: Stage,
    asked: Asked,
    release: int,
    watch: str,
    outcome: str,
    causes: Sequence[str],
    words: list[str],
) -> None:
    """To scripts and to people, of each thing that can come between a release and its reader."""
    one = asked.told(stage, release, watch)
    assert (one["watch"], one["outcome"], one["causes"]) == (watch, outcome, causes)
    out = asked.said(stage, release, watch)
    for part in words:
        assert part in out


@pytest.mark.parametrize(
    ("release", "found"),
    [(OLD, "it matched when it was new; "), (CHIPS, "")],
)
def test_who_asks_for_what_is_no_news_is_told_what_will_be(
    stage: Stage, asked: Asked, release: int, found: str
) -> None:
    """Of what its watch has found, and of what was there before the watch."""
    whole = stage.config.read_text(encoding="utf-8")
    events = 'on = ["revised", "withdrawn"]'
    query = 'any = ["steel", "TRQ"]' if release == OLD else 'query = "memory"'
    watch = f'[[watch]]\nname = "steel"\n{query}\n{events}\n'
    other = Stage(stage.folder, source("trade", "http://127.0.0.1:9/"), watch)
    said = asked.said(other, release, "steel")
    stage.config.write_text(whole, encoding="utf-8")
    assert (
        f"steel: not sent\n  {found}the watch alerts only on releases that are revised or "
        f"withdrawn\n"
        "  once this release is revised or withdrawn, an alert is sent\n"
    ) in said


def test_a_changed_query_is_told_beside_what_it_was(stage: Stage, asked: Asked) -> None:
    """The release was sent for the query of then; the one of now is another."""
    whole = stage.config.read_text(encoding="utf-8")
    watch = '[[watch]]\nname = "steel"\nquery = "canada"\n'
    other = Stage(
        stage.folder,
        source("trade", "http://127.0.0.1:9/"),
        watch,
        *channels("http://127.0.0.1:9/"),
    )
    said = asked.said(other, STEEL, "steel")
    told = asked.told(other, STEEL, "steel")
    stage.config.write_text(whole, encoding="utf-8")
    assert "steel: sent\n" in said
    assert "the watch asked for something else then: steel OR TRQ\n" in said
    assert (told["query"], told["matched_by"]) == ("canada", "steel OR TRQ")


def test_a_renamed_watch_keeps_what_was_sent(stage: Stage, asked: Asked) -> None:
    """It was sent under the old name; that is no reason to say that nobody heard of it."""
    stage.run("watch", "rename", "steel", "iron")
    said = asked.said(stage, STEEL, "iron")
    shown = stage.run("show", str(STEEL)).out
    stage.run("watch", "rename", "iron", "steel")
    assert "iron: sent\n" in said
    assert "bot: new: sent 20" in said
    assert "bot: new, for iron: sent 20" in shown


@pytest.mark.parametrize(
    ("release", "watch", "state"),
    [
        (CHIPS, "chips", "down: new: owed after 2 attempts ("),
        (CHIPS, "dead", "gone: new: given up after 20 attempts ("),
        (STEEL, "weekly", "digest: new: owed; "),
    ],
)
def test_nothing_is_due_on_a_channel_that_is_gone(
    stage: Stage, asked: Asked, release: int, watch: str, state: str
) -> None:
    """Nobody tries it again, and no digest goes there; what to do is said."""
    whole = stage.config.read_text(encoding="utf-8")
    alone = re.sub("(?m)^to = .*$", "", WATCHES).replace('sources = ["media"]', "")
    other = Stage(stage.folder, source("trade", "http://127.0.0.1:9/"), alone)
    said = asked.said(other, release, watch)
    one = asked.told(other, release, watch)
    stage.config.write_text(whole, encoding="utf-8")
    (line,) = (line for line in said.splitlines() if state in line)
    assert line.endswith("; the config has no such channel; put it back to send this")
    heard = {channel["channel"]: channel["configured"] for channel in one["channels"]}
    assert heard == {"terminal": True, state.partition(":")[0]: False}


def test_every_watch_has_its_paragraph(stage: Stage) -> None:
    """In the order of the config."""
    out = stage.run("explain", str(STEEL)).out
    paragraphs = out.split("\n\n")
    assert paragraphs[0] == f"{STEEL:>5} 2025-12-01  Canada Discusses Steel"
    watches = ("steel", "never", "gulf", "chips", "dead", "asleep", "media", "america", "only new")
    names = [one.split(":")[0] for one in paragraphs[1:]]
    assert names == [*watches, "weekly", "afterwards"]


def test_scripts_get_terms_and_deliveries(stage: Stage, asked: Asked) -> None:
    """Where each term is, and what became of each message."""
    one = asked.told(stage, STEEL, "steel")
    assert one["terms"] == [
        {"term": "steel", "excluded": False, "found": True, "to_blame": False,
         "in": {"title": 1, "text": 2}, "instead": None},
        {"term": "TRQ", "excluded": False, "found": False, "to_blame": False,
         "in": {}, "instead": None},
    ]  # fmt: skip
    heard = {channel["channel"]: channel for channel in one["channels"]}
    (delivery,) = heard["bot"]["deliveries"]
    assert (delivery["status"], delivery["event"], delivery["due_at"]) == ("sent", "new", None)
    assert (heard["down"]["addressed"], heard["down"]["deliveries"]) == (False, [])
    (owed,) = [
        one["deliveries"][0]
        for one in asked.told(stage, CHIPS, "chips")["channels"]
        if one["channel"] == "down"
    ]
    assert owed["due_at"] > "2025"
    assert owed["error"]


def test_an_unknown_release_or_watch_is_told(stage: Stage) -> None:
    """With what to do."""
    done = stage.run("explain", "99")
    assert (done.code, done.err) == (
        2,
        "monitor: there is no release 99; list them with: monitor releases\n",
    )
    assert (
        'no watch is called "stel"; did you mean "steel"?' in stage.run("explain", "1", "stel").err
    )


def test_other_ends_are_told_too(asked: Asked, tmp_path: Path) -> None:
    """Imported; no channel at the time; a query that matches no more; no watches at all."""
    text = "-\nTrade\nTalks on Steel\nQuotas. date2025-11-30"
    other = Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), NEW.replace("canada", "steel"))
    other.run("import", "-", stdin=text)
    assert "it came from an imported file" in asked.said(other, 1, "afterwards")
    with closing(sqlite3.connect(other.db)) as conn, conn:
        conn.execute("UPDATE matches SET origin = 'news'")
    out = asked.said(other, 1, "afterwards")
    assert "no channel was configured for it when it was matched" in out
    with open_database(other.db) as db, db.begin_write() as conn:
        release = releases.find_release(conn, 1)
        assert release is not None
        long_ago = datetime(2025, 12, 1, tzinfo=UTC)
        one = message(release, "earlier", "terminal", long_ago)
        messages.enqueue_release_message(conn, one, due_at=long_ago, check_id=None)
    out = asked.said(other, 1, "afterwards")
    assert (
        "its channels were already alerted to it by another watch; each channel is alerted once"
        in out
    )
    other.configure(source("trade", "http://127.0.0.1:9/"), NEW)
    out = asked.said(other, 1, "afterwards")
    assert "the watch asked for something else then: steel\n" in out
    assert "its current query does not match\n" in out
    with closing(sqlite3.connect(other.db)) as conn, conn:
        conn.execute("UPDATE matches SET query = NULL")  # found before queries were kept
    out = asked.said(other, 1, "afterwards")
    assert "it does not match any more: the query, or the release, was" in out
    with closing(sqlite3.connect(other.db)) as conn, conn:
        conn.execute("UPDATE matches SET query = 'canada'")
    out = asked.said(other, 1, "afterwards")
    assert "it does not match any more: the release was changed since" in out
    other.configure(source("trade", "http://127.0.0.1:9/"))
    assert "no watches yet; add one with: monitor watch add" in other.run("explain", "1").err
