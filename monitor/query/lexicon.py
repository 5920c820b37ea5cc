"""Which of the wanted tokens is this one? Asked once for every different token there is."""

from collections import defaultdict
from collections.abc import Iterator

from monitor.query.terms import Kind, Wanted
from monitor.query.words import form
from monitor.text.tokens import Tokens

Ids = tuple[int, ...]
_Index = dict[str, list[int]]

_MAX_KNOWN = 100_000  # surfaces: what a process that runs for months may remember


class Lexicon(dict[str, Ids]):
    """A map from the surface of a token to the numbers of all wanted tokens that it is.

    It fills as it is asked; what is looked up twice costs one look.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[Wanted, int] = {}
        self._by_key: _Index = {}
        self._by_capitals: _Index = {}
        self._by_prefix: dict[int, _Index] = {}
        self._by_capital_prefix: dict[int, _Index] = {}

    def number(self, wanted: Wanted) -> int:
        """Return the number of a wanted token, a new one if it is asked for the first time."""
        known = self._ids.get(wanted)
        if known is not None:
            return known
        number = self._ids[wanted] = len(self._ids)
        for text in wanted.texts:
            self._index(wanted.kind, text).setdefault(text, []).append(number)
        return number

    def _index(self, kind: Kind, text: str) -> _Index:
        if kind == "word":
            return self._by_key
        if kind == "capitals":
            return self._by_capitals
        by_length = self._by_prefix if kind == "prefix" else self._by_capital_prefix
        return by_length.setdefault(len(text), {})

    def __missing__(self, surface: str) -> Ids:
        if len(self) > _MAX_KNOWN:
            self.clear()
        folded, keys, capitals = form(surface)
        found: set[int] = set()
        for key in keys:
            found.update(self._by_key.get(key, ()))
        if capitals:
            found.update(self._by_capitals.get(capitals, ()))
            found.update(_beginning(self._by_capital_prefix, capitals))
        found.update(_beginning(self._by_prefix, folded))
        ids = self[surface] = tuple(found)
        return ids

    def places(self, tokens: Tokens) -> dict[int, list[int]]:
        """Return at which positions each wanted token stands, those that do not left out."""
        found: dict[int, list[int]] = defaultdict(list)
        for position, ids in enumerate(map(self.__getitem__, tokens.surfaces)):
            for number in ids:
                found[number].append(position)
        return found


def _beginning(by_length: dict[int, _Index], text: str) -> Iterator[int]:
    """Yield the numbers of all prefixes that the text begins with."""
    for length, known in by_length.items():
        if length <= len(text):
            yield from known.get(text[:length], ())
