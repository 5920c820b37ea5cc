"""Breaking lines by columns."""

import pytest

from monitor.text.width import display_width, wrap_columns


@pytest.mark.parametrize(
    ("text", "wide"),
    [("steel", 5), ("철강", 4), ("ｓ", 2), ("é", 1), ("e\u0301", 1), ("\x02steel\x12", 5), ("", 0)],
)
def test_columns_are_what_the_screen_uses(text: str, wide: int) -> None:
    """East Asian wide characters take two columns, control and combining ones none."""
    assert display_width(text) == wide


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, [""]),
        ("steel quota", 20, ["steel quota"]),
        ("one two three four five six", 16, ["one two three", "four five six"]),
        ("철강 쿼터 철강 쿼터 철강", 16, ["철강 쿼터 철강", "쿼터 철강"]),
        ("철강쿼터철강쿼터철강", 16, ["철강쿼터철강쿼터", "철강"]),
        (
            "see https://example.com/a/long/address now",
            16,
            ["see", "https://example.com/a/long/address", "now"],
        ),
        (
            "\x03https://example.com/a/long/address\x13",
            16,
            ["\x03https://example.com/a/long/address\x13"],
        ),
    ],
)
def test_lines_break_at_spaces_and_addresses_never(text: str, width: int, lines: list[str]) -> None:
    """Words stay whole where a line can hold them; an address stays whole always."""
    assert wrap_columns(text, width) == lines


def test_indent_takes_its_columns() -> None:
    """What stands before a line is left free, but never all of a narrow terminal."""
    assert wrap_columns("one two three four five six", 30, 14) == ["one two three", "four five six"]
    assert wrap_columns("one two three four five six", 5, 14) == ["one two three", "four five six"]
