"""Text cut into tokens that know where in the original they stand.

A token is a word, a number with its point, initials with their dots, or one character of a script
that is written without spaces. Every dash, slash and other sign parts tokens.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from monitor.text.characters import APOSTROPHES, CJK
from monitor.text.normal import normal

APOSTROPHE = re.compile(f"[{APOSTROPHES}]")


class Token(NamedTuple):
    """A token as normalised, and where it stands in the original text."""

    surface: str
    start: int
    end: int


class Tokens:
    """The tokens of a text. Offsets are worked out only when somebody asks for them."""

    __slots__ = ("_ends", "_origin", "_parts", "surfaces")

    def __init__(self, text: str) -> None:
        plain, self._origin = normal(text)
        self._parts = _pattern().split(plain)
        self._ends: list[int] | None = None
        self.surfaces = self._parts[1::2]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where in the original the tokens from `first` to `last` begin and end."""
        return self.spans([(first, last)])[0]

    def spans(self, ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the same for many, each given by its first and last token."""
        ends = self._ends or self._measure()
        spans = [(ends[2 * first], ends[2 * last + 1]) for first, last in ranges]
        return spans if self._origin is None else [self._origin.span(*span) for span in spans]

    def joined(self, index: int) -> bool:
        """Say whether nothing at all stands between this token and the one before."""
        return index > 0 and not self._parts[2 * index]

    def __iter__(self) -> Iterator[Token]:
        for index, surface in enumerate(self.surfaces):
            yield Token(surface, *self.span(index, index))

    def _measure(self) -> list[int]:
        # The parts are gap, token, gap, token, …: their running lengths are all offsets there are.
        self._ends = list(accumulate(map(len, self._parts)))
        return self._ends


def is_cjk(surface: str) -> bool:
    """Say whether the token is one character of a script written without spaces."""
    return len(surface) == 1 and not surface.isascii() and _cjk().match(surface) is not None


@cache
def _cjk() -> re.Pattern[str]:
    return re.compile(f"[{CJK}]")


@cache
def _pattern() -> re.Pattern[str]:
    """Return the one pattern that cuts; compiling it takes as long as a small command runs.

    The first branch takes nearly every token, and is there for speed alone: words in ASCII that end
    with it, without giving back letters (`++`).
    """
    apostrophe, char = r"['`’‘‛′‵]", rf"[^\W_{CJK}]"
    letter, ascii_char = r"[A-Za-z\u00c0-\u052f]", "[A-Za-z0-9]"
    initials = rf"{letter}(?:\.{letter}(?![0-9A-Za-z\u00c0-\u052f]))+\.?(?:{apostrophe}[sS]\b)?"
    # Neither 2025.12.01, which is three numbers, nor the end of 12,345,67.
    thousands, point = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", r"[0-9]+\.[0-9]+"
    number = rf"(?<![0-9][.,])(?:{thousands}|{point})(?![.,]?[0-9]){ascii_char}*"
    word = rf"{char}+(?:{apostrophe}{char}+)*"
    usual = rf"[A-Za-z]{ascii_char}++(?!['`\x80-\U0010ffff])"
    return re.compile(rf"({usual}|(?=\w)(?:{initials}|{number}|{word}|[{CJK}]))")
