"""watch add, remove, rename, pause, resume, show, and what a back-test warns of: from outside."""

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from monitor.cli.backtest import run_back_test
from monitor.config.loader import load_config_file
from monitor.query.parser import parse
from monitor.store import releases
from monitor.store.database import open_database
from tests.store.samples import stored_release
from tests.support.installation import WATCHES, Stage, environment, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
FILE = """-
FTA/Economic Cooperation
Korea and Canada Discuss Steel
Quotas on steel – “again”. date2025-12-01
-
Energy Week Opens
The hall is full. date2025-11-30
-
Trade
Talks on Battery Supply
Batteries, and UAE guests. date2025-11-30"""
CAPITALS = "matched nothing, as two to four capitals find only capitals"
TERMINAL = '[[channel]]\nname = "screen"\nkind = "terminal"\n'


def filled(folder: Path) -> Stage:
    """Make an installation with an archive of three, whose source is never asked."""
    stage = Stage(folder, source("trade", "http://127.0.0.1:9/"), WATCHES, TERMINAL)
    assert stage.run("import", "-", stdin=FILE).code == 0
    return stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give one that may be changed."""
    return filled(tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give one that every test leaves as it is."""
    return filled(tmp_path_factory.mktemp("still"))


def lines(stage: Stage) -> list[str]:
    """Return the config."""
    return stage.config.read_text(encoding="utf-8").split("\n")


def test_a_watch_is_added_after_its_back_test(stage: Stage) -> None:
    """The file gets the new section in its place, and keeps its mode; the next check uses it."""
    before = lines(stage)
    done = stage.run(
        "watch", "add", "cells", '"battery supply" NOT it\'s', "--source", "trade", "--to", "screen"
    )
    assert done.code == 0
    assert "0 of 3 releases (0%)" in done.out, "it came from an import, not from trade"
    assert (
        f"added “cells” to {stage.config}; it alerts on releases that appear from now on"
        in done.err
    )
    new = [
        "[[watch]]",
        'name = "cells"',
        'query = "\\"battery supply\\" NOT it\'s"',
        'sources = ["trade"]',
        'to = ["screen"]',
    ]
    start = before.index("[[channel]]")
    assert lines(stage) == [*before[: start - 1], "", *new, *before[start - 1 :]]
    assert stage.config.stat().st_mode & 0o777 == 0o600
    shown = stage.run("watch", "show", "cells", "--json").json
    assert (shown["sources"], shown["to"], shown["paused"]) == (["trade"], ["screen"], False)


def test_adding_shows_what_it_would_have_found(stage: Stage) -> None:
    """As `watch test` does; as one document with --json, and nothing with -q."""
    tested = stage.run("watch", "test", "battery")
    added = stage.run("watch", "add", "one", "battery")
    assert added.out == tested.out
    assert "*Batteries*" in added.out
    told = stage.run("watch", "add", "two", "battery", "--json")
    assert told.json == {
        "added": "two",
        "test": stage.run("watch", "test", "battery", "--json").json,
        "config": str(stage.config),
    }
    quiet = stage.run("watch", "add", "three", "battery", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    names = [one["name"] for one in stage.run("watch", "list", "--json").json]
    assert names == ["steel", "gulf", "one", "two", "three"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["add", "Steel", "x"], "there is a watch called “steel” already"),
        (["add", " ", "x"], "expected a name in quotes"),
        (["add", "x", "(a b"], "This parenthesis is never closed."),
        (["add", "x", ""], ""),
        (["add", "x", "a", "--to", "scren"], 'no channel is named "scren"; did you mean "screen"?'),
        (["add", "x", "a", "--source", "t"], 'no source is named "t"; there is: trade'),
        (["add", "x"], "QUERY"),
        (["remove", "stel"], 'no watch is called "stel"; did you mean "steel"?'),
        (["rename", "zzz", "x"], 'no watch is called "zzz"; there are: steel, gulf'),
        (["rename", "gulf", "STEEL"], "there is a watch called “steel” already"),
        (["rename", "gulf", "steel"], "there is a watch called “steel” already"),
        (["rename", "zzz", "steel"], 'no watch is called "zzz"'),
        (["rename", "gulf", "gulf"], "the same name"),
        (["pause", "Gulf"], 'no watch is called "Gulf"; did you mean "gulf"?'),
        (["resume", "x"], "no watch is called"),
        (["show", "x"], "no watch is called"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(
    still: Stage, args: list[str], words: str
) -> None:
    """With exit code 2, and what to type instead."""
    before = still.config.read_bytes(), still.config.stat().st_mtime_ns
    done = still.run("watch", *args)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert (still.config.read_bytes(), still.config.stat().st_mtime_ns) == before


def test_a_broken_config_is_told_and_not_edited(stage: Stage) -> None:
    """Its own mistakes, with file and line."""
    stage.configure(source("trade", "http://127.0.0.1:9/", evry="1h"), WATCHES)
    before = stage.config.read_bytes()
    done = stage.run("watch", "pause", "steel")
    assert done.code == 2
    assert 'did you mean "every"?' in done.err
    assert stage.config.read_bytes() == before


def test_watches_in_one_list_are_not_edited(stage: Stage) -> None:
    """A sentence says what to do."""
    stage.config.write_text(
        f'watch = [{{ name = "a", any = ["b"] }}]\n{source("trade", "http://127.0.0.1:9/")}'
    )
    done = stage.run("watch", "add", "x", "y")
    assert done.code == 2
    assert "as its own [[watch]] section" in done.err


def test_a_watch_is_removed_and_what_it_found_stays(stage: Stage) -> None:
    """Its lines go, all others stay."""
    before = lines(stage)
    told = stage.run("watch", "remove", "steel", "--json").json
    assert told == {"removed": "steel", "config": str(stage.config)}
    gone = ["[[watch]]", 'name = "steel"', 'any = ["steel", "TRQ", "anti-dumping"]', ""]
    start = before.index(gone[1]) - 1
    assert lines(stage) == before[:start] + before[start + 4 :]
    assert stage.rows("SELECT watch FROM matches ORDER BY 1") == [("gulf",), ("steel",)]
    done = stage.run("watch", "remove", "gulf")
    assert "its matches stay in the archive" in done.err
    assert "no watches yet; add one with: monitor watch add" in stage.run("watch", "list").err


def test_a_watch_is_renamed_with_what_it_found(stage: Stage) -> None:
    """In the file and in the archive."""
    told = stage.run("watch", "rename", "gulf", "Golf", "--json").json
    assert told == {"renamed": "gulf", "to": "Golf", "matches": 1, "config": str(stage.config)}
    listed = stage.run("releases", "--watch", "Golf", "--json").json
    assert [one["watches"] for one in listed] == [["Golf"]]
    assert (
        "“Golf” is now “gulf”; 1 match was renamed"
        in stage.run("watch", "rename", "Golf", "gulf").err
    )


KILLED = """
import os, signal, sys
from monitor.cli import main
from monitor.store import releases

releases.rename_watch = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""


def test_a_rename_that_was_cut_off_is_mended_by_the_same_command(stage: Stage) -> None:
    """Killed between the two: the file has the new name, the archive still the old one."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "watch", "rename", "gulf", "golf"],
        cwd=stage.folder,
        env=environment(),
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert stage.run("watch", "show", "golf", "--json").json["matches"] == 0
    told = stage.run("watch", "rename", "gulf", "golf", "--json").json
    assert told["matches"] == 1
    assert stage.run("watch", "show", "golf", "--json").json["matches"] == 1
    again = stage.run("watch", "rename", "gulf", "golf")
    assert again.code == 2
    assert "no watch is called" in again.err


def test_a_rename_onto_an_old_name_keeps_one_match_a_release(tmp_path: Path) -> None:
    """Another watch once had the name, and was removed: both have found the release."""
    with open_database(tmp_path / "monitor.db") as db:
        with db.begin_write() as conn:
            first, second = stored_release(conn, "A"), stored_release(conn, "B")
            for release, name, event in (
                (first, "old", "new"),
                (first, "new", "new"),
                (first, "old", "revised"),
                (second, "old", "new"),
                (second, "other", "new"),
            ):
                conn.execute(
                    "INSERT INTO matches (release_id, watch, event, origin, matched_at, hits,"
                    " snippet) VALUES (?, ?, ?, 'news', '', '[]', '{}')",
                    (release.id, name, event),
                )
        with db.begin_write() as conn:
            assert releases.rename_watch(conn, "old", "new") == 4 - 1
        with db.begin_read() as conn:
            rows = conn.execute("SELECT release_id, watch, event FROM matches ORDER BY 1, 2, 3")
            assert rows.fetchall() == [
                (first.id, "new", "new"),
                (first.id, "new", "revised"),
                (second.id, "new", "new"),
                (second.id, "other", "new"),
            ]


def test_a_paused_watch_finds_nothing_and_makes_up_for_nothing(tmp_path: Path) -> None:
    """What appears meanwhile is not told then, and not on resuming; what comes later is."""
    with Site() as site:
        site.publish("Old", DAY)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, TERMINAL)
        stage.once()
        before = stage.config.read_bytes()
        assert "go on with: monitor watch resume steel" in stage.run("watch", "pause", "steel").err
        site.publish("Steel, while nobody looked", DAY)
        site.publish("UAE", DAY)
        assert stage.once()["matched"] == 1
        told = stage.run("watch", "resume", "steel", "--json").json
        assert told == {"resumed": "steel", "changed": True, "config": str(stage.config)}
        assert stage.config.read_bytes() == before
        assert stage.once()["matched"] == 0
        site.publish("Steel again", DAY)
        assert stage.once()["matched"] == 1
    found = "SELECT watch, title FROM matches JOIN releases AS r ON r.id = release_id ORDER BY 1"
    assert stage.rows(found) == [("gulf", "UAE"), ("steel", "Steel again")]


def test_pausing_twice_is_said_and_no_mistake(stage: Stage) -> None:
    """Exit code 0, and nothing is written; the list shows it."""
    assert stage.run("watch", "pause", "steel", "-q").err == ""
    text = stage.config.read_bytes()
    again = stage.run("watch", "pause", "steel")
    assert (again.code, again.err) == (0, "“steel” is paused already\n")
    assert stage.config.read_bytes() == text
    assert "steel  (1 found)  paused\n" in stage.run("watch", "list").out
    assert [one["paused"] for one in stage.run("watch", "list", "--json").json] == [True, False]
    assert stage.run("watch", "resume", "gulf").err == "“gulf” is not paused\n"
    assert stage.run("watch", "resume", "steel").code == 0


def test_a_watch_is_shown_with_what_it_found(still: Stage) -> None:
    """Its settings, and the latest with the hit marked."""
    out = still.run("watch", "show", "gulf").out
    assert out.startswith('gulf  (1 found)\n      (UAE OR Qatar OR "Saudi Arabia") NOT football\n')
    assert "on: new, revised, withdrawn" in out
    assert "Batteries, and *UAE* guests." in out
    told = still.run("watch", "show", "steel", "--json").json
    assert told["any"] == ["steel", "TRQ", "anti-dumping"]
    assert (told["matches"], [one["title"] for one in told["latest"]]) == (
        1,
        ["Korea and Canada Discuss Steel"],
    )


def test_a_watch_that_found_much_says_how_much_more(stage: Stage) -> None:
    """The ten newest are shown."""
    entries = [f"-\nSteel {i}\nText. date2026-01-{i + 1:02}" for i in range(20)]
    stage.run("import", "-", stdin="\n".join(entries))
    done = stage.run("watch", "show", "steel")
    assert "Steel 19" in done.out.replace("*", "")
    assert done.out.count("2026-01-") == 10
    assert "and 11 more; see them with: monitor releases --watch steel" in done.err


@pytest.mark.parametrize(
    ("query", "warnings"),
    [
        ("stel", ["“stel” matched nothing; did you mean “steel”?"]),
        ("qouta", ["“qouta” matched nothing; did you mean “quota”?"]),  # of a text, not a title
        ("Batterry", ["“Batterry” matched nothing; did you mean “Battery”?"]),
        ("title:Candaa", ["“title:Candaa” matched nothing; did you mean “Canada”?"]),
        ("AUE", ["“AUE” matched nothing; did you mean “UAE”?"]),
        ("UEAs", ["“UEAs” matched nothing; did you mean “UAEs”?"]),
        ("FULL", [f"“FULL” {CAPITALS}; “full” finds both"]),
        ("ON", [f"“ON” {CAPITALS}; “on” finds both"]),
        ("hb OR xq", ["“hb” matched nothing", "“xq” matched nothing"]),  # one slip from anything
        ("steel OR batery OR zzzzz", [
            "“batery” matched nothing; did you mean “Battery”?",
            "“zzzzz” matched nothing",
        ]),
        ('"battery suply"', ['“"battery suply"” matched nothing; did you mean “Supply”?']),
        ('"supply battery"', ['“"supply battery"” matched nothing']),
        ("batterie*", []),
        ("kanad*", ["“kanad*” matched nothing; did you mean “canad*”?"]),
        ("batteryes*", ["“batteryes*” matched nothing; did you mean “batteries*”?"]),
        ("suppppl*", ["“suppppl*” matched nothing; did you mean “Supply”?"]),
        ("supppply", ["“supppply” matched nothing; did you mean “Supply”?"]),  # two slips
        ("source:trad OR steel", ["“source:trad” matched nothing; did you mean “trade”?"]),
        ("source:imports", ["“source:imports” matched nothing; did you mean “import”?"]),
        ("source:Trade", ["“source:Trade” matched nothing"]),  # it is there, and empty
        ("steel NOT footbal", []),
        ("steel (NOT footbal)", []),
        ("steel OR hall", [
            "this matches 67% of everything; narrow it down with more words"]),
        ("canada", []),
        ("TRQ", ["“TRQ” matched nothing"]),
    ],
)  # fmt: skip
def test_a_back_test_warns_of_what_is_odd(still: Stage, query: str, warnings: list[str]) -> None:
    """A word that never matched, with the one that may be meant; and what matches most of all."""
    settings = load_config_file(still.config, {})
    assert list(run_back_test(settings, parse(query), None).warnings) == warnings


def test_warnings_are_told_beside(still: Stage) -> None:
    """Or in the one document; and not with -q."""
    warning = "“stel” matched nothing; did you mean “steel”?"
    done = still.run("watch", "test", "stel OR hall")
    assert done.err == f"monitor: {warning}\n"
    assert "1 of 3 releases" in done.out
    quiet = still.run("watch", "test", "-q", "stel OR hall")
    assert (quiet.out, quiet.err) == (done.out, "")
    assert still.run("watch", "test", "--json", "stel OR hall").json["warnings"] == [warning]


def test_many_odd_words_are_counted(still: Stage) -> None:
    """Nothing is cut off in silence."""
    query = " OR ".join(f"zq{n}" for n in range(15))
    warnings = run_back_test(load_config_file(still.config, {}), parse(query), None).warnings
    assert len(warnings) == 11
    assert warnings[-1] == "5 more matched nothing"


def test_an_empty_archive_is_no_reason_to_warn_of_words(tmp_path: Path) -> None:
    """It is said that there is nothing yet."""
    stage = Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    done = stage.run("watch", "test", "steel")
    assert "0 of 0 releases" in done.out
    assert done.err.endswith("\nno releases yet; read some in with: monitor --once\n")
    assert stage.run("watch", "test", "steel", "--json").json["warnings"] == []


def test_a_search_for_a_misspelt_word_says_what_may_be_meant(still: Stage) -> None:
    """Not with -q; and with --json beside the one document."""
    done = still.run("search", "stel")
    assert done.err == (
        "nothing matches stel\nmonitor: “stel” matched nothing; did you mean “steel”?\n"
    )
    assert still.run("search", "-q", "stel").err == "nothing matches stel\n"
    assert still.run("search", "--json", "stel").json == []


def test_what_is_odd_about_a_config_is_told_of_it_as_it_is_after_the_edit(stage: Stage) -> None:
    """That all watches are paused is told by the command that paused the last, and not after."""
    paused = "every [[watch]] is paused"
    assert paused not in stage.run("watch", "pause", "steel").err
    assert paused in stage.run("watch", "pause", "gulf").err
    assert paused not in stage.run("watch", "pause", "-q", "gulf").err
    assert paused not in stage.run("watch", "resume", "gulf").err
    assert "no [[watch]]" not in stage.run("watch", "remove", "steel").err
    assert "no [[watch]]" in stage.run("watch", "remove", "gulf").err
    assert "no [[watch]]" not in stage.run("watch", "add", "tin", "tin").err


def test_what_an_earlier_watch_of_that_name_found_is_mentioned(stage: Stage) -> None:
    """It is listed with the new one; not told with -q."""
    told = "an earlier watch of this name found 1 release, which will be listed with it too\n"
    assert told not in stage.run("watch", "add", "tin", "tin").err
    stage.run("watch", "remove", "steel")
    assert told in stage.run("watch", "add", "steel", "tin").err
    stage.run("watch", "remove", "steel")
    assert told not in stage.run("watch", "add", "-q", "steel", "tin").err
