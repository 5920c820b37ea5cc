"""Line breaking by terminal columns; East Asian wide characters take two.

`textwrap` counts characters, so a line of Hangul comes out twice as wide as requested. URLs are
never broken, because a broken URL can be neither clicked nor copied.
"""

import re
import unicodedata
from collections.abc import Iterator

_MIN_WIDTH = 16  # columns: the minimum, however narrow the terminal and deep the indent
_URL_PATTERN = re.compile(r"[\x00-\x1f]*https?://", re.IGNORECASE)  # after a renderer's own marks


def display_width(text: str) -> int:
    """Return the width of `text` in terminal columns.

    Control and combining characters take none.
    """
    return len(text) if text.isascii() and text.isprintable() else sum(map(_char_width, text))


def wrap_columns(text: str, width: int, indent: int = 0) -> list[str]:
    """Break `text` at its spaces into lines of at most `width - indent` columns."""
    max_columns = max(width - indent, _MIN_WIDTH)
    lines: list[str] = []
    line, used_columns = "", -1
    for word in _split_words(text, max_columns):
        word_columns = display_width(word)
        if used_columns >= 0 and used_columns + 1 + word_columns > max_columns:
            lines.append(line)
            line, used_columns = word, word_columns
        else:
            line, used_columns = (
                (f"{line} {word}", used_columns + 1 + word_columns)
                if used_columns >= 0
                else (word, word_columns)
            )
    return [*lines, line]


def _char_width(char: str) -> int:
    if unicodedata.category(char) in {"Cc", "Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _split_words(text: str, max_columns: int) -> Iterator[str]:
    for word in text.split(" "):
        yield from _break_word(word, max_columns)


def _break_word(word: str, max_columns: int) -> Iterator[str]:
    """Break a word that is too long for a line, such as a sentence of Chinese."""
    if display_width(word) <= max_columns or _URL_PATTERN.match(word):
        yield word
        return
    piece, used_columns = "", 0
    for char in word:
        if used_columns + _char_width(char) > max_columns:
            yield piece
            piece, used_columns = "", 0
        piece, used_columns = piece + char, used_columns + _char_width(char)
    yield piece
