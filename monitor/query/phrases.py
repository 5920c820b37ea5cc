"""An index of token patterns: each distinct token is looked up once and then cached."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from monitor.query.ast import Term
from monitor.query.inflection import inflect_token, is_acronym
from monitor.text.tokenize import TokenizedText, is_cjk

TokenIds = tuple[int, ...]
_IdsByText = dict[str, list[int]]

_MAX_CACHED_SURFACES = 100_000  # surfaces: bounds the memory of a process that runs for months


PatternKind = Literal["word", "capitals", "prefix", "capital prefix"]


class TokenPattern(NamedTuple):
    """One token of a term: keys that a token may share, capitals, or a prefix of either."""

    kind: PatternKind
    texts: tuple[str, ...]


class TokenIndex(dict[str, TokenIds]):
    """Map of a token's surface to the ids of all patterns that the token matches.

    It fills on first access; the cache is cleared when it grows too large.
    """

    def __init__(self) -> None:
        super().__init__()
        self._id_by_pattern: dict[TokenPattern, int] = {}
        self._by_key: _IdsByText = {}
        self._by_capitals: _IdsByText = {}
        self._by_prefix: dict[int, _IdsByText] = {}
        self._by_capital_prefix: dict[int, _IdsByText] = {}

    def assign_id(self, pattern: TokenPattern) -> int:
        """Return the id of a pattern, and assign a new id on first use."""
        known_id = self._id_by_pattern.get(pattern)
        if known_id is not None:
            return known_id
        new_id = self._id_by_pattern[pattern] = len(self._id_by_pattern)
        for text in pattern.texts:
            self._select_index(pattern.kind, text).setdefault(text, []).append(new_id)
        return new_id

    def _select_index(self, kind: PatternKind, text: str) -> _IdsByText:
        if kind == "word":
            return self._by_key
        if kind == "capitals":
            return self._by_capitals
        by_length = self._by_prefix if kind == "prefix" else self._by_capital_prefix
        return by_length.setdefault(len(text), {})

    def __missing__(self, surface: str) -> TokenIds:
        if len(self) > _MAX_CACHED_SURFACES:
            self.clear()
        folded, keys, capitals = inflect_token(surface)
        matching_ids: set[int] = set()
        for key in keys:
            matching_ids.update(self._by_key.get(key, ()))
        if capitals:
            matching_ids.update(self._by_capitals.get(capitals, ()))
            matching_ids.update(_find_prefix_ids(self._by_capital_prefix, capitals))
        matching_ids.update(_find_prefix_ids(self._by_prefix, folded))
        ids = self[surface] = tuple(matching_ids)
        return ids

    def find_positions(self, tokens: TokenizedText) -> dict[int, list[int]]:
        """Return the positions at which each pattern matches, without those that match nowhere."""
        positions: dict[int, list[int]] = defaultdict(list)
        for position, ids in enumerate(map(self.__getitem__, tokens.surfaces)):
            for token_id in ids:
                positions[token_id].append(position)
        return positions


def _find_prefix_ids(by_length: dict[int, _IdsByText], text: str) -> Iterator[int]:
    """Yield the ids of all prefix patterns that `text` starts with."""
    for length, ids_by_prefix in by_length.items():
        if length <= len(text):
            yield from ids_by_prefix.get(text[:length], ())


TokenRange = tuple[int, int]  # the first and the last token, inclusive
Positions = Mapping[int, Sequence[int]]


def find_adjacent(
    ids: Sequence[int], joined_indexes: Sequence[int], positions: Positions, tokens: TokenizedText
) -> list[TokenRange]:
    """Return where the tokens follow each other.

    Those at `joined_indexes` must touch the token before them.
    """
    starts = set(positions.get(ids[0], ()))
    for distance, token_id in enumerate(ids[1:], 1):
        starts &= {position - distance for position in positions.get(token_id, ())}
    last = len(ids) - 1
    return [
        (start, start + last)
        for start in sorted(starts)
        if all(tokens.is_joined(start + index) for index in joined_indexes)
    ]


def find_unordered(
    ids: Sequence[int],
    joined_indexes: Sequence[int],
    within: int,
    positions: Positions,
    tokens: TokenizedText,
) -> list[TokenRange]:
    """Return where the tokens occur in any order, at most `within` positions apart.

    Tokens at `joined_indexes` stay together with the one before. Where a word occurs several times
    in such a place, every occurrence is returned.
    """
    borders = [index for index in range(len(ids) + 1) if index not in joined_indexes]
    units = [
        find_adjacent(ids[start:end], range(1, end - start), positions, tokens)
        for start, end in pairwise(borders)
    ]
    ranges: set[TokenRange] = set()
    for start in {first for unit in units for first, _ in unit}:
        near = [[at for at in unit if start <= at[0] and at[1] <= start + within] for unit in units]
        if all(near) and _can_place_all(near):
            ranges.update(*near)
    return sorted(ranges)


def _can_place_all(options: list[list[TokenRange]]) -> bool:
    """Return whether each unit can have its own place (bipartite matching, Kuhn's algorithm)."""
    unit_by_place: dict[TokenRange, int] = {}

    def place_unit(unit: int, tried: set[TokenRange]) -> bool:
        for place in options[unit]:
            if place not in tried:
                tried.add(place)
                if place not in unit_by_place or place_unit(unit_by_place[place], tried):
                    unit_by_place[place] = unit
                    return True
        return False

    return all(place_unit(unit, set()) for unit in range(len(options)))


class TermPart(NamedTuple):
    """One token of a term in its place; `is_joined` if it must touch the token before it."""

    pattern: TokenPattern
    is_joined: bool


@lru_cache(maxsize=1 << 12)
def split_term(term: Term) -> tuple[TermPart, ...]:
    """Return the tokens of a term, in order; empty if it has no letter or digit."""
    tokens = TokenizedText(term.text)
    last = len(tokens.surfaces) - 1
    return tuple(
        TermPart(
            _make_pattern(surface, is_prefix=term.is_prefix and index == last),
            # A word of Hangul, Han or Kana matches only if its characters are adjacent.
            is_cjk(surface) and tokens.is_joined(index) and is_cjk(tokens.surfaces[index - 1]),
        )
        for index, surface in enumerate(tokens.surfaces)
    )


def _make_pattern(surface: str, *, is_prefix: bool) -> TokenPattern:
    folded, keys, capitals = inflect_token(surface)
    if is_acronym(capitals):
        return TokenPattern("capital prefix" if is_prefix else "capitals", (capitals,))
    return TokenPattern("prefix", (folded,)) if is_prefix else TokenPattern("word", keys)
