"""What the archive's full-text index can tell beforehand: never no where the matcher says yes.

The index holds title, body and category as they are, cut by SQLite's own rules, which are not
ours. A fourth column, `spellings`, holds the keys of all tokens for which that may go wrong, and
what `sieve` needs to know to trust the index: which words are written in capitals, and in which
words of the index it sees what is none.
"""

import re
from collections.abc import Iterator

from monitor.query.nodes import And, Node, Or, Term
from monitor.query.terms import Wanted, parts
from monitor.query.words import form
from monitor.text.tokens import Token, Tokens

_MAX_DEPTH = 8  # SQLite gives up on expressions much deeper
_MAX_ANDS = 16  # further words hardly narrow any more
_MAX_ORS = 128  # with more, reading everything is no slower


# Marks in `spellings`, before a word; no key begins so, as these characters are in no token.
DOUBT = "z0z"  # the index may show this word where there is none
CAPITALS = "z1z"  # this word is written in capitals
ODD = "z2z"  # this word is not written as one plain word; alone: what stands between words is odd

_MIN_CAPITALS = 2
_RUN = re.compile(r"[^\W_]+")
_SEEN_AS_WORD = re.compile(r"[^\W_]|[\ue000-\uf8ff\U000f0000-\U0010fffd]")  # by SQLite


def spellings(title: str, text: str, category: str) -> str:
    """Return the keys and marks to index besides the raw texts, each once, with spaces between."""
    found: dict[str, None] = {}
    for raw in (title, text):
        end = 0
        for token in Tokens(raw):
            found.update(dict.fromkeys((*_unsure(raw, token), *_marks(raw, token))))
            if _is_odd(raw[end : token.start]):
                found[ODD] = None
            end = token.end
    # A word without a field is not looked for in the category, whose keys stand here all the same.
    aside = [key for token in Tokens(category) for key in _unsure(category, token)]
    found.update(dict.fromkeys((*aside, *(DOUBT + key for key in aside if key not in found))))
    return " ".join(found)


def _is_odd(between: str) -> bool:
    """Say whether the index has a word where there is none, which would part two that touch."""
    return not between.isascii() and _SEEN_AS_WORD.search(between) is not None


def _unsure(raw: str, token: Token) -> Iterator[str]:
    """Yield the keys of a token that the index would not surely have from the raw text."""
    keys = form(token.surface).keys
    sure = token.surface.lower() if _stands_plain(raw, token) else ""
    return (encoded(key) for key in keys if key != sure)


def _marks(raw: str, token: Token) -> Iterator[str]:
    """Yield the marks of a token: its capitals, and where the index sees another word in it."""
    shape = form(token.surface)
    if len(shape.capitals) >= _MIN_CAPITALS:
        yield CAPITALS + encoded(shape.capitals)
    written = raw[token.start : token.end]
    if written.isascii() and written.isalnum():
        return
    pieces = [form(piece).folded for piece in _RUN.findall(written)]
    yield from (DOUBT + piece for piece in pieces if piece != shape.folded and piece.isascii())
    is_possessive = pieces == [shape.folded, "s"] and written[: len(pieces[0])].isascii()
    if not is_possessive:
        yield from (ODD + key for key in shape.keys if key.isascii() and key.isalnum())
        if not pieces:
            yield ODD


def _stands_plain(raw: str, token: Token) -> bool:
    """Say whether this is an ASCII word between ASCII signs, on which all rules agree."""
    around = raw[max(0, token.start - 1) : token.start] + raw[token.end : token.end + 1]
    plain = around.isascii() and not any(map(str.isalnum, around))
    same = raw[token.start : token.end] == token.surface
    return plain and same and token.surface.isascii() and token.surface.isalnum()


def encoded(key: str) -> str:
    """Return a key as one word of the index; the beginning of a key stays that of its code."""
    if key.isascii() and key.isalnum():
        return key
    return "".join(c if c.isascii() and c.isalnum() else f"z{ord(c):x}z" for c in key)


def prefilter(node: Node) -> str | None:
    """Return an FTS5 expression true of all that `node` could match, None if there is none."""
    return _narrowed(node, _MAX_DEPTH)


def _narrowed(node: Node, depth: int) -> str | None:
    match node:
        case Term(field=field) if field != "category":
            return _all([_wanted(part.wanted) for part in parts(node)])
        case And(nodes) if depth:
            return _all([one for part in nodes if (one := _narrowed(part, depth - 1)) is not None])
        case Or(nodes) if depth and len(nodes) <= _MAX_ORS:
            ways = [one for part in nodes if (one := _narrowed(part, depth - 1)) is not None]
            return f"({' OR '.join(ways)})" if len(ways) == len(nodes) else None
        case _:
            return None


def _all(narrow: list[str]) -> str | None:
    distinct = list(dict.fromkeys(narrow))[:_MAX_ANDS]
    return f"({' AND '.join(distinct)})" if len(distinct) > 1 else next(iter(distinct), None)


def _wanted(wanted: Wanted) -> str:
    """Return what the index must have where this token is: one of its spellings."""
    star = "*" if wanted.kind in {"prefix", "capital prefix"} else ""
    spelled = [f'"{encoded(text.casefold())}"{star}' for text in wanted.texts]
    return spelled[0] if len(spelled) == 1 else f"({' OR '.join(spelled)})"
