"""Decoding of page bytes: the declared charset counts only if the bytes agree with it.

Candidates come in the order of the HTML Standard (§ 13.2.3.2, "Determining the character
encoding"): a byte order mark, which outranks the header; the charset of Content-Type (RFC 9110,
§ 8.3.2); a `<meta>` in the first 4 KB. Labels mean what the WHATWG Encoding Standard (§ 4.2) says:
`euc-kr` and `ks_c_5601-1987` are windows-949, `iso-8859-1` is windows-1252.

A candidate that cannot decode the bytes is skipped, because wrong headers are common and mojibake
is unreadable. Then UTF-8 and windows-949 are tried, strictly and with replacements. windows-1252
comes last, since it decodes nearly anything. UTF-16 decodes nearly anything too: it counts only
with a byte order mark, or if the header names it and the bytes have the zeros of ASCII tags.
"""

import re
from collections.abc import Iterator

_CODEC_BY_LABEL = {
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
# Only a header can name these: a page whose `<meta>` is readable as ASCII is not in UTF-16.
_UTF16_LABELS = {
    **dict.fromkeys(
        ("utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"),
        "utf-16-le",
    ),
    **dict.fromkeys(("utf-16be", "unicodefffe"), "utf-16-be"),
}
_HEADER_LABELS = _CODEC_BY_LABEL | _UTF16_LABELS
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_META_SEARCH_BYTES = 4096
_REPLACEMENT_CHAR = "\N{REPLACEMENT CHARACTER}"


def decode_body(body: bytes, content_type: str | None = None) -> str:
    """Return the text of `body`, from the first candidate that decodes it; never fails."""
    bom_codec = _find_bom_codec(body)
    if bom_codec:
        return body.decode(bom_codec, "replace")
    for codec in _list_candidates(body, content_type):
        text = _try_decode(body, codec)
        if text is not None:
            return text
    return _decode_lossily(body)


def encode_utf8(body: bytes, content_type: str | None = None) -> bytes:
    """Return `body` in UTF-8 without a byte order mark; the same object if it already is."""
    if (
        find_declared_codec(body, content_type) == "utf-8"
        and _try_decode(body, "utf-8") is not None
    ):
        return body
    return decode_body(body, content_type).encode()


def find_declared_codec(body: bytes, content_type: str | None = None) -> str:
    """Return the codec named by byte order mark, header or `<meta>`, or else UTF-8."""
    return _find_bom_codec(body) or next(_list_candidates(body, content_type))


def _find_bom_codec(body: bytes) -> str | None:
    """Return the codec of a byte order mark, which is unambiguous, or None."""
    return next((codec for mark, codec in _BYTE_ORDER_MARKS if body.startswith(mark)), None)


def _list_candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    """Yield codecs in the order to try them; a declared windows-1252 comes after UTF-8."""
    has_windows_1252 = False
    for codec in _list_declared_codecs(body, content_type):
        if codec == "cp1252":
            has_windows_1252 = True
        elif codec is not None:
            yield codec
    yield "utf-8"
    yield "cp1252" if has_windows_1252 else "cp949"


def _list_declared_codecs(body: bytes, content_type: str | None) -> Iterator[str | None]:
    """Yield the codecs declared by header and `<meta>`, None for an unknown label."""
    header = _HEADER_CHARSET.search(content_type or "")
    if header:
        yield _HEADER_LABELS.get(header[1].lower())
    meta = _META_CHARSET.search(body, 0, _META_SEARCH_BYTES)
    if meta:
        yield _CODEC_BY_LABEL.get(meta[1].decode("ascii").lower())


def _try_decode(body: bytes, codec: str) -> str | None:
    if codec in _UTF16_LABELS.values() and not _is_utf16_text(body, codec):
        return None
    try:
        return body.decode(codec)
    except UnicodeDecodeError:
        return None


def _is_utf16_text(body: bytes, codec: str) -> bool:
    """Return whether the bytes are ASCII text in UTF-16 of this byte order.

    No other encoding has so many zero bytes in these places.
    """
    high_bytes = body[1::2] if codec == "utf-16-le" else body[::2]
    return high_bytes.count(0) * 4 > len(high_bytes)


def _decode_lossily(body: bytes) -> str:
    """Return the text of bytes that no codec decodes without errors, such as a truncated page.

    A codec is accepted if its text has more than twice as many characters beyond ASCII as
    replacement characters.
    """
    for codec in ("utf-8", "cp949"):
        text = body.decode(codec, "replace")
        if sum(map("\x7f".__lt__, text)) > 2 * text.count(_REPLACEMENT_CHAR):
            return text
    return body.decode("cp1252", "replace")
