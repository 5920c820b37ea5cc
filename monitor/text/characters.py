"""The kinds of character that the rest of the room speaks of, written for `[...]` in a regex."""

# Every dash of Unicode, the minus signs, and the box line that Korean word processors put for one.
DASHES = (
    r"\-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2e17\u2e1a"
    r"\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)

# What people and word processors type for an apostrophe inside a word.
APOSTROPHES = (
    r"'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u2018-\u201b\u2032\u2035\uff07\uff40"
)

# Double quotes, which open and close a phrase in a query.
DOUBLE_QUOTES = r'"\u201c-\u201f\u2033\u2036\u275d\u275e\u301d-\u301f\uff02'

QUOTES = (
    APOSTROPHES
    + DOUBLE_QUOTES
    + r"\u00ab\u00bb\u02ba\u02dd\u02ee\u02f4\u02f6\u0374\u055a\u05f3\u05f4\u07f4\u07f5\u1fbd\u1fbf"
    r"\u1fef\u1ffd\u1ffe\u2034\u2037\u2039\u203a\u2057\u275b\u275c\u275f\u2760\u276e\u276f\u2e42"
    r"\u300c-\u300f\ua78b\ua78c\uff62\uff63\U0001f676-\U0001f678"
)

# Zero width, soft hyphen, bidi marks and other characters that show nothing and mislead.
INVISIBLE = (
    r"\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)

# Controls that are not white space; an escape sequence begins with one of them.
CONTROLS = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"

SURROGATES = r"\ud800-\udfff"

# Scripts written without spaces, or with endings glued on: Hangul, Han and Kana.
CJK = (
    r"\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    r"\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7fb\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
