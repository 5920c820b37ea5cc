"""A query cut into words, phrases, fields and signs, each with its place."""

import re
from typing import Literal, NamedTuple, NoReturn
from unicodedata import normalize

from monitor.errors import QueryError
from monitor.query.nodes import FIELDS
from monitor.text.characters import DASHES

Operator = Literal["AND", "OR", "NOT"]
Kind = Operator | Literal["(", ")", "-", "field", "phrase", "word", "end"]

MAX_LENGTH = 10_000
KNOWN_FIELDS = (*FIELDS, "source")
_OPERATORS: dict[str, Operator] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_OTHER_NAMES = {"body": "text", "content": "text", "headline": "title", "subject": "title"}

# What Korean keyboards and word processors put for the signs of the language, one for one.
_SIGNS = str.maketrans("“”„‟＂（）：＊～", '"""""():*~')

_LEXEME = re.compile(
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


class Lexeme(NamedTuple):
    """One piece of a query, `text` as it was typed, without quotes, `~` or the field's colon."""

    kind: Kind
    text: str
    start: int
    end: int
    within: str | None = None


def lex(query: str) -> list[Lexeme]:
    """Return the pieces of `query`; the last is its end."""
    if len(query) > MAX_LENGTH:
        start, end = MAX_LENGTH, len(query)
        message = f"A query has at most {MAX_LENGTH} characters, this one has {end}; make several."
        raise QueryError(message, query=query, start=start, end=end)
    found: list[Lexeme] = []
    for match in _LEXEME.finditer(signs(query)):
        if match.lastgroup != "space":
            found.append(_lexeme(query, match, found[-1] if found else None))
    return [*found, Lexeme("end", "", len(query), len(query))]


def signs(text: str) -> str:
    """Return `text` with full-width and curly signs of the language as the plain ones."""
    return text.translate(_SIGNS)


def begins_with_field(text: str) -> bool:
    """Tell whether this is read as a field, known or not, and what is looked for in it."""
    match = _LEXEME.match(signs(text))
    return match is not None and match["field"] is not None


def as_operator(text: str) -> Operator | None:
    """Return the operator that a word is, in full-width letters too; None for other words."""
    return _OPERATORS.get(text if text.isascii() else normalize("NFKC", text))


def fail(query: str, message: str, start: int, end: int) -> NoReturn:
    """Raise the error for a mistake at this place."""
    raise QueryError(message, query=query, start=start, end=end)


def _lexeme(query: str, match: re.Match[str], before: Lexeme | None) -> Lexeme:
    start, end = match.span()
    if match["phrase"] is not None:
        return Lexeme("phrase", query[slice(*match.span("phrase"))], start, end, match["within"])
    if match["quote"]:
        fail(query, "This quote is never closed; put one at the end of the phrase.", start, end)
    if match["field"]:
        return Lexeme("field", _known_field(query, start, end - 1), start, end)
    if match["dash"]:
        _check_dash(query, start, before)
        return Lexeme("-", query[start:end], start, end)
    text = query[start:end]
    sign = signs(text)
    if sign in {"(", ")"}:
        return Lexeme(sign, text, start, end)  # type: ignore[arg-type] # it is one of these
    operator = as_operator(text)
    if operator is not None:
        return Lexeme(operator, text, start, end)
    return Lexeme("word", text, start, end)


def _check_dash(query: str, start: int, before: Lexeme | None) -> None:
    """Refuse a dash that may be meant as part of a word, and not to leave out what follows."""
    if before is None or before.end < start or before.kind == "(":
        return
    if before.kind == "field":
        message = f"Put the dash before the field: -{before.text}:word."
    elif before.kind == "-":
        message = "One dash leaves out a word; quote what has more of them."
    else:
        message = "Put a space before the dash to leave out what follows it."
    fail(query, message, start, start + 1)


def _known_field(query: str, start: int, end: int) -> str:
    name = query[start:end].casefold()
    if name in KNOWN_FIELDS:
        return name
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    meant = _OTHER_NAMES.get(name) or get_close_matches(name, KNOWN_FIELDS, 1, 0)[0]
    fail(
        query,
        f"There is no field {query[start:end]}:, the nearest is {meant}:. "
        "To search for the words themselves, put them in double quotes.",
        start,
        end + 1,
    )
