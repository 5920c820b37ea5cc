"""A query cut into tokens: words, phrases, fields and signs, each with its position."""

import re
from typing import Literal, NamedTuple, NoReturn
from unicodedata import normalize

from monitor.errors import QueryError
from monitor.query.ast import FIELDS, And, Node, Not, Or, SourceTerm, Term
from monitor.text.sanitize import DASHES

Operator = Literal["AND", "OR", "NOT"]
TokenKind = Operator | Literal["(", ")", "-", "field", "phrase", "word", "end"]

MAX_LENGTH = 10_000
KNOWN_FIELDS = (*FIELDS, "source")
_OPERATORS: dict[str, Operator] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_FIELD_SYNONYMS = {"body": "text", "content": "text", "headline": "title", "subject": "title"}

# Variants of the language's signs that Korean keyboards and word processors produce, one to one.
_SIGN_VARIANTS = str.maketrans("“”„‟＂（）：＊～", '"""""():*~')

_TOKEN_PATTERN = re.compile(
    rf"""
      (?P<space> \s+ )
    | (?P<open> \( )
    | (?P<close> \) )
    | " (?P<phrase> [^"]* ) " (?: ~ (?P<within> [^\s()"]* ) )?
    | (?P<quote> " )
    | (?P<dash> [{DASHES}] (?= [^\s)] ) )
    | (?P<field> [^\W\d_]+ : )
    | (?P<word> [^\s()"]+ )
    """,
    re.VERBOSE,
)


class QueryToken(NamedTuple):
    """A token of a query.

    `text` is as typed, without quotes, `~` or the field's colon. `start` and `end` are offsets into
    the query. `within` is the text after the `~` of a phrase, or None.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    within: str | None = None


def tokenize_query(query: str) -> list[QueryToken]:
    """Return the tokens of `query`; the last one marks the end.

    Raise QueryError if the query is too long or has an invalid token.
    """
    if len(query) > MAX_LENGTH:
        start, end = MAX_LENGTH, len(query)
        message = f"A query has at most {MAX_LENGTH} characters, this one has {end}; make several."
        raise QueryError(message, query=query, start=start, end=end)
    tokens: list[QueryToken] = []
    for match in _TOKEN_PATTERN.finditer(normalize_signs(query)):
        if match.lastgroup != "space":
            tokens.append(_make_token(query, match, tokens[-1] if tokens else None))
    return [*tokens, QueryToken("end", "", len(query), len(query))]


def normalize_signs(text: str) -> str:
    """Return `text` with full-width and curly signs replaced by their plain forms."""
    return text.translate(_SIGN_VARIANTS)


def starts_with_field(text: str) -> bool:
    """Return whether `text` starts with a field name and a colon, known or not."""
    match = _TOKEN_PATTERN.match(normalize_signs(text))
    return match is not None and match["field"] is not None


def parse_operator(text: str) -> Operator | None:
    """Return the operator that a word denotes, full-width letters included, or None."""
    return _OPERATORS.get(text if text.isascii() else normalize("NFKC", text))


def raise_query_error(query: str, message: str, start: int, end: int) -> NoReturn:
    """Raise QueryError for a mistake between the offsets `start` and `end`."""
    raise QueryError(message, query=query, start=start, end=end)


def _make_token(query: str, match: re.Match[str], previous: QueryToken | None) -> QueryToken:
    start, end = match.span()
    if match["phrase"] is not None:
        return QueryToken(
            "phrase", query[slice(*match.span("phrase"))], start, end, match["within"]
        )
    if match["quote"]:
        raise_query_error(
            query, "This quote is never closed; put one at the end of the phrase.", start, end
        )
    if match["field"]:
        return QueryToken("field", _resolve_field(query, start, end - 1), start, end)
    if match["dash"]:
        _check_dash(query, start, previous)
        return QueryToken("-", query[start:end], start, end)
    text = query[start:end]
    plain_text = normalize_signs(text)
    if plain_text in {"(", ")"}:
        return QueryToken(plain_text, text, start, end)  # type: ignore[arg-type] # it is one of these two
    operator = parse_operator(text)
    if operator is not None:
        return QueryToken(operator, text, start, end)
    return QueryToken("word", text, start, end)


def _check_dash(query: str, start: int, previous: QueryToken | None) -> None:
    """Raise QueryError for a dash that may belong to the word before it."""
    if previous is None or previous.end < start or previous.kind == "(":
        return
    if previous.kind == "field":
        message = f"Put the dash before the field: -{previous.text}:word."
    elif previous.kind == "-":
        message = "One dash excludes a word; put quotes around a word with more dashes."
    else:
        message = "Put a space before the dash to exclude the word after it."
    raise_query_error(query, message, start, start + 1)


def _resolve_field(query: str, start: int, end: int) -> str:
    name = query[start:end].casefold()
    if name in KNOWN_FIELDS:
        return name
    from difflib import get_close_matches  # noqa: PLC0415 - only needed for a mistake

    nearest_field = _FIELD_SYNONYMS.get(name) or get_close_matches(name, KNOWN_FIELDS, 1, 0)[0]
    raise_query_error(
        query,
        f"There is no field {query[start:end]}:, the nearest is {nearest_field}:. "
        "To search for the words themselves, put them in double quotes.",
        start,
        end + 1,
    )


# A word that needs no quotes: none of its signs has a meaning in the language.
_UNQUOTED_WORD = re.compile(rf"[^\W_](?:[^\W_]|[.,_/&'’{DASHES}](?=[^\W_]))*\.?")


def to_query(node: Node) -> str:
    """Return a query that `parse` turns into `node` again."""
    match node:
        case Or(parts):
            return " OR ".join(_format_operand(part, Or) for part in parts)
        case And(parts):
            return " ".join(_format_operand(part, Or, And) for part in parts)
        case Not(part):
            return f"NOT {_format_operand(part, Or, And)}"
        case SourceTerm(name):
            return f"source:{_quote_if_needed(name)}"
        case _:
            return _format_term(node)


def _format_operand(node: Node, *parenthesized_types: type[Node]) -> str:
    return f"({to_query(node)})" if isinstance(node, parenthesized_types) else to_query(node)


def _format_term(term: Term) -> str:
    field = "" if term.field is None else f"{term.field}:"
    if term.within is not None:
        return f'{field}"{term.text}"~{term.within}'
    return f"{field}{term.text}*" if term.is_prefix else f"{field}{_quote_if_needed(term.text)}"


def _quote_if_needed(text: str) -> str:
    return text if _UNQUOTED_WORD.fullmatch(text) and parse_operator(text) is None else f'"{text}"'
