"""Getting messages into limits."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.render.content import (
    EventGroup,
    Line,
    MessageContent,
    TextSpan,
    WatchSection,
    to_plain_text,
)
from monitor.render.layout import (
    PLAIN_STYLE,
    DetailLevel,
    ReleaseRow,
    TextStyle,
    count_utf8_bytes,
    count_utf16_units,
    cut_line,
    fit_to_limits,
    format_release,
    pack_parts,
    share_space,
)
from monitor.text.sanitize import sanitize_line
from tests.render.chat_messages import WRITERS, check_limits, many, message, texts, told


def size(line: Line) -> int:
    """Return the length of a line without marks."""
    return len(to_plain_text(line))


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
    assert share_space(sizes, room) == given


def test_cut_says_how_much_more_there_is() -> None:
    """Marks before the cut stay, and the count is right."""
    line = (TextSpan("text", "The "), TextSpan("hit", "steel"), TextSpan("text", " quota " * 200))
    shown = cut_line(line, 100, size)
    assert size(shown) <= 100
    assert shown[:2] == line[:2]
    more = re.fullmatch(r"… \(([0-9,]+) characters more\)", shown[-1].text)
    assert more
    kept = size(shown) - len(shown[-1].text)
    assert int(more[1].replace(",", "")) == size(line) - kept


def test_cut_is_right_wherever_it_falls() -> None:
    """It fills its room; no character is lost, and no empty span is left."""
    line = (TextSpan("text", "The "), TextSpan("hit", "steel"), TextSpan("text", " quota " * 20))
    for limit in range(25, 60):
        *kept, count = cut_line(line, limit, size)
        assert size((*kept, count)) == limit
        shown = to_plain_text(tuple(kept))
        assert shown == to_plain_text(line)[: len(shown)]
        assert count.text == f"… ({size(line) - len(shown)} characters more)"
        assert all(span.text for span in kept)


@pytest.mark.parametrize("limit", [0, 1, 10])
def test_cut_ends_where_nothing_fits(limit: int) -> None:
    """The count stays when there is no room even for it."""
    assert (
        to_plain_text(cut_line((TextSpan("text", "x" * 1234),), limit, size))
        == "… (1,234 characters more)"
    )


def test_line_that_fits_is_left_alone() -> None:
    """Exactly as long as allowed is not too long."""
    line = (TextSpan("text", "x" * 50),)
    assert cut_line(line, 50, size) is line


def test_lengths_are_counted_as_receivers_count() -> None:
    """Hangul takes three bytes, an emoji two units of UTF-16."""
    assert (count_utf8_bytes("한😀a"), count_utf16_units("한😀a")) == (8, 4)


def test_parts_are_packed_in_order() -> None:
    """None is split, and none is longer than the limit."""
    assert pack_parts(["\naa", "bb", "\ncc", "dddddd"], 6, len) == ["aa\nbb", "cc", "dddddd"]
    assert pack_parts(["\naa", "bb", "\ncc", "dddddd"], 5, len)[0] == "aa\nbb"
    assert pack_parts([], 6, len) == []


def test_parts_that_are_set_off_can_stand_apart() -> None:
    """Only what follows them directly joins them, while it fits."""
    parts = ["\na", "b", "\nc", "\nd", "e", "ffff"]
    assert pack_parts(parts, 6, len, separate=True) == ["a\nb", "c", "d\ne", "ffff"]


@pytest.mark.parametrize(
    ("room", "detail", "shown", "foot"),
    [
        (30, DetailLevel.FULL, 10, ""),
        (
            20,
            DetailLevel.DETAILS,
            10,
            "The texts do not fit here. To read them, run `monitor releases`.",
        ),
        (
            10,
            DetailLevel.TITLES,
            10,
            "Only titles fit here. To see the rest, run `monitor releases`.",
        ),
        (9, DetailLevel.TITLES, 9, "… and 1 more. To see them all, run `monitor releases`."),
        (3, DetailLevel.TITLES, 3, "… and 7 more. To see them all, run `monitor releases`."),
        (0, DetailLevel.TITLES, 0, "… and 10 more. To see them all, run `monitor releases`."),
    ],
)
def test_detail_goes_before_releases_do(
    room: int, detail: DetailLevel, shown: int, foot: str
) -> None:
    """The whole message is told in less detail, and only then the last are left out and counted."""
    stories = tuple(EventGroup(lead=told(n)) for n in range(10))

    def draw(row: object, detail: DetailLevel) -> tuple[int, DetailLevel]:
        assert isinstance(row, ReleaseRow)
        return row.release.id, detail

    fitted = fit_to_limits(
        message(WatchSection(watch="", event_groups=stories)),
        draw,
        lambda parts, _: sum(3 - detail for _, detail in parts) <= room,
    )
    assert list(fitted.parts) == [(n, detail) for n in range(shown)]
    assert fitted.footer == foot


def test_last_release_goes_where_the_sentence_below_does_not_fit() -> None:
    """There is no telling that none is left out."""
    fitted = fit_to_limits(
        message(
            WatchSection(watch="", event_groups=tuple(EventGroup(lead=told(n)) for n in range(30)))
        ),
        lambda _, detail: detail,
        lambda parts, foot: sum(3 - detail for detail in parts) + len(foot) <= 85,
    )
    assert len(fitted.parts) == 29
    assert fitted.footer == "… and 1 more. To see them all, run `monitor releases`."


def test_heading_does_not_stand_over_nothing() -> None:
    """Where what a watch found is left out, its name is too."""
    sections = [
        WatchSection(watch=name, event_groups=(EventGroup(lead=told(1)),))
        for name in ("a", "b", "c")
    ]
    for room in range(6):
        fitted = fit_to_limits(
            message(*sections),
            lambda row, _: isinstance(row, ReleaseRow),
            lambda parts, _, room=room: len(parts) <= room,  # type: ignore[misc]
        )
        assert list(fitted.parts) == [False, True] * (room // 2)


# ------------------------------------------------------------------ one release

LINKED = TextStyle(
    escape=str.lower,
    marks={"hit": ("<", ">")},
    label_marks=("{", "} "),
    measure_text=len,
    make_link="[{}]({})".format,
)


@pytest.mark.parametrize(
    ("span", "marked"),
    [
        (TextSpan("hit", "Steel"), "<steel>"),
        (TextSpan("hit", "  Steel Quota "), "  <steel quota> "),
        (TextSpan("hit", "  "), "  "),
        (TextSpan("text", " Steel"), " steel"),
        (TextSpan("added", " Steel"), " steel"),
    ],
)
def test_spaces_stay_outside_of_marks(span: TextSpan, marked: str) -> None:
    """What a receiver has no marks for is text."""
    assert LINKED.mark_line((span,)) == marked


@pytest.mark.parametrize(
    ("more", "detail", "style", "shown"),
    [
        (
            {},
            DetailLevel.FULL,
            PLAIN_STYLE,
            "R1R\n2025-12-01 · Trade · steel\nThe *steel* quota.\nhttps://example.com/1",
        ),
        (
            {},
            DetailLevel.DETAILS,
            PLAIN_STYLE,
            "R1R\n2025-12-01 · Trade · steel\nhttps://example.com/1",
        ),
        ({}, DetailLevel.TITLES, PLAIN_STYLE, "R1R"),
        ({"is_linkable": False}, DetailLevel.TITLES, LINKED, "r1r"),
        (
            {"is_linkable": False, "category": "", "excerpt": ()},
            DetailLevel.FULL,
            LINKED,
            "r1r\n2025-12-01 · steel\nhttps://example.com/1",
        ),
        (
            {"url": "", "excerpt": ()},
            DetailLevel.FULL,
            PLAIN_STYLE,
            "R1R\n2025-12-01 · Trade · steel",
        ),
        (
            {
                "event": "revised",
                "excerpt": (),
                "changes": (("title", (TextSpan("removed", "a"), TextSpan("added", "b"))),),
            },
            DetailLevel.FULL,
            LINKED,
            "{REVISED} [r1r](https://example.com/1)\n2025-12-01 · trade · steel\ntitle: ab",
        ),
    ],
)
def test_release_is_told_line_by_line(
    more: dict[str, Any], detail: DetailLevel, style: TextStyle, shown: str
) -> None:
    """Each line is there if it says something, and the address once; to the last character."""
    row = ReleaseRow(told(1, **more), is_lead=True)
    assert format_release(row, detail, style, style.measure_text(shown)) == shown
    assert format_release(row, detail, style, 400) == shown
    other = ReleaseRow(told(1, **more), is_lead=False)
    assert format_release(other, detail, style, 400) == f"↳ {shown}"


@pytest.mark.parametrize(("limit", "is_link"), [(60, True), (42, True), (41, False)])
def test_link_takes_no_more_than_half_of_the_room(limit: int, is_link: bool) -> None:
    """Else its title would have none."""
    row = ReleaseRow(told(1), is_lead=True)
    shown = format_release(row, DetailLevel.TITLES, LINKED, limit)
    assert shown == ("[r1r](https://example.com/1)" if is_link else "r1r")


# ------------------------------------------------------------------ every form, any message

SIGNS = st.text("ab .<>&@*_~`|[]()\\\"'#-한😀\u2060", max_size=40)
LONG = st.builds(
    lambda text, times: sanitize_line(text * times), SIGNS, st.sampled_from([1, 1, 1, 1, 20, 80])
)
LINES = st.lists(
    st.builds(TextSpan, st.sampled_from(["text", "hit", "added", "removed"]), LONG.filter(bool)),
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
def messages(draw: st.DrawFn) -> tuple[MessageContent, int]:
    """Return any message, with the number of its releases."""
    kinds = draw(st.lists(TOLD, min_size=1, max_size=4))
    counts = draw(st.lists(st.sampled_from([1, 2, 3, 20]), min_size=1, max_size=3))
    total, sections = 0, []
    for count in counts:
        made = []
        for _ in range(count):
            about = kinds[total % len(kinds)]
            linked = about["url"].startswith("https://")
            made.append(told(total, **about, is_linkable=linked))
            total += 1
        stories = tuple(
            EventGroup(lead=made[n], others=tuple(made[n + 1 : n + 2])) for n in range(0, count, 2)
        )
        sections.append(WatchSection(watch=draw(LONG), event_groups=stories))
    text = {name: draw(LONG) or "x" for name in ("channel", "headline", "time_label")}
    return message(
        *sections,
        **(text | {"time_label": "2025-12-01"}),
        paragraphs=draw(st.just(()) | st.just(("A",))),
    ), total


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=20, deadline=None)
@given(made=messages())
def test_any_message_keeps_its_limits_and_counts_what_is_missing(
    form: str, made: tuple[MessageContent, int]
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
