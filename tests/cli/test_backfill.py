"""`monitor backfill`, from the outside: a long archive, walked back to its first release."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.channels.peers import Receiver, receiving
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, environment, source
from tests.support.killed_processes import Crashing, Ended
from tests.support.site import Site
from tests.support.site_pages import BOARDS
from tests.support.site_wire import Exchange, Response

FIRST = date(2012, 1, 2)


def years(site: Site, count: int) -> None:
    """Let the ministry have published so many releases, two a day, every tenth about steel."""
    for number in range(count):
        what = "Steel" if number % 10 == 0 else "Talks"
        site.publish(
            f"{what} {number}", FIRST + timedelta(days=number // 2), body=f"Round {number}."
        )


def shown(site: Site) -> list[str]:
    """Return the titles on the board, top first."""
    return [site.posts[number].title for number in site.boards["fta"]]


def stored(stage: Stage) -> list[str]:
    """Return the titles as the archive has them in the listing's order."""
    return [
        title
        for (title,) in stage.rows(
            "SELECT r.title FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
            " WHERE l.source = 'trade' GROUP BY r.id ORDER BY max(l.rank) DESC"
        )
    ]


def asked(site: Site) -> list[int]:
    """Return the pages of the listing that were asked for since this was last called."""
    path = BOARDS["fta"].path
    pages = [request.page for request in site.requests if request.path == path]
    site.requests.clear()
    return pages


def backfill(stage: Stage, *args: str) -> dict[str, object]:
    """Run a backfill to its end and return what it says of its one source."""
    done = stage.run("backfill", "--json", *args)
    (result,) = done.json["sources"]
    assert done.code == (1 if result["error"] else 0), done
    return result  # type: ignore[no-any-return]


@pytest.mark.slow
def test_a_whole_archive_is_walked_back_though_it_is_killed(tmp_path: Path) -> None:
    """2,700 releases: killed twice it reads no finished page again, and the end stays known."""
    with Site() as site:
        years(site, 2700)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        read: Counter[int] = Counter()
        for stop in (90, 150):
            with stage.start("backfill", "--all", "-q") as process:
                while len(site.requests) < stop and process.poll() is None:
                    time.sleep(0.002)
                process.send_signal(signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL
            read.update(asked(site))
        result = backfill(stage, "--all")
        read.update(asked(site))
        assert result["complete"] is True
        assert stored(stage) == shown(site)
        assert stage.rows("SELECT count(*) FROM releases") == [(2700,)]
        # Beyond the pages that a check reads, each was read once, and once more where it went on.
        assert max(read) == 272
        assert sum(read[page] - 1 for page in range(6, 271)) <= 2 * 2

        again = backfill(stage, "--all")
        assert asked(site) == [1, 270, 271]
        assert (again["complete"], again["added"], again["error"]) == (True, 0, None)
    assert stage.rows("SELECT count(*) FROM matches WHERE origin = 'news'") == [(0,)]
    assert stage.rows("SELECT count(*) FROM matches WHERE watch = 'steel'") == [(270,)]


@pytest.mark.slow
def test_kill_9_at_any_write_leaves_no_half_of_a_page(tmp_path: Path) -> None:
    """The next walk makes it whole; nothing is stored twice, nobody is told."""
    with Site() as site:
        years(site, 36)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1), WATCHES)
        stage.once()
        shutil.copy(stage.db, tmp_path / "baseline.db")

        with Crashing(tmp_path) as crashing:

            def killed_at(point: int) -> Ended:
                for leftover in tmp_path.glob("monitor.db*"):
                    leftover.unlink()
                shutil.copy(tmp_path / "baseline.db", stage.db)
                return crashing.run("backfill", "--all", "-q", point=point)

            points = killed_at(0).points
            assert points > 100
            for point in range(1, points + 1, points // 15):
                assert killed_at(point).code == -9, point
                count = len(stored(stage))
                assert count % 10 == 0 or count == 36, point
                again = crashing.run("backfill", "--all", "--json")
                (walk,) = json.loads(again.out)["sources"]
                assert walk["complete"] is True
                assert stored(stage) == shown(site), point
                assert stage.rows("SELECT count(*) FROM releases") == [(36,)]
                assert stage.rows("SELECT count(*) FROM deliveries") == [(0,)]
                assert stage.rows("PRAGMA integrity_check") == [("ok",)]


def test_nobody_is_told_of_the_archive_and_everybody_of_what_comes_after(tmp_path: Path) -> None:
    """With no baseline before; also of what is published while the walk is under way."""
    with Site() as site, receiving(Receiver()) as receiver:
        years(site, 75)

        def publish(exchange: Exchange) -> Response:
            site.publish("Steel, Published Meanwhile", FIRST + timedelta(days=90))
            return site.answer(exchange.request)

        site.misbehave(publish, path="/eng/15/topics/4?pageIndex=7", times=1)
        stage = Stage(
            tmp_path, source("trade", site.url(), sweep_pages=2), WATCHES, bot(receiver.url)
        )
        result = backfill(stage, "--all")
        assert (result["complete"], result["added"]) == (True, 55)
        assert stored(stage) == shown(site)[1:]
        assert stage.rows("SELECT count(*) FROM deliveries") == [(0,)]
        site.publish("Steel, Published Later", FIRST + timedelta(days=91))
        assert stage.once()["delivered"] == 1
        assert stored(stage) == shown(site)
        assert stage.once()["delivered"] == 0
    ((_, _, body),) = receiver.got
    told = [item["release"]["title"] for item in json.loads(body)["data"]["items"]]
    assert told == ["Steel, Published Later", "Steel, Published Meanwhile"]


@pytest.mark.parametrize("count", [3, 10, 24])
def test_what_stands_above_known_ground_is_left_for_the_next_check(
    tmp_path: Path, count: int
) -> None:
    """Though it fills the first pages that the walk reads."""
    with Site() as site, receiving(Receiver()) as receiver:
        years(site, 40)

        def publish(exchange: Exchange) -> Response:
            for number in range(count):
                site.publish(f"Steel, Meanwhile {number}", FIRST + timedelta(days=90))
            return site.answer(exchange.request)

        # The check reads one page; the walk begins with the next request.
        site.misbehave(lambda exchange: exchange.response, times=1)
        site.misbehave(publish, times=1)
        stage = Stage(
            tmp_path, source("trade", site.url(), sweep_pages=1), WATCHES, bot(receiver.url)
        )
        result = backfill(stage, "--all")
        assert (result["left"], result["added"]) == (count, 30)
        assert receiver.got == []
        assert stage.once()["sources"][0]["new"] == count
        assert stored(stage) == shown(site)
    ((_, _, body),) = receiver.got
    assert len(json.loads(body)["data"]["items"]) == count


@pytest.mark.parametrize("number", [40, 31])
def test_an_edit_where_checks_look_is_left_for_the_next_check(tmp_path: Path, number: int) -> None:
    """On top of the page, and at its end, where the next page follows."""
    with Site() as site:
        years(site, 40)

        def edit(exchange: Exchange) -> Response:
            site.edit(number, body="Round and round.")
            return site.answer(exchange.request)

        site.misbehave(lambda exchange: exchange.response, times=1)
        site.misbehave(edit, times=1)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1), WATCHES)
        assert backfill(stage, "--all")["left"] == 1
        assert stage.rows("SELECT count(*) FROM revisions") == [(0,)]
        assert stored(stage) == shown(site)
        assert stage.once()["sources"][0]["revised"] == 1


def test_what_is_restored_where_checks_look_is_left_for_the_next_check(tmp_path: Path) -> None:
    """It was told as withdrawn, so its return is to be told too."""
    with Site() as site:
        years(site, 40)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=2), WATCHES)
        stage.once()
        post = site.withdraw(25)
        stage.once("--sweep")
        stage.once("--sweep")
        assert stage.rows("SELECT title FROM releases WHERE withdrawn_at IS NOT NULL") == [
            ("Talks 24",)
        ]
        site.put(post, ["fta"], at=15)
        assert backfill(stage, "--all")["left"] == 1
        assert stage.once("--sweep")["sources"][0]["restored"] == 1


def test_an_edit_further_down_is_recorded_in_silence(tmp_path: Path) -> None:
    """No check looks there."""
    with Site() as site:
        years(site, 40)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1), WATCHES)
        backfill(stage, "--all")
        site.edit(1, body="Of steel after all.")
        result = backfill(stage, "--all")
        assert (result["left"], result["added"]) == (0, 0)
    assert stage.rows("SELECT field, after FROM revisions") == [("body", "Of steel after all.")]


def test_first_run_alert_is_not_for_the_archive(tmp_path: Path) -> None:
    """A backfill alerts nobody, whoever would be told of a first check."""
    with Site() as site, receiving(Receiver()) as receiver:
        years(site, 30)
        first = source("trade", site.url(), first_run="alert")
        stage = Stage(tmp_path, first, WATCHES, bot(receiver.url))
        backfill(stage, "--all")
        assert stage.once()["delivered"] == 0
    assert receiver.got == []


def test_a_gap_is_closed_before_the_walk(tmp_path: Path) -> None:
    """What a check could not reach yet is news, not archive."""
    with Site() as site, receiving(Receiver()) as receiver:
        years(site, 40)
        limits = source("trade", site.url(), max_pages=2, sweep_pages=2)
        stage = Stage(tmp_path, limits, WATCHES, bot(receiver.url))
        stage.once()
        for number in range(55):
            site.publish(f"Steel, Part {number}", FIRST + timedelta(days=90), body="Quotas.")
        result = backfill(stage, "--all")
        assert (result["added"], result["complete"]) == (20, True)
        assert stored(stage) == shown(site)
        assert receiver.got == []
        stage.once()
    told = [item for _, _, body in receiver.got for item in json.loads(body)["data"]["items"]]
    assert len(told) == 55


def test_it_goes_as_far_back_as_it_is_told(tmp_path: Path) -> None:
    """To a page, to a date; and further another time, from where it was."""
    with Site() as site:
        years(site, 120)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        assert backfill(stage, "--pages", "3")["added"] == 20
        assert asked(site) == [1, 1, 2, 3]
        assert backfill(stage, "--pages", "3")["added"] == 0
        assert asked(site) == [1, 3]
        # Two releases a day, five days a page: the first whole page before it is page 7.
        result = backfill(stage, "--since", "2012-02-01")
        assert (result["oldest"], result["complete"]) == ("2012-01-27", False)
        assert asked(site) == [1, 3, 4, 5, 6, 7]
        assert backfill(stage, "--since", "2012-02-01")["added"] == 0
        assert asked(site) == [1, 7]
        assert backfill(stage, "--pages", "2")["added"] == 0
        assert asked(site) == [1, 7]
        assert backfill(stage, "--all")["complete"] is True
        assert asked(site) == [1, 7, 8, 9, 10, 11, 12, 13, 14]
        assert stored(stage) == shown(site)


def test_pages_that_moved_meanwhile_leave_no_hole(tmp_path: Path) -> None:
    """Pushed down by new releases, pulled up by withdrawn ones."""
    with Site() as site:
        years(site, 120)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        backfill(stage, "--pages", "5")
        for number in range(37):
            site.publish(f"New {number}", FIRST + timedelta(days=100))
        stage.once()
        asked(site)
        backfill(stage, "--pages", "10")
        assert asked(site) == [1, 9, 10]
        for number in range(90, 120):
            site.withdraw(number)
        result = backfill(stage, "--all")
        assert result["complete"] is True
        assert set(shown(site)) <= set(stored(stage))


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (faults.status(500), "failed", "500"),
        (faults.maintenance, "suspect", "maintenance"),
        (faults.without("date"), "suspect", "date"),
        (faults.empty_list, "suspect", "no entries, though page 5 does"),
    ],
)
def test_a_page_that_cannot_be_right_ends_the_walk_and_the_next_goes_on(
    tmp_path: Path, fault: faults.Fault, status: str, words: str
) -> None:
    """Nothing of it is taken in, and the reason is told; the other sources are walked."""
    with Site() as site, Site() as other:
        years(site, 70)
        years(other, 30)
        parts = source("trade", site.url(), sweep_pages=1), source("other", other.url())
        stage = Stage(tmp_path, *parts, WATCHES)
        site.misbehave(fault, path="/eng/15/topics/4?pageIndex=4", times=1)
        done = stage.run("backfill", "--all", "--json")
        assert done.code == 1
        bad, good = done.json["sources"]
        assert (bad["status"], bad["added"]) == (status, 20)
        assert words in bad["error"]
        assert "page 4" in bad["error"]
        assert "the same command goes on from there" in done.err
        assert (good["status"], good["complete"]) == ("ok", True)
        asked(site)
        assert backfill(stage, "--all", "--source", "trade")["complete"] is True
        assert asked(site) == [1, 3, 4, 5, 6, 7, 8, 9]
        assert stored(stage) == shown(site)


def test_a_source_that_cannot_be_checked_is_not_walked(tmp_path: Path) -> None:
    """There is no known ground to begin from."""
    with Site() as site:
        years(site, 30)
        stage = Stage(tmp_path, source("trade", site.url()))
        site.misbehave(faults.maintenance)
        result = backfill(stage, "--all")
    assert (result["status"], result["pages"]) == ("suspect", 0)
    assert stage.rows("SELECT count(*) FROM releases") == [(0,)]


def test_a_site_that_shows_one_page_for_all_is_not_walked_for_ever(tmp_path: Path) -> None:
    """It is told after a few."""
    with Site() as site:
        years(site, 30)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        site.misbehave(faults.repeated)
        result = backfill(stage, "--all")
    assert result["status"] == "suspect"
    assert "nothing but what pages before them showed" in str(result["error"])
    assert len(site.requests) < 8


def test_ten_at_once_while_it_walks_are_no_repetition(tmp_path: Path) -> None:
    """As many as a page holds push the page just read down to the next number."""
    with Site() as site:
        years(site, 50)

        def publish(exchange: Exchange) -> Response:
            for number in range(10):
                site.publish(f"New {number}", FIRST + timedelta(days=90))
            return site.answer(exchange.request)

        site.misbehave(publish, path="/eng/15/topics/4?pageIndex=4", times=1)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        assert backfill(stage, "--all")["complete"] is True
        stage.once()
        assert stored(stage) == shown(site)


def test_what_was_imported_is_an_island_not_the_end(tmp_path: Path) -> None:
    """A file taken in as this listing does not make what lies above it known, nor news."""
    with Site() as site, receiving(Receiver()) as receiver:
        years(site, 60)
        stage = Stage(
            tmp_path, source("trade", site.url(), sweep_pages=1), WATCHES, bot(receiver.url)
        )
        day = site.posts[15].date
        stage.run("import", "-", "--source", "trade", stdin=f"-\nTalks 14\nRound 14. date{day}")
        assert backfill(stage, "--all")["added"] == 49
        assert stored(stage) == shown(site)
        stage.once()
    assert receiver.got == []


def test_what_a_person_reads(tmp_path: Path) -> None:
    """A line a source; with -q nothing; what to choose from, if nothing was chosen."""
    with Site() as site:
        years(site, 34)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        done = stage.run("backfill", "--all")
        assert done.out == (
            "trade: read 6 pages down to 2012-01-02, 24 added, 10 already known,"
            " the archive is complete\n"
        )
        quiet = stage.run("backfill", "--all", "-q")
        assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
        unsaid = stage.run("backfill")
        assert unsaid.code == 2
        assert "one of --pages, --since and --all is needed" in unsaid.err
        wrong = stage.run("backfill", "--all", "--source", "nope")
        assert (wrong.code, "trade" in wrong.err) == (2, True)


def test_on_a_terminal_there_is_a_bar(tmp_path: Path) -> None:
    """With the share of the way, which is gone in the end."""
    with Site() as site:
        years(site, 44)
        stage = Stage(tmp_path, source("trade", site.url(), sweep_pages=1))
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "monitor", "backfill", "--pages", "4"],
            cwd=stage.folder,
            env=environment(COLUMNS="100"),
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            process.wait(timeout=60)
            assert select.select([ours], [], [], 5)[0]
            told = os.read(ours, 65536).decode()
            os.close(ours)
    assert "█" in told
    assert "50%  page 2" in told
    assert told.endswith("\r\x1b[K")
