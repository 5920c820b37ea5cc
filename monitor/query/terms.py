"""What a term asks of the tokens of a text, one by one."""

from functools import lru_cache
from typing import Literal, NamedTuple

from monitor.query.nodes import Term
from monitor.query.words import form, is_acronym
from monitor.text.tokens import Tokens, is_cjk

Kind = Literal["word", "capitals", "prefix", "capital prefix"]


class Wanted(NamedTuple):
    """One token of a term: keys of which it has one, capitals, or the beginning of either."""

    kind: Kind
    texts: tuple[str, ...]


class Part(NamedTuple):
    """One token of a term in its place; `joined` if nothing may stand before it in the text."""

    wanted: Wanted
    joined: bool


@lru_cache(maxsize=1 << 12)
def parts(term: Term) -> tuple[Part, ...]:
    """Return the tokens that a term is made of, in order; none if it has no letter or digit."""
    tokens = Tokens(term.text)
    last = len(tokens.surfaces) - 1
    return tuple(
        Part(
            _wanted(surface, prefix=term.prefix and index == last),
            # A word of Hangul, Han or Kana is whole only if its characters touch.
            is_cjk(surface) and tokens.joined(index) and is_cjk(tokens.surfaces[index - 1]),
        )
        for index, surface in enumerate(tokens.surfaces)
    )


def _wanted(surface: str, *, prefix: bool) -> Wanted:
    folded, keys, capitals = form(surface)
    if is_acronym(capitals):
        return Wanted("capital prefix" if prefix else "capitals", (capitals,))
    return Wanted("prefix", (folded,)) if prefix else Wanted("word", keys)
