"""Which text the bytes of a page stand for: the page's word is heard, and held against its bytes.

Candidates come in the order of the HTML Standard (§ 13.2.3.2, "Determining the character
encoding"): a byte order mark, which outranks the header; the charset of Content-Type (RFC 9110,
§ 8.3.2); a `<meta>` in the first 4 KB. Labels mean what the WHATWG Encoding Standard (§ 4.2) says:
`euc-kr` and `ks_c_5601-1987` are windows-949, `iso-8859-1` is windows-1252. A candidate that the
bytes do not fit is passed over, because a wrong header is common and mojibake is read by nobody;
then UTF-8 and windows-949 are tried, whole and with damage, and windows-1252, which fits nearly
anything, comes last. UTF-16 fits nearly anything too: it is believed with its mark, or where the
header names it and the bytes hold the zeros of its tags.
"""

import re
from collections.abc import Iterator

_LABELS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(
        (
            "euc-kr", "euckr", "cseuckr", "korean", "ks_c_5601-1987", "ks_c_5601-1989", "ksc5601",
            "ksc_5601", "csksc56011987", "iso-ir-149", "windows-949", "cp949", "ms949", "uhc",
        ),
        "cp949",
    ),
    **dict.fromkeys(
        (
            "windows-1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "iso88591",
            "iso_8859-1", "latin1", "l1", "ascii", "us-ascii", "ansi_x3.4-1968", "cp819",
        ),
        "cp1252",
    ),
}  # fmt: skip
# Only a header can name these: a `<meta>` that can be read as ASCII is not in UTF-16.
_WIDE = {
    **dict.fromkeys(
        ("utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"),
        "utf-16-le",
    ),
    **dict.fromkeys(("utf-16be", "unicodefffe"), "utf-16-be"),
}
_IN_HEADERS = _LABELS | _WIDE
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_META_WITHIN = 4096
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of `body`, from the first candidate that its bytes fit; never fails."""
    marked = _mark(body)
    if marked:
        return body.decode(marked, "replace")
    for codec in _candidates(body, content_type):
        text = _fits(body, codec)
        if text is not None:
            return text
    return _least_damaged(body)


def utf8_bytes(body: bytes, content_type: str | None = None) -> bytes:
    """Return `body` in UTF-8 without a mark: the same object where it is that already."""
    if declared(body, content_type) == "utf-8" and _fits(body, "utf-8") is not None:
        return body
    return decode(body, content_type).encode()


def declared(body: bytes, content_type: str | None = None) -> str:
    """Return the codec that mark, header or `<meta>` name; UTF-8 where none does."""
    return _mark(body) or next(_candidates(body, content_type))


def _mark(body: bytes) -> str | None:
    """Return the codec of a byte order mark, which leaves no doubt."""
    return next((codec for mark, codec in _MARKS if body.startswith(mark)), None)


def _candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    """Yield codecs in the order they are to be tried; windows-1252, if claimed, after UTF-8."""
    fits_anything = False
    for codec in _claims(body, content_type):
        if codec == "cp1252":
            fits_anything = True
        elif codec is not None:
            yield codec
    yield "utf-8"
    yield "cp1252" if fits_anything else "cp949"


def _claims(body: bytes, content_type: str | None) -> Iterator[str | None]:
    """Yield what header and `<meta>` say of the bytes, None for an unknown label."""
    header = _HEADER.search(content_type or "")
    if header:
        yield _IN_HEADERS.get(header[1].lower())
    meta = _META.search(body, 0, _META_WITHIN)
    if meta:
        yield _LABELS.get(meta[1].decode("ascii").lower())


def _fits(body: bytes, codec: str) -> str | None:
    if codec in _WIDE.values() and not _is_wide(body, codec):
        return None
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _is_wide(body: bytes, codec: str) -> bool:
    """Tell whether the bytes hold ASCII in UTF-16, in this order: nothing else does."""
    high = body[1::2] if codec == "utf-16-le" else body[::2]
    return high.count(0) * 4 > len(high)


def _least_damaged(body: bytes) -> str:
    """Return the reading of bytes that fit nothing whole, a page cut inside a character, say.

    A reading is taken if it has more characters beyond ASCII than it had to replace.
    """
    for codec in ("utf-8", "cp949"):
        text = body.decode(codec, "replace")
        if sum(map("\x7f".__lt__, text)) > 2 * text.count(_REPLACED):
            return text
    return body.decode("cp1252", "replace")
