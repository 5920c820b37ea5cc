"""Breaking lines by what a terminal shows, where East Asian wide characters take two columns.

`textwrap` counts characters, so a line of Hangul comes out twice as wide as it was asked for.
Addresses are never broken: a broken one can be neither clicked nor copied.
"""

import re
import unicodedata
from collections.abc import Iterator

_ROOM = 16  # however narrow the terminal and deep the indent, this much is used
_ADDRESS = re.compile(r"[\x00-\x1f]*https?://", re.IGNORECASE)  # behind a renderer's own marks


def columns(text: str) -> int:
    """Return how many columns `text` takes; control and combining characters take none."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_width, text))


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """Break `text` at its spaces into lines of at most `width - indent` columns."""
    room = max(width - indent, _ROOM)
    lines: list[str] = []
    line, used = "", -1
    for word in _words(text, room):
        taken = columns(word)
        if used >= 0 and used + 1 + taken > room:
            lines.append(line)
            line, used = word, taken
        else:
            line, used = (f"{line} {word}", used + 1 + taken) if used >= 0 else (word, taken)
    return [*lines, line]


def _width(char: str) -> int:
    if unicodedata.category(char) in {"Cc", "Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _words(text: str, room: int) -> Iterator[str]:
    for word in text.split(" "):
        yield from _pieces(word, room)


def _pieces(word: str, room: int) -> Iterator[str]:
    """Break a word that no line can hold, as a sentence of Chinese is."""
    if columns(word) <= room or _ADDRESS.match(word):
        yield word
        return
    piece, used = "", 0
    for char in word:
        if used + _width(char) > room:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + _width(char)
    yield piece
