"""Removal of escape sequences, bidi controls and invisible characters from untrusted text."""

import json
import re

# Controls other than white space; an escape sequence begins with one of them.
CONTROLS = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"

# Zero width, soft hyphen, bidi marks and other invisible characters that mislead readers.
INVISIBLE = (
    r"\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)

SURROGATES = r"\ud800-\udfff"

_DANGEROUS = re.compile(f"[{CONTROLS}{INVISIBLE}{SURROGATES}]+")
# Where layout is kept, a carriage return could overwrite a line, and \v and \f move the cursor.
_UNPRINTABLE = re.compile(f"[\\x0b-\\x0d\\x85{CONTROLS}{INVISIBLE}{SURROGATES}]+")
_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def sanitize_line(text: str) -> str:
    """Return `text` on one line, without controls, bidi marks and invisible characters.

    Each run of white space becomes one space; the ends are stripped.
    """
    # `isprintable` is false for every character in question, and for a few harmless ones.
    if not text.isprintable():
        text = _DANGEROUS.sub("", text)
    elif "  " not in text:
        return text.strip(" ")
    return " ".join(text.split())


def sanitize_text(text: str) -> str:
    """Return `text` sanitized line by line, with at most one blank line in a row."""
    lines = _LINE_BREAK.sub("\n", text) if not text.isascii() or "\r" in text else text
    return _BLANK_LINES.sub("\n\n", "\n".join(map(sanitize_line, lines.split("\n")))).strip("\n")


def strip_control_chars(text: str) -> str:
    """Return `text` with its layout kept, without the characters that `sanitize_line` removes."""
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


# Every Unicode dash, the minus signs, and the box line that Korean word processors use for a dash.
DASHES = (
    r"\-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2e17\u2e1a"
    r"\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)

# Characters typed as an apostrophe inside a word, by people and word processors.
APOSTROPHES = (
    r"'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\uff07\uff40"
)

# Double quotes: they open and close a phrase in a query.
DOUBLE_QUOTES = r'"\u201c-\u201f\u2033\u2036\u275d\u275e\u301d-\u301f\uff02'

QUOTES = (
    APOSTROPHES
    + DOUBLE_QUOTES
    + r"\u00ab\u00bb\u02ba\u02dd\u02ee\u02f4\u02f6\u0374\u055a\u05f3\u05f4\u07f4\u07f5\u1fbd\u1fbf"
    r"\u1fef\u1ffd\u1ffe\u2034\u2037\u2039\u203a\u2057\u275b\u275c\u275f\u2760\u276e\u276f\u2e42"
    r"\u300c-\u300f\ua78b\ua78c\uff62\uff63\U0001f676-\U0001f678"
)

# Scripts written without spaces, or with endings attached: Hangul, Han and Kana.
CJK = (
    r"\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    r"\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7fb\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)


def pluralize(count: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: "1 page", "0 pages", "1,200 pages".

    `plural` replaces `singular` plus "s" where that is not the plural.
    """
    return f"1 {singular}" if count == 1 else f"{count:,} {plural or f'{singular}s'}"


# Categories Cc, Cf, Zl, Zp and Cs, and all other characters without a visible form.
_INVISIBLE_CHARS = re.compile(
    r"[\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def safe_dumps(obj: object, *, indent: int | None = None) -> str:
    """Return `obj` as JSON; escape invisible characters and keep other Unicode readable."""
    text = json.dumps(obj, ensure_ascii=False, allow_nan=False, indent=indent)
    return _INVISIBLE_CHARS.sub(lambda match: json.dumps(match[0])[1:-1], text)
