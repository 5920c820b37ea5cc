"""A document laid out for matching: read once, asked by many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.model.told import Document, Hit
from monitor.query.nodes import FIELDS, Field
from monitor.text.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Container

    from monitor.query.lexicon import Lexicon
    from monitor.query.occurrences import Range

Places = dict[int, list[int]]


# A hit, and before it what sorts it: the number of the field, its offsets, the term.
Spot = tuple[int, int, int, str, Hit]


class Page:
    """The tokens of each field, and where in it the wanted ones stand.

    Only the `fields` that some query asks for are read.
    """

    def __init__(self, document: Document, lexicon: Lexicon, fields: Container[Field]) -> None:
        texts = zip(FIELDS, (document.title, document.text, document.category), strict=True)
        self.tokens = {field: Tokens(text) for field, text in texts if field in fields}
        self.places = {field: lexicon.places(tokens) for field, tokens in self.tokens.items()}
        self.sources = frozenset(name.casefold() for name in document.sources)
        self.present = frozenset[int]().union(*self.places.values())
        # What has been worked out so far, by the number of the term.
        self.ranges: dict[int, list[tuple[Field, list[Range]]]] = {}
        self.spots: dict[int, list[Spot]] = {}

    def located(self, field: Field, ranges: list[Range], term: str) -> list[Spot]:
        """Return where in the field a term is, given the tokens that it is."""
        order = FIELDS.index(field)
        return [
            (order, start, end, term, Hit(field, start, end, term))
            for start, end in self.tokens[field].spans(ranges)
        ]
