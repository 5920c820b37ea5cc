"""Bytes become the text that was meant, whatever header and page claim."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.encoding import decode_body, encode_utf8, find_declared_codec

KOREAN = "산업통상부 점검 – “AI”"
CURLY = "Canada’s steel – “TRQ”"
META = '<meta charset="{}">'


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        # as it should be
        (CURLY.encode(), "text/html; charset=UTF-8", CURLY),
        (KOREAN.encode(), "text/html;charset=utf8", KOREAN),
        (b"plain", None, "plain"),
        (b"", None, ""),
        # header alone
        ("점검".encode("cp949"), "text/html; charset=EUC-KR", "점검"),
        ("점검".encode("cp949"), 'text/html; charset="ks_c_5601-1987"', "점검"),
        ("똠방각하".encode("cp949"), "text/html; charset=euc-kr", "똠방각하"),
        ("café “x”".encode("cp1252"), "text/html; charset=iso-8859-1", "café “x”"),
        # a header that the bytes fit is believed, though they fit another reading too
        (b"\xc7\xd1", "text/html; charset=iso-8859-1", "ÇÑ"),
        (b"\xc7\xd1", "text/html; charset=euc-kr", "한"),
        (b"\xc3\xa9", "text/html; charset=euc-kr", "챕"),
        # but windows-1252, which nearly anything fits, only after UTF-8
        ("café".encode(), "text/html; charset=iso-8859-1", "café"),
        # a byte order mark outranks the header
        (b"\xef\xbb\xbf" + KOREAN.encode(), "text/html; charset=euc-kr", KOREAN),
        (KOREAN.encode("utf-16"), "text/html; charset=utf-8", KOREAN),
        (b"\xfe\xff" + KOREAN.encode("utf-16-be"), None, KOREAN),
        # or, where it has none, a header that the zeros of its tags bear out
        (f"<p>{KOREAN}".encode("utf-16-le"), "text/html; charset=utf-16le", f"<p>{KOREAN}"),
        (f"<p>{KOREAN}".encode("utf-16-le"), "text/html; charset=UTF-16", f"<p>{KOREAN}"),
        (f"<p>{KOREAN}".encode("utf-16-be"), "text/html; charset=utf-16be", f"<p>{KOREAN}"),
        (KOREAN.encode(), "text/html; charset=utf-16le", KOREAN),
        (b"<p>even", "text/html; charset=utf-16", "<p>even"),
        (META.format("utf-16le").encode() + b"<", None, META.format("utf-16le") + "<"),
        # the page's own word
        ((META.format("euc-kr") + "점검").encode("cp949"), None, META.format("euc-kr") + "점검"),
        (
            b'<META http-equiv=Content-Type content="text/html; charset=ks_c_5601-1987">'
            + "점검".encode("cp949"),
            "text/html",
            '<META http-equiv=Content-Type content="text/html; charset=ks_c_5601-1987">점검',
        ),
        # claims that the bytes do not bear out
        ("점검 중".encode("cp949"), "text/html; charset=utf-8", "점검 중"),
        ((META.format("utf-8") + "점검").encode("cp949"), None, META.format("utf-8") + "점검"),
        (CURLY.encode(), "text/html; charset=euc-kr", CURLY),
        (CURLY.encode(), "text/html; charset=iso-8859-1", CURLY),
        ("café ".encode("cp1252"), "text/html; charset=utf-8", "café "),
        (b"\xef\xbb\xbfcaf\xe9 ", "charset=latin1", "caf\ufffd "),
        # claims that mean nothing
        (KOREAN.encode(), "text/html; charset=klingon", KOREAN),
        ("점검".encode("cp949"), "text/html; charset=", "점검"),
        (
            (META.format("x-user") + "점검").encode(),
            "text/html; charset=none",
            META.format("x-user") + "점검",
        ),
        # damage: a page cut inside a character, one bad byte among good ones, noise
        (KOREAN.encode() + b"\xec\x82", "text/html; charset=utf-8", KOREAN + "\ufffd"),
        (CURLY.encode() + b"\xff" + CURLY.encode(), None, f"{CURLY}\ufffd{CURLY}"),
        (
            "점검중입니다".encode("cp949") + b"\xff",
            "text/html; charset=euc-kr",
            "점검중입니다\ufffd",
        ),
        (b"\x81\xff\x8d ", None, "\ufffd\xff\ufffd "),
        (b"caf\xe9 \x81", "text/html; charset=latin1", "café \ufffd"),
        # two good characters for one that is lost, and no more than one for one
        (b"\xc3\xa9\xc3\xa9\xff", None, "éé\ufffd"),
        (b"\xc3\xa9\xff", None, "Ã©ÿ"),
    ],
)
def test_decodes(body: bytes, header: str | None, expected: str) -> None:
    """Each candidate is taken only if the bytes fit it; damage costs a character, not a page."""
    assert decode_body(body, header) == expected


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        (b"<p>", None, "utf-8"),
        (b"<p>", "text/html; charset=euc-kr", "cp949"),
        (b"<meta charset='euc-kr'>", "text/html; charset=utf-8", "utf-8"),
        (b"<meta charset='euc-kr'>", "text/html", "cp949"),
        (b" " * 5000 + b"<meta charset='euc-kr'>", "text/html", "utf-8"),
        (b"\xff\xfe", None, "utf-16"),
    ],
)
def test_declared(body: bytes, header: str | None, expected: str) -> None:
    """The first claim counts; a `<meta>` must stand near the beginning."""
    assert find_declared_codec(body, header) == expected


@pytest.mark.parametrize(
    ("codec", "labels"),
    [
        ("utf-8", "utf-8 UTF-8 utf8 unicode-1-1-utf-8 x-unicode20utf8"),
        ("cp949", "euc-kr EUC-KR cseuckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601"),
        ("cp949", "csksc56011987 iso-ir-149 windows-949 euckr cp949 ms949 uhc"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(codec: str, labels: str) -> None:
    """In a header or in a `<meta>`; some that no browser knows are plain enough."""
    for label in labels.split():
        assert find_declared_codec(META.format(label).encode(), None) == codec
        assert (
            find_declared_codec(META.format("utf-8").encode(), f"text/html; charset={label}")
            == codec
        )


@pytest.mark.parametrize(
    "label",
    [
        "windows-1252",
        "cp1252",
        "x-cp1252",
        "iso-8859-1",
        "ISO-8859-1",
        "iso8859-1",
        "iso88591",
        "iso_8859-1",
        "latin1",
        "l1",
        "ascii",
        "us-ascii",
        "ansi_x3.4-1968",
        "cp819",
    ],
)
def test_latin_labels_are_windows_1252(label: str) -> None:
    """What else the bytes may be, they are not."""
    assert decode_body(b"\xc7\xd1 \x93x\x94", f"text/html; charset={label}") == "ÇÑ “x”"


def test_utf8_is_not_copied() -> None:
    """A page that is UTF-8 goes to the parser as it came."""
    body = KOREAN.encode()
    assert encode_utf8(body, "text/html; charset=utf-8") is body
    assert encode_utf8(body, None) is body


@pytest.mark.parametrize("codec", ["cp949", "utf-8-sig", "utf-16"])
def test_others_become_utf8(codec: str) -> None:
    """Any other page is turned into UTF-8, without a mark."""
    assert encode_utf8("점검 중".encode(codec), None) == "점검 중".encode()


def test_others_are_read_by_their_header() -> None:
    """Also where their bytes would pass for UTF-8."""
    assert encode_utf8(b"\xc3\xa9", "text/html; charset=euc-kr") == "챕".encode()
    assert encode_utf8(b"\xc7\xd1", "text/html; charset=iso-8859-1") == "ÇÑ".encode()


@given(st.binary(), st.none() | st.text() | st.sampled_from(["charset=utf-8", "charset=euc-kr"]))
def test_never_fails(body: bytes, header: str | None) -> None:
    """Whatever comes in, text comes out."""
    assert encode_utf8(body, header).decode() == decode_body(body, header)


@given(st.text())
def test_utf8_survives(text: str) -> None:
    """Text in UTF-8, and said to be, comes back as it was, but for a mark at its beginning."""
    expected = text.removeprefix("\ufeff")
    assert decode_body(text.encode(), "text/html; charset=utf-8") == expected
