"""NFKC normalization (ﬁ, ½, full width, NFD) with a map back to the original text."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from monitor.text.sanitize import DASHES, INVISIBLE, QUOTES

_COMBINING_MARKS = r"\u0300-\u036f"
# Apostrophes that Unicode classes as letters, or that NFKC turns into a space and a mark.
_APOSTROPHE_LOOKALIKES = "\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb"
# NFKC would make the trade mark signs part of the word before them.
_PLAIN_CHARS = str.maketrans(
    {**dict.fromkeys(_APOSTROPHE_LOOKALIKES, "'"), "\u2122": " ", "\u2120": " "}
)


class OffsetMap:
    """A map from offsets in a normalized text to offsets in the original.

    A piece is a part that either kept its length or counts as a whole.
    """

    __slots__ = ("_pieces", "_starts")

    def __init__(self, pieces: list[tuple[str, int, int]]) -> None:
        self._pieces = [(start, end, len(text) == end - start) for text, start, end in pieces]
        self._starts = [0, *accumulate(len(text) for text, _, _ in pieces)]

    def map_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the (start, end) offsets in the original for those of the normalized text."""
        index = bisect_right(self._starts, start) - 1
        first, _, keeps_length = self._pieces[index]
        original_start = first + (start - self._starts[index]) * keeps_length
        index = bisect_right(self._starts, end - 1) - 1
        first, last, keeps_length = self._pieces[index]
        return original_start, (first + end - self._starts[index]) if keeps_length else last


def normalize_text(text: str) -> tuple[str, OffsetMap | None]:
    """Return `text` in NFKC without combining marks and invisible characters, and the offset map.

    The map is None if nothing was changed, as is usual.
    """
    if _is_plain(text):
        return text, None
    pieces = list(_split_pieces(text))
    return "".join(piece for piece, _, _ in pieces), OffsetMap(pieces)


def _is_plain(text: str) -> bool:
    return text.isascii() or (
        is_normalized("NFKC", text) and not _compile_patterns().unusual.search(text)
    )


def _split_pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Split `text` into as few parts as possible that can be normalized independently."""
    position = 0
    for run in _compile_patterns().run.finditer(text):
        if position < run.start():
            yield text[position : run.start()], position, run.start()
        if _is_plain(run[0]):
            yield run[0], *run.span()
        else:
            for cluster in _compile_patterns().cluster.finditer(text, *run.span()):
                yield _normalize_cluster(cluster[0]), *cluster.span()
        position = run.end()
    if position < len(text):
        yield text[position:], position, len(text)


def _normalize_cluster(cluster: str) -> str:
    visible = _compile_patterns().invisible.sub("", cluster).translate(_PLAIN_CHARS)
    return _compile_patterns().marks.sub("", normalize("NFKC", visible))


class _NormalizationPatterns(NamedTuple):
    unusual: re.Pattern[str]  # characters that NFKC keeps, but that are replaced or removed here
    run: re.Pattern[str]  # non-ASCII text to examine, with the ASCII letter that a mark may follow
    cluster: re.Pattern[str]  # characters that normalization may combine
    invisible: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _compile_patterns() -> _NormalizationPatterns:
    following_chars = (
        rf"{_COMBINING_MARKS}{INVISIBLE}"
        r"\u0653-\u0655\u1161-\u1175\u11a8-\u11c2\u3099\u309a\uff9e\uff9f"
    )
    return _NormalizationPatterns(
        unusual=re.compile(f"[{INVISIBLE}{_COMBINING_MARKS}{_APOSTROPHE_LOOKALIKES}]"),
        run=re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+"),
        cluster=re.compile(f".[{following_chars}]*", re.DOTALL),
        invisible=re.compile(f"[{INVISIBLE}]+"),
        marks=re.compile(f"[{_COMBINING_MARKS}]+"),
    )


_INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]+")
_DASH_RUN = re.compile(f"[{DASHES}]+")
_QUOTE_RUN = re.compile(f"[{QUOTES}]+")


def normalize_title(text: str) -> str:
    """Return the form of `text` that all of its variants share; stable when applied again.

    Case, full-width letters, and the kinds of dash, quote and white space make no difference.
    """
    folded = _fold_once(text)
    # Case folding can produce a letter that NFKC changes, and that one may fold again. This is
    # rare, but without the loop the form would not be stable.
    while not folded.isascii() and (refolded := _fold_once(folded)) != folded:
        folded = refolded
    return folded


def _fold_once(text: str) -> str:
    """Fold once. Replace quotes first, since NFKC turns an acute accent into a space and a mark."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _unify_quotes_and_dashes(_INVISIBLE_RUN.sub("", text)))
    return " ".join(_unify_quotes_and_dashes(text).casefold().split())


def _unify_quotes_and_dashes(text: str) -> str:
    return _DASH_RUN.sub("-", _QUOTE_RUN.sub("'", text))
