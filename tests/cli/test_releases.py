"""import, export, releases, search, watch: the archive from the outside."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.support.installation import ROOT, WATCHES, Stage, environment, source
from tests.support.site import Site

SEED = ROOT.parent / "shared" / "seed" / "fta-listing.txt"
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


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give an installation whose source is never asked."""
    return Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)


@pytest.fixture
def filled(stage: Stage) -> Stage:
    """Give an installation that has imported a file."""
    (stage.folder / "file.txt").write_text(FILE, encoding="utf-8")
    assert stage.run("import", "file.txt").out == "added 3 releases; 0 already known\n"
    return stage


def test_the_seed_round_trips_byte_for_byte(stage: Stage) -> None:
    """Ten releases are added, once; and the export is the file."""
    if not SEED.is_file():
        assert not os.environ.get("CI"), "the seed must be there in CI"
        pytest.skip("the seed is not beside this checkout")
    assert stage.run("import", str(SEED)).out == "added 10 releases; 0 already known\n"
    assert stage.run("import", str(SEED)).out == "added 0 releases; 10 already known\n"
    assert stage.run("export", "--format", "text").out.encode() == SEED.read_bytes()


@pytest.mark.parametrize(
    ("line_end", "before", "after"), [("\n", "", ""), ("\r\n", "", ""), ("\n", "\ufeff", "\n")]
)
def test_text_comes_back_as_it_was(stage: Stage, line_end: str, before: str, after: str) -> None:
    """Line ends of another system, a mark at the beginning and an end of line are taken too."""
    given = before + FILE.replace("\n", line_end) + after
    (stage.folder / "file.txt").write_bytes(given.encode())
    stage.run("import", "file.txt")
    assert stage.run("export").out == FILE


def test_a_file_can_come_through_a_pipe(stage: Stage) -> None:
    """`-` is standard input; --json says what was done."""
    done = stage.run("import", "-", "--json", stdin=FILE)
    assert done.json == {"added": 3, "known": 0}


def test_what_is_imported_is_never_news(tmp_path: Path) -> None:
    """Not then, and not when the listing shows it."""
    with Site() as site:
        for title in ("Old", "Korea and Canada Discuss Steel"):
            site.publish(title, DAY)
        terminal = '[[channel]]\nname = "t"\nkind = "terminal"\n'
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, terminal)
        stage.run("import", "-", stdin=FILE)
        stage.once()
        assert stage.once()["delivered"] == 0
    assert stage.rows("SELECT count(*) FROM releases") == [(4,)]
    assert stage.rows("SELECT count(*) FROM deliveries") == [(0,)]


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "holds no entries"), ("-\nA title\nNo date here", "line"), ("nonsense", "line 1")],
)
def test_a_file_that_is_none_is_told_and_nothing_is_taken(
    stage: Stage, content: str, words: str
) -> None:
    """With the entry and the line."""
    done = stage.run("import", "-", stdin=content)
    assert done.code == 1
    assert words in done.err
    assert stage.run("import", "nowhere.txt").code == 2


def test_releases_are_listed_newest_first(filled: Stage) -> None:
    """With the watches that found them; --json in the promised shape."""
    lines = filled.run("releases").out.splitlines()
    assert [line[6:16] for line in lines] == ["2025-12-01", "2025-11-30", "2025-11-30"]
    assert lines[0].endswith("Korea and Canada Discuss Steel  [steel]")
    listed = filled.run("releases", "--json").json
    assert list(listed[0]) == [
        "id", "title", "date", "category", "body", "url", "source", "first_seen_at",
        "withdrawn_at", "watches",
    ]  # fmt: skip
    assert [one["watches"] for one in listed] == [["steel"], [], ["gulf"]]
    assert listed[1]["category"] is None


@pytest.mark.parametrize(
    ("args", "titles"),
    [
        (["--limit", "1"], ["Korea and Canada Discuss Steel"]),
        (["--since", "2025-12-01"], ["Korea and Canada Discuss Steel"]),
        (["--watch", "gulf"], ["Talks on Battery Supply"]),
        (["--source", "trade"], []),
        (["--source", "import", "--limit", "2"],
         ["Korea and Canada Discuss Steel", "Energy Week Opens"]),
    ],
)  # fmt: skip
def test_releases_can_be_narrowed_down(filled: Stage, args: list[str], titles: list[str]) -> None:
    """By watch, listing, date and number; an export likewise."""
    assert [one["title"] for one in filled.run("releases", "--json", *args).json] == titles
    exported = filled.run("export", "--format", "json", *args).json
    assert [one["title"] for one in exported] == titles


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("battery", ["Talks on Battery Supply"]),
        ("quota", ["Korea and Canada Discuss Steel"]),
        ("title:talks OR title:energy", ["Energy Week Opens", "Talks on Battery Supply"]),
        ("category:FTA", ["Korea and Canada Discuss Steel"]),
        ("FTA", []),
        ("NOT steel", ["Energy Week Opens", "Talks on Battery Supply"]),
        ("source:import hall", ["Energy Week Opens"]),
    ],
)
def test_search_speaks_the_watch_language(filled: Stage, query: str, titles: list[str]) -> None:
    """One meaning everywhere, newest first."""
    assert [one["title"] for one in filled.run("search", "--json", query).json] == titles


def test_a_search_shows_the_place(filled: Stage) -> None:
    """The hit is marked; nothing found is said beside, not among the results."""
    assert "*Quotas* on steel" in filled.run("search", "quota").out
    nothing = filled.run("search", "unheard")
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing matches" in nothing.err


def test_a_mistake_in_a_query_is_pointed_at(filled: Stage) -> None:
    """With exit code 2, in search and in the back-test alike."""
    for command in (["search"], ["watch", "test"]):
        done = filled.run(*command, "steel AND (quota")
        assert done.code == 2
        assert "    steel AND (quota\n              ^" in done.err


def test_exports_for_other_programs(filled: Stage) -> None:
    """CSV reads back with a header; JSON Lines hold one release a line."""
    rows = list(csv.DictReader(io.StringIO(filled.run("export", "--format", "csv").out)))
    assert rows[0]["title"] == "Korea and Canada Discuss Steel"
    lines = filled.run("export", "--format", "jsonl").out.splitlines()
    assert len([json.loads(line) for line in lines]) == 3


def test_an_empty_archive_is_told(stage: Stage) -> None:
    """And exports as nothing."""
    assert "no releases yet" in stage.run("releases").err
    assert stage.run("releases", "--json").json == []
    assert stage.run("export").out == ""
    assert stage.run("export", "--format", "json").json == []


def test_the_watchlist_is_listed(filled: Stage) -> None:
    """With what each has found."""
    out = filled.run("watch", "list").out
    assert "steel  (1 found)\n      steel OR TRQ OR anti-dumping\n" in out
    names = [one["name"] for one in filled.run("watch", "list", "--json").json]
    assert names == ["steel", "gulf"]
    assert filled.run("watch").out == out


@pytest.mark.parametrize("query", ["gulf", '(UAE OR Qatar OR "Saudi Arabia") NOT football'])
def test_a_back_test_takes_a_query_or_a_watchs_name(filled: Stage, query: str) -> None:
    """And says how many, by month, and the latest."""
    assert "1 of 3 releases (33%)" in filled.run("watch", "test", query).out
    told = filled.run("watch", "test", "--json", query).json
    assert (told["count"], told["total"], told["by_month"]) == (1, 3, {"2025-11": 1})
    assert [one["title"] for one in told["latest"]] == ["Talks on Battery Supply"]


def test_a_back_test_says_how_many_more(filled: Stage) -> None:
    """Nothing is cut off in silence."""
    entries = [f"-\nSteel {i}\nText. date20{10 + i // 12}-{i % 12 + 1:02}-01" for i in range(30)]
    filled.run("import", "-", stdin="\n".join(entries))
    out = filled.run("watch", "test", "steel").out
    assert "31 of 33" in out
    assert "and 21 more" in out
    assert "months before" in out


def test_an_unknown_watch_is_told_with_those_that_are(filled: Stage) -> None:
    """With exit code 2."""
    done = filled.run("releases", "--watch", "nope")
    assert done.code == 2
    assert "steel, gulf" in done.err


@pytest.mark.parametrize(
    "args",
    [
        ["releases", "--limit", "0"],
        ["nonsense"],
        ["--source", "trade"],
        ["--sweep"],
    ],
)
def test_wrong_usage_is_told(stage: Stage, args: list[str]) -> None:
    """In a line, with exit code 2 and where to look."""
    done = stage.run(*args)
    assert done.code == 2
    assert "--help" in done.err
    assert done.out == ""


@pytest.mark.parametrize("args", [["export"], ["releases"], ["export", "--format", "atom"]])
def test_a_disk_that_is_full_is_told(filled: Stage, args: list[str]) -> None:
    """`monitor export > file` ends in words, not in a traceback."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        command = [sys.executable, "-m", "monitor", *args]
        done = subprocess.run(
            command, cwd=filled.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "monitor: stopped: No space left on device\n")


def test_letters_that_the_terminal_has_not_are_escaped(filled: Stage) -> None:
    """An old locale is no reason to fall over."""
    latin = environment() | {"PYTHONIOENCODING": "ascii"}
    with filled.start("search", "again", env=latin) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "\\u201c" in out


def test_a_limit_beyond_all_bounds_is_none(filled: Stage) -> None:
    """However many digits it has."""
    every = filled.run("releases", "--json")
    assert filled.run("releases", "--json", "--limit", "9" * 30).json == every.json


def test_what_is_said_of_a_mistake_steers_no_terminal(tmp_path: Path, filled: Stage) -> None:
    """Names that were scraped or imported are named there too."""
    row = {"title": "Talks", "date": "2025-12-01", "category": "c\x1b[31mat\u202e"}
    (tmp_path / "in.json").write_text(json.dumps([row]), encoding="utf-8")
    assert filled.run("import", str(tmp_path / "in.json"), "--source", "trade").code == 0
    done = filled.run("releases", "--category", "nope")
    assert done.code == 2
    assert "c[31mat" in done.err
    assert "\x1b" not in done.err


def test_a_reader_who_has_had_enough_is_no_trouble(filled: Stage) -> None:
    """`monitor export | head -1`."""
    with filled.start("export", "--format", "jsonl") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
