"""The text form is read and written byte for byte, and says where it is wrong."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import InvalidPageError
from monitor.formats.text_listing import read_entries, write_entries
from monitor.models.check import Entry

SEED = Path(__file__).parents[3] / "shared" / "seed" / "fta-listing.txt"
DAY = date(2025, 12, 1)

lines = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")
) | st.sampled_from(
    ["-", "", " ", "date2025-01-01", "x date2025-01-01", "date2025-13-01", "\x85\u2028\x0b"]
)
entries = st.builds(
    Entry,
    title=lines,
    date=st.dates(),
    category=st.none() | lines,
    body=lines,
    url=st.none(),
)


def entry(title: str, body: str, category: str | None = None, day: date = DAY) -> Entry:
    """Return an entry as the text form gives it."""
    return Entry(title=title, date=day, category=category, body=body, url=None)


def written(*given_entries: Entry) -> str:
    """Return the text form of entries."""
    return "".join(write_entries(given_entries))


def test_seed_comes_back_byte_for_byte() -> None:
    """The reference file is ten entries, and writes as it reads."""
    if not SEED.exists():
        assert os.environ.get("CI") != "true", f"the seed is missing: {SEED}"
        pytest.skip("the seed is not beside this checkout")
    data = SEED.read_bytes()
    found = read_entries(data)
    assert len(found) == 10
    assert {one.category for one in found} == {"FTA/Economic Cooperation"}
    assert found[7].body.endswith("bilateral AI po")
    assert written(*found).encode() == data


@given(st.lists(entries, min_size=1))
def test_round_trip(given_entries: list[Entry]) -> None:
    """What is written reads as it was, for all strings without line breaks, empty ones too."""
    assert read_entries(written(*given_entries).encode()) == tuple(given_entries)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-\nT\nB date2025-12-01", [entry("T", "B")]),
        ("-\nC\nT\nB date2025-12-01", [entry("T", "B", "C")]),
        ("-\nT\ndate2025-12-01", [entry("T", "")]),
        ("-\n\nT\nB date2025-12-01", [entry("T", "B", "")]),
        ("-\n\n date2025-12-01", [entry("", "")]),
        ("-\nT\nB date2025-12-01\n\n", [entry("T", "B")]),
        ("-\r\nC\r\nT\r\nB date2025-12-01\r\n", [entry("T", "B", "C")]),
        ("\ufeff-\nT\nB date2025-12-01", [entry("T", "B")]),
        (
            "-\nT\n two  spaces \tand a tab  date2025-12-01",
            [entry("T", " two  spaces \tand a tab ")],
        ),
        (
            "-\nT\nsigned date2025-01-01 in May date2025-12-01",
            [entry("T", "signed date2025-01-01 in May")],
        ),
        ("-\n-\n- date2025-12-01", [entry("-", "-")]),
        ("-\n-\n-\n- date2025-12-01", [entry("-", "-", "-")]),
        ("-\nC\nT date2025-01-01\nB date2025-12-01", [entry("T date2025-01-01", "B", "C")]),
        (
            "-\nT\nB date2025-12-01\n-\nC\nT\nB date2025-12-01\n-\nT\nB date2025-12-01",
            [entry("T", "B"), entry("T", "B", "C"), entry("T", "B")],
        ),
    ],
)
def test_reads(text: str, expected: list[Entry]) -> None:
    """With and without category, mixed, with any line ends; strings stay as they are."""
    assert read_entries(text.encode()) == tuple(expected)


def test_line_breaks_become_spaces() -> None:
    """A string's own line breaks can't be kept: each run of them is written as one space."""
    broken = entry("T\nU", "One.\r\n\r\nTwo.\rThree.", "C\n")
    assert written(broken) == "-\nC \nT U\nOne. Two. Three. date2025-12-01"


def test_nothing_writes_nothing() -> None:
    """No entries are an empty text."""
    assert written() == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file holds no entries"),
        (b"\n\r\n", "the file holds no entries"),
        (b"-\nT\n\xff", "line 3: the file is not in UTF-8 (byte 0xff)"),
        (b"Title", "entry 1, line 1: expected “-” alone on the line; it reads “Title”"),
        (
            b"\n-\nT\nB date2025-12-01",
            "entry 1, line 1: expected “-” alone on the line; it reads “”",
        ),
        (b"-\nT", "entry 1, line 2: the file ends before the entry does; it reads “T”"),
        (b"-\nT\nB", "entry 1, line 3: the file ends before the entry does; it reads “B”"),
        (b"-\nC\nT\nB", "entry 1, line 4: expected text ending in “ dateYYYY-MM-DD”; it reads “B”"),
        (
            b"-\nT\nBdate2025-12-01",
            "entry 1, line 3: the file ends before the entry does; it reads “Bdate2025-12-01”",
        ),
        (
            b"-\nT\nB date2025-13-01",
            "entry 1, line 3: there is no date 2025-13-01; it reads “B date2025-13-01”",
        ),
        (
            b"-\nT\nB date2025-12-01\n-\nC\nT\nB date2025-02-30\n",
            "entry 2, line 7: there is no date 2025-02-30; it reads “B date2025-02-30”",
        ),
        (
            b"-\nC\nT\nB date2025-12-01\nm",
            "entry 1, line 5: expected “-” alone on the line, or the end of the file; it reads “m”",
        ),
        (b"x" * 100, f"entry 1, line 1: expected “-” alone on the line; it reads “{'x' * 60}…”"),
    ],
)
def test_says_what_is_wrong(data: bytes, reason: str) -> None:
    """A mistake is named with entry and line, and the advice tells the form."""
    with pytest.raises(InvalidPageError) as caught:
        read_entries(data)
    assert caught.value.reason == reason
    assert caught.value.advice


@given(st.binary() | st.lists(lines).map(lambda parts: "\n".join(parts).encode()))
def test_any_file_is_entries_or_a_fault(data: bytes) -> None:
    """No file makes the reader fail in another way, and what it reads it can write."""
    try:
        found = read_entries(data)
    except InvalidPageError:
        return
    assert read_entries(written(*found).encode()) == found
