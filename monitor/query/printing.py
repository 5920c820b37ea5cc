"""A query written out again, so that reading it gives the same query."""

import re

from monitor.query.lexer import as_operator
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.text.characters import DASHES

# A word that needs no quotes: no sign in it that the language gives a meaning.
_BARE = re.compile(rf"[^\W_](?:[^\W_]|[.,_/&'’{DASHES}](?=[^\W_]))*\.?")


def unparse(node: Node) -> str:
    """Return a query that `parse` reads as `node`."""
    match node:
        case Or(parts):
            return " OR ".join(_inside(part, Or) for part in parts)
        case And(parts):
            return " ".join(_inside(part, Or, And) for part in parts)
        case Not(part):
            return f"NOT {_inside(part, Or, And)}"
        case Source(name):
            return f"source:{_text(name)}"
        case _:
            return _term(node)


def _inside(node: Node, *weaker: type[Node]) -> str:
    return f"({unparse(node)})" if isinstance(node, weaker) else unparse(node)


def _term(term: Term) -> str:
    field = "" if term.field is None else f"{term.field}:"
    if term.within is not None:
        return f'{field}"{term.text}"~{term.within}'
    return f"{field}{term.text}*" if term.prefix else f"{field}{_text(term.text)}"


def _text(text: str) -> str:
    return text if _BARE.fullmatch(text) and as_operator(text) is None else f'"{text}"'
