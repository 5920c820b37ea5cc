"""Why a query is true of a release, or is not, in its own terms."""

from dataclasses import replace

from monitor.model.explained import TermFound
from monitor.model.told import Document
from monitor.query.leaving import Leaf, Wanted, leaves
from monitor.query.match import find, holds
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.printing import unparse
from monitor.query.terms import parts


def reasons(node: Node, document: Document) -> tuple[TermFound, ...]:
    """Return every term of a query, in order, with what became of it."""
    blamed = _blamed(node, document, wanted=True)
    return tuple(_found(wanted, document, blamed) for wanted in leaves(node))


def _found(wanted: Wanted, document: Document, blamed: set[Leaf]) -> TermFound:
    leaf, excluded = wanted
    hits = find(leaf, document)
    return TermFound(
        term=unparse(leaf),
        is_excluded=excluded,
        is_found=hits is not None,
        is_to_blame=leaf in blamed,
        hits=hits or (),
        instead="" if hits is not None or isinstance(leaf, Source) else _instead(leaf, document),
    )


def _blamed(node: Node, document: Document, *, wanted: bool) -> set[Leaf]:
    """Return the terms for which a query is not what is `wanted` of it; none if it is."""
    if holds(node, document) == wanted:
        return set()
    match node:
        case And(nodes) | Or(nodes):
            return set().union(*(_blamed(part, document, wanted=wanted) for part in nodes))
        case Not(part):
            return _blamed(part, document, wanted=not wanted)
        case _:
            return {node}


def _instead(term: Term, document: Document) -> str:
    """Return the word of the text that a term would be, but for its capitals."""
    pieces = parts(term)
    if all(piece.wanted.kind not in {"capitals", "capital prefix"} for piece in pieces):
        return ""
    small = replace(term, text=term.text.casefold())
    hits = find(small, document)
    if not hits:
        return ""
    hit = hits[0]
    texts = {"title": document.title, "text": document.text, "category": document.category}
    return texts[hit.field][hit.start : hit.end]
