"""`monitor watch tune` and `watch diff`: what stands just outside a watch."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.installation import Stage, source

WATCHES = """
[[watch]]
name = "steel"
query = '"steel quota" canada NOT scrap'

[[watch]]
name = "any"
any = ["quota", "canada", "zinc"]

[[watch]]
name = "one"
query = "zinc"

[[watch]]
name = "elsewhere"
query = "canada"
sources = ["trade"]
"""
STORY = "The minister said in Ottawa that both sides would go on to talk of metals in the new year."
FILE = f"""-
Trade
Canada and the Steel Quota
{STORY} date2025-12-03
-
Trade
Photograph: talks in Ottawa
{STORY} date2025-12-03
-
Trade
Canada on Quotas for Steel
Short. date2025-11-20
-
Trade
Steel Quota of Others
Short. date2025-11-10
-
Trade
Canada, Steel Quota and Scrap
Short. date2025-10-01"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give an archive of five."""
    url = "http://127.0.0.1:9/"
    made = Stage(tmp_path_factory.mktemp("tune"), source("trade", url), WATCHES)
    assert made.run("import", "-", stdin=FILE).code == 0
    return made


def gains(told: dict[str, Any], name: str) -> list[tuple[str, int, list[str]]]:
    """Return how much more there would be, and the titles."""
    return [
        (one["how"], one["count"], [release["title"] for release in one["latest"]])
        for one in told[name]
    ]


def test_what_fails_by_one_term_is_grouped_by_it(stage: Stage) -> None:
    """Dropped, left in, or meant less strictly; what brings nothing is not told."""
    told = stage.run("watch", "tune", "steel", "--json").json
    assert (told["count"], told["total"], told["terms_left_out"]) == (1, 5, 0)
    assert gains(told, "wider") == [
        ('without "steel quota"', 1, ["Canada on Quotas for Steel"]),
        ('with steel quota instead of "steel quota"', 1, ["Canada on Quotas for Steel"]),
        ("without canada", 1, ["Steel Quota of Others"]),
        ("without NOT scrap", 1, ["Canada, Steel Quota and Scrap"]),
    ]
    assert told["wider"][3]["latest"][0]["terms"][-1] == {"term": "scrap", "in": {"title": 1}}
    assert told["wider"][2]["query"] == '"steel quota" NOT scrap'


def test_what_stands_beside_in_one_event_is_shown(stage: Stage) -> None:
    """With the words for which it was not found."""
    told = stage.run("watch", "tune", "steel", "--json").json
    title = "Photograph: talks in Ottawa"
    assert gains(told, "beside") == [('without "steel quota", canada', 1, [title])]


def test_each_term_has_its_share(stage: Stage) -> None:
    """In how many releases it is, and in how many of them alone."""
    told = stage.run("watch", "tune", "any", "--json").json
    assert told["terms"] == [
        {"term": "quota", "found_in": 4, "alone": 1},
        {"term": "canada", "found_in": 3, "alone": 0},
        {"term": "zinc", "found_in": 0, "alone": 0},
    ]


def test_it_reads_well(stage: Stage) -> None:
    """With the hits marked."""
    done = stage.run("watch", "tune", "steel")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith('steel: "steel quota" canada NOT scrap: 1 of 5 releases\n')
    assert '\nWhat each word brings in\n  "steel quota": in 1\n  canada: in 1\n' in done.out
    assert "\nIt would find more\n  1 without " in done.out
    assert "*Canada*, *Steel Quota* and *Scrap*" in done.out
    assert "\nOn the same event as a match" in done.out


def test_nothing_outside_is_said(stage: Stage) -> None:
    """And so is a watch that is confined to a listing that shows none of them."""
    for name in ("one", "elsewhere"):
        assert stage.run("watch", "tune", name).out.endswith("\nNo near misses.\n")


def test_a_long_watch_is_tuned_in_part_and_says_so(tmp_path: Path) -> None:
    """Nothing is cut off in silence."""
    words = ", ".join(f'"w{n}"' for n in range(40))
    watch = f'[[watch]]\nname = "long"\nany = [{words}]\n'
    stage = Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), watch)
    assert "monitor: 10 more terms were not looked at\n" in stage.run("watch", "tune", "long").err


def test_a_changed_query_gains_and_loses(stage: Stage) -> None:
    """Against the watch as it is."""
    told = stage.run("watch", "diff", "steel", '"steel quota"', "--json").json
    assert (told["before"], told["after"], told["new_query"]) == (1, 3, '"steel quota"')
    assert told["gained"]["count"] == 2
    assert [one["title"] for one in told["gained"]["latest"]] == [
        "Steel Quota of Others",
        "Canada, Steel Quota and Scrap",
    ]
    assert told["lost"] == {"count": 0, "latest": []}
    out = stage.run("watch", "diff", "steel", "ottawa").out
    assert 'steel now:  "steel quota" canada NOT scrap: 1 release\n' in out
    assert "\ngained 1\n" in out
    assert "\nlost nothing\n" in out


def test_a_watch_is_compared_with_another(stage: Stage) -> None:
    """By its name, as `watch test` takes one; a query that only looks like it is remarked on."""
    done = stage.run("watch", "diff", "one", "elsewhere")
    assert done.out.startswith("one now:  zinc: 0 releases\nelsewhere: canada: 3 releases\n")
    assert done.err == ""
    assert stage.run("watch", "diff", "one", "elsewhere", "--json").json["new_query"] == "canada"
    done = stage.run("watch", "diff", "one", "zinc or canada")
    assert done.err.startswith("monitor: “or” is searched for as a word")
    assert stage.run("watch", "diff", "-q", "one", "zinc or canada").err == ""


def test_what_is_found_for_what_it_has_not_says_so(stage: Stage) -> None:
    """There is no place to mark."""
    out = stage.run("watch", "diff", "one", "source:import -canada").out
    assert "\n      source:import; no canada\n" in out


def test_an_unknown_watch_is_told(stage: Stage) -> None:
    """With the one that is meant."""
    for command in (("tune", "stel"), ("diff", "stel", "x")):
        done = stage.run("watch", *command)
        assert (done.code, done.out) == (2, "")
        assert 'did you mean "steel"?' in done.err
