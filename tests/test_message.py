"""What a message says before it has a look."""

from dataclasses import replace
from datetime import UTC

import pytest

from monitor.message import Line, Span, plain, shorten, tell
from monitor.model.stored import Change
from monitor.model.told import Digest, Letter, Snippet
from tests.render.fta import FTA, pairs
from tests.render.samples import (
    FAILING,
    FORUM,
    NEW,
    ONE,
    REVISED,
    STEEL,
    TEST,
    THREE,
    WITHDRAWN,
    digest,
    item,
    marked,
)


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        (ONE, "1 release matches"),
        (digest(NEW, NEW), "2 releases match"),
        (digest(REVISED), "1 release revised"),
        (digest(WITHDRAWN, WITHDRAWN), "2 releases withdrawn"),
        (THREE, "3 releases: 1 new, 1 revised, 1 withdrawn"),
        (digest(), "Nothing matched"),
        (TEST, "A test message"),
        (FAILING, "trade cannot be read"),
    ],
)
def test_headline_says_what_happened(message: Letter, headline: str) -> None:
    """The headline counts releases by what happened to them."""
    assert tell(message).headline == headline


def test_hit_in_the_title_marks_the_title_and_shows_how_the_text_begins() -> None:
    """The title is not said twice; the beginning of the text says what it is about."""
    (told,) = tell(ONE).told
    assert [span.text for span in told.title if span.kind == "hit"] == ["Steel", "TRQ"]
    assert plain(told.title) == STEEL.title
    assert plain(told.excerpt).startswith("Officials of the two countries")
    assert plain(told.excerpt).endswith("…")


def test_stretch_of_a_title_is_shown_beside_the_whole() -> None:
    """A snippet that is a part of a long title stands below it."""
    (told,) = tell(
        digest(item(STEEL, snippet=marked("Canada’s Steel", "Steel", field="title")))
    ).told
    assert told.title == (Span("text", STEEL.title),)
    assert plain(told.excerpt) == "Canada’s Steel"


def test_spaces_around_hits_are_kept_and_others_collapsed() -> None:
    """Cleaning does not glue a hit to its neighbours."""
    found = Snippet(field="text", text="the \n steel  quota\u202e!", marks=((6, 11), (13, 18)))
    (told,) = tell(digest(item(STEEL, snippet=found))).told
    assert told.excerpt == (
        Span("text", "the "),
        Span("hit", "steel"),
        Span("text", " "),
        Span("hit", "quota"),
        Span("text", "!"),
    )


@pytest.mark.parametrize(
    ("diff", "line"),
    [
        ("[-rose-] {+fell+}", (Span("removed", "rose"), Span("text", " "), Span("added", "fell"))),
        ("as it was", (Span("text", "as it was"),)),
        ("a " * 200, (Span("text", ("a " * 200).strip()),)),
    ],
)
def test_difference_is_told_in_spans(diff: str, line: Line) -> None:
    """What was removed and added is told apart."""
    change = Change(field="text", before="", after="", diff=diff)
    (told,) = tell(digest(replace(REVISED, changes=(change,)))).told
    ((field, spans),) = told.changes
    assert field == "text"
    assert plain(spans).strip() == plain(line)
    assert [span.kind for span in spans] == [span.kind for span in line]


def test_unchanged_text_far_from_any_change_is_left_out_with_a_mark() -> None:
    """Of a long text only what stands near its changes is shown."""
    words = " ".join(f"w{n}" for n in range(200))
    change = Change(
        field="text", before="", after="", diff=f"{words} [-a-] {words} {{+b+}} {words}"
    )
    (told,) = tell(digest(replace(REVISED, changes=(change,)))).told
    ((_, spans),) = told.changes
    first, _, between, _, last = [span.text for span in spans]
    assert first.startswith("… ")
    assert first.endswith(" w199 ")
    assert between.startswith(" w0 ")
    assert " … " in between
    assert between.endswith(" w199 ")
    assert last.endswith(" …")
    assert len(plain(spans)) < 450


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("steel quota", 11, "steel quota"),
        ("steel quota", 10, "steel…"),
        ("steelquota", 6, "steel…"),
    ],
)
def test_shortening_ends_between_words(text: str, limit: int, short: str) -> None:
    """A text over its limit ends with an ellipsis, after a whole word where there is one."""
    assert shorten(text, limit) == short


def test_watches_are_named_once() -> None:
    """Watches of several releases stand once each, in order."""
    assert tell(THREE).watches == ("steel", "canada")


def test_label_is_for_what_is_not_new() -> None:
    """Revised and withdrawn releases carry a label, new ones none."""
    assert [told.label for told in tell(THREE).told] == ["", "REVISED", "WITHDRAWN"]


def test_sections_are_by_watch_and_one_event_is_one_story() -> None:
    """Headings are watches; the longest release of an event leads, and the others stand by it."""
    message = tell(FTA)
    assert [section.heading for section in message.sections] == ["steel", "europe", "gulf"]
    stories = [story for section in message.sections for story in section.stories]
    assert pairs([plain(told.title) for told in story.told] for story in stories)
    assert len(message.told) == len({told.id for told in message.told}) == 10
    for section in message.sections:
        dates = [max(told.date for told in story.told) for story in section.stories]
        assert dates == sorted(dates, reverse=True)


def test_digest_says_what_it_holds() -> None:
    """Its name and total, each kind of event, and each watch with all that it found."""
    message = tell(THREE)
    assert message.title == "Daily digest: 3 releases"
    assert message.when == "2025-11-30 12:30 to 2025-12-01 12:30 KST"
    assert message.kinds == (("new", 1), ("revised", 1), ("withdrawn", 1))
    assert message.contents == (("steel", 2), ("canada", 1))
    assert message.hint == "What several watches found stands once, under the first of them."
    assert tell(FTA).day == "2025-12-01"


def test_what_no_watch_wants_is_a_correction() -> None:
    """Who was told of a release is told of its end, whatever their watch says now."""
    (first, last) = tell(THREE).sections
    assert (first.heading, last.heading) == ("steel", "Corrections")
    assert [story.lead.label for story in last.stories] == ["WITHDRAWN"]
    alone = tell(digest(WITHDRAWN, scheduled=True))
    assert not alone.has_headings
    assert alone.contents == ()


@pytest.mark.parametrize(
    ("message", "headings"),
    [
        (ONE, False),
        (THREE, True),
        (digest(NEW, scheduled=True), True),
        (digest(NEW, replace(NEW, release=FORUM, watches=("gulf",))), True),
        (digest(), False),
        (digest(scheduled=True), False),
    ],
)
def test_headings_stand_where_they_tell_something(message: Digest, headings: bool) -> None:
    """A message of one watch needs none, unless it's a digest."""
    assert tell(message).has_headings is headings


def test_period_is_told_in_the_zone_of_the_reader() -> None:
    """Times in UTC come out in the zone that the message was made in."""
    assert THREE.since is not None
    assert THREE.until is not None
    utc = replace(THREE, since=THREE.since.astimezone(UTC), until=THREE.until.astimezone(UTC))
    assert tell(utc).when == tell(THREE).when
    assert tell(utc).day == "2025-12-01"
    assert tell(replace(utc, since=None)).when == "until 2025-12-01 12:30 KST"


def test_digest_of_nothing_is_a_sign_of_life() -> None:
    """It says that nothing matched, and in which period."""
    message = tell(digest(scheduled=True))
    assert message.title == "Nothing matched"
    assert message.when == "2025-11-30 12:30 to 2025-12-01 12:30 KST"
    assert (message.sections, message.told, message.kinds, message.contents) == ((), (), (), ())


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("Korea asked Canada to take back the smaller steel import quota", (), False),
        ("Korea asked Canada to take back the smaller steel import quota", ("Canada",), True),
        ("A photograph shows both ministers before the gate of the shipyard", (), True),
        ("", (), False),
    ],
)
def test_report_beside_another_says_only_what_is_new(
    text: str, words: tuple[str, ...], said: bool
) -> None:
    """What the first says isn't said again, unless a watch found something else in it."""
    photo = replace(STEEL, id=42, body="short")
    beside = item(photo, snippet=marked(text, *words))
    ((story,),) = [section.stories for section in tell(digest(NEW, beside)).sections]
    (other,) = story.others
    assert bool(other.excerpt) is said
