"""Compatibility forms made plain (ﬁ, ½, full width, NFD), without losing the way back."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from monitor.text.characters import INVISIBLE

_MARKS = r"\u0300-\u036f"
# Apostrophes that Unicode calls letters, or that NFKC makes a space and a mark of.
_ALIKE = "\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb"
# The trade mark signs are no part of the word that they follow, as NFKC would have it.
_PLAIN = str.maketrans({**dict.fromkeys(_ALIKE, "'"), "\u2122": " ", "\u2120": " "})


class Origin:
    """The way back from offsets into a normalised text to offsets into the original.

    A piece is a stretch that either kept its length, or counts as a whole.
    """

    __slots__ = ("_pieces", "_starts")

    def __init__(self, pieces: list[tuple[str, int, int]]) -> None:
        self._pieces = [(start, end, len(text) == end - start) for text, start, end in pieces]
        self._starts = [0, *accumulate(len(text) for text, _, _ in pieces)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original's (start, end) for one of the normalised text."""
        index = bisect_right(self._starts, start) - 1
        first, _, kept = self._pieces[index]
        begin = first + (start - self._starts[index]) * kept
        index = bisect_right(self._starts, end - 1) - 1
        first, last, kept = self._pieces[index]
        return begin, (first + end - self._starts[index]) if kept else last


def normal(text: str) -> tuple[str, Origin | None]:
    """Return `text` in NFKC without marks and invisible characters, and the way back.

    No way back means that nothing had to be changed, as is usual.
    """
    if _is_plain(text):
        return text, None
    pieces = list(_pieces(text))
    return "".join(piece for piece, _, _ in pieces), Origin(pieces)


def _is_plain(text: str) -> bool:
    return text.isascii() or (is_normalized("NFKC", text) and not _patterns().unusual.search(text))


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Cut `text` where normalising cannot reach across, and no finer than it must."""
    at = 0
    for found in _patterns().run.finditer(text):
        if at < found.start():
            yield text[at : found.start()], at, found.start()
        if _is_plain(found[0]):
            yield found[0], *found.span()
        else:
            for part in _patterns().cluster.finditer(text, *found.span()):
                yield _plain(part[0]), *part.span()
        at = found.end()
    if at < len(text):
        yield text[at:], at, len(text)


def _plain(cluster: str) -> str:
    visible = _patterns().invisible.sub("", cluster).translate(_PLAIN)
    return _patterns().marks.sub("", normalize("NFKC", visible))


class _Patterns(NamedTuple):
    unusual: re.Pattern[str]  # what is NFKC and not plain all the same
    run: re.Pattern[str]  # a stretch to look into, with the ASCII letter that a mark may follow
    cluster: re.Pattern[str]  # what normalising may put together
    invisible: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    follows = rf"{_MARKS}{INVISIBLE}\u0653-\u0655\u1161-\u1175\u11a8-\u11c2\u3099\u309a\uff9e\uff9f"
    return _Patterns(
        unusual=re.compile(f"[{INVISIBLE}{_MARKS}{_ALIKE}]"),
        run=re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+"),
        cluster=re.compile(f".[{follows}]*", re.DOTALL),
        invisible=re.compile(f"[{INVISIBLE}]+"),
        marks=re.compile(f"[{_MARKS}]+"),
    )
