"""The syntax tree of a query."""

from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "text", "category"]
FIELDS: tuple[Field, ...] = ("title", "text", "category")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, in one field, or (`field` None) in title and text.

    With `is_prefix`, its last word matches every word with that beginning. `within` is the greatest
    distance, in words, from the first to the last word of a phrase, in any order; None requires the
    words to be adjacent and in order.
    """

    text: str
    field: Field | None = None
    is_prefix: bool = False
    within: int | None = None


@dataclass(frozen=True, slots=True)
class SourceTerm:
    """True if the release was seen in the listing of this source."""

    name: str


@dataclass(frozen=True, slots=True)
class And:
    """Two or more nodes that must all be true."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more nodes, at least one of them true."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a node."""

    part: "Node"


Node = Term | SourceTerm | And | Or | Not


def build_and(parts: list[Node]) -> Node:
    """Return a node that is true where all of `parts` are true."""
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def build_or(parts: list[Node]) -> Node:
    """Return a node that is true where at least one of `parts` is true."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
