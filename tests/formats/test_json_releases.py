"""Releases as JSON: what is taken, and what is wrong with the rest."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InvalidPageError
from monitor.formats.json_releases import ListedEntry, read_releases
from monitor.formats.tables import iter_json_lines, iter_json_list
from monitor.models.check import Entry
from tests.render.samples import FORUM, STEEL

ONE = '{"title": "T", "date": "2025-12-01"}'


def entry(**more: object) -> Entry:
    """Return the entry that ONE is, with more."""
    given_ = {"category": None, "body": "", "url": None, **more}
    return Entry(title="T", date=date(2025, 12, 1), **given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_lines", [True, False])
def test_what_export_writes_is_read(*, is_lines: bool) -> None:
    """All of a release that is not the archive's own affair."""
    written = "".join((iter_json_lines if is_lines else iter_json_list)([STEEL, FORUM]))
    found = read_releases(written.encode(), is_json_lines=is_lines)
    for (one, source), release in zip(found, (STEEL, FORUM), strict=True):
        assert source == release.source
        assert (one.title, one.date, one.category, one.body, one.url) == (
            release.title, release.date, release.category, release.body, release.url,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_lines", "expected"),
    [
        (f"[{ONE}]", False, [ListedEntry(entry(), None)]),
        (f"\ufeff [\n{ONE} ]\n", False, [ListedEntry(entry(), None)]),
        (f"{ONE}\n\n{ONE}", True, [ListedEntry(entry(), None)] * 2),
        (f"{ONE}\r\n", True, [ListedEntry(entry(), None)]),
        ('[{"title": "T", "date": "2025-12-01", "id": [], "body": "b", "source": "s"}]', False,
         [ListedEntry(entry(body="b"), "s")]),
    ],
)  # fmt: skip
def test_reads(text: str, *, is_lines: bool, expected: list[ListedEntry]) -> None:
    """Least of all a title and a date; keys that are not known are passed over."""
    assert read_releases(text.encode(), is_json_lines=is_lines) == tuple(expected)


@pytest.mark.parametrize(
    ("data", "is_lines", "reason"),
    [
        (b"[]", False, "the file holds no releases"),
        (b"\n", True, "the file holds no releases"),
        (b"[\xff]", False, "the file is not in UTF-8 (byte 0xff)"),
        (b"{}", False, "the file is no list of releases"),
        (b"[\n1 2\n]", False, "line 2: this is no JSON (Expecting ',' delimiter)"),
        (ONE.encode() + b"\n{", True,
         "line 2: this is no JSON (Expecting property name enclosed in double quotes)"),
        (b"[" * 100_000, False, "line 1: this is no release"),
        (b"9" * 10_000, True, "line 1: this is no release"),
        (b"[1]", False, "release 1: this is no release"),
        (f"[{ONE}, {{}}]".encode(), False, "release 2: it has no “title”"),
        (b'{"title": "T"}', True, "line 1: it has no “date”"),
        (b'{"title": "T", "date": "soon"}', True, "line 1: there is no such “date”"),
        (b'{"title": 1, "date": "2025-12-01"}', True, "line 1: its “title” is no text"),
        (b'{"title": "\\ud800", "date": "2025-12-01"}', True, "line 1: its “title” is no text"),
        (b'{"title": "T", "date": "2025-12-01", "body": []}', True,
         "line 1: its “body” is no text"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(data: bytes, *, is_lines: bool, reason: str) -> None:
    """And where; the advice tells the form."""
    with pytest.raises(InvalidPageError) as caught:
        read_releases(data, is_json_lines=is_lines)
    assert caught.value.reason == reason
    assert caught.value.advice


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["title", "date", "body", "url"]), inner
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.binary() | _json.map(lambda value: json.dumps([value]).encode()), st.booleans())
def test_any_file_is_releases_or_a_fault(data: bytes, is_lines: bool) -> None:
    """No file makes the reader fail in another way."""
    try:
        read_releases(data, is_json_lines=is_lines)
    except InvalidPageError:
        return
