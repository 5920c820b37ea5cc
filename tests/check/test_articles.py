"""Article pages: the whole text and the files, when they can be had, and never an alert more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import FetchError
from monitor.models.config import Watch
from tests.check.fake_ministry import deaf
from tests.check.scene import DAY, STEEL, Scene
from tests.support.site_pages import LOGIN, File, Post, article, framed

LONG = "And so it went on. " * 40


def articles(scene: Scene) -> list[str]:
    """Return which articles were asked for since the line was last set, by number."""
    return [target.split("/")[4] for target in scene.line.asked if "/view" in target]


def test_a_new_release_is_whole_at_once(scene: Scene) -> None:
    """Full text, searchable; files with name, kind and address; one alert."""
    scene.begin()
    scene.site.publish("Of quotas", DAY, body=LONG + "Steel.", files=(File("Note (1).PDF"),))
    (found,) = scene.check().matched_events
    assert found.event.release.body == LONG + "Steel."
    assert scene.told() == [("bot", "new", "Of quotas", ["steel"])]
    assert scene.rows("SELECT title FROM releases_fts('steel')") == [("Of quotas",)]
    ((name, kind, url),) = scene.rows("SELECT name, kind, url FROM attachments")
    assert (name, kind) == ("Note (1).PDF", "pdf")
    assert url.startswith(scene.site.origin + "/attach/down/")
    assert scene.rows("SELECT count(*) FROM waiting") == [(0,)]


@pytest.mark.parametrize(
    ("title", "tail", "first", "then"),
    [
        ("Steel talks", "Of steel.", ["steel"], []),  # no second alert for the same match
        ("Talks", "Of steel.", [], ["steel"]),  # found only where the listing cut it off
        ("Talks", "Of fish.", [], []),
    ],
)
def test_what_could_not_be_read_is_completed_by_the_next_check(
    scene: Scene, title: str, tail: str, first: list[str], then: list[str]
) -> None:
    """Stored and alerted all the same; the text's end may bring another watch in, once."""
    scene.begin()
    scene.site.publish(title, DAY, body=LONG + tail)
    scene.line.set(articles=deaf)
    assert scene.check().result.new == 1
    assert scene.told() == [("bot", "new", title, first)] * bool(first)
    ((body,),) = scene.rows("SELECT body FROM releases WHERE title = ?", title)
    assert body == LONG[:500].rstrip()
    scene.line.set()
    after = scene.check().result
    assert (after.new, after.revised) == (0, 0)
    assert scene.rows("SELECT body FROM releases WHERE title = ?", title) == [(LONG + tail,)]
    assert scene.told() == [("bot", "new", title, first or then)] * bool(first or then)
    assert scene.rows("SELECT * FROM revisions") == []
    scene.check(sweep=True)
    assert len(scene.told()) == bool(first or then)


def test_a_baselines_articles_are_read_a_few_at_a_time_and_alert_nobody(scene: Scene) -> None:
    """Though the listing is unchanged; a match in them is kept, for the archive."""
    for number in range(7):
        scene.site.publish(f"Round {number}", DAY, body=LONG + "Steel.")
    scene.check()
    assert articles(scene) == []
    for expected in (3, 3, 1, 0):
        scene.line.set()
        assert scene.check().result.status == "ok"
        assert len(articles(scene)) == expected
    assert scene.told() == []
    assert scene.rows("SELECT DISTINCT origin, count(*) FROM matches") == [("baseline", 7)]


def test_a_deaf_site_is_asked_for_one_article_only(scene: Scene) -> None:
    """The alert does not wait for forty of them to fail."""
    scene.begin()
    for number in range(20):
        scene.site.publish(f"Steel {number}", DAY)
    scene.line.set(articles=deaf)
    assert scene.check().result.new == 20
    assert len(articles(scene)) == 1
    assert len(scene.told()) == 20


def test_one_page_that_is_broken_keeps_no_other_waiting(scene: Scene) -> None:
    """And is asked for again, ever more rarely."""
    scene.begin()
    scene.site.publish("Steel 1", DAY, body="One.")
    scene.site.publish("Steel 2", DAY, body="Two.")
    scene.line.set({2: lambda _: LOGIN.encode()})
    scene.check()
    assert scene.rows("SELECT count(*) FROM releases WHERE article_read_at IS NULL") == [(1,)]
    asked = []
    for hours in (0, 1, 1, 1, 1):
        scene.world.pass_time(timedelta(hours=hours))
        scene.line.set(articles=lambda _: LOGIN.encode())
        scene.check()
        asked.append(len(articles(scene)))
    assert asked == [0, 1, 0, 1, 0]
    scene.world.pass_time(timedelta(days=7))
    scene.line.set()
    scene.check()
    scene.settle()
    assert scene.rows("SELECT count(*) FROM releases WHERE article_read_at IS NULL") == [(0,)]


def _not_found(_: str) -> bytes:
    raise FetchError("404", is_transient=False, is_gone=True)


def test_an_article_that_is_gone_while_its_entry_stands_changes_nothing(scene: Scene) -> None:
    """The release is told and kept as the listing has it."""
    scene.begin()
    scene.site.publish("Steel", DAY, body="One.")
    scene.line.set(articles=_not_found)
    for _ in range(3):
        scene.check(sweep=True)
    assert scene.rows("SELECT body, withdrawn_at FROM releases WHERE title = 'Steel'") == [
        ("One.", None)
    ]
    assert scene.told() == [("bot", "new", "Steel", ["steel"])]


def _other(**changes: object) -> bytes:
    post = Post(article_id=13, title="Steel", date=DAY, category="Trade", body="All of it.")
    return framed("Press Releases", article(replace(post, **changes))).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("page", "taken"),
    [
        (_other(), True),
        (_other(body=""), True),  # a text that is a picture
        (_other(title="STEEL", body="All of it."), True),
        (_other(title="Renamed meanwhile", body="One. And more."), False),  # too short to be sure
        (_other(article_id=77), False),  # another number
        (_other(title="Fish", body="Of fish."), False),  # another article under this number
        (_other(date=DAY - timedelta(days=1)), False),
        (framed("x", "<p>No such page</p>").encode(), False),
    ],
)
def test_an_article_page_that_is_another_article_is_not_taken(
    scene: Scene, page: bytes, *, taken: bool
) -> None:
    """Nor one that says nothing; the listing's text stays."""
    scene.begin()
    scene.site.publish("Steel", DAY, body="One.")
    scene.line.set(articles=lambda _: page)
    scene.check()
    ((body, read_at),) = scene.rows(
        "SELECT body, article_read_at FROM releases WHERE title = 'Steel'"
    )
    assert (read_at is not None) is taken
    assert body == ("All of it." if taken and b"All of it." in page else "One.")
    assert scene.told() == [("bot", "new", "Steel", ["steel"])]


def test_a_text_that_goes_on_from_what_is_listed_is_its_article(scene: Scene) -> None:
    """Though the title was edited between the two requests."""
    scene.begin()
    post = scene.site.publish("Steel", DAY, body=LONG + "The end.")
    page = framed("x", article(replace(post, title="Steel, corrected"))).encode()
    scene.line.set(articles=lambda _: page)
    scene.check()
    assert scene.rows("SELECT title, body FROM releases WHERE title LIKE 'Steel%'") == [
        ("Steel", LONG + "The end.")
    ]


def test_files_that_come_and_go_are_revisions(scene: Scene) -> None:
    """Found after a sweep, told by name; those that went are kept with their time."""
    scene.begin()
    post = scene.site.publish("Steel", DAY, files=(File("a.pdf"), File("b.hwp")))
    scene.check()
    scene.site.edit(post.article_id, files=(File("b.hwp"), File("c.zip")))
    scene.check(sweep=True)
    scene.settle()
    assert scene.rows("SELECT field, before, after FROM revisions") == [
        ("attachments", "a.pdf\nb.hwp", "b.hwp\nc.zip")
    ]
    assert scene.told()[1:] == [("bot", "revised", "Steel", ["steel"])]
    gone = "SELECT name, gone_at IS NOT NULL FROM attachments ORDER BY name"
    assert scene.rows(gone) == [("a.pdf", 1), ("b.hwp", 0), ("c.zip", 0)]
    scene.site.edit(post.article_id, files=(File("b.hwp", b"2"), File("c.zip")))
    scene.check(sweep=True)
    scene.settle()
    assert len(scene.told()) == 2  # under another address: nothing is known of how long those last


def test_articles_take_so_much_of_a_checks_time_and_no_more(scene: Scene) -> None:
    """What is left is read by later checks; the alert does not wait for it."""
    scene.begin()
    for number in range(20):
        scene.site.publish(f"Steel {number}", DAY)
    scene.line.set(articles=lambda _: scene.world.pass_time(timedelta(seconds=50)))
    assert scene.check().result.new == 20
    assert len(articles(scene)) == 3
    assert len(scene.told()) == 20


def test_a_topic_board_labels_what_the_board_of_all_releases_does_not(scene: Scene) -> None:
    """Who waits for a category is told when it is known; that is no revision."""
    scene.channels = ("bot", "desk")
    steel = replace(STEEL, to=("bot",))
    scene.watches = (steel, Watch(name="energy", query="category:energy", to=("bot", "desk")))
    scene.begin()
    trade, scene.source = (
        scene.source,
        replace(scene.source, name="all", url=scene.site.url("all-releases")),
    )
    scene.check()
    scene.site.publish("Steel", DAY, category="Energy")
    scene.check()
    assert scene.check(trade).result.revised == 0
    assert [(channel, event, names) for channel, event, _, names in scene.told()] == [
        ("bot", "new", ["steel"]),  # which has heard of it then, for whatever
        ("desk", "new", ["energy"]),
    ]
    assert scene.rows("SELECT category FROM releases WHERE title = 'Steel'") == [("Energy",)]
    assert scene.rows("SELECT title FROM releases_fts('category:energy')") == [("Steel",)]


def test_what_was_told_is_not_new_again_for_another_watch(scene: Scene) -> None:
    """In another listing, or once its whole text is known; a channel that has not heard of it is.

    What follows is told to all of them.
    """
    other = replace(scene.source, name="all", url=scene.site.url("all-releases"))
    scene.channels = ("bot", "desk")
    scene.watches = (
        replace(STEEL, sources=("trade",), to=("bot",)),
        Watch(name="everywhere", any=("steel",), sources=("all",)),
        Watch(name="tin", any=("tin",), to=("bot",)),
    )
    scene.begin()
    scene.check(other)
    scene.line.set(articles=deaf)
    number = scene.site.publish("Steel", DAY, body=LONG + "Of tin.").article_id
    assert len(scene.check().matched_events) == 1
    assert len(scene.check(other).matched_events) == 1
    scene.line.set()
    scene.world.pass_time(timedelta(days=1))
    scene.settle()
    assert scene.rows("SELECT watch FROM matches ORDER BY id") == [
        ("steel",), ("everywhere",), ("tin",)
    ]  # fmt: skip
    assert scene.told() == [
        ("bot", "new", "Steel", ["steel"]),
        ("desk", "new", "Steel", ["everywhere"]),
    ]
    scene.site.edit(number, title="Steel, or not")
    scene.check()
    assert [one[:2] for one in scene.told()[2:]] == [("bot", "revised"), ("desk", "revised")]


def test_a_release_in_two_listings_has_one_article_to_read(scene: Scene) -> None:
    """Whichever of them is checked."""
    scene.begin()
    other = replace(scene.source, name="all", url=scene.site.url("all-releases"))
    scene.line.set()
    scene.check(other)
    scene.check(other)
    assert articles(scene) == []
