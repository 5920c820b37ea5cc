"""Whether two releases report one event, judged by their words alone.

A ministry tells one event twice: as a release and under a photograph, or as two releases on one
visit. Three things give that away, each tuned on the ministry's own listing of December 2025 (ten
entries, three pairs; the other 42 pairs are what must not be taken for one):

- The texts are near-equal: the shorter one's words (the pairs: 90 % or more; others: 49 % or less)
  and runs of three words (55 % or more; 14 % or less) are nearly all in the longer one. Where each
  title names somebody of whom the other release doesn't speak, as with two ambassadors received on
  one day with the same phrases, the texts are two all the same.
- The titles are near-equal: one says all that the other does, and no number more.
- The titles name the same two parties (“Korea and the UAE …”), and both texts speak of both again.

No list of words to leave out is needed, so it holds for other publishers too. A name is a word that
its text never writes in small letters.
"""

import re
from collections import Counter
from functools import cache, cached_property
from zlib import crc32

from monitor.text.folding import fold
from monitor.text.tokens import Tokens

_WORDS = 0.65  # share of the shorter text's words
_ROUGHLY = 0.5  # the same, of the words' marks: most pairs end here
_RUNS = 0.3  # share of its runs of three words
_MARKS = 8192  # bits: few words of one text share one
_TITLE = 0.75  # share of all the words of two titles
_ENOUGH = 12  # different words: a shorter text may be a mere phrase
_AGAIN = 2  # how often a text names what it is about


class Traits:
    """What is compared of one release; each part is worked out when it is first asked for."""

    def __init__(self, title: str, text: str) -> None:
        self._title, self._text = title, text

    @cached_property
    def heading(self) -> frozenset[str]:
        """Return the different words of the title."""
        return frozenset(_folded(self._title))

    @cached_property
    def sequence(self) -> list[str]:
        """Return the words of the text, in order."""
        return _folded(self._text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the different words of the text."""
        return frozenset(self.sequence)

    @cached_property
    def sketch(self) -> int:
        """Return a set of marks, one bit for each word, which is compared in no time."""
        sketch = 0
        for word in self.words:
            sketch |= 1 << crc32(word.encode("utf-8", "surrogatepass")) % _MARKS
        return sketch

    @cached_property
    def runs(self) -> frozenset[tuple[str, str, str]]:
        """Return every three words of the text that follow one another."""
        words = self.sequence
        return frozenset(zip(words, words[1:], words[2:], strict=False))

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the words that the text never writes in small letters."""
        written = set(Tokens(self._text).surfaces)
        capital = {_bare(fold(word)) for word in written if word[0].isupper()}
        return frozenset(capital - {_bare(fold(word)) for word in written if word[0].islower()})

    @cached_property
    def parties(self) -> frozenset[frozenset[str]]:
        """Return the pairs of names that stand side by side in the title and again in the text."""
        pairs = {
            frozenset((_bare(fold(found["one"])), _bare(fold(found["other"]))))
            for found in _parties().finditer(self._title)
        }
        if not pairs:
            return frozenset()
        often = Counter(self.sequence)
        known = {word for word in self.names if often[word] >= _AGAIN}
        return frozenset(pair for pair in pairs if len(pair) > 1 and pair <= known)


def same_event(one: Traits, other: Traits, *, same_day: bool) -> bool:
    """Say whether both report one event, given that they are of the same day or the next."""
    return (
        _titles_agree(one.heading, other.heading)
        or _texts_agree(one, other)
        or (same_day and not one.parties.isdisjoint(other.parties))
    )


def _titles_agree(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return (
        (ours <= theirs or theirs <= ours)
        and len(ours & theirs) >= max(2, _TITLE * len(ours | theirs))
        and not any(word[0].isdigit() for word in ours ^ theirs)
    )


def _texts_agree(one: Traits, other: Traits) -> bool:
    return (
        _may_agree(one.sketch, other.sketch)
        and min(len(one.words), len(other.words)) >= _ENOUGH
        and _share(one.words, other.words) >= _WORDS
        and _share(one.runs, other.runs) >= _RUNS
        and not (_names_unknown(one, other) and _names_unknown(other, one))
    )


def _may_agree(ours: int, theirs: int) -> bool:
    shared = (ours & theirs).bit_count()
    return shared >= _ROUGHLY * min(ours.bit_count(), theirs.bit_count())


def _names_unknown(one: Traits, other: Traits) -> bool:
    """Say whether the title of `one` names something of which `other` doesn't speak."""
    return not (one.heading & one.names <= other.words | other.heading)


def _share(ours: frozenset[object], theirs: frozenset[object]) -> float:
    """Return which share of the smaller set the other one holds too; 0 if it is empty."""
    return len(ours & theirs) / max(1, min(len(ours), len(theirs)))


def _folded(text: str) -> list[str]:
    return [_bare(word) for word in Tokens(fold(text)).surfaces]


def _bare(word: str) -> str:
    """Leave out a possessive ending; `fold` has made every apostrophe one."""
    return word.removesuffix("'s")


@cache
def _parties() -> re.Pattern[str]:
    """Return the pattern of two parties side by side: "A and the B", "A, B", "A–B".

    What a mere hyphen joins is one: a Vice-President.
    """
    return re.compile(r"\b(?P<one>\w+)(?=(?:,? and (?:the )?|\s?[–—]\s?|, )(?P<other>\w+))")
