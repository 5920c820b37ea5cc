"""What a message says before it has a look."""

from dataclasses import replace
from datetime import UTC

import pytest

from monitor.models.notification import OutgoingMessage, ReleaseMessage, Snippet
from monitor.models.release import FieldChange
from monitor.render.content import Line, TextSpan, build_content, shorten_text, to_plain_text
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
from tests.render.seed_releases import FTA, pairs


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
def test_headline_says_what_happened(message: OutgoingMessage, headline: str) -> None:
    """The headline counts releases by what happened to them."""
    assert build_content(message).headline == headline


def test_hit_in_the_title_marks_the_title_and_shows_how_the_text_begins() -> None:
    """The title is not said twice; the beginning of the text says what it is about."""
    (told,) = build_content(ONE).releases
    assert [span.text for span in told.title if span.kind == "hit"] == ["Steel", "TRQ"]
    assert to_plain_text(told.title) == STEEL.title
    assert to_plain_text(told.excerpt).startswith("Officials of the two countries")
    assert to_plain_text(told.excerpt).endswith("…")


def test_stretch_of_a_title_is_shown_beside_the_whole() -> None:
    """A snippet that is a part of a long title stands below it."""
    (told,) = build_content(
        digest(item(STEEL, snippet=marked("Canada’s Steel", "Steel", field="title")))
    ).releases
    assert told.title == (TextSpan("text", STEEL.title),)
    assert to_plain_text(told.excerpt) == "Canada’s Steel"


def test_spaces_around_hits_are_kept_and_others_collapsed() -> None:
    """Cleaning does not glue a hit to its neighbours."""
    found = Snippet(field="text", text="the \n steel  quota\u202e!", marks=((6, 11), (13, 18)))
    (told,) = build_content(digest(item(STEEL, snippet=found))).releases
    assert told.excerpt == (
        TextSpan("text", "the "),
        TextSpan("hit", "steel"),
        TextSpan("text", " "),
        TextSpan("hit", "quota"),
        TextSpan("text", "!"),
    )


@pytest.mark.parametrize(
    ("diff", "line"),
    [
        (
            "[-rose-] {+fell+}",
            (TextSpan("removed", "rose"), TextSpan("text", " "), TextSpan("added", "fell")),
        ),
        ("as it was", (TextSpan("text", "as it was"),)),
        ("a " * 200, (TextSpan("text", ("a " * 200).strip()),)),
    ],
)
def test_difference_is_told_in_spans(diff: str, line: Line) -> None:
    """What was removed and added is told apart."""
    change = FieldChange(field="text", before="", after="", diff=diff)
    (told,) = build_content(digest(replace(REVISED, changes=(change,)))).releases
    ((field, spans),) = told.changes
    assert field == "text"
    assert to_plain_text(spans).strip() == to_plain_text(line)
    assert [span.kind for span in spans] == [span.kind for span in line]


def test_unchanged_text_far_from_any_change_is_left_out_with_a_mark() -> None:
    """Of a long text only what stands near its changes is shown."""
    words = " ".join(f"w{n}" for n in range(200))
    change = FieldChange(
        field="text", before="", after="", diff=f"{words} [-a-] {words} {{+b+}} {words}"
    )
    (told,) = build_content(digest(replace(REVISED, changes=(change,)))).releases
    ((_, spans),) = told.changes
    first, _, between, _, last = [span.text for span in spans]
    assert first.startswith("… ")
    assert first.endswith(" w199 ")
    assert between.startswith(" w0 ")
    assert " … " in between
    assert between.endswith(" w199 ")
    assert last.endswith(" …")
    assert len(to_plain_text(spans)) < 450


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
    assert shorten_text(text, limit) == short


def test_watches_are_named_once() -> None:
    """Watches of several releases stand once each, in order."""
    assert build_content(THREE).watches == ("steel", "canada")


def test_label_is_for_what_is_not_new() -> None:
    """Revised and withdrawn releases carry a label, new ones none."""
    assert [told.event_label for told in build_content(THREE).releases] == [
        "",
        "REVISED",
        "WITHDRAWN",
    ]


def test_sections_are_by_watch_and_one_event_is_one_story() -> None:
    """Headings are watches; the longest release of an event leads, and the others stand by it."""
    message = build_content(FTA)
    assert [section.heading for section in message.sections] == ["steel", "europe", "gulf"]
    stories = [story for section in message.sections for story in section.event_groups]
    assert pairs([to_plain_text(told.title) for told in story.releases] for story in stories)
    assert len(message.releases) == len({told.id for told in message.releases}) == 10
    for section in message.sections:
        dates = [max(told.date for told in story.releases) for story in section.event_groups]
        assert dates == sorted(dates, reverse=True)


def test_digest_says_what_it_holds() -> None:
    """Its name and total, each kind of event, and each watch with all that it found."""
    message = build_content(THREE)
    assert message.title == "Daily digest: 3 releases"
    assert message.time_label == "2025-11-30 12:30 to 2025-12-01 12:30 KST"
    assert message.event_counts == (("new", 1), ("revised", 1), ("withdrawn", 1))
    assert message.watch_counts == (("steel", 2), ("canada", 1))
    assert (
        message.hint
        == "A release that several watches match is listed once, under the first of them."
    )
    assert build_content(FTA).last_day == "2025-12-01"


def test_what_no_watch_wants_is_a_correction() -> None:
    """Who was told of a release is told of its end, whatever their watch says now."""
    (first, last) = build_content(THREE).sections
    assert (first.heading, last.heading) == ("steel", "Corrections")
    assert [story.lead.event_label for story in last.event_groups] == ["WITHDRAWN"]
    alone = build_content(digest(WITHDRAWN, scheduled=True))
    assert not alone.has_headings
    assert alone.watch_counts == ()


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
def test_headings_stand_where_they_tell_something(message: ReleaseMessage, headings: bool) -> None:
    """A message of one watch needs none, unless it's a digest."""
    assert build_content(message).has_headings is headings


def test_period_is_told_in_the_zone_of_the_reader() -> None:
    """Times in UTC come out in the zone that the message was made in."""
    assert THREE.since is not None
    assert THREE.until is not None
    utc = replace(THREE, since=THREE.since.astimezone(UTC), until=THREE.until.astimezone(UTC))
    assert build_content(utc).time_label == build_content(THREE).time_label
    assert build_content(utc).last_day == "2025-12-01"
    assert build_content(replace(utc, since=None)).time_label == "until 2025-12-01 12:30 KST"


def test_digest_of_nothing_is_a_sign_of_life() -> None:
    """It says that nothing matched, and in which period."""
    message = build_content(digest(scheduled=True))
    assert message.title == "Nothing matched"
    assert message.time_label == "2025-11-30 12:30 to 2025-12-01 12:30 KST"
    assert (message.sections, message.releases, message.event_counts, message.watch_counts) == (
        (),
        (),
        (),
        (),
    )


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
    ((story,),) = [section.event_groups for section in build_content(digest(NEW, beside)).sections]
    (other,) = story.others
    assert bool(other.excerpt) is said
