"""What the archive's own index can tell beforehand: never no where the matcher says yes.

Two questions are asked of every part of a query, and both have safe answers only: which releases
could match it (`_possible`: too many is allowed), and which do for sure (`_sure`: too few is). The
second is what a NOT leaves out. `spelled` says how the words stand in the index.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.spelled import EVERY, capitals, encoded, initial, listed
from monitor.query.terms import Part, Wanted, parts
from monitor.query.vocabulary import IRREGULAR
from monitor.query.words import singular

EVERYTHING = f'"{EVERY}"'

_MAX_DEPTH = 8  # SQLite gives up on expressions much deeper
_MAX_ANDS = 16  # further words hardly narrow any more
_MAX_ORS = 128  # with more, reading everything is no slower
_MAX_BEGINNING = 4  # letters: few words share a longer one
_MAX_WAYS = 32  # ways to spell one phrase; with more, its words are asked for one by one

# Endings of plurals, and what stands in their place in the key: whoever looks for words that begin
# with the former, even cut short, must look for the latter too.
_SWAPPED = (
    ("s", ""), ("es", ""), ("e", ""), ("i", "y"), ("ie", "y"), ("ies", "y"), ("me", "man"),
    ("men", "man"), ("these", "thesis"), ("theses", "thesis"),
)  # fmt: skip


def prefilter(node: Node) -> str:
    """Return an FTS5 expression true of all that `node` could match."""
    return _possible(node, _MAX_DEPTH) or EVERYTHING


def rough_prefilter(node: Node) -> str:
    """Return the same with short beginnings of words cut down to a letter.

    For others FTS5 reads all of the index that begins so before it says anything; letters are
    marked in it.
    """
    return prefilter(_cut_down(node))


def _cut_down(node: Node) -> Node:
    match node:
        case Term(text=_, field=field, prefix=True):
            (first, *others) = parts(node)
            beginning = first.wanted.texts[0]
            if others or first.wanted.kind != "prefix" or len(beginning) > _MAX_BEGINNING:
                return node
            return Term(beginning[0], field, prefix=True)
        case And(nodes):
            return And(tuple(map(_cut_down, nodes)))
        case Or(nodes):
            return Or(tuple(map(_cut_down, nodes)))
        case _:  # what a NOT leaves out must stay as it is
            return node


# ------------------------------------------------------------------ what could match


def _possible(node: Node, depth: int) -> str | None:
    """Return what is true of all that could match, None for everything."""
    match node:
        case Term():
            return _in_field(node, _all(_possible_term(node)))
        case Source(name):
            return f'sources : "{listed(name)}"'
        case And(nodes) if depth:
            return _possible_all(nodes, depth - 1)
        case Or(nodes) if depth and len(nodes) <= _MAX_ORS:
            ways = [one for part in nodes if (one := _possible(part, depth - 1)) is not None]
            return _any(ways) if len(ways) == len(nodes) else None
        case Not() if depth:
            return _possible_all((node,), depth - 1)
        case _:
            return None


def _possible_all(nodes: Sequence[Node], depth: int) -> str | None:
    """Return the same for all of `nodes` together; what FTS5 leaves out needs a beginning."""
    wanted = [node for node in nodes if not isinstance(node, Not)]
    found = _all(one for node in wanted if (one := _possible(node, depth)) is not None)
    unwanted = [node.part for node in nodes if isinstance(node, Not)][:_MAX_ANDS]
    out = [one for node in unwanted if (one := _sure(node, depth)) is not None]
    return f"({found or EVERYTHING} NOT {_any(out)})" if out else found


def _possible_term(term: Term) -> Iterator[str]:
    """Yield what must all be true in the field of a term."""
    pieces = parts(term)
    for piece in pieces:
        match piece.wanted:
            case ("word", _) if len(pieces) > 1:
                pass
            case wanted:
                yield _possible_word(wanted)
    words = [_spellings(piece.wanted) for piece in pieces]
    if len(pieces) > 1:
        yield from _possible_phrase(words, term.within)


def _possible_word(wanted: Wanted) -> str:
    text = wanted.texts[0]
    match wanted.kind:
        case "word":
            return _any(map(_quoted, _spellings(wanted)))
        case "capitals":
            return f'"{capitals(text)}"'
        case "capital prefix":
            return f'"{capitals(text)}"*'
        case _ if len(text) == 1:
            return f'"{initial(text)}"'
        case _:
            return _any([f"{_quoted(text)}*", *map(_quoted, _cut_short(text))])


def _spellings(wanted: Wanted) -> list[str]:
    """Return the words that could stand in the index for a wanted token; none if not known."""
    if wanted.kind not in {"word", "capitals"}:
        return []
    ways: dict[str, None] = {}
    for text in wanted.texts:
        key = text.casefold()
        ways.update(dict.fromkeys((key, singular(key))))
        if key[-1] == "s" and len(key) > len("as"):  # EVs
            ways[key[:-1]] = None
    return list(ways)


def _cut_short(beginning: str) -> Iterator[str]:
    """Yield the keys of words that begin so, where their key does not."""
    for ending, other in _SWAPPED:
        if beginning.endswith(ending) and len(beginning) > len(ending):
            yield beginning.removesuffix(ending) + other
    for plural, one in IRREGULAR.items():
        if plural.startswith(beginning) and not one.startswith(beginning):
            yield one
    if beginning in {"me", "men"}:
        yield "man"


def _possible_phrase(words: Sequence[Sequence[str]], within: int | None) -> Iterator[str]:
    """Yield what is true where words stand together; those that are not known may be anything."""
    run: list[Sequence[str]] = []
    for ways in (*words, ()):
        if ways:
            run.append(ways)
            continue
        if run:
            yield _together(run, within)
        run = []


def _together(words: Sequence[Sequence[str]], within: int | None) -> str:
    if len(words) == 1 or prod(map(len, words)) > _MAX_WAYS:
        return _all(_any(map(_quoted, ways)) for ways in words) or EVERYTHING
    phrases = product(*words)
    if within is None:
        return _any(_phrase(phrase) for phrase in phrases)
    return _any(f"NEAR({' '.join(map(_quoted, phrase))}, {within})" for phrase in phrases)


# ------------------------------------------------------------------ what does match


def _sure(node: Node, depth: int) -> str | None:
    """Return what is true of nothing but what matches for sure, None where nothing is."""
    match node:
        case Term():
            return _in_field(node, _sure_term(node))
        case Source(name):
            return f'sources : "{listed(name)}"'
        case And(nodes) if depth and len(nodes) <= _MAX_ANDS:
            found = [one for part in nodes if (one := _sure(part, depth - 1)) is not None]
            return _all(found) if len(found) == len(nodes) else None
        case Or(nodes) if depth:
            ways = [one for part in nodes if (one := _sure(part, depth - 1)) is not None]
            return _any(ways[:_MAX_ORS]) if ways else None
        case Not(part) if depth:
            possible = _possible(part, depth - 1)
            return None if possible is None else f"({EVERYTHING} NOT {possible})"
        case _:
            return None


def _sure_term(term: Term) -> str | None:
    pieces = parts(term)
    if len(pieces) == 1:
        return _sure_word(pieces[0].wanted)
    if term.within is None and all(map(_is_plain, pieces)):
        words = [piece.wanted.texts for piece in pieces]
        if prod(map(len, words)) <= _MAX_WAYS:
            return _any(map(_phrase, product(*words)))
    return None


def _is_plain(piece: Part) -> bool:
    return piece.wanted.kind == "word" and not piece.joined


def _sure_word(wanted: Wanted) -> str | None:
    text = wanted.texts[0]
    match wanted.kind:
        case "word":
            return _any(map(_quoted, wanted.texts))
        case "capitals" if text.isascii():
            return f'"{capitals(text)}"'
        case "prefix" if len(text) == 1:
            return f'"{initial(text)}"'
        case _:
            return None


# ------------------------------------------------------------------ how FTS5 writes it


def _in_field(term: Term, expression: str | None) -> str | None:
    columns = {None: "{title body}", "text": "body"}.get(term.field, term.field)
    return None if expression is None else f"{columns} : {expression}"


def _quoted(word: str) -> str:
    return f'"{encoded(word)}"'


def _phrase(words: Iterable[str]) -> str:
    return f'"{" ".join(map(encoded, words))}"'


def _all(narrow: Iterable[str]) -> str | None:
    distinct = list(dict.fromkeys(narrow))[:_MAX_ANDS]
    return f"({' AND '.join(distinct)})" if len(distinct) > 1 else next(iter(distinct), None)


def _any(ways: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(ways))
    return f"({' OR '.join(distinct)})" if len(distinct) > 1 else distinct[0]
