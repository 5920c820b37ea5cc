"""Edits: kept with their time, and told to those who were told of the release."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.models.config import Watch
from monitor.query.parser import parse
from monitor.store import releases
from monitor.store.releases import rename_watch
from tests.check.fake_ministry import deaf
from tests.check.scene import DAY, STEEL, Scene
from tests.support.site_pages import File

LONG = "And so it went on. " * 40


def told_of(scene: Scene, *watches: Watch, body: str = "Of steel.") -> int:
    """Let a release about steel be told to who watches; return its number on the site."""
    scene.watches = watches
    scene.begin()
    number = scene.site.publish("Talks held", DAY, body=body).article_id
    scene.check()
    scene.settle()
    return number


def changes(scene: Scene) -> list[tuple[str, str]]:
    """Return field and difference of what was told last."""
    ((text,),) = scene.rows(
        "SELECT json_group_array(json_array(c.value ->> 'field', c.value ->> 'diff'))"
        " FROM (SELECT changes FROM items JOIN deliveries ON id = delivery_id"
        "  ORDER BY created_at DESC, id DESC LIMIT 1), json_each(changes) AS c"
    )
    import json  # noqa: PLC0415 - beside its only use

    return [tuple(one) for one in json.loads(text)]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"title": "Talks failed"}, [("title", "Talks [-held-] {+failed+}")]),
        ({"body": "Of steel, at last."}, [("text", "Of [-steel.-] {+steel, at last.+}")]),
        ({"date": DAY - timedelta(days=1)}, [("date", "[-2025-12-01-] {+2025-11-30+}")]),
        ({"category": "Energy"}, [("category", "[-FTA/Economic Cooperation-] {+Energy+}")]),
        (
            {"title": "Talks failed", "body": "Of fish."},
            [("title", "Talks [-held-] {+failed+}"), ("text", "Of [-steel.-] {+fish.+}")],
        ),
    ],
)
def test_an_edit_is_kept_and_told_with_its_words(
    scene: Scene, edit: dict[str, object], told: list[tuple[str, str]]
) -> None:
    """Once, to who was told of the release; though nothing in it may match any more."""
    number = told_of(scene, STEEL)
    scene.site.edit(number, **edit)
    result = scene.check().result
    assert (result.new, result.revised) == (0, 1)
    title = scene.site.posts[number].title
    assert scene.told()[1:] == [("bot", "revised", title, ["steel"])]
    assert changes(scene) == told
    assert len(scene.rows("SELECT * FROM revisions WHERE seen_at <= ?", scene.now)) == len(told)
    scene.check(sweep=True)
    assert len(scene.told()) == 2


def test_an_edit_of_title_and_files_is_one_message(scene: Scene) -> None:
    """What the listing shows of it, and what only the article does."""
    number = told_of(scene, STEEL)
    scene.site.edit(number, title="Talks failed", files=(File("note.pdf"),))
    assert scene.check().result.revised == 1
    assert [field for field, _ in changes(scene)] == ["title", "attachments"]
    scene.check(sweep=True)
    scene.settle()
    assert len(scene.told()) == 2


def test_a_release_posted_twice_and_edited_twice_changes_once(scene: Scene) -> None:
    """Under both its numbers it is the one release."""
    number = told_of(scene, STEEL)
    scene.site.put(replace(scene.site.posts[number], article_id=900), ["fta"], 3)
    scene.check()
    for one in (number, 900):
        scene.site.edit(one, body="Of tin.")
    scene.check()
    assert scene.rows("SELECT field, before, after FROM revisions") == [
        ("body", "Of steel.", "Of tin.")
    ]
    assert len(scene.told()) == 2


@pytest.mark.parametrize(
    "watches",
    [
        (Watch(name="steel", any=("tin",)),),  # watches something else
        (Watch(name="other", any=("tin",)),),  # is not there any more
        (Watch(name="steel", any=("steel",), to=("desk",)),),  # leads elsewhere
        (),
    ],
)
def test_who_was_told_hears_of_the_edit_whatever_the_watch_says_now(
    scene: Scene, watches: tuple[Watch, ...]
) -> None:
    """A correction is for who read the mistake."""
    scene.channels = ("bot", "desk")
    number = told_of(scene, replace(STEEL, to=("bot",)))
    scene.watches = watches
    scene.site.edit(number, title="Talks failed")
    scene.check()
    assert scene.told()[1:] == [("bot", "revised", "Talks failed", ["steel"])]


def test_who_asked_for_what_is_new_alone_hears_of_no_edit(scene: Scene) -> None:
    """`on` is kept to."""
    number = told_of(scene, replace(STEEL, on=("new",)))
    scene.site.edit(number, title="Talks failed")
    assert scene.check().result.revised == 1
    assert len(scene.told()) == 1


@pytest.mark.parametrize("body", ["Of steel!", "Of  steel…", "“Of steel”"])
def test_an_edit_of_punctuation_is_kept_and_not_told(scene: Scene, body: str) -> None:
    """It is a revision all the same."""
    number = told_of(scene, STEEL)
    scene.site.edit(number, body=body)
    scene.check(sweep=True)
    scene.settle()
    rows = scene.rows("SELECT field, before FROM revisions")
    assert rows == [("body", "Of steel.")]
    assert len(scene.told()) == 1


def test_an_edit_back_is_an_edit(scene: Scene) -> None:
    """Both are told, each once; both names lead to the one release."""
    number = told_of(scene, STEEL)
    for title in ("Talks failed", "Talks held"):
        scene.site.edit(number, title=title)
        scene.check()
        assert changes(scene)[0][0] == "title"
    assert [event for _, event, _, _ in scene.told()] == ["new", "revised", "revised"]
    assert scene.rows("SELECT count(*) FROM releases") == [(13,)]


def test_an_edit_that_makes_a_release_match_alerts_as_such_once(scene: Scene) -> None:
    """With the words that did it; also of a release that nobody was told of."""
    scene.begin()
    number = min(scene.site.posts)
    scene.site.edit(number, body="Talks. On steel.")
    scene.check(sweep=True)
    assert scene.told() == [("bot", "revised", "Round 0", ["steel"])]
    assert changes(scene) == [("text", "Talks. {+On steel.+}")]
    ((snippet,),) = scene.rows("SELECT snippet FROM items")
    assert "On steel." in snippet
    assert scene.rows("SELECT event, origin FROM matches") == [("revised", "news")]
    scene.site.edit(number, body="Talks.")
    scene.check(sweep=True)
    scene.site.edit(number, body="Talks. On steel.")
    scene.check(sweep=True)
    events = [(event, names) for _, event, _, names in scene.told()]
    assert events == [("revised", ["steel"])] * 3  # twice as one who was told


def test_an_edit_of_the_baseline_that_matched_already_is_nobodys(scene: Scene) -> None:
    """Nobody was told of it, and nothing is found for the first time."""
    scene.site.publish("Steel", DAY, body="One.")
    scene.begin()
    scene.site.edit(1, body="Two.")
    assert scene.check(sweep=True).result.revised == 1
    assert scene.told() == []


def test_a_match_that_comes_back_is_not_the_first(scene: Scene) -> None:
    """The baseline held it, and nobody was told: an edit away and back changes nothing of that."""
    scene.site.publish("Talks on steel", DAY)
    scene.begin()
    for title in ("Talks on fish", "Talks on steel"):
        scene.site.edit(1, title=title)
        assert scene.check(sweep=True).result.revised == 1
    assert scene.told() == []


@pytest.mark.parametrize("title", ["Talks on steel", "Talks on fish"])
def test_a_watch_whose_query_was_changed_finds_anew(scene: Scene, title: str) -> None:
    """It is another watch by the same name, whatever the one before it has found."""
    scene.site.publish(title, DAY)
    scene.begin()
    scene.watches = (replace(STEEL, any=("tin", "zinc")),)
    scene.site.edit(1, title="Talks on tin")
    scene.check(sweep=True)
    assert scene.told() == [("bot", "revised", "Talks on tin", ["steel"])]
    assert scene.rows("SELECT query, event FROM matches WHERE query LIKE '%tin%'") == [
        ("tin OR zinc", "revised")
    ]


@pytest.mark.parametrize(
    "same",
    [
        Watch(name="steel", query=" ( steel ) "),
        Watch(name="steel", all=("steel",), on=("new", "revised"), to=("bot",)),
    ],
)
def test_a_query_that_is_written_in_another_way_is_no_other(scene: Scene, same: Watch) -> None:
    """Nor is one that is told elsewhere, or of other things."""
    scene.site.publish("Talks on steel", DAY)
    scene.begin()
    scene.watches = (same,)
    for title in ("Talks on fish", "Talks on steel"):
        scene.site.edit(1, title=title)
        scene.check(sweep=True)
    assert scene.told() == []


def test_what_was_found_before_queries_were_kept_is_not_found_again(scene: Scene) -> None:
    """By which one is not known: rather not twice."""
    scene.site.publish("Talks on steel", DAY)
    scene.begin()
    with scene.db.begin_write() as conn:
        conn.execute("UPDATE matches SET query = NULL")
    for title in ("Talks on fish", "Talks on steel"):
        scene.site.edit(1, title=title)
        scene.check(sweep=True)
    assert scene.told() == []


@pytest.mark.parametrize("is_news", [True, False])
def test_who_asks_for_revisions_alone_hears_of_each(scene: Scene, is_news: bool) -> None:
    """Nobody was told of the release when it was new; what it says no more is a revision too."""
    scene.watches = (replace(STEEL, on=("revised",)),)
    if is_news:
        scene.begin()
    number = scene.site.publish("Talks on steel", DAY).article_id
    scene.begin(0 if is_news else 12)
    assert scene.told() == []
    for title in ("Steel talks", "Steel  talks!", "Fish talks", "Fish talks fail"):
        scene.site.edit(number, title=title)
        assert scene.check(sweep=True).result.revised == 1
    told = [(event, title, names) for _, event, title, names in scene.told()]
    assert [event for event, _, _ in told] == ["revised"] * 3  # the last as one who was told
    assert {tuple(names) for _, _, names in told} == {("steel",)}
    assert scene.rows("SELECT count(*) FROM matches") == [(1,)]


@pytest.mark.parametrize(
    ("watch", "events"), [(replace(STEEL, on=("new",)), ["new"]), (STEEL, ["new", "revised"])]
)
def test_a_renamed_watch_follows_what_it_was_told_before(
    scene: Scene, watch: Watch, events: list[str]
) -> None:
    """By the name that it has now, and as far as it asks to."""
    number = told_of(scene, watch)
    scene.watches = (replace(watch, name="iron"),)
    with scene.db.begin_write() as conn:
        assert rename_watch(conn, "steel", "iron") == 1
    scene.site.edit(number, title="Steel talks failed")
    scene.check()
    assert [(event, names) for _, event, _, names in scene.told()] == [
        (event, ["iron"]) for event in events
    ]


def test_a_watch_added_later_is_not_told_of_an_edit(scene: Scene) -> None:
    """It matched before the edit too: adding a watch alerts of nothing that is stored."""
    number = told_of(scene, STEEL)
    scene.watches = (STEEL, Watch(name="talks", any=("talks",)))
    scene.site.edit(number, title="Talks failed")
    scene.check()
    assert scene.told()[1:] == [("bot", "revised", "Talks failed", ["steel"])]


def test_the_cut_text_is_no_edit_of_the_whole(scene: Scene) -> None:
    """Not when its title is edited, and not when the site cuts at another place."""
    number = told_of(scene, STEEL, body=LONG + "Of steel.")
    scene.site.edit(number, title="Talks failed")
    scene.line.set(articles=deaf)
    scene.check()
    scene.site.cut = 450
    scene.check(sweep=True)
    assert scene.rows("SELECT DISTINCT field FROM revisions") == [("title",)]
    assert scene.rows("SELECT body FROM releases WHERE title LIKE 'Talks%'") == [
        (LONG + "Of steel.",)
    ]


def test_an_edit_whose_end_the_listing_cuts_off_is_told_once_it_is_known(scene: Scene) -> None:
    """While the article cannot be read nothing false is kept; then one edit, of the whole text."""
    number = told_of(scene, STEEL, body=LONG + "Of steel.")
    scene.site.edit(number, body="But in front. " + LONG + "Of steel.")
    scene.line.set(articles=deaf)
    assert scene.check().result.revised == 0
    scene.line.set()
    assert scene.check().result.revised == 1
    assert scene.rows("SELECT before, after FROM revisions") == [
        (LONG + "Of steel.", "But in front. " + LONG + "Of steel.")
    ]
    assert len(scene.told()) == 2


def test_an_edit_below_the_cut_is_found_after_a_sweep(scene: Scene) -> None:
    """The listing shows nothing of it."""
    number = told_of(scene, STEEL, body=LONG + "Of steel.")
    scene.site.edit(number, body=LONG + "Of tin.")
    assert scene.check().result.revised == 0
    scene.check(sweep=True)
    scene.settle()
    assert changes(scene)[0][1].endswith("[-steel.-] {+tin.+}")
    assert len(scene.told()) == 2


def test_the_full_text_index_follows_an_edit(scene: Scene) -> None:
    """What was taken out is not found any more; what was put in is."""
    number = told_of(scene, STEEL)
    scene.site.edit(number, title="A pact on U.S. tin", body="No more.")
    scene.check()
    for word, found in (("steel", 0), ("held", 0), ("tin", 1), ("US", 1)):
        with scene.db.begin_read() as conn:
            assert len(list(releases.search_by_date(conn, parse(word)))) == found, word
    for word, found in (("steel", 0), ("tin", 1)):
        assert len(scene.rows("SELECT rowid FROM releases_fts(?)", word)) == found, word


def test_a_release_edited_on_two_boards_is_edited_once(scene: Scene) -> None:
    """Each listing sees it for itself."""
    number = told_of(scene, STEEL)
    other = replace(scene.source, name="all", url=scene.site.url("all-releases"))
    scene.check(other)
    scene.site.edit(number, title="Talks failed", body="Of steel and tin.")
    assert scene.check().result.revised == 1
    assert scene.check(other).result.revised == 0
    assert len(scene.told()) == 2


def test_an_old_channel_that_was_given_up_on_was_not_told(scene: Scene) -> None:
    """Who never heard of a release is not told that it changed."""
    number = told_of(scene, STEEL)
    with scene.db.begin_write() as conn:
        conn.execute("UPDATE deliveries SET status = 'given-up'")
    scene.site.edit(number, title="Talks failed")
    scene.check()
    assert len(scene.told()) == 1
