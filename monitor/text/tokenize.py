"""Text split into tokens that know their position in the original.

A token is a word, a number with its decimal point, initials with their dots, or one character of a
script written without spaces. Every dash, slash and other sign separates tokens.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from monitor.text.normalize import normalize_text
from monitor.text.sanitize import APOSTROPHES, CJK

APOSTROPHE = re.compile(f"[{APOSTROPHES}]")


class Token(NamedTuple):
    """A normalized token, and its offsets in the original text."""

    surface: str
    start: int
    end: int


class TokenizedText:
    """The tokens of a text; offsets are computed only when needed."""

    __slots__ = ("_ends", "_origin", "_parts", "surfaces")

    def __init__(self, text: str) -> None:
        plain, self._origin = normalize_text(text)
        self._parts = _compile_token_pattern().split(plain)
        self._ends: list[int] | None = None
        self.surfaces = self._parts[1::2]

    def find_span(self, first: int, last: int) -> tuple[int, int]:
        """Return the original (start, end) offsets from token `first` to token `last`."""
        return self.find_spans([(first, last)])[0]

    def find_spans(self, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the original (start, end) offsets of many ranges of tokens, ends included."""
        ends = self._ends or self._compute_offsets()
        spans = [(ends[2 * first], ends[2 * last + 1]) for first, last in ranges]
        return spans if self._origin is None else [self._origin.map_span(*span) for span in spans]

    def is_joined(self, index: int) -> bool:
        """Return whether this token touches the one before it."""
        return index > 0 and not self._parts[2 * index]

    def __iter__(self) -> Iterator[Token]:
        for index, surface in enumerate(self.surfaces):
            yield Token(surface, *self.find_span(index, index))

    def _compute_offsets(self) -> list[int]:
        # The parts are gap, token, gap, token, …: their accumulated lengths give all offsets.
        self._ends = list(accumulate(map(len, self._parts)))
        return self._ends


def is_cjk(surface: str) -> bool:
    """Return whether the token is one character of a script written without spaces."""
    return (
        len(surface) == 1
        and not surface.isascii()
        and _compile_cjk_pattern().match(surface) is not None
    )


@cache
def _compile_cjk_pattern() -> re.Pattern[str]:
    return re.compile(f"[{CJK}]")


@cache
def _compile_token_pattern() -> re.Pattern[str]:
    """Return the pattern that splits a text; compiling it takes as long as a small command.

    The first branch is only an optimization, and matches nearly every token: words in ASCII that
    end there. It is possessive and does not backtrack (`++`).
    """
    apostrophe, char = r"['`’‘‛′‵]", rf"[^\W_{CJK}]"
    letter, ascii_char = r"[A-Za-z\u00c0-\u052f]", "[A-Za-z0-9]"
    initials = rf"{letter}(?:\.{letter}(?![0-9A-Za-z\u00c0-\u052f]))+\.?(?:{apostrophe}[sS]\b)?"
    # Neither 2025.12.01, which is three numbers, nor the end of 12,345,67 is such a number.
    thousands, point = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", r"[0-9]+\.[0-9]+"
    number = rf"(?<![0-9][.,])(?:{thousands}|{point})(?![.,]?[0-9]){ascii_char}*"
    word = rf"{char}+(?:{apostrophe}{char}+)*"
    usual = rf"[A-Za-z]{ascii_char}++(?!['`\x80-\U0010ffff])"
    return re.compile(rf"({usual}|(?=\w)(?:{initials}|{number}|{word}|[{CJK}]))")
