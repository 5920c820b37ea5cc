"""A page that is not believed is taken on somebody's word, and is what is usual from there on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import FetchError
from tests.check.check_bench import House
from tests.check.scene import DAY, Scene, staged
from tests.http.fetchers import fetcher
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_pages import BOARDS, board_list, framed

ADVICE = "if it is right, run: monitor --once --accept --source trade"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Give a scene with thirty releases, one a day, and four checks that found some of them."""
    with staged(tmp_path) as given:
        for number in range(30):
            if number > 26:
                given.check()
            given.site.publish(
                f"Round {number}",
                DAY - timedelta(days=30 - number),
                body=f"In round {number} they spoke of tariffs. " * 9,
            )
        given.check()
        given.settle()
        yield given


def publish(scene: Scene, title: str, **more: object) -> None:
    """Publish a release about steel."""
    given = {"day": DAY, "body": "Of steel and of other things. " * 12, **more}
    scene.site.publish(title, **given)  # type: ignore[arg-type]


def bodiless(scene: Scene) -> None:
    """Let the site show no texts."""
    for number in scene.site.posts:
        scene.site.edit(number, body="")


def emptied(scene: Scene) -> None:
    """Let the listing stand empty."""
    scene.site.reorder("fta", [])


def relabelled(scene: Scene) -> None:
    """Let all categories have other names."""
    for number in scene.site.posts:
        scene.site.edit(number, category="Cooperation")


def shortened(scene: Scene) -> None:
    """Let the listing keep its newest three."""
    scene.site.reorder("fta", scene.site.boards["fta"][:3])


def dated_ahead(scene: Scene) -> None:
    """Announce something for next year."""
    publish(scene, "Talks to Come", day=DAY + timedelta(days=200), body="Talks. " * 40)


def garbled(scene: Scene) -> None:
    """Break the letters of all titles."""
    for number, post in list(scene.site.posts.items()):
        scene.site.edit(number, title=f"{post.title}: Koreaâ€™s talks")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (bodiless, "no-texts"),
        (emptied, "no-entries"),
        (relabelled, "other-categories"),
        (shortened, "far-fewer"),
        (dated_ahead, "far-future"),
        (garbled, "garbled"),
    ],
)
def test_what_was_accepted_is_usual_from_there_on(
    scene: Scene, change: Callable[[Scene], None], rule: str
) -> None:
    """Until then it is told each time, with the way out; then never again, and news is news."""
    change(scene)
    for _ in range(2):
        result = scene.check().result
        assert (result.status, result.rule) == ("suspect", rule)
        assert ADVICE in str(result.error)
    assert scene.told() == []
    accepted = scene.check(accept=True)
    overruled = [rule, "rewritten"] if change is garbled else [rule]
    assert (accepted.result.status, accepted.result.rule) == ("ok", ", ".join(overruled))
    assert [fault.rule for fault in accepted.overruled_faults] == overruled
    titles = [title for _, _, title, _ in scene.told()]
    assert scene.check().result.error is None
    assert scene.check(sweep=True).result.error is None
    body = "" if change is bodiless else "Of steel. " * 40
    scene.site.publish("Steel, at Last", DAY, "Cooperation", body, article_id=90)
    assert scene.check().result.error is None
    assert [title for _, _, title, _ in scene.told()] == [*titles, "Steel, at Last"]
    rules = scene.rows("SELECT status, rule FROM checks WHERE rule IS NOT NULL ORDER BY id")
    assert rules == [("suspect", rule)] * 2 + [("ok", ", ".join(overruled))]


def test_what_comes_back_after_an_empty_page_was_accepted_is_not_new(scene: Scene) -> None:
    """It is known, and nobody is told again."""
    ids = scene.site.boards["fta"]
    emptied(scene)
    scene.check(accept=True)
    scene.site.reorder("fta", ids)
    result = scene.check().result
    assert (result.error, result.new, scene.told()) == (None, 0, [])


def test_another_listing_is_accepted_as_a_baseline(scene: Scene) -> None:
    """Nothing of what it shows is news; what appears on it from then on is."""
    for number in range(25):
        scene.site.publish(
            f"Steel {number}",
            DAY - timedelta(days=80 - number),
            body="Of steel, and of plants. " * 9,
            boards=["energy"],
            article_id=500 + number,
            number="7",
        )
    scene.source = replace(scene.source, url=scene.site.url("energy"))
    assert scene.check().result.rule == "another-listing"
    report = scene.check(accept=True)
    assert (report.result.is_baseline, report.result.new, report.gap_page) == (True, 25, None)
    assert scene.told() == []
    assert {match.watch for found in report.matched_events for match in found.matches} == {"steel"}
    assert scene.rows("SELECT DISTINCT gap_page FROM sources") == [(None,)]
    scene.settle()
    scene.site.publish(
        "Steel, New", DAY, body="Of steel. " * 25, boards=["energy"], article_id=600, number="7"
    )
    assert scene.check().result.error is None
    assert [title for _, _, title, _ in scene.told()] == ["Steel, New"]


def test_no_replay_takes_another_listing_for_this_one(tmp_path: Path) -> None:
    """Its pages are kept and looked at, and told among those that are not believed."""
    with Site() as site, fetcher(fake=(fake := FakeWorld())) as line:
        for number in range(40):
            site.publish(
                f"Round {number}",
                DAY - timedelta(days=40 - number),
                body="They met. " * 9,
                boards=[("fta", "energy")[number % 2]],
            )
        house = House(tmp_path / "monitor.db", site, line.fetch_page, fake)
        house.check()
        (good,) = house.sources
        house.sources = [replace(good, url=site.url("energy"))]
        fake.pass_time(timedelta(hours=1))
        (report,) = house.check()
        assert report.result.rule == "another-listing"
        done = house.replay()
        assert (done.added, done.corrected) == ((), ())
        (unread,) = done.unreadable
        assert "another listing" in unread.reason


def only_page_1(site: Site) -> Callable[[str], bytes]:
    """Show the first page whatever page is asked for."""

    def trap(_: str) -> bytes:
        posts = [site.posts[one] for one in site.boards["fta"][:10]]
        return framed("FTA", board_list(BOARDS["fta"], posts, cut=500)).encode()

    return trap


def test_a_listing_of_one_page_is_accepted_for_good(scene: Scene) -> None:
    """News is found on it from then on, and nothing below it is taken for withdrawn."""
    page = only_page_1(scene.site)

    def check(*, sweep: bool = False, accept: bool = False) -> str | None:
        scene.line.set(dict.fromkeys(range(9), page))
        return scene.check(sweep=sweep, accept=accept).result.rule

    publish(scene, "Steel 1")
    assert check() == "repeated"
    assert scene.told() == []
    assert check(accept=True) == "repeated"
    for number in (2, 3):
        publish(scene, f"Steel {number}")
        assert check() is None
        assert check(sweep=True) is None
    titles = [title for _, _, title, _ in scene.told()]
    assert titles == ["Steel 1", "Steel 2", "Steel 3"]
    assert scene.rows("SELECT count(*) FROM releases WHERE withdrawn_at IS NOT NULL") == [(0,)]
    assert scene.rows("SELECT unpaged FROM sources") == [(1,)]
    scene.line.set()
    publish(scene, "Steel 4")
    assert scene.check().result.error is None
    assert scene.rows("SELECT unpaged FROM sources") == [(0,)]


def test_there_may_be_nothing_to_accept(scene: Scene) -> None:
    """A page that is believed is taken in as ever, and its history stays."""
    publish(scene, "Steel 1")
    report = scene.check(accept=True)
    assert (report.result.new, report.result.rule, report.overruled_faults) == (1, None, ())
    assert scene.rows("SELECT count(*) FROM shapes") == [(5,)]


def test_the_history_is_kept_short(scene: Scene) -> None:
    """Of twenty checks that found something changed, the latest."""
    for number in range(25):
        publish(scene, f"Steel {number}", day=DAY + timedelta(days=number % 3))
        scene.check()
    assert scene.rows("SELECT count(*) FROM shapes") == [(20,)]
    assert scene.rows("SELECT count(*) FROM checks WHERE status != 'ok'") == [(0,)]


def test_a_page_may_be_short_where_what_it_lacks_is_gone(scene: Scene) -> None:
    """Withdrawn in numbers: its article pages say so, and those of what is left are there."""
    for number in range(1, 27):
        scene.site.withdraw(number)
    result = scene.check().result
    assert (result.status, result.error) == ("ok", None)


def test_a_site_without_article_pages_proves_nothing(scene: Scene) -> None:
    """Neither does one that still has what the page lacks."""
    shortened(scene)
    assert scene.check().result.rule == "far-fewer"
    scene.line.set(articles=gone)
    assert scene.check().result.rule == "far-fewer"


def gone(_: str) -> bytes:
    """Answer that there is nothing."""
    raise FetchError("404", is_transient=False, is_gone=True)


def test_a_listing_may_go_on_to_be_short(scene: Scene) -> None:
    """Once it is known why, nothing speaks against what is as it was."""
    for number in range(1, 27):
        scene.site.withdraw(number)
    assert scene.check().result.status == "ok"
    for _ in range(6):
        scene.world.pass_time(timedelta(hours=25))
        assert scene.check().result.error is None
    assert scene.rows("SELECT count(*) FROM releases WHERE withdrawn_at IS NULL") == [(4,)]
