"""Whether two releases report the same event, judged only by their words.

A ministry often reports an event in two releases: a text and a photo caption, or two releases on
one visit. Three signs show it. Their thresholds were tuned on the ministry's own listing of
December 2025 (ten entries with three pairs; the other 42 pairs must not be matched):

- The texts are near-equal: almost all words of the shorter text (pairs: 90 % or more; others: 49 %
  or less) and its runs of three words (55 % or more; 14 % or less) are in the longer one. The texts
  do not match where each title names somebody whom the other release does not mention, as with two
  ambassadors received on one day with the same phrases.
- The titles are near-equal: one has all the words of the other, and no extra number.
- The titles name the same two parties ("Korea and the UAE …"), and both texts mention both again.

This needs no list of stop words, so it works for other publishers too. A name is a word that its
text never writes in lower case.
"""

import re
from collections import Counter
from functools import cache, cached_property
from zlib import crc32

from monitor.text.normalize import normalize_title
from monitor.text.tokenize import TokenizedText

_MIN_WORD_OVERLAP = 0.65  # fraction of the shorter text's words
_MIN_BIT_OVERLAP = 0.5  # the same for the bit sets; most pairs are rejected here
_MIN_TRIGRAM_OVERLAP = 0.3  # fraction of its runs of three words
_SKETCH_BITS = 8192  # bits: few words of a text share the same bit
_MIN_TITLE_OVERLAP = 0.75  # fraction of all the words of two titles
_MIN_DISTINCT_WORDS = 12  # distinct words: a shorter text may be only a phrase
_MIN_MENTIONS = 2  # times that a text mentions its subjects


class ReleaseTraits:
    """The features of a release to compare, each computed on first use."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text

    @cached_property
    def title_words(self) -> frozenset[str]:
        """Return the distinct words of the title."""
        return frozenset(_split_folded_words(self._title))

    @cached_property
    def word_sequence(self) -> list[str]:
        """Return the words of the text, in order."""
        return _split_folded_words(self._text)

    @cached_property
    def distinct_words(self) -> frozenset[str]:
        """Return the distinct words of the text."""
        return frozenset(self.word_sequence)

    @cached_property
    def word_bits(self) -> int:
        """Return a bit set with one bit for each word, which is compared very fast."""
        bits = 0
        for word in self.distinct_words:
            bits |= 1 << crc32(word.encode("utf-8", "surrogatepass")) % _SKETCH_BITS
        return bits

    @cached_property
    def word_trigrams(self) -> frozenset[tuple[str, str, str]]:
        """Return every three consecutive words of the text."""
        words = self.word_sequence
        return frozenset(zip(words, words[1:], words[2:], strict=False))

    @cached_property
    def proper_names(self) -> frozenset[str]:
        """Return the words that the text never writes in lower case."""
        surfaces = set(TokenizedText(self._text).surfaces)
        capitalized = {
            _strip_possessive(normalize_title(word)) for word in surfaces if word[0].isupper()
        }
        return frozenset(
            capitalized
            - {_strip_possessive(normalize_title(word)) for word in surfaces if word[0].islower()}
        )

    @cached_property
    def party_pairs(self) -> frozenset[frozenset[str]]:
        """Return the pairs of names that are adjacent in the title and repeated in the text."""
        pairs = {
            frozenset(
                (
                    _strip_possessive(normalize_title(match["one"])),
                    _strip_possessive(normalize_title(match["other"])),
                )
            )
            for match in _compile_party_pattern().finditer(self._title)
        }
        if not pairs:
            return frozenset()
        counts = Counter(self.word_sequence)
        repeated_names = {word for word in self.proper_names if counts[word] >= _MIN_MENTIONS}
        return frozenset(pair for pair in pairs if pair <= repeated_names)


def is_same_event(first: ReleaseTraits, second: ReleaseTraits, *, same_day: bool) -> bool:
    """Return whether both releases report the same event; they must be at most a day apart."""
    return (
        _are_titles_similar(first.title_words, second.title_words)
        or _are_texts_similar(first, second)
        or (same_day and not first.party_pairs.isdisjoint(second.party_pairs))
    )


def _are_titles_similar(first: frozenset[str], second: frozenset[str]) -> bool:
    return (
        (first <= second or second <= first)
        and len(first & second) >= max(2, _MIN_TITLE_OVERLAP * len(first | second))
        and not any(word[0].isdigit() for word in first ^ second)
    )


def _are_texts_similar(first: ReleaseTraits, second: ReleaseTraits) -> bool:
    return (
        _can_be_similar(first.word_bits, second.word_bits)
        and min(len(first.distinct_words), len(second.distinct_words)) >= _MIN_DISTINCT_WORDS
        and _compute_overlap(first.distinct_words, second.distinct_words) >= _MIN_WORD_OVERLAP
        and _compute_overlap(first.word_trigrams, second.word_trigrams) >= _MIN_TRIGRAM_OVERLAP
        and not (_has_unknown_names(first, second) and _has_unknown_names(second, first))
    )


def _can_be_similar(first: int, second: int) -> bool:
    shared = (first & second).bit_count()
    return shared >= _MIN_BIT_OVERLAP * min(first.bit_count(), second.bit_count())


def _has_unknown_names(release: ReleaseTraits, other: ReleaseTraits) -> bool:
    """Return whether the title of `release` has a name that the other release does not mention."""
    return not (
        release.title_words & release.proper_names <= other.distinct_words | other.title_words
    )


def _compute_overlap(first: frozenset[object], second: frozenset[object]) -> float:
    """Return the share of the smaller set that the other set has too; 0 if it is empty."""
    return len(first & second) / max(1, min(len(first), len(second)))


def _split_folded_words(text: str) -> list[str]:
    return [_strip_possessive(word) for word in TokenizedText(normalize_title(text)).surfaces]


def _strip_possessive(word: str) -> str:
    """Return `word` without a possessive ending; `normalize_title` has unified the apostrophes."""
    return word.removesuffix("'s")


@cache
def _compile_party_pattern() -> re.Pattern[str]:
    """Return the pattern of two adjacent parties: "A and the B", "A, B", "A–B".

    A hyphen does not separate parties: Vice-President is a single name.
    """
    return re.compile(r"\b(?P<one>\w+)(?=(?:,? and (?:the )?|\s?[–—]\s?|, )(?P<other>\w+))")
