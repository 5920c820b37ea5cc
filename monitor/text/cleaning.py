"""Hostile text made harmless: no escape sequence, reversed word or hidden letter gets through."""

import re

from monitor.text.characters import CONTROLS, INVISIBLE, SURROGATES

_DANGEROUS = re.compile(f"[{CONTROLS}{INVISIBLE}{SURROGATES}]+")
# Where layout is kept, a carriage return would let a line be written over, and \v and \f jump.
_UNPRINTABLE = re.compile(f"[\\x0b-\\x0d\\x85{CONTROLS}{INVISIBLE}{SURROGATES}]+")
_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Return `text` on one line, without controls, bidi marks and invisible characters.

    White space of every kind and length becomes one space; the ends are stripped.
    """
    # `isprintable` knows all the characters meant here, and a few harmless ones besides.
    if not text.isprintable():
        text = _DANGEROUS.sub("", text)
    elif "  " not in text:
        return text.strip(" ")
    return " ".join(text.split())


def clean_lines(text: str) -> str:
    """Return `text` cleaned line by line, with at most one blank line in a row."""
    lines = _LINE_BREAK.sub("\n", text) if not text.isascii() or "\r" in text else text
    return _BLANK_LINES.sub("\n\n", "\n".join(map(clean, lines.split("\n")))).strip("\n")


def printable(text: str) -> str:
    """Return `text` with its layout, without the characters that `clean` takes for dangerous."""
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)
