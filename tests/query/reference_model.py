"""What a query means, said again as simply as possible: no index, no cache, every way tried.

It shares no code with the matcher. Documents are put together from blocks whose tokens are written
down here by hand, so that neither the cutting of text nor the forms of words are taken on trust.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from hypothesis import strategies as st

from monitor.models.notification import Document
from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term


class Token(NamedTuple):
    """A token by hand: how it is spelled, its singular, and its capitals."""

    folded: str
    singular: str
    capitals: str = ""
    touches: bool = False


def _same(*words: str) -> list[Token]:
    return [Token(word, word) for word in words]


def _characters(word: str) -> list[Token]:
    return [Token(c, c, touches=index > 0) for index, c in enumerate(word)]


US, AI, EV = Token("us", "us", "US"), Token("ai", "ai", "AI"), Token("ev", "ev", "EV")

BLOCKS: dict[str, list[Token]] = {
    "steel": _same("steel"),
    "Steel’s": _same("steel"),
    "STEEL": [Token("steel", "steel", "STEEL")],
    "quota": _same("quota"),
    "quotas": [Token("quotas", "quota")],
    "battery": _same("battery"),
    "batteries": [Token("batteries", "battery")],
    "news": _same("news"),
    "new": _same("new"),
    "us": _same("us"),
    "US": [US],
    "U.S.": [US],
    "Korea–U.S.": [Token("korea", "korea"), US],
    "Korea-us": _same("korea", "us"),
    "AI": [AI],
    "AI’s": [AI],
    "AIs": [Token("ais", "ai", "AI")],
    "aid": _same("aid"),
    "EVs": [Token("evs", "ev", "EV")],
    "ev": _same("ev"),
    "AIDS": [Token("aids", "aids", "AIDS")],
    "644.5": _same("644.5"),
    "644": _same("644"),
    "café": _same("cafe"),
    "Cafe\u0301s": [Token("cafes", "cafe")],
    "반도체": _characters("반도체"),
    "반도": _characters("반도"),
    "체": _characters("체"),
    "5G반도": [Token("5g", "5g"), Token("반", "반"), Token("도", "도", touches=True)],
    "ﬁne": _same("fine"),
}

Places = list[tuple[int, int]]  # the first and last token


class Field(NamedTuple):
    """A field of a document: its text, its tokens and where each stands."""

    text: str
    tokens: list[Token]
    spans: list[tuple[int, int]]


class Written(NamedTuple):
    """A document whose tokens are known, and what the matcher is given of it."""

    fields: dict[str, Field]
    document: Document


def written(parts: dict[str, list[tuple[str, str]]], sources: Sequence[str]) -> Written:
    """Return a document made of blocks, each with what stands before it."""
    fields = {}
    for name, blocks in parts.items():
        field = Field("", [], [])
        for gap, block in blocks:
            field = _longer(field, gap, block)
        fields[name] = field
    texts = {name: field.text for name, field in fields.items()}
    return Written(fields, Document(**texts, sources=tuple(sources)))


def _longer(field: Field, gap: str, block: str) -> Field:
    start = len(field.text) + len(gap)
    spans, at = [], start
    tokens = BLOCKS[block]
    for index, token in enumerate(tokens):
        # Within a block, the last token takes what is left, others are as long as their form.
        at += 1 if block.startswith("Korea") and index else 0
        end = start + len(block) if index == len(tokens) - 1 else at + len(token.folded)
        spans.append((at, end))
        at = end
    return Field(field.text + gap + block, [*field.tokens, *tokens], [*field.spans, *spans])


# ------------------------------------------------------------------ the meaning


def found(node: Node, document: Written) -> set[tuple[str, int, int, Term]] | None:
    """Return all places that make the query true, None if it is not."""
    match node:
        case Term():
            return _places(node, document) or None
        case SourceTerm(name):
            known = {source.casefold() for source in document.document.sources}
            return set() if name.casefold() in known else None
        case Not(part):
            return set() if found(part, document) is None else None
        case And(parts):
            results = [found(part, document) for part in parts]
            if any(result is None for result in results):
                return None
        case Or(parts):
            results = [found(part, document) for part in parts]
            if all(result is None for result in results):
                return None
    return set().union(*(result for result in results if result is not None))


def _places(term: Term, document: Written) -> set[tuple[str, int, int, Term]]:
    wanted = [token for word in term.text.split() for token in BLOCKS[word]]
    places = set()
    for name in ("title", "text") if term.field is None else (term.field,):
        field = document.fields[name]
        find = _in_order if term.within is None else _in_any_order
        for first, last in find(term, wanted, field.tokens):
            places.add((name, field.spans[first][0], field.spans[last][1], term))
    return places


def _in_order(term: Term, wanted: list[Token], tokens: list[Token]) -> Iterator[tuple[int, int]]:
    for start in range(len(tokens) - len(wanted) + 1):
        there = tokens[start : start + len(wanted)]
        fits = [
            _fits(want, token, prefix=term.is_prefix and index == len(wanted) - 1)
            and (token.touches or not want.touches)
            for index, (want, token) in enumerate(zip(wanted, there, strict=True))
        ]
        if all(fits):
            yield start, start + len(wanted) - 1


def _in_any_order(
    term: Term, wanted: list[Token], tokens: list[Token]
) -> Iterator[tuple[int, int]]:
    units: list[list[Token]] = []
    for token in wanted:
        units = [*units[:-1], [*units[-1], token]] if token.touches else [*units, [token]]
    options = [list(_in_order(Term(""), unit, tokens)) for unit in units]
    for choice in product(*options):
        length = max(last for _, last in choice) - min(first for first, _ in choice)
        if len(set(choice)) == len(choice) and length <= (term.within or 0):
            yield from choice


def _fits(want: Token, token: Token, *, prefix: bool) -> bool:
    if 2 <= len(want.capitals) <= 4:
        return token.capitals[: len(want.capitals) if prefix else None] == want.capitals
    if prefix:
        return token.folded.startswith(want.folded)
    return want.folded == token.folded or want.singular == token.singular


# ------------------------------------------------------------------ anything at all

_blocks = st.sampled_from(sorted(BLOCKS))
_gaps = st.sampled_from([" ", ", ", " – ", " (", "/", " “", "\n"])
_texts = st.lists(st.tuples(_gaps, _blocks), max_size=12)
documents = st.builds(
    lambda title, text, category, sources: written(
        {"title": title, "text": text, "category": category}, sources
    ),
    _texts,
    _texts,
    st.lists(st.tuples(_gaps, _blocks), max_size=2),
    st.lists(st.sampled_from(["trade", "Trade-All", "energy"]), unique=True),
)

_phrases = st.lists(_blocks, min_size=1, max_size=3).map(" ".join)
_fields = st.sampled_from([None, None, None, "title", "text", "category"])


def _near(text: str, field: None, extra: int) -> Term:
    words = sum(len(BLOCKS[word]) for word in text.split())
    return Term(text, field, within=words - 1 + extra)


_leaves = st.one_of(
    st.builds(Term, _phrases, _fields),
    st.builds(Term, _blocks, _fields),
    st.builds(Term, _blocks, _fields, st.just(True)),
    st.builds(_near, _phrases, _fields, st.integers(0, 6)),
    st.builds(SourceTerm, st.sampled_from(["trade", "trade-all", "ENERGY"])),
)


def _joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, several), st.builds(Or, several))


nodes: st.SearchStrategy[Node] = st.recursive(_leaves, _joined, max_leaves=6)
