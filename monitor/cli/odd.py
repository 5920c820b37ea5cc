"""What is odd about a query: words that never matched, and what matches most of everything."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from monitor.query.leaving import Leaf, leaves
from monitor.query.match import find
from monitor.query.nodes import Node, Source, Term
from monitor.query.printing import unparse
from monitor.query.words import form, is_acronym
from monitor.store import archive
from monitor.store.sifting import Sifter, documents
from monitor.text.cleaning import clean
from monitor.text.slips import missed, swapped
from monitor.text.tokens import Tokens

_MOST = 10
_LENGTHS = 2
_NEAR = 0.75
_TITLES = 20_000  # older ones hardly hold another word, and would take a second
_SHORTEST = 3  # letters: of two, nearly any is one slip away from nearly any
_LONGEST = 30
_LOOKED_AT = 5  # releases, to see how a word is written
_WORD = re.compile(r"\w+")


def unmet(
    conn: sqlite3.Connection, sifter: Sifter, query: Node, sources: Iterable[str]
) -> Iterator[str]:
    """Yield what of a query matches nothing, and what may have been meant.

    `sources` are the listings of the config; those of the archive are known.
    """
    wanted = [leaf for leaf, is_excluded in leaves(query) if not is_excluded]
    odd = [leaf for leaf in wanted if not sifter.is_met(leaf)]
    guesser = _Guesser(conn, sifter, sources)
    for one in odd[:_MOST]:
        yield f"“{clean(unparse(one))}” matched nothing{guesser.hint(one)}"
    if len(odd) > _MOST:
        yield f"{len(odd) - _MOST} more matched nothing"


def too_much(count: int, total: int) -> Iterator[str]:
    """Yield that a query matches most of everything, if it does."""
    if count > total / 2:
        yield f"this matches {count / total:.0%} of everything; narrow it down with more words"


class _Guesser:
    """Guesses what was meant by what matched nothing, from what is in the archive."""

    def __init__(self, conn: sqlite3.Connection, sifter: Sifter, sources: Iterable[str]) -> None:
        self._conn, self._sifter, self._sources = conn, sifter, sources

    def hint(self, odd: Leaf) -> str:
        """Return `; did you mean “steel”?` where something near is there, or why nothing is."""
        if isinstance(odd, Source):
            names = _folded((*archive.sources(self._conn), *self._sources))
            name = odd.name.casefold()
            return _asked(None if name in names else _alike(name, names))
        for surface in Tokens(odd.text).surfaces:
            if not self._sifter.is_met(Term(surface, prefix=odd.prefix)):
                return self._small(surface, odd) or _asked(self._near(surface, odd))
        return ""

    def _small(self, surface: str, odd: Term) -> str:
        """Say that a word which is there in small letters was asked for in capitals."""
        small = surface.casefold()
        is_there = is_acronym(form(surface).capitals) and self._sifter.is_met(
            Term(small, prefix=odd.prefix)
        )
        if not is_there:
            return ""
        return f", as two to four capitals find only capitals; “{clean(small)}” finds both"

    def _near(self, surface: str, odd: Term) -> str | None:
        """Return a word one slip away, or else one of the titles that is alike."""
        word = surface if is_acronym(form(surface).capitals) else surface.casefold()
        if word.isascii() and word.isalpha() and len(word) <= _LONGEST:
            ways = [swapped(word)] if len(word) < _SHORTEST else [swapped(word), missed(word)]
            for way in ways:
                if meant := self._commonest(word, way, is_beginning=odd.prefix):
                    return meant
        folded = surface.casefold()
        if folded in self._titles:
            return None
        begun = {one: way for one, way in self._titles.items() if one[0] == folded[0]}
        return _alike(folded, begun, is_beginning=odd.prefix)

    def _commonest(self, word: str, others: Iterable[str], *, is_beginning: bool) -> str | None:
        """Return the commonest of these words that is there, first of those that begin alike."""
        counts = {
            other: count
            for other in dict.fromkeys(others)
            if (count := self._sifter.frequency(Term(other, prefix=is_beginning)))
        }
        ranked = sorted(counts, key=lambda one: (one[:1] != word[:1], -counts[one]))
        for one in ranked:
            if ids := self._sifter.matching(Term(one, prefix=is_beginning)):
                newest = self._sifter.newest(ids, _LOOKED_AT)
                return f"{one}*" if is_beginning else self._as_written(one, newest)
        return None

    def _as_written(self, word: str, ids: Sequence[int]) -> str:
        """Return a word as releases have it: with a capital if it always has one, for example."""
        ways = {
            getattr(document, hit.field)[hit.start : hit.end]
            for _, document in documents(self._conn, ids)
            for hit in find(Term(word), document) or ()
        }
        same = [way for way in ways if way.casefold() == word.casefold()]
        return max(same, default=word)  # small letters come after capitals

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        """Return the words of titles, as they are written, by how they are compared."""
        return _folded(set(_WORD.findall("\n".join(archive.titles(self._conn, _TITLES)))))


def _folded(words: Iterable[str]) -> Mapping[str, str]:
    return {word.casefold(): word for word in words}


def _asked(near: str | None) -> str:
    return f"; did you mean “{clean(near)}”?" if near else ""


def _alike(word: str, words: Mapping[str, str], *, is_beginning: bool = False) -> str | None:
    """Return which of `words`, given by how they are compared, is most alike, if one is."""
    from difflib import get_close_matches

    end = len(word) if is_beginning else None
    alike = {
        one[:end]: shown
        for one, shown in words.items()
        if is_beginning or abs(len(one) - len(word)) <= _LENGTHS
    }
    found = get_close_matches(word, alike, n=1, cutoff=_NEAR)
    return alike[found[0]] if found else None
