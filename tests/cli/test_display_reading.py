"""releases, search and show for people: the screen, colours, the pager, dates in words."""

import csv
import io
import re
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.text.width import display_width
from tests.cli.in_process import Inside
from tests.cli.terminals import seen
from tests.support.installation import WATCHES, Stage, source

LONG = "Korea and Canada Discuss Economic and Trade Issues, Including Canada’s Steel TRQ Measures"
HANGUL = (
    "산업통상부 장관은 캐나다와 철강 관세 할당 조치에 관하여 논의하고 협력을 이어 가기로 하였다"
)
TODAY = datetime.now(UTC).date()
FILE = f"""-
FTA/Economic Cooperation
{LONG}
Quotas on steel – “again”, and =SUM(1). date2025-12-01
-
Trade
{HANGUL}
Talks on 철강. date2025-11-30
-
fta/economic  cooperation
=HYPERLINK("http://h")
Nothing of steel in the title. date2025-11-29
-
Steel, Now
Of late. date{TODAY}"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give an installation that has imported a file."""
    stage = Inside(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    stage.config.write_text('timezone = "UTC"\n' + stage.config.read_text(encoding="utf-8"))
    stage.config.chmod(0o600)
    assert stage.run("import", "-", stdin=FILE).code == 0
    return stage


def bare(text: str) -> str:
    """Return text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def pager(folder: Path, body: str) -> str:
    """Return a pager that says that it was used."""
    path = folder / "my pager"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"'{path}'"


# ------------------------------------------------------------------ the screen


@pytest.mark.parametrize("wide", [40, 80])
def test_a_list_fits_the_screen(stage: Stage, wide: int) -> None:
    """Titles go on under their beginning; Hangul takes two columns a character."""
    lines = bare(seen(stage, "releases", columns=wide)).splitlines()
    assert max(map(display_width, lines)) <= wide
    told = " ".join(line.strip() for line in lines)
    assert LONG in told
    assert HANGUL in told
    assert "[steel]" in told
    hanging = lines[lines.index(next(one for one in lines if "Korea and" in one)) + 1]
    assert hanging.startswith(" " * 18)


def test_a_program_gets_a_line_a_release(stage: Stage) -> None:
    """Without colour, however long."""
    out = stage.run("releases").out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 4
    assert f"{LONG}  [steel]" in out


def test_colours_are_for_terminals_that_have_them(stage: Stage) -> None:
    """And for people who want them."""
    args = ("search", "steel")
    assert "\x1b[" in seen(stage, *args)
    for told in (seen(stage, *args, NO_COLOR="1"), seen(stage, *args, TERM="dumb")):
        assert "\x1b" not in told
        assert "*steel*" in told


# ------------------------------------------------------------------ the pager


def test_what_is_longer_than_the_screen_goes_through_the_pager(stage: Stage) -> None:
    """The user's own, whose name may have a space; the rest is printed as it is."""
    own = pager(stage.folder, "echo PAGED; cat")
    long = seen(stage, "releases", rows=4, PAGER=own)
    assert long.startswith("PAGED\n")
    assert LONG[:30] in bare(long)
    assert "PAGED" not in seen(stage, "releases", rows=40, PAGER=own)
    assert seen(stage, "show", "1", rows=3, PAGER=own).startswith("PAGED\n")
    assert "PAGED" not in seen(stage, "releases", "--no-pager", rows=4, PAGER=own)
    assert "PAGED" not in seen(stage, "releases", rows=4, PAGER=own, TERM="dumb")
    assert "PAGED" not in seen(stage, "releases", "--json", rows=4, PAGER=own)


@pytest.mark.parametrize("name", ["", "cat", "no-such-pager", "'never closed", "/"])
def test_a_pager_that_is_none_is_no_trouble(stage: Stage, name: str) -> None:
    """Then everything is printed."""
    assert LONG[:30] in bare(seen(stage, "releases", rows=4, PAGER=name))


def test_a_reader_may_leave_early(stage: Stage) -> None:
    """Having seen enough is no error."""
    entries = "\n".join(f"-\nRelease {n}\n{'x' * 500} date2020-01-01" for n in range(400))
    stage.run("import", "-", stdin=entries)
    own = pager(stage.folder, "head -1")
    assert seen(stage, "releases", "--limit", "400", rows=4, PAGER=own).count("\n") == 1


def test_less_is_told_what_git_tells_it(stage: Stage) -> None:
    """Unless the user has said something else."""
    own = pager(stage.folder, 'echo "[$LESS]"')
    assert seen(stage, "releases", rows=4, PAGER=own) == "[FRX]\n"
    assert seen(stage, "releases", rows=4, PAGER=own, LESS="S") == "[S]\n"


# ------------------------------------------------------------------ narrowing down


@pytest.mark.parametrize(
    ("args", "numbers"),
    [
        (["--since", "today"], [1]),
        (["--until", "2025"], [4, 3, 2]),
        (["--since", "2025-11", "--until", "2025-11"], [3, 2]),
        (["--since", "2025-11-30", "--until", "2025-11-30"], [3]),
        (["--category", "FTA/Economic Cooperation"], [4, 2]),
        (["--category", "fta/economic cooperation", "--until", "2025-11-29"], [2]),
        (["--category", "trade"], [3]),
    ],
)
def test_lists_searches_and_exports_are_narrowed_alike(
    stage: Stage, args: list[str], numbers: list[int]
) -> None:
    """Both ends are in; spelling of a category makes no difference."""
    for command in (["releases"], ["search", "steel OR -steel"], ["export"]):
        assert [one["id"] for one in stage.run(*command, "--json", *args).json] == numbers


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--since", "soon"], '"soon" is no date; write a day (2025-11-03)'),
        (["--until", "2025-02-30"], "is no date"),
        (["--since", "2025", "--until", "2024"], "nothing can be found"),
        (["--category", "Trad"], 'did you mean "Trade"?'),
        (["--category", "x"], "there are: "),
        (["--source", "trad"], 'did you mean "trade"?'),
        (["--watch", "stel"], 'did you mean "steel"?'),
        (["--csv", "--json"], "give one of them"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_what_may_be_meant(stage: Stage, args: list[str], words: str) -> None:
    """With exit code 2, and nothing among the results."""
    done = stage.run("releases", *args)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_what_a_removed_watch_found_is_still_there(stage: Stage) -> None:
    """By its name."""
    stage.run("watch", "remove", "steel")
    assert [one["id"] for one in stage.run("releases", "--json", "--watch", "steel").json] == [
        1, 4, 2,
    ]  # fmt: skip


def test_dates_in_words_are_taken_elsewhere_too(stage: Stage) -> None:
    """In previews of digests, and to say how far back to walk."""
    assert stage.run("digest", "--since", "last week").code == 0
    for command in (["digest"], ["backfill"]):
        done = stage.run(*command, "--since", "soon")
        assert (done.code, "is no date" in done.err) == (2, True)


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize("command", [["releases"], ["search", "steel"]])
def test_csv_is_that_of_the_export(stage: Stage, command: list[str]) -> None:
    """With the same columns, and no formula in it."""
    out = stage.run(*command, "--csv").out
    (header, *rows) = csv.reader(io.StringIO(out, newline=""))
    exported = stage.run("export", "--format", "csv").out
    assert header == next(csv.reader(io.StringIO(exported, newline="")))
    titles = [row[header.index("title")] for row in rows]
    assert '\'=HYPERLINK("http://h")' in titles
    assert {cell[:1] for row in rows for cell in row}.isdisjoint("=+-@")


def test_a_search_tells_scripts_the_place_too(stage: Stage) -> None:
    """Beside the release in its usual shape."""
    listed = {one["id"]: one for one in stage.run("releases", "--json").json}
    for one in stage.run("search", "--json", "quota").json:
        assert one == {**listed[one["id"]], "snippet": one["snippet"]}
        assert "**Quotas**" in one["snippet"]


def test_a_ranked_search_puts_titles_first(stage: Stage) -> None:
    """By default the newest stands first."""
    entries = [
        "-\nOf Tin\nMuch ado. date2024-01-01",
        "-\nOf Lead\nTin, and again tin. date2024-01-02",
        "-\nOf Gold\nNot much of tin, but of many other things and then more. date2024-01-03",
    ]
    stage.run("import", "-", stdin="\n".join(entries))
    for args, titles in (
        ([], ["Of Gold", "Of Lead", "Of Tin"]),
        (["--ranked"], ["Of Tin", "Of Lead", "Of Gold"]),
        (["--ranked", "--limit", "1"], ["Of Tin"]),
        (["--ranked", "--since", "2024-01-02"], ["Of Lead", "Of Gold"]),
    ):
        assert [one["title"] for one in stage.run("search", "tin", "--json", *args).json] == titles


# ------------------------------------------------------------------ one release


@pytest.mark.parametrize("said", ["4", LONG, "korea and CANADA"])
def test_a_release_is_shown_by_number_or_title(stage: Stage, said: str) -> None:
    """The beginning of a title is enough, however it is spelled."""
    assert stage.run("show", said).out.startswith(LONG)


def test_a_release_is_shown_by_its_address(stage: Stage) -> None:
    """As a browser has it, whatever page of the listing it was reached from."""
    url = "https://english.motir.go.kr/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&bbsCdN=2"
    entry = f'[{{"title": "There", "date": "2024-01-01", "url": "{url}"}}]'
    stage.run("import", "-", stdin=entry)
    for said in (url, url.replace("pageIndex=1", "pageIndex=7"), url.partition("?")[0]):
        assert stage.run("show", said).out.startswith("There")
    assert "no release is at" in stage.run("show", f"{url[:30]}/other").err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("99", "there is no release 99"),
        ("9" * 30, f"there is no release {'9' * 30}; "),
        ("Nothing", "no title begins with"),
        ("of tin", "give the number of one of them:\n    8 2024-01-04  Of Tin 3\n"),
    ],
)
def test_a_release_that_is_not_clear_is_told(stage: Stage, said: str, words: str) -> None:
    """With what to type instead."""
    entries = [f"-\nOf Tin {n}\nText. date2024-01-0{n + 1}" for n in range(7)]
    stage.run("import", "-", stdin="\n".join(reversed(entries[:4])))
    done = stage.run("show", said)
    assert done.code == 2
    assert words in done.err


def test_what_was_withdrawn_says_so_in_a_list(stage: Stage) -> None:
    """Behind its title."""
    with closing(sqlite3.connect(stage.db)) as conn, conn:
        conn.execute("UPDATE releases SET withdrawn_at = first_seen_at WHERE id = 1")
    assert stage.run("releases").out.splitlines()[0].endswith("Steel, Now  [steel]  (withdrawn)")
