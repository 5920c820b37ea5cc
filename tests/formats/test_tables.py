"""Releases as CSV and JSON."""

import csv
import io
import json
from dataclasses import replace

import pytest

from monitor.formats import tables
from tests.render.samples import FORUM, STEEL, compare


def test_files_read_as_agreed() -> None:
    """Each format looks as its golden file shows."""
    compare("export.csv.txt", "".join(tables.iter_csv_lines([STEEL, FORUM])))
    compare("export.jsonl.txt", "".join(tables.iter_json_lines([STEEL, FORUM])))
    compare("export.json", "".join(tables.iter_json_list([STEEL, FORUM])))


def test_csv_reads_back() -> None:
    """A CSV reader gets the columns and every value, line breaks in the text included."""
    text = "".join(tables.iter_csv_lines([STEEL, FORUM]))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == tables.CSV_COLUMNS
    assert [row["id"] for row in rows] == ["41", "40"]
    assert rows[0]["title"] == STEEL.title
    assert rows[0]["body"] == STEEL.body
    assert rows[0]["watches"] == "steel; canada"
    assert (rows[0]["withdrawn_at"], rows[1]["category"]) == ("", "")
    assert rows[1]["withdrawn_at"] == "2025-12-01T03:29:58.250Z"


def test_csv_ends_lines_as_the_standard_asks() -> None:
    """RFC 4180: CR LF after every row."""
    assert all(row.endswith("\r\n") for row in tables.iter_csv_lines([STEEL]))


@pytest.mark.parametrize("sign", [*"=+-@|＝＋－＠", "\t=", " =", "\u3000＝", "\ufeff=", "\u200b+"])
def test_csv_is_no_program(sign: str) -> None:
    """Whatever a spreadsheet would take for a formula is made text by an apostrophe."""
    release = replace(STEEL, title=f"{sign}cmd()", category=f"{sign}x", body=f"{sign}y\nz")
    row = next(csv.reader([list(tables.iter_csv_lines([release]))[1]]))
    assert row[1].startswith("'")
    assert row[3].startswith("'")
    assert row[9].startswith("'")


def test_csv_leaves_other_text_alone() -> None:
    """A sign within a text is no formula."""
    row = next(csv.reader([list(tables.iter_csv_lines([replace(STEEL, title="A = B")]))[1]]))
    assert row[1] == "A = B"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_list_and_jsonl_one_release_a_line(count: int) -> None:
    """Both hold the promised shape of a release, however many there are."""
    releases = [STEEL] * count
    assert json.loads("".join(tables.iter_json_list(releases))) == [r.as_json() for r in releases]
    lines = list(tables.iter_json_lines(releases))
    assert [json.loads(line) for line in lines] == [r.as_json() for r in releases]
    assert all(line.endswith("\n") for line in lines)


def test_exports_stream() -> None:
    """The first rows come before the last release is asked for."""
    endless = iter(lambda: STEEL, None)
    for rows in (
        tables.iter_csv_lines(endless),
        tables.iter_json_lines(endless),
        tables.iter_json_list(endless),
    ):
        assert [next(rows), next(rows)]
