"""Warnings about a query: terms that match nothing, with suggestions; too many matches."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from string import ascii_lowercase, ascii_uppercase

from monitor.query.ast import Node, SourceTerm, Term
from monitor.query.inflection import inflect_token, is_acronym
from monitor.query.lexer import to_query
from monitor.query.matcher import find_hits
from monitor.query.rewrite import Leaf, list_leaves
from monitor.store import releases
from monitor.store.query_sets import QueryEvaluator, load_documents
from monitor.text.sanitize import sanitize_line
from monitor.text.tokenize import TokenizedText

_MAX_UNMATCHED_TERMS = 10
_MAX_LENGTH_DIFFERENCE = 2
_SIMILARITY_CUTOFF = 0.75
_MAX_TITLES = 20_000  # newest; older ones add few words and cost a second
_MIN_TYPO_LENGTH = 3  # letters; nearly all two-letter words are one typing error apart
_MAX_TYPO_LENGTH = 30
_SAMPLE_SIZE = 5  # releases sampled for the usual spelling of a word
_WORD = re.compile(r"\w+")


def describe_unmatched_terms(
    conn: sqlite3.Connection, evaluator: QueryEvaluator, query: Node, sources: Iterable[str]
) -> Iterator[str]:
    """Yield a message for each term that matches nothing, with a suggestion.

    `sources` are the listings of the config; those of the archive are looked up.
    """
    included = [leaf for leaf, is_excluded in list_leaves(query) if not is_excluded]
    unmatched = [leaf for leaf in included if not evaluator.has_match(leaf)]
    suggester = SpellingSuggester(conn, evaluator, sources)
    for term in unmatched[:_MAX_UNMATCHED_TERMS]:
        yield f"“{sanitize_line(to_query(term))}” matched nothing{suggester.format_hint(term)}"
    if len(unmatched) > _MAX_UNMATCHED_TERMS:
        yield f"{len(unmatched) - _MAX_UNMATCHED_TERMS} more matched nothing"


def warn_if_too_broad(count: int, total: int) -> Iterator[str]:
    """Yield a warning if a query matches more than half of all releases."""
    if count > total / 2:
        yield f"this matches {count / total:.0%} of everything; narrow it down with more words"


class SpellingSuggester:
    """Suggests corrections for terms that match nothing, from the words in the archive."""

    def __init__(
        self, conn: sqlite3.Connection, evaluator: QueryEvaluator, sources: Iterable[str]
    ) -> None:
        self._conn, self._evaluator, self._sources = conn, evaluator, sources

    def format_hint(self, term: Leaf) -> str:
        """Return `; did you mean “steel”?` or why nothing matched; empty without a suggestion."""
        if isinstance(term, SourceTerm):
            names = _index_by_casefold((*releases.list_source_names(self._conn), *self._sources))
            name = term.name.casefold()
            return _format_question(None if name in names else _find_closest(name, names))
        for surface in TokenizedText(term.text).surfaces:
            if not self._evaluator.has_match(Term(surface, is_prefix=term.is_prefix)):
                return self._suggest_lowercase(surface, term) or _format_question(
                    self._find_similar_word(surface, term)
                )
        return ""

    def _suggest_lowercase(self, surface: str, term: Term) -> str:
        """Return a hint if the word occurs in lower case but the query has it in capitals."""
        lowercase = surface.casefold()
        has_lowercase_match = is_acronym(
            inflect_token(surface).capitals
        ) and self._evaluator.has_match(Term(lowercase, is_prefix=term.is_prefix))
        if not has_lowercase_match:
            return ""
        return (
            f", as two to four capitals find only capitals; “{sanitize_line(lowercase)}” finds both"
        )

    def _find_similar_word(self, surface: str, term: Term) -> str | None:
        """Return an existing word one typing error away, or else a similar word from the titles."""
        word = surface if is_acronym(inflect_token(surface).capitals) else surface.casefold()
        if word.isascii() and word.isalpha() and len(word) <= _MAX_TYPO_LENGTH:
            candidate_groups = (
                [generate_transpositions(word)]
                if len(word) < _MIN_TYPO_LENGTH
                else [generate_transpositions(word), generate_edits(word)]
            )
            for way in candidate_groups:
                if suggestion := self._find_most_frequent(word, way, is_prefix=term.is_prefix):
                    return suggestion
        folded = surface.casefold()
        if folded in self._title_words:
            return None
        same_initial = {
            title_word: way
            for title_word, way in self._title_words.items()
            if title_word[0] == folded[0]
        }
        return _find_closest(folded, same_initial, is_prefix=term.is_prefix)

    def _find_most_frequent(
        self, word: str, candidates: Iterable[str], *, is_prefix: bool
    ) -> str | None:
        """Return the most frequent candidate, or None; those with the same first letter win."""
        counts = {
            other: count
            for other in dict.fromkeys(candidates)
            if (count := self._evaluator.estimate_frequency(Term(other, is_prefix=is_prefix)))
        }
        ranked = sorted(
            counts, key=lambda candidate: (candidate[:1] != word[:1], -counts[candidate])
        )
        for candidate in ranked:
            if ids := self._evaluator.find_matches(Term(candidate, is_prefix=is_prefix)):
                newest = self._evaluator.select_newest(ids, _SAMPLE_SIZE)
                return (
                    f"{candidate}*" if is_prefix else self._find_usual_spelling(candidate, newest)
                )
        return None

    def _find_usual_spelling(self, word: str, ids: Sequence[int]) -> str:
        """Return a word as releases spell it, for example with a capital if it always has one."""
        spellings = {
            getattr(document, hit.field)[hit.start : hit.end]
            for _, document in load_documents(self._conn, ids)
            for hit in find_hits(Term(word), document) or ()
        }
        case_variants = [
            spelling for spelling in spellings if spelling.casefold() == word.casefold()
        ]
        return max(case_variants, default=word)  # lower case sorts after capitals, so it wins

    @cached_property
    def _title_words(self) -> Mapping[str, str]:
        """The words of the titles as written, by their casefolded form."""
        return _index_by_casefold(
            set(_WORD.findall("\n".join(releases.iter_newest_titles(self._conn, _MAX_TITLES))))
        )


def _index_by_casefold(words: Iterable[str]) -> Mapping[str, str]:
    return {word.casefold(): word for word in words}


def _format_question(suggestion: str | None) -> str:
    return f"; did you mean “{sanitize_line(suggestion)}”?" if suggestion else ""


def _find_closest(word: str, words: Mapping[str, str], *, is_prefix: bool = False) -> str | None:
    """Return the most similar of `words`, a map from casefolded to written form, or None."""
    from difflib import get_close_matches

    compared_length = len(word) if is_prefix else None
    candidates = {
        folded[:compared_length]: written
        for folded, written in words.items()
        if is_prefix or abs(len(folded) - len(word)) <= _MAX_LENGTH_DIFFERENCE
    }
    closest = get_close_matches(word, candidates, n=1, cutoff=_SIMILARITY_CUTOFF)
    return candidates[closest[0]] if closest else None


def generate_transpositions(word: str) -> Iterator[str]:
    """Yield the words that differ from `word` by two swapped adjacent letters."""
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"


def generate_edits(word: str) -> Iterator[str]:
    """Yield the words that differ from `word` by one letter missing, added or replaced.

    Letters are English ones: capitals if `word` is all in capitals.
    """
    letters = ascii_uppercase if word.isupper() else ascii_lowercase
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (f"{head}{letter}{tail}" for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (f"{head}{letter}{tail[1:]}" for letter in letters if letter != tail[0])
