"""What the archive's own index can tell beforehand: never no where the matcher says yes.

Two questions are asked of every part of a query, and both have safe answers only: which releases
could match it (`prefilter`: too many is allowed), and which do for sure (`certain`: too few is).
The second is what a NOT leaves out, and what is counted without reading a text. `lookup` asks them
of one term.
"""

from collections.abc import Sequence

from monitor.query import lookup
from monitor.query.leaving import leaves
from monitor.query.lookup import MAX_ANDS, all_of, any_of
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.spelled import EVERY, listed
from monitor.query.terms import parts

EVERYTHING = f'"{EVERY}"'

_MAX_DEPTH = 8  # SQLite gives up on expressions much deeper
_MAX_ORS = 128  # with more, reading everything is no slower
_MAX_BEGINNING = 4  # letters: few words share a longer one


def prefilter(node: Node) -> str:
    """Return an FTS5 expression true of all that `node` could match."""
    return _possible(node, _MAX_DEPTH) or EVERYTHING


def certain(node: Node) -> str | None:
    """Return an FTS5 expression true of nothing but what `node` matches, None for nothing."""
    return _sure(node, _MAX_DEPTH)


def rough_prefilter(node: Node) -> str:
    """Return the same with short beginnings of words cut down to a letter, or not left out.

    For others FTS5 reads all of the index that begins so before it says anything; letters are
    marked in it.
    """
    return prefilter(_cut_down(node))


def _cut_down(node: Node) -> Node:
    match node:
        case Term() if _is_beginning(node):
            return Term(parts(node)[0].wanted.texts[0][0], node.field, prefix=True)
        case And(nodes):
            left = tuple(_cut_down(part) for part in nodes if not _leaves_out_beginnings(part))
            return And(left) if left else node
        case Or(nodes):
            return Or(tuple(map(_cut_down, nodes)))
        case _:  # what a NOT leaves out must stay as it is
            return node


def _is_beginning(term: Term) -> bool:
    wanted = parts(term)[0].wanted  # of a phrase, only the last is a beginning
    return wanted.kind == "prefix" and 1 < len(wanted.texts[0]) <= _MAX_BEGINNING


def _leaves_out_beginnings(node: Node) -> bool:
    return isinstance(node, Not) and any(
        isinstance(leaf, Term) and _is_beginning(leaf) for leaf, _ in leaves(node)
    )


# ------------------------------------------------------------------ what could match


def _possible(node: Node, depth: int) -> str | None:
    """Return what is true of all that could match, None for everything."""
    match node:
        case Term():
            return lookup.possible(node)
        case Source(name):
            return f'sources : "{listed(name)}"'
        case And(nodes) if depth:
            return _possible_all(nodes, depth - 1)
        case Or(nodes) if depth and len(nodes) <= _MAX_ORS:
            ways = [one for part in nodes if (one := _possible(part, depth - 1)) is not None]
            return any_of(ways) if len(ways) == len(nodes) else None
        case Not() if depth:
            return _possible_all((node,), depth - 1)
        case _:
            return None


def _possible_all(nodes: Sequence[Node], depth: int) -> str | None:
    """Return the same for all of `nodes` together; what FTS5 leaves out needs a beginning."""
    wanted = [node for node in nodes if not isinstance(node, Not)]
    found = all_of(one for node in wanted if (one := _possible(node, depth)) is not None)
    unwanted = [node.part for node in nodes if isinstance(node, Not)][:MAX_ANDS]
    out = [one for node in unwanted if (one := _sure(node, depth)) is not None]
    return f"({found or EVERYTHING} NOT {any_of(out)})" if out else found


# ------------------------------------------------------------------ what does match


def _sure(node: Node, depth: int) -> str | None:
    """Return what is true of nothing but what matches for sure, None where nothing is."""
    match node:
        case Term():
            return lookup.certain(node)
        case Source(name):
            return f'sources : "{listed(name)}"'
        case And(nodes) if depth and len(nodes) <= MAX_ANDS:
            found = [one for part in nodes if (one := _sure(part, depth - 1)) is not None]
            return all_of(found) if len(found) == len(nodes) else None
        case Or(nodes) if depth:
            ways = [one for part in nodes if (one := _sure(part, depth - 1)) is not None]
            return any_of(ways[:_MAX_ORS]) if ways else None
        case Not(part) if depth:
            possible = _possible(part, depth - 1)
            return None if possible is None else f"({EVERYTHING} NOT {possible})"
        case _:
            return None
