"""A command line as it stands in bash, up to the cursor: taken apart, and quoted again.

bash breaks words at its COMP_WORDBREAKS too, and puts what it is given in place of the last bit
alone: after the last break, or after the quote that is still open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BREAKS = "=:@><;|&("
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PLAIN = re.compile(r"[\w%+,./:=@-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line taken apart: whole words, and the last one, which ends at the cursor.

    `kept` is the part of the last word that stays as it is; `quote` the quote that is open.
    """

    words: tuple[str, ...]
    last: str
    kept: str
    quote: str


def split(line: str) -> Typed:
    """Take a line apart as a POSIX shell does, but for `$` and other expansions."""
    words: list[str] = []
    word, kept, quote, is_begun = "", "", "", False
    for char, is_plain in _characters(line):
        if is_plain and char in " \t\n" and not quote:
            if is_begun and (words or not _ASSIGNED.match(word)):
                words.append(word)
            word, kept, is_begun = "", "", False
            continue
        is_begun = True
        if is_plain and char in "'\"" and quote in ("", char):
            quote = "" if quote else char
            kept = word if quote else kept
            continue
        word += char
        if is_plain and not quote and char in _BREAKS:
            kept = word
    return Typed(words=tuple(words), last=word, kept=kept, quote=quote)


def _characters(line: str) -> Iterator[tuple[str, bool]]:
    """Yield each character that a line stands for, and whether it may have a meaning of its own."""
    quote, at = "", 0
    while at < len(line):
        char = line[at]
        at += 1
        if char == "\\" and quote != "'" and (not quote or line[at : at + 1] in tuple('$`"\\')):
            yield line[at : at + 1], False
            at += 1
            continue
        if char in "'\"" and quote in ("", char):
            quote = "" if quote else char
        yield char, True


def quoted(text: str, quote: str) -> str:
    """Return text so that bash reads it back as it is, where `quote` ('"', "'" or none) is open."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        # Whatever stands between double quotes, an interactive bash looks for its history after !
        return re.sub(r'([$`"\\])', r"\\\1", text).replace("!", "\"'!'\"")
    return "".join(char if _PLAIN.fullmatch(char) else f"\\{char}" for char in text)
