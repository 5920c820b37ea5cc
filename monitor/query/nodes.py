"""What a query is once it is understood: a tree of these."""

from dataclasses import dataclass
from typing import Literal

Field = Literal["title", "text", "category"]
FIELDS: tuple[Field, ...] = ("title", "text", "category")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, in one field or (`field` None) in title and text.

    A `prefix` ends in the beginning of a word; `within` is the most that a phrase's words may be
    apart, in any order, and None where they must follow each other.
    """

    text: str
    field: Field | None = None
    prefix: bool = False
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The release was seen in the listing of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Anything that is not this."""

    part: "Node"


Node = Term | Source | And | Or | Not


def conjunction(parts: list[Node]) -> Node:
    """Return what is true where all of `parts` are."""
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def disjunction(parts: list[Node]) -> Node:
    """Return what is true where one of `parts` is."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))
