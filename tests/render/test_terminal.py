"""What the terminal shows."""

import re

import pytest

from monitor.models.notification import ReleaseMessage
from monitor.render import terminal
from monitor.render.content import build_content
from monitor.text.width import display_width
from tests.render.samples import FORUM, ONE, STEEL, TEST, THREE, compare, digest, item, marked
from tests.render.seed_releases import FTA

ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    ("name", "message", "colour", "width"),
    [
        ("terminal-one.txt", ONE, False, 80),
        ("terminal-three.txt", THREE, False, 80),
        ("terminal-three-narrow.txt", THREE, False, 44),
        ("terminal-three-colour.txt", THREE, True, 80),
        ("terminal-digest-fta.txt", FTA, False, 80),
    ],
)
def test_message_reads_as_agreed(
    name: str, message: ReleaseMessage, colour: bool, width: int
) -> None:
    """A message looks as the golden file shows."""
    compare(name, terminal.render(message, colour=colour, width=width))


def test_colour_changes_no_word_and_no_line() -> None:
    """Without its colours the coloured message is the plain one without its signs."""
    coloured = ANSI.sub("", terminal.render(ONE, colour=True, width=100))
    plain = terminal.render(ONE, colour=False, width=100).replace("*", "")
    assert coloured.split() == plain.split()


@pytest.mark.parametrize("width", [30, 44, 80, 110])
@pytest.mark.parametrize("colour", [True, False])
def test_no_line_is_wider_than_the_window_but_an_address(width: int, colour: bool) -> None:
    """Lines end within the window; only addresses, which must stay whole, may be longer."""
    lines = [terminal.render(message, colour=colour, width=width) for message in (THREE, FTA)]
    for line in "".join(lines).splitlines():
        assert display_width(ANSI.sub("", line)) <= width or "https://" in line


def test_colours_end_with_their_line() -> None:
    """No colour runs over the end of a line, so a pager shows any part of it right."""
    for line in terminal.render(THREE, colour=True, width=50).splitlines():
        assert (ANSI.findall(line) or ["\x1b[0m"])[-1] == "\x1b[0m"


def test_address_stays_whole_in_a_narrow_window() -> None:
    """An address that does not fit under its title moves out to the left instead of breaking."""
    lines = terminal.render(ONE, colour=True, width=60).splitlines()
    assert f"  \x1b[0;2m{STEEL.url}\x1b[0m" in lines


def test_hangul_is_measured_by_what_it_takes_on_the_screen() -> None:
    """A wide character counts two columns, and words of them wrap in time."""
    snippet = marked("산업통상자원부 " * 12 + "철강 쿼터", "철강")
    shown = terminal.render(digest(item(STEEL, snippet=snippet)), colour=False, width=60)
    assert all(display_width(line) <= 60 or "https" in line for line in shown.splitlines())
    assert "*철강* 쿼터" in shown


def test_marks_cannot_come_from_a_release() -> None:
    """The control characters that stand for colours are removed from what was scraped."""
    found = marked("\x01\x02steel\x11\x12\t\x07", "steel")
    composed = terminal.compose_message(digest(item(STEEL, snippet=found)))
    assert "\x02steel\x12\n" in composed
    assert composed.count("\x02") == 1


def test_message_without_releases_says_so() -> None:
    """An empty digest is a sign of life, not an empty page."""
    shown = terminal.render(digest(scheduled=True), colour=False, width=80)
    assert shown == "desk: Nothing matched · 2025-11-30 12:30 to 2025-12-01 12:30 KST\n"


def test_test_message_says_what_it_is() -> None:
    """Who sees a test message knows that the channel works."""
    shown = terminal.render(TEST, colour=False, width=80)
    assert shown.startswith("desk: A test message")
    assert "the channel works" in shown


def test_release_with_nothing_but_a_title_is_shown() -> None:
    """No empty lines stand for what a release lacks."""
    bare = item(FORUM, snippet=marked("", field="text"))
    assert len(terminal.render(digest(bare), colour=False, width=200).splitlines()) == 3
    assert build_content(digest(bare)).releases[0].url == ""
