"""What the archive's own index is asked of one term: where it could match, and where it does.

`spelled` says how words stand in the index. The two answers are the same for most terms; what lies
between them has to be read.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from math import prod

from monitor.query.nodes import Term
from monitor.query.spelled import beside, capitals, encoded, initial, mixed, otherwise
from monitor.query.terms import Part, Wanted, parts
from monitor.query.vocabulary import IRREGULAR
from monitor.query.words import form, having, is_acronym, singular

MAX_ANDS = 16  # further words hardly narrow any more
_MAX_WAYS = 32  # ways to spell one phrase; with more, its words are asked for one by one

# Endings of plurals, and what stands in their place in the key: whoever looks for words that begin
# with the former, even cut short, must look for the latter too.
_SWAPPED = (
    ("s", ""), ("es", ""), ("e", ""), ("i", "y"), ("ie", "y"), ("ies", "y"), ("me", "man"),
    ("men", "man"), ("these", "thesis"), ("theses", "thesis"),
)  # fmt: skip
_CHANGED = ("y", "man", "thesis")  # what ends a key, but not the plurals that have it

Ways = Sequence[str]  # the words of the index that one token may be; none if they are not known


def possible(term: Term) -> str | None:
    """Return an FTS5 expression true of all that could match, None for everything."""
    return _in_field(term, all_of(_possible(term)))


def certain(term: Term) -> str | None:
    """Return an FTS5 expression true of nothing but what matches, None for nothing."""
    return _in_field(term, _certain(parts(term), term.within))


def _in_field(term: Term, expression: str | None) -> str | None:
    columns = {None: "{title body}", "text": "body"}.get(term.field, term.field)
    return None if expression is None else f"{columns} : {expression}"


def _possible(term: Term) -> Iterator[str]:
    """Yield what must all be true in the field of a term."""
    pieces = parts(term)
    if len(pieces) == 1:
        yield _possible_word(pieces[0].wanted)
        return
    stretches = _stretches(pieces) if term.within is None else []
    if stretches == [pieces] and (whole := _possible_stretch(pieces)):
        yield whole
        return
    yield from _possible_phrase(pieces, term.within)
    yield from filter(None, map(_possible_stretch, stretches))


def _certain(pieces: Sequence[Part], within: int | None) -> str | None:
    if len(pieces) == 1:
        return _certain_word(pieces[0].wanted)
    if any(piece.joined for piece in pieces):
        return None
    if within is None and _stretches(pieces) == [pieces]:
        return _certain_stretch(pieces)
    wanted = [piece.wanted for piece in pieces]
    words = list(filter(None, map(_certain_keys, wanted)))
    if len(words) < len(wanted) or prod(map(len, words)) > _MAX_WAYS:
        return None
    # In any order, each has to be another token.
    if within is not None and not _are_disjoint(words):
        return None
    return _in_capitals(wanted, _together(words, within))


def _certain_keys(wanted: Wanted) -> Ways:
    """Return the keys of which all tokens that have one are what is wanted, or may be.

    Those of capitals are if the field says so, but for capitals that may be a plural.
    """
    text = wanted.texts[0]
    if wanted.kind == "word":
        return wanted.texts
    if wanted.kind != "capitals" or not text.isascii():
        return ()
    keys = form(text).keys
    return keys if len(keys) == 1 else ()


def _in_capitals(words: Iterable[Wanted], together: str) -> str:
    """Confine what is true of words together to fields that have those in capitals only so."""
    acronyms = [wanted.texts[0] for wanted in words if wanted.kind == "capitals"]
    if not acronyms:
        return together
    there = all_of([together, *(f'"{capitals(text)}"' for text in acronyms)])
    other = any_of(f'"{mixed(text.casefold())}"' for text in acronyms)
    # Each field by itself: the capitals of one say nothing of another.
    return any_of(f"({field} : ({there} NOT {other}))" for field in ("title", "body"))


def _are_disjoint(words: Sequence[Ways]) -> bool:
    return len(set().union(*words)) == sum(map(len, words))


# ------------------------------------------------------------------ one word


def _possible_word(wanted: Wanted) -> str:
    text = wanted.texts[0]
    match wanted.kind:
        case "word":
            return any_of([*map(_quoted, _keys(wanted)), *map(_marked, _odd(wanted))])
        case "capitals":
            return f'"{capitals(text)}"'
        case "capital prefix":
            return f'"{capitals(text)}"*'
        case _ if len(text) == 1:
            return f'"{initial(text)}"'
        case _:
            return any_of([f"{_quoted(text)}*", *map(_quoted, _cut_short(text))])


def _certain_word(wanted: Wanted) -> str | None:
    text = wanted.texts[0]
    match wanted.kind:
        case "word":
            return any_of([*map(_quoted, wanted.texts), *map(_marked, _odd(wanted))])
        case "capitals" if text.isascii():
            return f'"{capitals(text)}"'
        case "capital prefix" if text.isascii():
            return f'"{capitals(text)}"*'
        case "prefix" if len(text) == 1:
            return f'"{initial(text)}"'
        case "prefix":
            other = [_quoted(key) for key in _begins_otherwise(text)]
            return f"({_quoted(text)}* NOT {any_of(other)})" if other else f"{_quoted(text)}*"
        case _:
            return None


def _keys(wanted: Wanted) -> list[str]:
    """Return the keys under which a word stands in the index, unless it is odd."""
    small = map(str.casefold, wanted.texts)
    return list(dict.fromkeys(key for text in small for key in (text, singular(text))))


def _odd(wanted: Wanted) -> list[str]:
    """Return what could be plurals of capitals: EVs are EV, whatever evs would be."""
    keys = _keys(wanted)
    plurals = (key for key in keys if key[-1] == "s" and len(key) > len("as"))
    return [key for key in plurals if key[:-1] not in keys]


def _cut_short(beginning: str) -> Iterator[str]:
    """Yield the keys of words that begin so, where their key does not."""
    for ending, other in _SWAPPED:
        if beginning.endswith(ending) and (key := beginning.removesuffix(ending) + other):
            yield key
    for plural, one in IRREGULAR.items():
        if plural.startswith(beginning) and not one.startswith(beginning):
            yield one


def _begins_otherwise(beginning: str) -> Iterator[str]:
    """Yield the keys that begin so, though not every word does that has one of them."""
    for key in (beginning, f"{beginning}n", f"{beginning}s"):
        if key.endswith(_CHANGED):
            yield key
    for plural, one in IRREGULAR.items():
        if one.startswith(beginning) and not plural.startswith(beginning):
            yield one


# ------------------------------------------------------------------ words that stand together


def _possible_phrase(pieces: Sequence[Part], within: int | None) -> Iterator[str]:
    """Yield what is true where words stand together, of which the last may be a beginning."""
    yield _run([piece.wanted for piece in pieces if _is_whole(piece)], within)
    yield from (_possible_word(piece.wanted) for piece in pieces if piece.wanted.kind != "word")


def _is_whole(piece: Part) -> bool:
    return piece.wanted.kind in {"word", "capitals"}


def _run(words: Sequence[Wanted], within: int | None) -> str:
    """Return what is true where these follow each other, plurals of capitals among them."""
    usual = [_keys(word) for word in words]
    odd = [_odd(word) for word in words]
    found = _together(usual, within)
    if not any(odd):
        return found
    every = [_every_key(word) for word in words]
    marks = any_of(_marked(key) for keys in odd for key in keys)
    return any_of([found, f"({_together(every, within)} AND {marks})"])


def _every_key(wanted: Wanted) -> list[str]:
    return [*_keys(wanted), *(key[:-1] for key in _odd(wanted))]


def _together(words: Sequence[Ways], within: int | None) -> str:
    if len(words) == 1 or prod(map(len, words)) > _MAX_WAYS:
        return all_of(any_of(map(_quoted, ways)) for ways in words) or ""
    phrases = product(*words)
    if within is None:
        return any_of(f'"{" ".join(map(encoded, phrase))}"' for phrase in phrases)
    # FTS5 counts the words between them, we from the first to the last.
    return any_of(f"NEAR({' '.join(map(_quoted, phrase))}, {within - 1})" for phrase in phrases)


# ------------------------------------------------------------------ words beside capitals


def _stretches(pieces: Sequence[Part]) -> list[Sequence[Part]]:
    """Return the parts of a phrase that stand in the index with their capitals."""
    near = [
        at
        for at, piece in enumerate(pieces)
        if _is_whole(piece)
        and any(p.wanted.kind == "capitals" for p in pieces[max(0, at - 1) : at + 2])
    ]
    grouped = groupby(enumerate(near), key=lambda pair: pair[1] - pair[0])
    found = [[at for _, at in group] for _, group in grouped]
    return [pieces[stretch[0] : stretch[-1] + 1] for stretch in found]


def _possible_stretch(pieces: Sequence[Part]) -> str | None:
    return _side_by_side([_possible_beside(piece.wanted) for piece in pieces])


def _possible_beside(wanted: Wanted) -> list[str]:
    if wanted.kind == "capitals":
        return [capitals(wanted.texts[0])]
    keys = _every_key(wanted)
    written = (word for key in keys for word in having(key) if is_acronym(word))
    return [*map(beside, keys), *map(capitals, written)]


def _certain_stretch(pieces: Sequence[Part]) -> str | None:
    return _side_by_side([_certain_beside(piece.wanted) for piece in pieces])


def _certain_beside(wanted: Wanted) -> list[str]:
    if wanted.kind == "capitals":
        return [capitals(text) for text in wanted.texts if text.isascii()]
    written = (text for text in wanted.texts if is_acronym(text) and text.isascii())
    return [*map(beside, wanted.texts), *map(capitals, written)]


def _side_by_side(ways: Sequence[Ways]) -> str | None:
    few = 0 < prod(map(len, ways)) <= _MAX_WAYS
    return any_of(f'"{" ".join(phrase)}"' for phrase in product(*ways)) if few else None


# ------------------------------------------------------------------ how FTS5 writes it


def _quoted(word: str) -> str:
    return f'"{encoded(word)}"'


def _marked(word: str) -> str:
    return f'"{otherwise(word)}"'


def all_of(narrow: Iterable[str]) -> str | None:
    """Return what is true where all of these are, as far as it pays; None of nothing."""
    distinct = list(dict.fromkeys(narrow))[:MAX_ANDS]
    return f"({' AND '.join(distinct)})" if len(distinct) > 1 else next(iter(distinct), None)


def any_of(ways: Iterable[str]) -> str:
    """Return what is true where one of these is."""
    distinct = list(dict.fromkeys(ways))
    return f"({' OR '.join(distinct)})" if len(distinct) > 1 else distinct[0]
