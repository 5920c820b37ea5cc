"""Text made harmless, folded for comparison, and cut into tokens with their places."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalize import normalize_title
from monitor.text.sanitize import sanitize_line, sanitize_text, strip_control_chars
from monitor.text.tokenize import TokenizedText, is_cjk

# What titles are made of, and what hostile or careless ones are.
_CHARS = (
    string.ascii_letters
    + string.digits
    + " .,'’‘“”\"`´-–—−\t\n\u00a0\u200b\u00ad\u202e\x1b\x85\u2028"
    + "éÉøßİıﬁ½…ﾞｶＫΐŉǰ한국반도체日本カガ\u0301\u0308\u0345\u1e9e㎿™"
)
_texts = st.text(st.one_of(st.sampled_from(_CHARS), st.characters(exclude_categories=["Cs"])))

_DANGEROUS = [
    *(
        chr(code)
        for code in (*range(0x20), *range(0x7F, 0xA0))
        if chr(code) not in "\t\n\v\f\r\x85"
    ),
    "\u061c",
    "\u200e",
    "\u200f",
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\ud800",
    "\udfff",
    "\U000e0041",
]


@pytest.mark.parametrize("character", _DANGEROUS, ids=lambda c: f"U+{ord(c):04X}")
def test_dangerous_characters_are_removed_by_every_cleaner(character: str) -> None:
    """No control, bidi mark, invisible character or lone surrogate passes any of the three."""
    assert sanitize_line(f"a{character}b {character}") == "ab"
    assert sanitize_text(f"a{character}b\n{character}c") == "ab\nc"
    assert strip_control_chars(f"a{character}b\n c") == "ab\n c"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        (" ", ""),
        ("plain", "plain"),
        (" plain ", "plain"),
        ("two  spaces", "two spaces"),
        ("a\tb\r\nc\u00a0d\u2028e\x85f\u3000g", "a b c d e f g"),
        ("\x1b]0;title\x07\x1b[31mred", "]0;title[31mred"),
        ("통상교섭본부장 – ‘MOU’ 😀 é", "통상교섭본부장 – ‘MOU’ 😀 é"),
    ],
)
def test_clean_leaves_one_tidy_line(text: str, cleaned: str) -> None:
    """White space of every kind becomes one space, the ends are stripped, all else stays."""
    assert sanitize_line(text) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\nb", "a\nb"),
        ("a \r\n b\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\n\na\n \n\t\n\nb\n", "a\n\nb"),
        ("é\n  x  y", "é\nx y"),
    ],
)
def test_clean_lines_keeps_lines(text: str, cleaned: str) -> None:
    """Lines stay lines, however they end, with no more than one blank line in a row."""
    assert sanitize_text(text) == cleaned


def test_printable_keeps_layout() -> None:
    """Tabs, newlines and runs of spaces stay; a return to the start of the line does not."""
    assert strip_control_chars("a  b\tc\n\n d\u00a0e") == "a  b\tc\n\n d\u00a0e"
    assert strip_control_chars("safe\revil\x0b\x0c\r\n") == "safeevil\n"
    assert strip_control_chars("plain  text") == "plain  text"


@given(_texts)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Each cleaner accepts what it or a stricter one has made."""
    assert (
        sanitize_line(sanitize_line(text))
        == sanitize_line(text)
        == strip_control_chars(sanitize_line(text))
    )
    assert sanitize_text(sanitize_text(text)) == sanitize_text(text)
    assert strip_control_chars(strip_control_chars(text)) == strip_control_chars(text)


# ------------------------------------------------------------------ fold


@pytest.mark.parametrize(
    "variants",
    [
        [
            "Korea-US Trade",
            "KOREA–US  TRADE ",
            "Korea—US\u00a0trade",
            "Korea−US trade",
            "Korea--US trade",
        ],
        [
            "Korea's “AI”",
            'korea’s "ai"',
            "Korea`s ''AI''",
            "Korea´s «AI»",
            "Korea＇s 「AI」",
            "Koreaʼs „AI‟",
        ],
        ["Ｋｏｒｅａ １２", "korea 12", "ko\u00adrea\u200b 12"],
        ["Straße", "STRASSE", "straẞe"],
        ["café", "cafe\u0301", "CAFE\u0301"],
        ["…", "..."],
        ["ΐ", "\u0399\u0308\u0301", "\u0390"],
    ],
    ids=lambda variants: variants[0],
)
def test_variants_of_a_title_fold_alike(variants: list[str]) -> None:
    """What people retype differently is one title."""
    assert len({normalize_title(variant) for variant in variants}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("cafe", "café"), ("a b", "ab"), ("12-3", "123"), ("its", "it's"), ("ー", "-")],
)
def test_different_titles_stay_different(one: str, other: str) -> None:
    """Folding takes away spelling variants, not letters, accents or words."""
    assert normalize_title(one) != normalize_title(other)


@given(_texts)
def test_folding_is_stable(text: str) -> None:
    """Folding what is folded changes nothing, whatever Unicode does in between."""
    assert normalize_title(normalize_title(text)) == normalize_title(text)


@given(_texts, st.data())
def test_folding_ignores_dashes_quotes_space_and_case(text: str, data: st.DataObject) -> None:
    """Replacing dashes, quotes, white space and letters by variants gives the same form."""
    kinds = {
        "-": "-‐‑‒–—―−﹣－",
        "'": "'’‘‚‛“”„‟\"`´′″‹›«»＇＂",
        " ": " \u00a0\t\n\u3000\u2003",
        **{
            letter: [letter.upper(), chr(ord(letter) + 0xFEE0)] for letter in string.ascii_lowercase
        },
    }
    plain = "".join(c for c in text.lower() if c in kinds)
    varied = "".join(data.draw(st.sampled_from(kinds[c])) for c in plain)
    assert normalize_title(varied) == normalize_title(plain)


# ------------------------------------------------------------------ tokens


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        # the site's English releases
        ("Korea–U.S. FTA", "Korea U.S. FTA"),
        ("U.S.-led, U.S.’s", "U.S. led U.S.’s"),
        ("U.S. and U.S.A", "U.S. and U.S.A"),
        ("Plan B.The rest", "Plan B The rest"),
        ("at 9 a.m. J.K.Rowling", "at 9 a.m. J.K. Rowling"),
        ("R&D, AT&T/LG_U+", "R D AT T LG U"),
        ("batteries’ ‘smart’ 'n'", "batteries smart n"),
        ("don’t O'Brien it`s x‛s", "don’t O'Brien it`s x‛s"),
        # numbers
        ("644.5 644.5bn 1,234 1,234.5", "644.5 644.5bn 1,234 1,234.5"),
        ("in 2025. On 2025.12.01. 2025-12-01", "in 2025 On 2025 12 01 2025 12 01"),
        ("2nd 5G G20 3,4 12,34 1,2345 .5", "2nd 5G G20 3 4 12 34 1 2345 5"),
        ("12:30", "12 30"),
        # Korean, Chinese, Japanese
        ("5G반도체 수출, U.S와", "5G 반 도 체 수 출 U.S 와"),
        ("日本のデーター", "日 本 の デ ー タ ー"),
        # other alphabets and accents
        ("café Élan São É.U. Łódź", "café Élan São É.U. Łódź"),
        ("Москва Ελλάδα", "Москва Ελλάδα"),
        ("", ""),
        ("– … !", ""),
    ],
)
def test_text_is_cut_into_words_numbers_and_characters(text: str, surfaces: str) -> None:
    """Signs part tokens, except the apostrophe and the points of initials and numbers."""
    assert TokenizedText(text).surfaces == surfaces.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("cafe\u0301s ok", [("cafés", "cafe\u0301s"), ("ok", "ok")]),
        ("ﬁne … 100㎿", [("fine", "ﬁne"), ("100MW", "100㎿")]),
        ("Ｋｏｒｅａ´s Koreaʼs", [("Korea's", "Ｋｏｒｅａ´s"), ("Korea's", "Koreaʼs")]),
        ("Samsung™ LG℠", [("Samsung", "Samsung"), ("LG", "LG")]),
        ("semi\u00adcon\u200bductor", [("semiconductor", "semi\u00adcon\u200bductor")]),
        ("x\u0303 y", [("x", "x\u0303"), ("y", "y")]),
        ("ｶﾞス", [("ガ", "ｶﾞ"), ("ス", "ス")]),
        ("\u1112\u1161\u11ab국", [("한", "\u1112\u1161\u11ab"), ("국", "국")]),
        ("½", [("1", "½"), ("2", "½")]),
        ("\u0301a", [("a", "a")]),
    ],
)
def test_tokens_are_plain_and_stand_in_the_original(
    text: str, tokens: list[tuple[str, str]]
) -> None:
    """Offsets are those of the text as it came, even where normalising changes its length."""
    assert [
        (token.surface, text[token.start : token.end]) for token in TokenizedText(text)
    ] == tokens


@given(_texts)
def test_tokens_stand_in_order(text: str) -> None:
    """Every token has a place inside the text, none before that of an earlier one."""
    places = [(token.start, token.end) for token in TokenizedText(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text(st.sampled_from(string.ascii_letters + string.digits + " .,'-–’한국"), min_size=1))
def test_ordinary_tokens_are_slices(text: str) -> None:
    """Where nothing is to be normalised, the surface is what stands there."""
    assert all(text[token.start : token.end] == token.surface for token in TokenizedText(text))


def test_only_touching_characters_are_joined() -> None:
    """A gap of any kind between two tokens is seen."""
    tokens = TokenizedText("반도 체5G")
    assert [tokens.is_joined(index) for index in range(4)] == [False, True, False, True]
    assert [is_cjk(surface) for surface in tokens.surfaces] == [True, True, True, False]
