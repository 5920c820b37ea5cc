"""Getting messages into limits."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.fitting import (
    PLAIN,
    Detail,
    Entry,
    Style,
    cut,
    entry,
    fit,
    packed,
    shares,
    utf8,
    utf16,
)
from monitor.message import Line, Message, Section, Span, Story, plain
from monitor.text.cleaning import clean
from tests.render.chats import WRITERS, check_limits, many, message, texts, told


def size(line: Line) -> int:
    """Return the length of a line without marks."""
    return len(plain(line))


@pytest.mark.parametrize(
    ("sizes", "room", "given"),
    [
        ((), 10, []),
        ((3, 4), 10, [3, 4]),
        ((3, 40), 10, [3, 7]),
        ((40, 3, 40), 23, [10, 3, 10]),
        ((5, 5), 0, [0, 0]),
        ((5, 5), -3, [0, 0]),
    ],
)
def test_room_is_shared_and_short_texts_leave_theirs(
    sizes: tuple[int, ...], room: int, given: list[int]
) -> None:
    """What one text does not need, the longer ones get."""
    assert shares(sizes, room) == given


def test_cut_says_how_much_more_there_is() -> None:
    """Marks before the cut stay, and the count is right."""
    line = (Span("text", "The "), Span("hit", "steel"), Span("text", " quota " * 200))
    shown = cut(line, 100, size)
    assert size(shown) <= 100
    assert shown[:2] == line[:2]
    more = re.fullmatch(r"… \(([0-9,]+) characters more\)", shown[-1].text)
    assert more
    kept = size(shown) - len(shown[-1].text)
    assert int(more[1].replace(",", "")) == size(line) - kept


def test_cut_is_right_wherever_it_falls() -> None:
    """It fills its room; no character is lost, and no empty span is left."""
    line = (Span("text", "The "), Span("hit", "steel"), Span("text", " quota " * 20))
    for limit in range(25, 60):
        *kept, count = cut(line, limit, size)
        assert size((*kept, count)) == limit
        shown = plain(tuple(kept))
        assert shown == plain(line)[: len(shown)]
        assert count.text == f"… ({size(line) - len(shown)} characters more)"
        assert all(span.text for span in kept)


@pytest.mark.parametrize("limit", [0, 1, 10])
def test_cut_ends_where_nothing_fits(limit: int) -> None:
    """The count stays when there is no room even for it."""
    assert plain(cut((Span("text", "x" * 1234),), limit, size)) == "… (1,234 characters more)"


def test_line_that_fits_is_left_alone() -> None:
    """Exactly as long as allowed is not too long."""
    line = (Span("text", "x" * 50),)
    assert cut(line, 50, size) is line


def test_lengths_are_counted_as_receivers_count() -> None:
    """Hangul takes three bytes, an emoji two units of UTF-16."""
    assert (utf8("한😀a"), utf16("한😀a")) == (8, 4)


def test_parts_are_packed_in_order() -> None:
    """None is split, and none is longer than the limit."""
    assert packed(["\naa", "bb", "\ncc", "dddddd"], 6, len) == ["aa\nbb", "cc", "dddddd"]
    assert packed(["\naa", "bb", "\ncc", "dddddd"], 5, len)[0] == "aa\nbb"
    assert packed([], 6, len) == []


def test_parts_that_are_set_off_can_stand_apart() -> None:
    """Only what follows them directly joins them, while it fits."""
    parts = ["\na", "b", "\nc", "\nd", "e", "ffff"]
    assert packed(parts, 6, len, apart=True) == ["a\nb", "c", "d\ne", "ffff"]


@pytest.mark.parametrize(
    ("room", "detail", "shown", "foot"),
    [
        (30, Detail.FULL, 10, ""),
        (
            20,
            Detail.DETAILS,
            10,
            "The texts do not fit here. To read them, run `monitor releases`.",
        ),
        (10, Detail.TITLES, 10, "Only titles fit here. To see the rest, run `monitor releases`."),
        (9, Detail.TITLES, 9, "… and 1 more. To see them all, run `monitor releases`."),
        (3, Detail.TITLES, 3, "… and 7 more. To see them all, run `monitor releases`."),
        (0, Detail.TITLES, 0, "… and 10 more. To see them all, run `monitor releases`."),
    ],
)
def test_detail_goes_before_releases_do(room: int, detail: Detail, shown: int, foot: str) -> None:
    """The whole message is told in less detail, and only then the last are left out and counted."""
    stories = tuple(Story(lead=told(n)) for n in range(10))

    def draw(row: object, detail: Detail) -> tuple[int, Detail]:
        assert isinstance(row, Entry)
        return row.told.id, detail

    fitted = fit(
        message(Section(watch="", stories=stories)),
        draw,
        lambda parts, _: sum(3 - detail for _, detail in parts) <= room,
    )
    assert list(fitted.parts) == [(n, detail) for n in range(shown)]
    assert fitted.foot == foot


def test_last_release_goes_where_the_sentence_below_does_not_fit() -> None:
    """There is no telling that none is left out."""
    fitted = fit(
        message(Section(watch="", stories=tuple(Story(lead=told(n)) for n in range(30)))),
        lambda _, detail: detail,
        lambda parts, foot: sum(3 - detail for detail in parts) + len(foot) <= 85,
    )
    assert len(fitted.parts) == 29
    assert fitted.foot == "… and 1 more. To see them all, run `monitor releases`."


def test_heading_does_not_stand_over_nothing() -> None:
    """Where what a watch found is left out, its name is too."""
    sections = [Section(watch=name, stories=(Story(lead=told(1)),)) for name in ("a", "b", "c")]
    for room in range(6):
        fitted = fit(
            message(*sections),
            lambda row, _: isinstance(row, Entry),
            lambda parts, _, room=room: len(parts) <= room,  # type: ignore[misc]
        )
        assert list(fitted.parts) == [False, True] * (room // 2)


# ------------------------------------------------------------------ one release

LINKED = Style(
    escape=str.lower,
    marks={"hit": ("<", ">")},
    label=("{", "} "),
    size=len,
    link="[{}]({})".format,
)


@pytest.mark.parametrize(
    ("span", "marked"),
    [
        (Span("hit", "Steel"), "<steel>"),
        (Span("hit", "  Steel Quota "), "  <steel quota> "),
        (Span("hit", "  "), "  "),
        (Span("text", " Steel"), " steel"),
        (Span("added", " Steel"), " steel"),
    ],
)
def test_spaces_stay_outside_of_marks(span: Span, marked: str) -> None:
    """What a receiver has no marks for is text."""
    assert LINKED.mark((span,)) == marked


@pytest.mark.parametrize(
    ("more", "detail", "style", "shown"),
    [
        (
            {},
            Detail.FULL,
            PLAIN,
            "R1R\n2025-12-01 · Trade · steel\nThe *steel* quota.\nhttps://example.com/1",
        ),
        ({}, Detail.DETAILS, PLAIN, "R1R\n2025-12-01 · Trade · steel\nhttps://example.com/1"),
        ({}, Detail.TITLES, PLAIN, "R1R"),
        ({"linked": False}, Detail.TITLES, LINKED, "r1r"),
        (
            {"linked": False, "category": "", "excerpt": ()},
            Detail.FULL,
            LINKED,
            "r1r\n2025-12-01 · steel\nhttps://example.com/1",
        ),
        ({"url": "", "excerpt": ()}, Detail.FULL, PLAIN, "R1R\n2025-12-01 · Trade · steel"),
        (
            {
                "event": "revised",
                "excerpt": (),
                "changes": (("title", (Span("removed", "a"), Span("added", "b"))),),
            },
            Detail.FULL,
            LINKED,
            "{REVISED} [r1r](https://example.com/1)\n2025-12-01 · trade · steel\ntitle: ab",
        ),
    ],
)
def test_release_is_told_line_by_line(
    more: dict[str, Any], detail: Detail, style: Style, shown: str
) -> None:
    """Each line is there if it says something, and the address once; to the last character."""
    row = Entry(told(1, **more), is_lead=True)
    assert entry(row, detail, style, style.size(shown)) == shown
    assert entry(row, detail, style, 400) == shown
    other = Entry(told(1, **more), is_lead=False)
    assert entry(other, detail, style, 400) == f"↳ {shown}"


@pytest.mark.parametrize(("limit", "is_link"), [(60, True), (42, True), (41, False)])
def test_link_takes_no_more_than_half_of_the_room(limit: int, is_link: bool) -> None:
    """Else its title would have none."""
    row = Entry(told(1), is_lead=True)
    shown = entry(row, Detail.TITLES, LINKED, limit)
    assert shown == ("[r1r](https://example.com/1)" if is_link else "r1r")


# ------------------------------------------------------------------ every form, any message

SIGNS = st.text("ab .<>&@*_~`|[]()\\\"'#-한😀\u2060", max_size=40)
LONG = st.builds(
    lambda text, times: clean(text * times), SIGNS, st.sampled_from([1, 1, 1, 1, 20, 80])
)
LINES = st.lists(
    st.builds(Span, st.sampled_from(["text", "hit", "added", "removed"]), LONG.filter(bool)),
    max_size=4,
).map(tuple)
TOLD: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    title=LONG,
    event=st.sampled_from(["new", "revised", "withdrawn", "restored"]),
    watches=st.lists(LONG, max_size=3).map(tuple),
    category=LONG,
    excerpt=LINES,
    changes=st.lists(st.tuples(st.sampled_from(["title", "text"]), LINES), max_size=2).map(tuple),
    url=st.one_of(LONG, LONG.map(lambda text: f"https://example.com/{text.replace(' ', '')}")),
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Message, int]:
    """Return any message, with the number of its releases."""
    kinds = draw(st.lists(TOLD, min_size=1, max_size=4))
    counts = draw(st.lists(st.sampled_from([1, 2, 3, 20]), min_size=1, max_size=3))
    total, sections = 0, []
    for count in counts:
        made = []
        for _ in range(count):
            about = kinds[total % len(kinds)]
            linked = about["url"].startswith("https://")
            made.append(told(total, **about, linked=linked))
            total += 1
        stories = tuple(
            Story(lead=made[n], others=tuple(made[n + 1 : n + 2])) for n in range(0, count, 2)
        )
        sections.append(Section(watch=draw(LONG), stories=stories))
    text = {name: draw(LONG) or "x" for name in ("channel", "headline", "when")}
    return message(
        *sections, **(text | {"when": "2025-12-01"}), paragraphs=draw(st.just(()) | st.just(("A",)))
    ), total


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=20, deadline=None)
@given(made=messages())
def test_any_message_keeps_its_limits_and_counts_what_is_missing(
    form: str, made: tuple[Message, int]
) -> None:
    """Every release is named, or is one of those that are said to be missing."""
    digest, total = made
    payload = WRITERS[form](digest)
    check_limits(form, payload)
    shown = "\n".join(texts(form, payload))
    named = set(re.findall(r"R(\d+)R", shown))
    more = re.search(r"… and ([0-9,]+) more\. To see them all, run `monitor releases`\.$", shown)
    assert len(named) + (int(more[1].replace(",", "")) if more else 0) == total


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("count", [1, 3, 8, 20, 45, 47, 120, 1500])
def test_more_releases_are_told_in_less_detail(form: str, count: int) -> None:
    """A few in full, more by title, and of very many the first, with a count of the others."""
    payload = WRITERS[form](many(count))
    check_limits(form, payload)
    shown = "\n".join(texts(form, payload))
    named = re.findall(r"R(\d+)R", shown)
    assert [int(n) for n in named] == list(range(len(named)))
    assert len(named) >= min(count, 20)
    if count <= 3:
        assert "quota." in shown
        assert "monitor releases" not in shown
    if count == 1500:
        assert shown.endswith(
            f"… and {1500 - len(named):,} more. To see them all, run `monitor releases`."
        )
