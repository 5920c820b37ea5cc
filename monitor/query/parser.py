"""The grammar of a query: words next to each other, OR, NOT, parentheses, fields.

or      = and { "OR" and }
and     = unary { [ "AND" ] unary }
unary   = ( "NOT" | "-" ) unary | [ field ":" ] ( word | phrase | "(" or ")" )
"""

import re
from dataclasses import replace
from typing import NoReturn
from unicodedata import normalize

from monitor.query.ast import FIELDS, Field, Node, Not, SourceTerm, Term, build_and, build_or
from monitor.query.lexer import (
    KNOWN_FIELDS,
    QueryToken,
    TokenKind,
    normalize_signs,
    parse_operator,
    raise_query_error,
    starts_with_field,
    tokenize_query,
)
from monitor.query.phrases import split_term
from monitor.text.sanitize import CONTROLS, DASHES, INVISIBLE, SURROGATES, sanitize_line
from monitor.text.tokenize import TokenizedText

MAX_DEPTH = 50

_FIELD_BY_NAME: dict[str, Field] = {field: field for field in FIELDS}
_BINARY_OPERATORS: tuple[TokenKind, ...] = ("AND", "OR")
_OPERAND_STARTS: tuple[TokenKind, ...] = ("word", "phrase", "(", "field", "NOT", "-")


def parse(query: str) -> Node:
    """Return the syntax tree of `query`.

    Raise QueryError, with the position, for a mistake.
    """
    return _QueryParser(query).parse()


class _QueryParser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = tokenize_query(query)
        self._position = 0
        self._depth = 0
        self._active_field: QueryToken | None = None

    def parse(self) -> Node:
        if self._peek_token().kind == "end":
            self._raise_error("The query is empty; write at least one word.", self._peek_token())
        node = None if self._peek_token().kind == ")" else self._parse_or()
        if node is None or self._peek_token().kind == ")":
            self._raise_error("This parenthesis was never opened.", self._peek_token())
        return node

    def _peek_token(self) -> QueryToken:
        return self._tokens[self._position]

    def _take_token(self) -> QueryToken:
        self._position += 1
        return self._tokens[self._position - 1]

    def _raise_error(self, message: str, token: QueryToken) -> NoReturn:
        raise_query_error(self._query, message, token.start, token.end)

    def _parse_or(self) -> Node:
        operands = [self._parse_and()]
        while self._peek_token().kind == "OR":
            self._take_operator()
            operands.append(self._parse_and())
        return build_or(operands)

    def _parse_and(self) -> Node:
        if self._peek_token().kind in _BINARY_OPERATORS:
            self._reject_dangling_operator(self._peek_token(), "before")
        operands = [self._parse_unary()]
        while self._peek_token().kind in (*_OPERAND_STARTS, "AND"):
            if self._peek_token().kind == "AND":
                self._take_operator()
            operands.append(self._parse_unary())
        return build_and(operands)

    def _take_operator(self) -> None:
        """Consume an operator that must be followed by an operand."""
        operator = self._take_token()
        if self._peek_token().kind not in _OPERAND_STARTS:
            self._reject_dangling_operator(operator, "after")

    def _reject_dangling_operator(self, operator: QueryToken, side: str) -> NoReturn:
        name = operator.text
        hint = f'; to search for the word, write "{name}"' if name.isalpha() else ""
        self._raise_error(f"{name} has nothing {side} it{hint}.", operator)

    def _parse_unary(self) -> Node:
        token = self._peek_token()
        if token.kind in {"NOT", "-"}:
            self._take_operator()
            self._enter_level(token)
            node: Node = Not(self._parse_unary())
            self._depth -= 1
            return node
        return self._parse_field() if token.kind == "field" else self._parse_operand()

    def _parse_field(self) -> Node:
        field = self._take_token()
        if self._active_field is not None:
            self._raise_error(f"This is inside {self._active_field.text}: already.", field)
        if self._peek_token().kind == "field":
            self._raise_error(f"One field is enough: {field.text}:word.", self._peek_token())
        if (
            self._peek_token().kind not in {"word", "phrase", "("}
            or self._peek_token().start > field.end
        ):
            self._raise_error(
                f"{field.text}: needs a word right after it: {field.text}:word.", field
            )
        self._active_field = field
        node = self._parse_operand()
        self._active_field = None
        return node

    def _parse_operand(self) -> Node:
        token = self._take_token()
        if token.kind == "(":
            return self._parse_group(token)
        if self._active_field is not None and self._active_field.text == "source":
            return parse_source(self._query, token)
        term = (parse_phrase if token.kind == "phrase" else parse_word)(self._query, token)
        return (
            term
            if self._active_field is None
            else replace(term, field=_FIELD_BY_NAME[self._active_field.text])
        )

    def _parse_group(self, opening: QueryToken) -> Node:
        if self._peek_token().kind == ")":
            end = self._peek_token().end
            self._raise_error("There is nothing in these parentheses.", opening._replace(end=end))
        self._enter_level(opening)
        if self._peek_token().kind == "end":
            self._reject_unclosed_group(opening)
        node = self._parse_or()
        if self._peek_token().kind != ")":
            self._reject_unclosed_group(opening)
        self._take_token()
        self._depth -= 1
        return node

    def _reject_unclosed_group(self, opening: QueryToken) -> NoReturn:
        self._raise_error("This parenthesis is never closed.", opening)

    def _enter_level(self, token: QueryToken) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._raise_error(f"A query is at most {MAX_DEPTH} levels deep.", token)


_MAX_UNORDERED_WORDS = 32  # words: a phrase in any order is tried in every order
_MAX_DISTANCE_DIGITS = 4
_DASHES_ONLY = re.compile(f"[{DASHES}]+")
_INVISIBLE_CHARS = f"[{CONTROLS}{INVISIBLE}{SURROGATES}]*"
_STAR_IN_PHRASE = re.compile(rf"\w{_INVISIBLE_CHARS}\*|\*{_INVISIBLE_CHARS}\w")

_FIELD_INSIDE_WORD = (
    "A field begins a word: put a space before it, or all of this in double quotes."
)

# Signs from other query languages, and signs of this one in places where they do nothing. Each is a
# pattern to look for in a normalized word, and a hint what to write instead. Only words with signs
# are checked, so the patterns are compiled when needed.
_MISPLACED_SIGNS = (
    ("~", 'A ~ and a number follow a phrase: "steel quota"~5.'),
    (r"\|", "For one or the other, write OR between them."),
    ("^[!¬]", "To leave out a word, write - or NOT before it; else put it in double quotes."),
    (
        r"&&|^&$|^\+$|^\+[^\W\d_]",
        "All words must be there: leave out this sign, or put a name that has it in double quotes.",
    ),
    (r"\*.", "A * is allowed only at the end of a word, as in semicond*."),
    (
        r"[a-z]\?[a-z]",
        "A ? is no wildcard; write both words with OR, or a beginning as in semicond*.",
    ),
    (rf"\W(?:{'|'.join(KNOWN_FIELDS)}):", _FIELD_INSIDE_WORD),
)


def parse_word(query: str, token: QueryToken) -> Term:
    """Return the term for a word without quotes."""
    _reject_misplaced_signs(query, token)
    if not normalize_signs(token.text).endswith("*"):
        return _reject_operator(query, token, _parse_plain_term(query, token))
    prefix = sanitize_line(token.text[:-1])
    spans = [text_token[1:] for text_token in TokenizedText(prefix)]
    if not spans or spans[-1][1] != len(prefix):
        message = "A * needs the beginning of a word right before it, as in semicond*."
        raise_query_error(query, message, token.start, token.end)
    trimmed_prefix = prefix[spans[0][0] :]
    if starts_with_field(
        trimmed_prefix
    ):  # after a sign, as in ,a:b* : `to_query` would drop the sign
        raise_query_error(query, _FIELD_INSIDE_WORD, token.start, token.end)
    return Term(trimmed_prefix, is_prefix=True)


def _reject_misplaced_signs(query: str, token: QueryToken) -> None:
    """Raise QueryError for a word with signs that have no meaning there."""
    plain = normalize("NFKC", token.text)
    for sign, message in () if plain.isalnum() else _MISPLACED_SIGNS:
        if re.search(sign, plain, re.IGNORECASE):
            raise_query_error(query, message, token.start, token.end)


def _reject_operator(query: str, token: QueryToken, term: Term) -> Term:
    """Return `term`, or raise QueryError if it is an operator joined to a sign, such as `OR,`."""
    operator = parse_operator(term.text)
    if operator is not None:
        message = (
            f'Put a space on either side of {operator}; to search for the word, write "{operator}".'
        )
        raise_query_error(query, message, token.start, token.end)
    return term


def parse_phrase(query: str, token: QueryToken) -> Term:
    """Return the term for a phrase."""
    if not token.text.strip():
        raise_query_error(query, "There is nothing between these quotes.", token.start, token.end)
    if _STAR_IN_PHRASE.search(normalize_signs(token.text)):
        message = "A * does not work inside a phrase; write the word without quotes: semicond*."
        raise_query_error(query, message, token.start, token.end)
    term = _parse_plain_term(query, token)
    if token.within is None:
        return term
    return Term(term.text, within=_parse_distance(query, token, len(split_term(term))))


def _parse_distance(query: str, token: QueryToken, word_count: int) -> int:
    start = token.end - len(token.within or "") - 1
    digits = token.within or ""
    if not re.fullmatch(rf"[0-9]{{1,{_MAX_DISTANCE_DIGITS}}}", digits):
        message = 'After ~ comes a number of words, at most 9999: "steel quota"~5.'
        raise_query_error(query, message, start, token.end)
    if word_count > _MAX_UNORDERED_WORDS:
        message = (
            f"A phrase with ~ has at most {_MAX_UNORDERED_WORDS} words, this one has {word_count}."
        )
        raise_query_error(query, message, token.start, token.end)
    if int(digits) < word_count - 1:
        message = (
            f"{word_count} words cannot be within {int(digits)}; the least here is "
            f"~{word_count - 1}."
        )
        raise_query_error(query, message, start, token.end)
    return int(digits)


def _parse_plain_term(query: str, token: QueryToken) -> Term:
    term = make_term(token.text)
    if term is None:
        message = (
            "A dash must touch the word that it leaves out."
            if _DASHES_ONLY.fullmatch(token.text)
            else "There is no letter or digit in this."
        )
        raise_query_error(query, message, token.start, token.end)
    return term


def make_term(text: str) -> Term | None:
    """Return `text` as a term without surrounding signs, or None if it has only signs."""
    sanitized = sanitize_line(text)
    tokens = TokenizedText(sanitized)
    if not tokens.surfaces:
        return None
    start, end = tokens.find_span(0, len(tokens.surfaces) - 1)
    return Term(sanitized[start:end])


def parse_source(query: str, token: QueryToken) -> SourceTerm:
    """Return the condition that the release is listed by this source."""
    name = sanitize_line(token.text)
    if not name:
        raise_query_error(query, "There is nothing between these quotes.", token.start, token.end)
    if token.within is not None or "*" in normalize_signs(name):
        message = "source: takes the whole name of a source, as it is in config.toml."
        raise_query_error(query, message, token.start, token.end)
    return SourceTerm(name)


def parse_keyword(text: str) -> Term:
    """Return the term for a plain keyword: a word or phrase in which signs have no meaning."""
    normalized = normalize_signs(text)
    if star := _STAR_IN_PHRASE.search(normalized):
        message = (
            'A keyword has no *; for words that begin like this, write query = "semicond*" instead.'
        )
        raise_query_error(text, message, *star.span())
    # `to_query` puts a phrase in double quotes, so the phrase must not contain any.
    term = make_term(
        "".join(" " if sign == '"' else c for c, sign in zip(text, normalized, strict=True))
    )
    if term is None:
        raise_query_error(text, "There is no letter or digit in this keyword.", 0, len(text))
    return term
