"""The grammar of a query: words next to each other, OR, NOT, parentheses, fields.

either  = all { "OR" all }
all     = one { [ "AND" ] one }
one     = ( "NOT" | "-" ) one | [ field ":" ] ( word | phrase | "(" either ")" )
"""

from dataclasses import replace
from typing import NoReturn

from monitor.query.leaves import phrase, source, word
from monitor.query.lexer import Kind, Lexeme, fail, lex
from monitor.query.nodes import FIELDS, Field, Node, Not, conjunction, disjunction

MAX_DEPTH = 50

_FIELDS: dict[str, Field] = {field: field for field in FIELDS}
_OPERATORS: tuple[Kind, ...] = ("AND", "OR")
_ONE: tuple[Kind, ...] = ("word", "phrase", "(", "field", "NOT", "-")


def parse(query: str) -> Node:
    """Return what `query` means; a mistake is a QueryError with its place."""
    return _Parser(query).parse()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._lexemes = lex(query)
        self._at = 0
        self._depth = 0
        self._field: Lexeme | None = None

    def parse(self) -> Node:
        if self._next().kind == "end":
            self._fail("The query is empty; write at least one word.", self._next())
        node = None if self._next().kind == ")" else self._either()
        if node is None or self._next().kind == ")":
            self._fail("This parenthesis was never opened.", self._next())
        return node

    def _next(self) -> Lexeme:
        return self._lexemes[self._at]

    def _take(self) -> Lexeme:
        self._at += 1
        return self._lexemes[self._at - 1]

    def _fail(self, message: str, lexeme: Lexeme) -> NoReturn:
        fail(self._query, message, lexeme.start, lexeme.end)

    def _either(self) -> Node:
        parts = [self._all()]
        while self._next().kind == "OR":
            self._operator()
            parts.append(self._all())
        return disjunction(parts)

    def _all(self) -> Node:
        if self._next().kind in _OPERATORS:
            self._dangling(self._next(), "before")
        parts = [self._one()]
        while self._next().kind in (*_ONE, "AND"):
            if self._next().kind == "AND":
                self._operator()
            parts.append(self._one())
        return conjunction(parts)

    def _operator(self) -> None:
        """Take an operator that needs something after it."""
        operator = self._take()
        if self._next().kind not in _ONE:
            self._dangling(operator, "after")

    def _dangling(self, operator: Lexeme, side: str) -> NoReturn:
        name = operator.text
        hint = f'; to search for the word, write "{name}"' if name.isalpha() else ""
        self._fail(f"{name} has nothing {side} it{hint}.", operator)

    def _one(self) -> Node:
        lexeme = self._next()
        if lexeme.kind in {"NOT", "-"}:
            self._operator()
            self._deeper(lexeme)
            node: Node = Not(self._one())
            self._depth -= 1
            return node
        return self._of_field() if lexeme.kind == "field" else self._leaf()

    def _of_field(self) -> Node:
        field = self._take()
        if self._field is not None:
            self._fail(f"This stands inside {self._field.text}: already.", field)
        if self._next().kind == "field":
            self._fail(f"One field is enough: {field.text}:word.", self._next())
        if self._next().kind not in {"word", "phrase", "("} or self._next().start > field.end:
            self._fail(f"{field.text}: needs a word right after it: {field.text}:word.", field)
        self._field = field
        node = self._leaf()
        self._field = None
        return node

    def _leaf(self) -> Node:
        lexeme = self._take()
        if lexeme.kind == "(":
            return self._group(lexeme)
        if self._field is not None and self._field.text == "source":
            return source(self._query, lexeme)
        term = (phrase if lexeme.kind == "phrase" else word)(self._query, lexeme)
        return term if self._field is None else replace(term, field=_FIELDS[self._field.text])

    def _group(self, opening: Lexeme) -> Node:
        if self._next().kind == ")":
            end = self._next().end
            self._fail("There is nothing in these parentheses.", opening._replace(end=end))
        self._deeper(opening)
        if self._next().kind == "end":
            self._unclosed(opening)
        node = self._either()
        if self._next().kind != ")":
            self._unclosed(opening)
        self._take()
        self._depth -= 1
        return node

    def _unclosed(self, opening: Lexeme) -> NoReturn:
        self._fail("This parenthesis is never closed.", opening)

    def _deeper(self, lexeme: Lexeme) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"A query is at most {MAX_DEPTH} levels deep.", lexeme)
