"""FTS5 expressions for one term: an upper bound and a lower bound of its matches.

`fts_document` describes how words are stored in the index. Both bounds are equal for most terms;
the matcher has to read the releases that lie between them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from math import prod

from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term
from monitor.query.fts_document import (
    MATCH_ALL_WORD,
    encode_key,
    encode_source,
    mark_capitals,
    mark_initial,
    mark_mixed,
    mark_neighbor,
    mark_plural,
)
from monitor.query.inflection import (
    SINGULAR_BY_PLURAL,
    inflect_token,
    is_acronym,
    list_inflections,
    singularize,
)
from monitor.query.phrases import TermPart, TokenPattern, split_term
from monitor.query.rewrite import list_leaves

MAX_AND_CLAUSES = 16  # more clauses hardly narrow the result
_MAX_SPELLINGS = 32  # spellings of one phrase; above that, its words are searched for separately

# Plural endings, whole or cut short, and the ending of the key instead. A search for a prefix with
# the first must also look for the prefix with the second.
_PLURAL_ENDINGS = (
    ("s", ""), ("es", ""), ("e", ""), ("i", "y"), ("ie", "y"), ("ies", "y"), ("me", "man"),
    ("men", "man"), ("these", "thesis"), ("theses", "thesis"),
)  # fmt: skip
_CHANGED_KEY_ENDINGS = ("y", "man", "thesis")  # endings of keys that their plurals do not have

Spellings = Sequence[str]  # index words for one token; empty if unknown


def build_term_upper_bound(term: Term) -> str | None:
    """Return an FTS5 expression true of every release that could match; None means all releases."""
    return _restrict_to_field(term, join_with_and(_list_required_clauses(term)))


def build_term_lower_bound(term: Term) -> str | None:
    """Return an FTS5 expression true only of releases that match; None means none."""
    return _restrict_to_field(term, _build_certain_clause(split_term(term), term.within))


def _restrict_to_field(term: Term, expression: str | None) -> str | None:
    columns = {None: "{title body}", "text": "body"}.get(term.field, term.field)
    return None if expression is None else f"{columns} : {expression}"


def _list_required_clauses(term: Term) -> Iterator[str]:
    """Yield expressions that must all be true in the term's field."""
    term_parts = split_term(term)
    if len(term_parts) == 1:
        yield _build_word_upper_bound(term_parts[0].pattern)
        return
    stretches = _find_capital_stretches(term_parts) if term.within is None else []
    if stretches == [term_parts] and (clause := _build_stretch_upper_bound(term_parts)):
        yield clause
        return
    yield from _list_phrase_clauses(term_parts, term.within)
    yield from filter(None, map(_build_stretch_upper_bound, stretches))


def _build_certain_clause(term_parts: Sequence[TermPart], within: int | None) -> str | None:
    if len(term_parts) == 1:
        return _build_word_lower_bound(term_parts[0].pattern)
    if any(piece.is_joined for piece in term_parts):
        return None
    if within is None and _find_capital_stretches(term_parts) == [term_parts]:
        return _build_stretch_lower_bound(term_parts)
    patterns = [piece.pattern for piece in term_parts]
    spellings = list(filter(None, map(_find_certain_keys, patterns)))
    if len(spellings) < len(patterns) or prod(map(len, spellings)) > _MAX_SPELLINGS:
        return None
    # Without a fixed order, each word must match a different token.
    if within is not None and not _are_disjoint(spellings):
        return None
    return _require_capitals(patterns, _join_words(spellings, within))


def _find_certain_keys(pattern: TokenPattern) -> Spellings:
    """Return the keys that occur in the index only for tokens matching the pattern.

    For an acronym this also needs the field's marks for capitals (`_require_capitals`). An acronym
    that could be a plural has no such key.
    """
    text = pattern.texts[0]
    if pattern.kind == "word":
        return pattern.texts
    if pattern.kind != "capitals" or not text.isascii():
        return ()
    keys = inflect_token(text).keys
    return keys if len(keys) == 1 else ()


def _require_capitals(patterns: Iterable[TokenPattern], clause: str) -> str:
    """Limit `clause` to fields that have its acronyms, and only in capitals."""
    acronyms = [wanted.texts[0] for wanted in patterns if wanted.kind == "capitals"]
    if not acronyms:
        return clause
    required = join_with_and([clause, *(f'"{mark_capitals(text)}"' for text in acronyms)])
    excluded = join_with_or(f'"{mark_mixed(text.casefold())}"' for text in acronyms)
    # Each field separately: the capitals in one field say nothing about the other.
    return join_with_or(f"({field} : ({required} NOT {excluded}))" for field in ("title", "body"))


def _are_disjoint(spellings: Sequence[Spellings]) -> bool:
    return len(set().union(*spellings)) == sum(map(len, spellings))


# ------------------------------------------------------------------ one word


def _build_word_upper_bound(pattern: TokenPattern) -> str:
    text = pattern.texts[0]
    match pattern.kind:
        case "word":
            return join_with_or(
                [
                    *map(_quote_key, _list_index_keys(pattern)),
                    *map(_quote_plural_mark, _list_acronym_plurals(pattern)),
                ]
            )
        case "capitals":
            return f'"{mark_capitals(text)}"'
        case "capital prefix":
            return f'"{mark_capitals(text)}"*'
        case _ if len(text) == 1:
            return f'"{mark_initial(text)}"'
        case _:
            return join_with_or(
                [f"{_quote_key(text)}*", *map(_quote_key, _find_shortened_keys(text))]
            )


def _build_word_lower_bound(pattern: TokenPattern) -> str | None:
    text = pattern.texts[0]
    match pattern.kind:
        case "word":
            return join_with_or(
                [
                    *map(_quote_key, pattern.texts),
                    *map(_quote_plural_mark, _list_acronym_plurals(pattern)),
                ]
            )
        case "capitals" if text.isascii():
            return f'"{mark_capitals(text)}"'
        case "capital prefix" if text.isascii():
            return f'"{mark_capitals(text)}"*'
        case "prefix" if len(text) == 1:
            return f'"{mark_initial(text)}"'
        case "prefix":
            excluded = [_quote_key(key) for key in _find_misleading_keys(text)]
            return (
                f"({_quote_key(text)}* NOT {join_with_or(excluded)})"
                if excluded
                else f"{_quote_key(text)}*"
            )
        case _:
            return None


def _list_index_keys(pattern: TokenPattern) -> list[str]:
    """Return the index keys of a word, apart from those of plural acronyms."""
    lowercase_texts = map(str.casefold, pattern.texts)
    return list(dict.fromkeys(key for text in lowercase_texts for key in (text, singularize(text))))


def _list_acronym_plurals(pattern: TokenPattern) -> list[str]:
    """Return keys that could be plurals of acronyms: EVs is indexed as EV, regardless of "evs"."""
    keys = _list_index_keys(pattern)
    plurals = (key for key in keys if key[-1] == "s" and len(key) > len("as"))
    return [key for key in plurals if key[:-1] not in keys]


def _find_shortened_keys(prefix: str) -> Iterator[str]:
    """Yield index keys without the prefix, of words that have the prefix."""
    for ending, replacement in _PLURAL_ENDINGS:
        if prefix.endswith(ending) and (key := prefix.removesuffix(ending) + replacement):
            yield key
    for plural, singular_form in SINGULAR_BY_PLURAL.items():
        if plural.startswith(prefix) and not singular_form.startswith(prefix):
            yield singular_form


def _find_misleading_keys(prefix: str) -> Iterator[str]:
    """Yield index keys with the prefix that also belong to words without it."""
    for key in (prefix, f"{prefix}n", f"{prefix}s"):
        if key.endswith(_CHANGED_KEY_ENDINGS):
            yield key
    for plural, singular_form in SINGULAR_BY_PLURAL.items():
        if singular_form.startswith(prefix) and not plural.startswith(prefix):
            yield singular_form


# ------------------------------------------------------------------ phrases


def _list_phrase_clauses(term_parts: Sequence[TermPart], within: int | None) -> Iterator[str]:
    """Yield expressions true where a phrase's words occur together; the last can be a prefix."""
    yield _build_sequence_clause(
        [piece.pattern for piece in term_parts if _is_whole_word(piece)], within
    )
    yield from (
        _build_word_upper_bound(piece.pattern)
        for piece in term_parts
        if piece.pattern.kind != "word"
    )


def _is_whole_word(part: TermPart) -> bool:
    return part.pattern.kind in {"word", "capitals"}


def _build_sequence_clause(patterns: Sequence[TokenPattern], within: int | None) -> str:
    """Return an expression true where these words occur together, including plural acronyms."""
    index_keys = [_list_index_keys(word) for word in patterns]
    acronym_plurals = [_list_acronym_plurals(word) for word in patterns]
    clause = _join_words(index_keys, within)
    if not any(acronym_plurals):
        return clause
    all_keys = [_list_all_keys(word) for word in patterns]
    marks = join_with_or(_quote_plural_mark(key) for keys in acronym_plurals for key in keys)
    return join_with_or([clause, f"({_join_words(all_keys, within)} AND {marks})"])


def _list_all_keys(pattern: TokenPattern) -> list[str]:
    return [*_list_index_keys(pattern), *(key[:-1] for key in _list_acronym_plurals(pattern))]


def _join_words(spellings: Sequence[Spellings], within: int | None) -> str:
    if len(spellings) == 1 or prod(map(len, spellings)) > _MAX_SPELLINGS:
        return join_with_and(join_with_or(map(_quote_key, ways)) for ways in spellings) or ""
    phrases = product(*spellings)
    if within is None:
        return join_with_or(f'"{" ".join(map(encode_key, phrase))}"' for phrase in phrases)
    # FTS5 counts the words in between; `within` counts from the first word to the last.
    return join_with_or(
        f"NEAR({' '.join(map(_quote_key, phrase))}, {within - 1})" for phrase in phrases
    )


# ------------------------------------------------------------------ words next to capitals


def _find_capital_stretches(term_parts: Sequence[TermPart]) -> list[Sequence[TermPart]]:
    """Return the parts of a phrase that the index stores together with their capitals."""
    nearby_indexes = [
        at
        for at, piece in enumerate(term_parts)
        if _is_whole_word(piece)
        and any(p.pattern.kind == "capitals" for p in term_parts[max(0, at - 1) : at + 2])
    ]
    grouped = groupby(enumerate(nearby_indexes), key=lambda pair: pair[1] - pair[0])
    stretches = [[at for _, at in group] for _, group in grouped]
    return [term_parts[stretch[0] : stretch[-1] + 1] for stretch in stretches]


def _build_stretch_upper_bound(term_parts: Sequence[TermPart]) -> str | None:
    return _join_stretch([_list_possible_spellings(piece.pattern) for piece in term_parts])


def _list_possible_spellings(pattern: TokenPattern) -> list[str]:
    if pattern.kind == "capitals":
        return [mark_capitals(pattern.texts[0])]
    keys = _list_all_keys(pattern)
    acronyms = (word for key in keys for word in list_inflections(key) if is_acronym(word))
    return [*map(mark_neighbor, keys), *map(mark_capitals, acronyms)]


def _build_stretch_lower_bound(term_parts: Sequence[TermPart]) -> str | None:
    return _join_stretch([_list_certain_spellings(piece.pattern) for piece in term_parts])


def _list_certain_spellings(pattern: TokenPattern) -> list[str]:
    if pattern.kind == "capitals":
        return [mark_capitals(text) for text in pattern.texts if text.isascii()]
    acronyms = (text for text in pattern.texts if is_acronym(text) and text.isascii())
    return [*map(mark_neighbor, pattern.texts), *map(mark_capitals, acronyms)]


def _join_stretch(spellings: Sequence[Spellings]) -> str | None:
    is_feasible = 0 < prod(map(len, spellings)) <= _MAX_SPELLINGS
    return (
        join_with_or(f'"{" ".join(phrase)}"' for phrase in product(*spellings))
        if is_feasible
        else None
    )


# ------------------------------------------------------------------ FTS5 syntax


def _quote_key(word: str) -> str:
    return f'"{encode_key(word)}"'


def _quote_plural_mark(word: str) -> str:
    return f'"{mark_plural(word)}"'


def join_with_and(clauses: Iterable[str]) -> str | None:
    """Return the conjunction of `clauses`, cut to MAX_AND_CLAUSES; None if there are none."""
    distinct = list(dict.fromkeys(clauses))[:MAX_AND_CLAUSES]
    return f"({' AND '.join(distinct)})" if len(distinct) > 1 else next(iter(distinct), None)


def join_with_or(clauses: Iterable[str]) -> str:
    """Return the disjunction of `clauses`, which must not be empty."""
    distinct = list(dict.fromkeys(clauses))
    return f"({' OR '.join(distinct)})" if len(distinct) > 1 else distinct[0]


MATCH_ALL = f'"{MATCH_ALL_WORD}"'

_MAX_DEPTH = 8  # SQLite rejects much deeper expressions
_MAX_OR_CLAUSES = 128  # above that, reading every release is as fast
_MAX_SHORT_PREFIX = 4  # letters: few words share a longer prefix


def build_upper_bound(node: Node) -> str:
    """Return an FTS5 expression true of every release that `node` could match."""
    return _build_node_upper_bound(node, _MAX_DEPTH) or MATCH_ALL


def build_lower_bound(node: Node) -> str | None:
    """Return an FTS5 expression true only of releases that `node` matches; None means none."""
    return _build_node_lower_bound(node, _MAX_DEPTH)


def build_coarse_query(node: Node) -> str:
    """Return a cheaper upper bound, with short prefixes cut to one letter or dropped.

    For a prefix FTS5 reads every index entry that begins with it before it returns a result; first
    letters have index marks of their own. A NOT with a short prefix is dropped.
    """
    return build_upper_bound(_shorten_prefixes(node))


def _shorten_prefixes(node: Node) -> Node:
    match node:
        case Term() if _is_short_prefix(node):
            return Term(split_term(node)[0].pattern.texts[0][0], node.field, is_prefix=True)
        case And(nodes):
            kept_parts = tuple(
                _shorten_prefixes(part) for part in nodes if not _has_excluded_prefix(part)
            )
            return And(kept_parts) if kept_parts else node
        case Or(nodes):
            return Or(tuple(map(_shorten_prefixes, nodes)))
        case _:  # a NOT must exclude exactly its own part
            return node


def _is_short_prefix(term: Term) -> bool:
    pattern = split_term(term)[0].pattern  # in a phrase, only the last word can be a prefix
    return pattern.kind == "prefix" and 1 < len(pattern.texts[0]) <= _MAX_SHORT_PREFIX


def _has_excluded_prefix(node: Node) -> bool:
    return isinstance(node, Not) and any(
        isinstance(leaf, Term) and _is_short_prefix(leaf) for leaf, _ in list_leaves(node)
    )


# ------------------------------------------------------------------ upper bound


def _build_node_upper_bound(node: Node, depth: int) -> str | None:
    """Return an expression true of every release that could match; None means all releases."""
    match node:
        case Term():
            return build_term_upper_bound(node)
        case SourceTerm(name):
            return f'sources : "{encode_source(name)}"'
        case And(nodes) if depth:
            return _build_and_upper_bound(nodes, depth - 1)
        case Or(nodes) if depth and len(nodes) <= _MAX_OR_CLAUSES:
            clauses = [
                clause
                for part in nodes
                if (clause := _build_node_upper_bound(part, depth - 1)) is not None
            ]
            return join_with_or(clauses) if len(clauses) == len(nodes) else None
        case Not() if depth:
            return _build_and_upper_bound((node,), depth - 1)
        case _:
            return None


def _build_and_upper_bound(nodes: Sequence[Node], depth: int) -> str | None:
    """Return the upper bound of all `nodes` together; FTS5 needs a positive part before a NOT."""
    positive_nodes = [node for node in nodes if not isinstance(node, Not)]
    upper_bound = join_with_and(
        clause
        for node in positive_nodes
        if (clause := _build_node_upper_bound(node, depth)) is not None
    )
    excluded_nodes = [node.part for node in nodes if isinstance(node, Not)][:MAX_AND_CLAUSES]
    excluded_clauses = [
        clause
        for node in excluded_nodes
        if (clause := _build_node_lower_bound(node, depth)) is not None
    ]
    return (
        f"({upper_bound or MATCH_ALL} NOT {join_with_or(excluded_clauses)})"
        if excluded_clauses
        else upper_bound
    )


# ------------------------------------------------------------------ lower bound


def _build_node_lower_bound(node: Node, depth: int) -> str | None:
    """Return an expression true only of releases that certainly match; None means no release."""
    match node:
        case Term():
            return build_term_lower_bound(node)
        case SourceTerm(name):
            return f'sources : "{encode_source(name)}"'
        case And(nodes) if depth and len(nodes) <= MAX_AND_CLAUSES:
            clauses = [
                clause
                for part in nodes
                if (clause := _build_node_lower_bound(part, depth - 1)) is not None
            ]
            return join_with_and(clauses) if len(clauses) == len(nodes) else None
        case Or(nodes) if depth:
            alternatives = [
                clause
                for part in nodes
                if (clause := _build_node_lower_bound(part, depth - 1)) is not None
            ]
            return join_with_or(alternatives[:_MAX_OR_CLAUSES]) if alternatives else None
        case Not(part) if depth:
            excluded = _build_node_upper_bound(part, depth - 1)
            return None if excluded is None else f"({MATCH_ALL} NOT {excluded})"
        case _:
            return None
