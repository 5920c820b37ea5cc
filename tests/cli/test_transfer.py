"""import and export: what comes back, and files for feed readers."""

import csv
import json
import os
import re
from datetime import date
from pathlib import Path

import feedparser
import pytest

from tests.cli.in_process import Inside
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site

ENTRIES: list[dict[str, str | None]] = [
    {
        "title": "Korea and Canada – “Steel”",
        "date": "2025-12-01",
        "category": "FTA",
        "body": "Quotas.\n\nAnd a second paragraph, 철강.",
        "url": "https://example.org/1",
        "source": "trade",
    },
    {
        "title": "=cmd()|x",
        "date": "2025-11-30",
        "category": None,
        "body": "",
        "url": None,
        "source": "energy",
    },
]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give an installation with two watches, one of which will find something."""
    stage = Inside(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    stage.config.write_text('timezone = "Asia/Seoul"\n' + stage.config.read_text(encoding="utf-8"))
    stage.config.chmod(0o600)
    return stage


def kept(stage: Stage) -> list[dict[str, str | None]]:
    """Return what an archive holds, without what is its own affair."""
    own = {"id", "first_seen_at", "withdrawn_at", "watches"}
    exported = stage.run("export", "--format", "json").json
    return [{key: one[key] for key in one if key not in own} for one in exported]


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("is_told", [True, False])
def test_json_comes_back_as_it_was(
    stage: Stage, tmp_path: Path, form: str, *, is_told: bool
) -> None:
    """Into another archive: titles, dates, labels, texts, addresses and listings."""
    assert stage.run("import", "-", stdin=json.dumps(ENTRIES)).out.startswith("added 2")
    assert kept(stage) == ENTRIES
    (tmp_path / "other").mkdir()
    other = Inside(tmp_path / "other", source("trade", "http://127.0.0.1:9/"), WATCHES)
    exported = stage.run("export", "--format", form).out
    args = ("--format", form) if is_told else ()
    assert other.run("import", "-", *args, stdin=exported).out.startswith("added 2")
    assert kept(other) == ENTRIES
    assert other.run("import", "-", *args, stdin=exported).out.startswith("added 0 releases; 2")


def test_watches_of_the_archive_at_hand_find_what_is_imported(stage: Stage) -> None:
    """Whatever the file says of watches, numbers and withdrawals; and nobody is told."""
    entry = {**ENTRIES[0], "id": 70, "watches": ["x"], "withdrawn_at": "2025-12-02T00:00:00.000Z"}
    stage.run("import", "-", stdin=json.dumps([entry]))
    (one,) = stage.run("releases", "--json").json
    assert (one["id"], one["watches"], one["withdrawn_at"]) == (1, ["steel"], None)
    assert stage.rows("SELECT origin FROM releases") == [("import",)]
    assert stage.rows("SELECT count(*) FROM deliveries") == [(0,)]


def test_the_command_lines_listing_comes_before_the_files(stage: Stage) -> None:
    """And where neither says one, it is “import”."""
    stage.run("import", "-", "--source", "mine", stdin=json.dumps(ENTRIES[:1]))
    stage.run("import", "-", stdin='{"title": "T", "date": "2025-12-01"}')
    assert stage.rows("SELECT source FROM listings ORDER BY id") == [("mine",), ("import",)]


@pytest.mark.parametrize("bodies", [("Short.", "A longer text."), ("A longer text.", "Short.")])
def test_what_stands_in_a_file_twice_is_one_release_with_all_that_is_said(
    stage: Stage, bodies: tuple[str, str]
) -> None:
    """Under two spellings of one title; it stands where it stood first, and is counted once."""
    first, second = bodies
    entries = [
        {"title": "Korea–EU Talks", "date": "2025-12-01", "body": first, "category": "FTA"},
        {"title": "Other", "date": "2025-12-01"},
        {"title": "KOREA-EU talks", "date": "2025-12-01", "body": second, "url": "https://h/1"},
        {"title": "Korea–EU Talks", "date": "2025-12-02", "body": "Another day."},
    ]
    done = stage.run("import", "-", stdin=json.dumps(entries))
    assert done.out == "added 3 releases; 1 already known\n"
    _, *same_day = kept(stage)
    assert {one["title"]: (one["body"], one["category"], one["url"]) for one in same_day} == {
        "Korea–EU Talks": ("A longer text.", "FTA", "https://h/1"),
        "Other": ("", None, None),
    }


def test_imported_releases_are_not_news_to_the_listing_they_are_from(tmp_path: Path) -> None:
    """Its first check finds them, and tells nobody."""
    with Site() as site:
        site.publish("Old Steel", date(2025, 12, 1))
        terminal = '[[channel]]\nname = "t"\nkind = "terminal"\n'
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, terminal)
        entry = {"title": "Old Steel", "date": "2025-12-01", "source": "trade"}
        stage.run("import", "-", stdin=json.dumps([entry]))
        assert [stage.once()["delivered"] for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("args", "content", "words"),
    [
        ([], '[{"title": "T"}]', "release 1: it has no “date”"),
        ([], '{"title": "T"', "line 1: this is no JSON"),
        (["--format", "text"], "[]", "expected “-” alone on the line"),
        (["--format", "json"], "-\nT\nB date2025-12-01", "this is no JSON"),
        ([], '[{"title": "", "date": "2025-12-01"}]', "release 1: its “title” is empty"),
        ([], '{"title": " \\u200b\\n", "date": "2025-12-01"}', "line 1: its “title” is empty"),
        ([], "-\nT\ndate2025-12-01\n-\n \ndate2025-12-01", "entry 2 has no title"),
    ],
)
def test_a_mistake_in_a_file_is_told_and_nothing_is_taken(
    stage: Stage, args: list[str], content: str, words: str
) -> None:
    """With its place and what was expected."""
    done = stage.run("import", "-", *args, stdin=content)
    assert done.code == 1
    assert words in done.err
    assert stage.run("releases", "--json").json == []


@pytest.mark.parametrize("sign", [*"=+-@|＝＋－＠", "\t", "\r", "\n", " =", "\u3000＝"])
def test_no_cell_of_a_csv_file_begins_a_formula(stage: Stage, sign: str) -> None:
    """Whatever was scraped, as a CSV reader takes the file in."""
    entry = {**ENTRIES[0], **dict.fromkeys(("title", "category", "body", "source"), f"{sign}1+1")}
    stage.run("import", "-", stdin=json.dumps([entry]))
    exported = stage.folder / "out.csv"
    exported.write_bytes(stage.run("export", "--format", "csv").out.encode())
    with exported.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    for key in ("title", "category", "body", "source"):
        assert not re.match(r"\s*[=+\-@|＝＋－＠]|[\t\r\n]", row[key])
    assert row["date"] == "2025-12-01"


# ------------------------------------------------------------------ feeds


@pytest.mark.parametrize(("form", "end"), [("atom", "atom"), ("jsonfeed", "feed.json")])
def test_a_folder_of_feeds_can_be_served(stage: Stage, form: str, end: str) -> None:
    """One for all and one a watch, which know their addresses; readable by the server."""
    stage.run("import", "-", stdin=json.dumps(ENTRIES))
    base = ("--into", str(stage.folder / "feeds"), "--base-url", "https://example.org/f/")
    done = stage.run("export", "--format", form, *base)
    assert (done.code, done.out) == (0, "")
    assert "wrote 3 files into" in done.err
    files = sorted((stage.folder / "feeds").iterdir())
    assert [path.name for path in files] == [
        f"all.{end}", f"watch-gulf.{end}", f"watch-steel.{end}",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in files} == {0o644}
    counts = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        address = f"https://example.org/f/{path.name}"
        if form == "atom":
            found = feedparser.parse(text.encode())
            assert (found.bozo, found.feed.links[0].href) == (False, address)
            counts.append(len(found.entries))
        else:
            found = json.loads(text)
            assert found["feed_url"] == address
            counts.append(len(found["items"]))
    assert counts == [2, 0, 1]


def test_a_feed_changes_only_when_there_is_news(stage: Stage) -> None:
    """Servers answer “not modified” then; a new feed takes the old one's place whole."""
    stage.run("import", "-", stdin=json.dumps(ENTRIES[:1]))
    export = ("export", "--format", "atom", "--into", str(stage.folder))
    stage.run(*export)
    feed = stage.folder / "all.atom"
    os.utime(feed, (1, 1))
    before = feed.stat().st_ino
    stage.run(*export)
    assert (feed.stat().st_mtime, feed.stat().st_ino) == (1, before)
    stage.run("import", "-", stdin=json.dumps(ENTRIES[1:]))
    stage.run(*export)
    assert feed.stat().st_ino != before
    assert [path.name for path in stage.folder.glob(".*")] == []


def test_a_release_keeps_its_id_when_its_title_is_edited(tmp_path: Path) -> None:
    """The reader shows one entry, updated; not two."""
    entries = []
    with Site() as site:
        post = site.publish("Steel Talks", date(2025, 12, 1), body="Of steel.")
        stage = Inside(tmp_path, source("trade", site.url()), WATCHES)
        for _ in range(2):
            stage.once()
            (entry,) = feedparser.parse(stage.run("export", "--format", "atom").out).entries
            entries.append(entry)
            site.edit(post.article_id, title="Steel Talks Fail")
    first, second = entries
    assert (first.id, first.title) == (second.id, "Steel Talks")
    assert second.title == "Steel Talks Fail"
    assert second.updated > first.updated


def test_every_watch_has_a_file_of_its_own(stage: Stage) -> None:
    """Whatever it is called; one whose watch is no more is pointed out."""
    names = ["Gulf", "a/b", "a b", "..", "철강"]
    watches = "".join(f'[[watch]]\nname = "{name}"\nany = ["x"]\n' for name in names)
    stage.configure(source("trade", "http://127.0.0.1:9/"), watches)
    into = stage.folder / "deep" / "feeds"
    args = ("export", "--format", "csv", "--into", str(into))
    assert "wrote 6 files" in stage.run(*args).err
    files = {path.name for path in into.iterdir()}
    assert len(files) == 6
    assert all(re.fullmatch(r"(all|watch-[a-z0-9-]+)\.csv", name) for name in files)
    stage.configure(source("trade", "http://127.0.0.1:9/"), WATCHES)
    left = stage.run(*args).err
    assert left.count("was not written, as the config has no such watch; remove it") == 4
    assert "watch-gulf.csv" not in left
    assert stage.run(*args, "-q").err == ""
    assert stage.run(*args, "--watch", "steel").err == f"wrote 1 file into {into}\n"


def test_lists_and_feeds_in_json_do_not_overwrite_each_other(stage: Stage) -> None:
    """In one folder; and neither takes the other's files for what is left of a watch."""
    for _ in range(2):
        for form in ("json", "jsonfeed"):
            done = stage.run("export", "--format", form, "--into", str(stage.folder / "out"))
            assert done.err == f"wrote 3 files into {stage.folder / 'out'}\n"
    assert isinstance(json.loads((stage.folder / "out/all.json").read_text()), list)
    assert "items" in json.loads((stage.folder / "out/all.feed.json").read_text())


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("--format csv --json", "--json and --format csv are two forms; give one of them"),
        ("--format atom --json", "--json and --format atom are two forms"),
        ("--format atom --base-url https://h/", "--base-url says where the files of --into are"),
        ("--format csv --into x --base-url https://h/", "--base-url is for feeds"),
        ("--into x --base-url https://h/", "--base-url is for feeds"),
        *(
            (f"--format atom --into x --base-url {url}", "--base-url: expected ")
            for url in ("example.org", "ftp://h/", "https://", "https://h/?a", "https://h/#a",
                        "https://u:p@h/", "https://h:x/", "file:///srv")
        ),
    ],
)  # fmt: skip
def test_two_demands_that_do_not_fit_are_told(stage: Stage, args: str, words: str) -> None:
    """And nothing is written."""
    done = stage.run("export", *args.split())
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert not (stage.folder / "x").exists()


def test_json_is_a_form_too(stage: Stage) -> None:
    """Given in either way, or in both."""
    stage.run("import", "-", stdin=json.dumps(ENTRIES))
    listed = stage.run("export", "--json").json
    assert listed == stage.run("export", "--format", "json").json
    assert listed == stage.run("export", "--json", "--format", "json").json


def test_feeds_hold_the_newest(stage: Stage) -> None:
    """A hundred, or as many as are asked for; other forms hold all."""
    entries = [{"title": f"T {n}", "date": "2025-12-01"} for n in range(120)]
    stage.run("import", "-", stdin=json.dumps(entries))
    for args, count in (((), 100), (("--limit", "3"), 3), (("--limit", "110"), 110)):
        told = stage.run("export", "--format", "jsonfeed", *args).json
        assert len(told["items"]) == count
    assert len(stage.run("export", "--format", "json").json) == 120


def test_what_cannot_be_written_is_told(stage: Stage) -> None:
    """In a sentence."""
    done = stage.run("export", "--format", "atom", "--into", str(stage.config))
    assert done.code == 1
    assert "cannot be written" in done.err
    done = stage.run("export", "--format", "atom", "--base-url", "https://example.org")
    assert done.code == 2
    assert "give both" in done.err
