"""`monitor watch test`: what a query, or a watch as it is configured, would have found."""

import json
import shlex
from pathlib import Path

import pytest

from tests.support.installation import Stage, source

URL = "http://127.0.0.1:9/"
WATCHES = """
[[watch]]
name = "steel"
any = ["steel", "TRQ"]
none = ["scrap"]
sources = ["trade"]
on = ["new"]

[[watch]]
name = "asleep"
any = ["steel"]
paused = true
"""
TRADE = """-
Trade
Steel and TRQ Talks
Of steel, and steel again. date2025-12-03
-
Trade
Scrap Steel
Nothing. date2025-11-20
-
Trade
Steel, Long Ago
Nothing. date2024-09-10"""
OTHER = """-
Trade
Steel Elsewhere
Nothing. date2025-12-02"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give an archive of four, from two listings."""
    boards = source("trade", URL), source("other", URL)
    made = Stage(tmp_path_factory.mktemp("backtest"), *boards, WATCHES)
    for text, name in ((TRADE, "trade"), (OTHER, "other")):
        assert made.run("import", "-", "--source", name, stdin=text).code == 0
    return made


def titles(stage: Stage, *args: str) -> list[str]:
    """Return what is found."""
    told = stage.run("watch", "test", *args, "--json").json
    assert told["count"] == len(told["latest"])
    return [one["title"] for one in told["latest"]]


def test_a_watch_is_tested_as_it_is_configured(stage: Stage) -> None:
    """With its sources, and what it leaves out; other listings can be tried instead."""
    assert titles(stage, "steel") == ["Steel and TRQ Talks", "Steel, Long Ago"]
    assert titles(stage, "steel", "--source", "other") == ["Steel Elsewhere"]
    assert len(titles(stage, "steel", "--source", "other", "--source", "trade")) == 3


def test_a_query_is_confined_to_listings(stage: Stage) -> None:
    """And a listing that there is not is told, with the one that is meant."""
    assert titles(stage, "steel -scrap talks", "--source", "trade") == ["Steel and TRQ Talks"]
    done = stage.run("watch", "test", "steel", "--source", "trad")
    assert done.code == 2
    assert 'no source is named "trad"; did you mean "trade"?' in done.err


def test_each_release_has_its_reason(stage: Stage) -> None:
    """Which words hit, where and how often."""
    out = stage.run("watch", "test", "steel").out
    assert "\n      steel: title, text 2 times; TRQ: title\n" in out
    assert out.startswith("(steel OR TRQ) NOT scrap in trade: 2 of 4 releases (50%)\n")
    (first, _) = stage.run("watch", "test", "steel", "--json").json["latest"]
    assert first["terms"] == [
        {"term": "steel", "in": {"title": 1, "text": 2}},
        {"term": "TRQ", "in": {"title": 1}},
    ]


def test_what_is_found_for_what_it_has_not_has_a_reason_too(stage: Stage) -> None:
    """Of what is left out together, only what is not there."""
    out = stage.run("watch", "test", "-(steel scrap)").out
    assert "\n      no scrap\n" in out
    assert "no steel" not in out
    assert "      no TRQ\n" in stage.run("watch", "test", "NOT TRQ").out


def test_it_is_said_that_a_watch_is_tested_and_how_to_try_its_name(stage: Stage) -> None:
    """A word can be both; not with -q, and not among the JSON."""
    told = "this is the watch “steel”; to try its name as a query, write '\"steel\"'\n"
    done = stage.run("watch", "test", "steel")
    assert done.err.startswith(told)
    assert stage.run("watch", "test", '"steel"').out.startswith("steel: 4 of 4 releases")
    assert told not in stage.run("watch", "test", "-q", "steel").err
    assert told not in stage.run("watch", "test", "--json", "steel").err


def test_a_query_that_may_not_mean_what_it_looks_like_is_remarked_on(stage: Stage) -> None:
    """In a back-test, in a search, and of a watch once it is added."""
    told = "“or” is searched for as a word: write OR for one or the other"
    assert f"monitor: {told}" in stage.run("watch", "test", "steel or TRQ").err
    (first, *_) = stage.run("watch", "test", "--json", "steel or TRQ").json["warnings"]
    assert first.startswith(told)
    assert f"monitor: {told}" in stage.run("search", "steel or TRQ").err
    assert told not in stage.run("search", "-q", "steel or TRQ").err


def test_months_without_any_are_in_the_chart(stage: Stage) -> None:
    """The newest twelve; what was before is counted."""
    lines = stage.run("watch", "test", "asleep").out.split("\n")
    assert lines[1].endswith("▇ 2")
    assert lines[3] == "  2025-10  0"
    assert lines[13] == "  and 1 in the months before, from 2024-09 on"


def test_what_a_watch_will_not_tell_is_said(stage: Stage) -> None:
    """Paused, or asked for new releases alone; not with -q."""
    assert "this watch is paused" in stage.run("watch", "test", "asleep").err
    assert "of these, it tells only what is new\n" in stage.run("watch", "test", "steel").err
    assert stage.run("watch", "test", "-q", "asleep").err == ""


def test_a_small_share_is_told_to_the_tenth(tmp_path: Path) -> None:
    """One of thirty is 3.3 %."""
    stage = Stage(tmp_path, source("trade", URL))
    entries = [f"-\nTrade\nRound {n}\nText. date2025-11-01" for n in range(30)]
    stage.run("import", "-", stdin="\n".join(entries))
    assert "1 of 30 releases (3.3%)" in stage.run("watch", "test", '"round 7"').out


@pytest.mark.parametrize(
    ("query", "options", "said"),
    [
        ("steel -US", [], "and 2 more; see them with: monitor search 'steel NOT US'"),
        ("-'US", ["--source", "trade"], "monitor search 'source:trade NOT US'"),
        ("steel OR us's", ["--source", "trade", "--source", "other"], """us'"'"'s)'"""),
    ],
)
def test_what_is_not_shown_is_seen_with_the_command_that_it_names(
    tmp_path: Path, query: str, options: list[str], said: str
) -> None:
    """Typed as it is printed: the same query, in the same listings."""
    stage = Stage(tmp_path, source("trade", URL), source("other", URL))
    texts = "".join(f"-\nTrade\nSteel {number}\nAll. date2025-12-01\n" for number in range(12))
    (tmp_path / "some.txt").write_text(texts)
    assert stage.run("import", str(tmp_path / "some.txt"), "--source", "trade").code == 0
    tested = stage.run("watch", "test", *options, "--", query)
    (hint,) = (line for line in tested.out.splitlines() if "see them with" in line)
    assert said in hint
    _, *command = shlex.split(hint.partition("see them with: ")[2])
    assert len(json.loads(stage.run(*command, "--json").out)) == 12
