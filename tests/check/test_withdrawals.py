"""What is gone, and what proves it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.check.alerts import AlertRouter
from monitor.check.importer import import_entries
from monitor.errors import FetchError
from monitor.models.check import Entry
from monitor.models.config import Watch
from tests.check.fake_ministry import Trap, deaf
from tests.check.scene import DAY, STEEL, Scene
from tests.support.site_pages import BOARDS, LOGIN, MAINTENANCE, board_list, framed


def told_of(scene: Scene, count: int = 24, *, at: int = 0) -> int:
    """Let a release about steel be told among so many; return its number on the site."""
    scene.begin(count)
    number = scene.site.publish("Steel", DAY, at=at).article_id
    scene.check(sweep=True)
    scene.settle()
    return number


def withdrawn(scene: Scene) -> list[str]:
    """Return the titles of what counts as withdrawn."""
    rows = scene.rows("SELECT title FROM releases WHERE withdrawn_at IS NOT NULL ORDER BY id")
    return [title for (title,) in rows]


@pytest.mark.parametrize("at", [0, 5, 9, 10, 23, 24])
def test_what_two_sweeps_miss_and_whose_article_is_gone_is_withdrawn(scene: Scene, at: int) -> None:
    """Wherever it stood; who was told of it is told so, once; the archive keeps it."""
    number = told_of(scene, at=at)
    scene.site.withdraw(number)
    first, second, third = (scene.check(sweep=True).result for _ in range(3))
    assert [one.withdrawn for one in (first, second, third)] == [0, 1, 0]
    assert (
        scene.told()
        == [("bot", "new", "Steel", ["steel"])][: at < 24]
        + [("bot", "withdrawn", "Steel", ["steel"])][: at < 24]
    )
    assert withdrawn(scene) == ["Steel"]
    assert scene.rows("SELECT withdrawn FROM checks ORDER BY id DESC LIMIT 2") == [(0,), (1,)]


@pytest.mark.parametrize(
    "missing",
    [
        framed("Error", "<p>The page was not found.</p>"),
        "<html><script>alert('존재하지 않는 게시물입니다.'); history.back();</script></html>",
    ],
)
def test_the_sites_own_words_prove_it_too(scene: Scene, missing: str) -> None:
    """A page that says, with status 200, that there is no such article."""
    number = told_of(scene)
    scene.site.withdraw(number)
    scene.line.set(articles=lambda _: missing.encode())
    scene.check(sweep=True)
    scene.check(sweep=True)
    assert withdrawn(scene) == ["Steel"]


def _gone(_: str) -> bytes:
    raise FetchError("404", is_transient=False, is_gone=True)


def _refused(_: str) -> bytes:
    raise FetchError("403", is_transient=False)


@pytest.mark.parametrize(
    "page", [deaf, _refused, lambda _: MAINTENANCE.encode(), lambda _: LOGIN.encode()]
)
def test_an_article_page_in_trouble_proves_nothing(scene: Scene, page: Trap) -> None:
    """It counts only what the site says."""
    number = told_of(scene)
    scene.site.withdraw(number)
    scene.line.set(articles=page)
    for _ in range(4):
        scene.check(sweep=True)
    assert withdrawn(scene) == []
    scene.line.set()
    scene.check(sweep=True)
    assert withdrawn(scene) == ["Steel"]


def test_a_release_taken_off_its_board_is_not_withdrawn_while_its_article_stands(
    scene: Scene,
) -> None:
    """It may have moved to another board."""
    number = told_of(scene)
    scene.site.reorder("fta", [i for i in scene.site.boards["fta"] if i != number])
    for _ in range(4):
        scene.check(sweep=True)
    assert withdrawn(scene) == []


def test_what_another_listing_still_shows_is_not_withdrawn(scene: Scene) -> None:
    """Whatever its article page says."""
    number = told_of(scene)
    other = replace(scene.source, name="all", url=scene.site.url("all-releases"))
    scene.check(other)
    scene.site.reorder("fta", [i for i in scene.site.boards["fta"] if i != number])
    scene.line.set(articles=_gone)
    for _ in range(4):
        scene.check(sweep=True)
        scene.check(other, sweep=True)
    assert withdrawn(scene) == []


def _short(scene: Scene) -> bytes:
    """Return page 2 with three entries left out at its end, as if that were all."""
    ids = scene.site.boards["fta"][10:17]
    posts = [scene.site.posts[i] for i in ids]
    return framed("FTA", board_list(BOARDS["fta"], posts)).encode()


@pytest.mark.parametrize(
    "trap",
    [
        lambda _, __: deaf(""),
        lambda _, __: MAINTENANCE.encode(),
        lambda scene, _: framed("x", "y" * 500).encode()[: -len(scene.now)],
        lambda scene, _: _short(scene),
    ],
)
def test_nothing_is_gone_for_a_failed_suspect_or_short_page(
    scene: Scene, trap: Callable[[Scene, str], bytes]
) -> None:
    """Though every article page were to say that it is not there."""
    told_of(scene)
    for _ in range(4):
        scene.line.set({1: lambda target: trap(scene, target)}, articles=_gone)
        scene.check(sweep=True)
    assert withdrawn(scene) == []
    assert scene.rows("SELECT count(*) FROM listings WHERE absences > 0") == [(0,)]


def test_what_stands_below_the_stretch_that_was_read_is_not_missed(scene: Scene) -> None:
    """Nothing was read there."""
    scene.source = replace(scene.source, sweep_pages=2)
    scene.begin(38)
    scene.site.withdraw(3)
    for _ in range(3):
        scene.check(sweep=True)
    assert scene.rows("SELECT count(*) FROM listings WHERE absences > 0") == [(0,)]


def test_what_lies_between_the_newest_pages_and_a_gap_is_not_missed(scene: Scene) -> None:
    """A sweep reads the top and the stretch that is to be closed; between them it reads nothing."""
    scene.source = replace(scene.source, max_pages=6, sweep_pages=2)
    scene.begin(5)
    for number in range(90):
        scene.site.publish(f"New {number}", DAY, body="Talks.")
    scene.check()
    scene.line.set(articles=_gone)
    scene.check(sweep=True)
    assert scene.pages()[:4] == [1, 2, 5, 6]
    assert scene.rows("SELECT count(*) FROM listings WHERE absences > 0") == [(0,)]


def test_a_site_that_moved_does_not_prove_that_its_releases_are_gone(scene: Scene) -> None:
    """The old host answers 404 to everything; what the new one does not show may still come."""
    number = told_of(scene)
    scene.site.reorder("fta", [i for i in scene.site.boards["fta"] if i != number])
    moved = scene.source.url.replace("127.0.0.1", "localhost")
    assert moved != scene.source.url
    scene.source = replace(scene.source, url=moved)
    scene.line.set(articles=_gone)
    for _ in range(4):
        scene.check(sweep=True)
    assert withdrawn(scene) == []


def test_who_did_not_ask_for_withdrawals_is_not_told(scene: Scene) -> None:
    """But who was told of a release hears when it is back, as nobody knows what he knows."""
    scene.watches = (replace(STEEL, on=("new",)), Watch(name="all", any=("steel",)))
    post = scene.site.posts[told_of(scene)]
    scene.site.withdraw(post.article_id)
    scene.check(sweep=True)
    scene.check(sweep=True)
    assert scene.told()[-1] == ("bot", "withdrawn", "Steel", ["all"])


@pytest.mark.parametrize("at", [0, 24])
def test_who_asks_for_withdrawals_alone_hears_of_them(scene: Scene, at: int) -> None:
    """Of news and of what was there before anybody watched; nobody was told of either."""
    scene.watches = (replace(STEEL, on=("withdrawn",)), Watch(name="tin", any=("tin",)))
    post = scene.site.posts[told_of(scene, at=at)]
    assert scene.told() == []
    scene.site.withdraw(post.article_id)
    reports = [scene.check(sweep=True) for _ in range(3)]
    assert scene.told() == [("bot", "withdrawn", "Steel", ["steel"])]
    assert [len(report.matched_events) for report in reports] == [0, 1, 0]
    scene.site.put(post, ["fta"], 0)
    scene.check(sweep=True)
    assert scene.told()[1:] == [("bot", "restored", "Steel", ["steel"])]


@pytest.mark.parametrize(("title", "told"), [("Steel", []), ("Steel and tin", ["restored"])])
def test_who_asks_for_revisions_alone_hears_of_one_that_was_away(
    scene: Scene, title: str, told: list[str]
) -> None:
    """An edit is one also where it is found as the release comes back."""
    scene.watches = (replace(STEEL, on=("revised",)),)
    post = scene.site.posts[told_of(scene)]
    scene.site.withdraw(post.article_id)
    for _ in range(3):
        scene.check(sweep=True)
    scene.site.put(replace(post, title=title), ["fta"], 0)
    assert scene.check(sweep=True).result.restored == 1
    assert [event for _, event, _, _ in scene.told()] == told


@pytest.mark.parametrize("number", [25, 900])
def test_what_appears_again_is_restored(scene: Scene, number: int) -> None:
    """Under its number or another one; told so once, with its edits; it is the same release."""
    post = scene.site.posts[told_of(scene)]
    scene.site.withdraw(post.article_id)
    scene.check(sweep=True)
    scene.check(sweep=True)
    scene.site.put(replace(post, article_id=number, body="At last."), ["fta"], 0)
    result = scene.check().result
    assert (result.new, result.revised, result.restored) == (0, 0, 1)
    scene.check(sweep=True)
    scene.settle()
    assert [event for _, event, _, _ in scene.told()] == ["new", "withdrawn", "restored"]
    assert withdrawn(scene) == []
    assert scene.rows("SELECT count(*) FROM releases") == [(25,)]
    assert scene.rows("SELECT field FROM revisions") == [("body",)]
    assert "At last." in scene.rows("SELECT changes FROM items WHERE event = 'restored'")[0][0]


def test_a_file_brings_nothing_back(scene: Scene) -> None:
    """It tells what was published, not what stands."""
    post = scene.site.posts[told_of(scene)]
    scene.site.withdraw(post.article_id)
    scene.check(sweep=True)
    scene.check(sweep=True)
    entry = Entry(title="Steel", date=DAY, category=post.category, body="", url=None)
    import_entries(
        {"trade": [entry]}, AlertRouter((STEEL,), ()), db=scene.db, clock=scene.world.world
    )
    assert withdrawn(scene) == ["Steel"]


def test_what_was_missed_once_and_is_back_was_never_gone(scene: Scene) -> None:
    """Two sweeps in a row must miss it."""
    number = told_of(scene)
    ids = list(scene.site.boards["fta"])
    without = [i for i in ids if i != number]
    scene.line.set(articles=_gone)
    for board in (without, ids, without, ids):
        scene.site.reorder("fta", board)
        scene.check(sweep=True)
    assert withdrawn(scene) == []
    assert len(scene.told()) == 1
