"""Releases as files for other programs: CSV, JSON and JSON Lines, streamed a release at a time."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from monitor.jsontext import dumps
from monitor.model.stored import Release
from monitor.text.cleaning import clean, clean_lines
from monitor.times import to_iso

COLUMNS = (
    "id",
    "title",
    "date",
    "category",
    "url",
    "source",
    "first_seen_at",
    "withdrawn_at",
    "watches",
    "body",
)

# What a spreadsheet takes for a formula or a command, also behind white space.
_FORMULA = re.compile(r"\s*[=+\-@|＝＋－＠]|[\t\r\n]")


def csv_rows(releases: Iterable[Release]) -> Iterator[str]:
    """Return a CSV file (RFC 4180) line by line, its header first; safe in a spreadsheet."""
    yield _csv(COLUMNS)
    for release in releases:
        yield _csv(
            (
                str(release.id),
                clean(release.title),
                release.date.isoformat(),
                clean(release.category or ""),
                clean(release.url or ""),
                clean(release.source),
                to_iso(release.first_seen_at),
                "" if release.withdrawn_at is None else to_iso(release.withdrawn_at),
                clean("; ".join(release.watches)),
                clean_lines(release.body),
            )
        )


def jsonl(releases: Iterable[Release]) -> Iterator[str]:
    """Return JSON Lines: one release a line."""
    for release in releases:
        yield f"{dumps(release.as_json())}\n"


def json_list(releases: Iterable[Release]) -> Iterator[str]:
    """Return one JSON list, in pieces: a release a line, so that it can be read and compared."""
    before = "[\n"
    for release in releases:
        yield f"{before}{dumps(release.as_json())}"
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _csv(cells: Iterable[str]) -> str:
    row = io.StringIO(newline="")
    csv.writer(row, lineterminator="\r\n").writerow([_tame(cell) for cell in cells])
    return row.getvalue()


def _tame(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell
