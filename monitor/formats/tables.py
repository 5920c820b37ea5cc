"""Releases as CSV, JSON and JSON Lines for other programs, streamed one release at a time."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from monitor.clock import to_iso
from monitor.models.release import Release
from monitor.text.sanitize import safe_dumps, sanitize_line, sanitize_text

CSV_COLUMNS = (
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

# Text that a spreadsheet reads as a formula or a command, even after white space.
_FORMULA_START = re.compile(r"\s*[=+\-@|＝＋－＠]|[\t\r\n]")


def iter_csv_lines(releases: Iterable[Release]) -> Iterator[str]:
    """Yield a CSV file (RFC 4180) line by line, its header first; safe to open in a spreadsheet."""
    yield _format_csv_row(CSV_COLUMNS)
    for release in releases:
        yield _format_csv_row(
            (
                str(release.id),
                sanitize_line(release.title),
                release.date.isoformat(),
                sanitize_line(release.category or ""),
                sanitize_line(release.url or ""),
                sanitize_line(release.source),
                to_iso(release.first_seen_at),
                "" if release.withdrawn_at is None else to_iso(release.withdrawn_at),
                sanitize_line("; ".join(release.watches)),
                sanitize_text(release.body),
            )
        )


def iter_json_lines(releases: Iterable[Release]) -> Iterator[str]:
    """Yield JSON Lines: one release a line."""
    for release in releases:
        yield f"{safe_dumps(release.as_json())}\n"


def iter_json_list(releases: Iterable[Release]) -> Iterator[str]:
    """Yield one JSON list in pieces: a release a line, so that it is easy to read and to diff."""
    separator = "[\n"
    for release in releases:
        yield f"{separator}{safe_dumps(release.as_json())}"
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _format_csv_row(cells: Iterable[str]) -> str:
    row = io.StringIO(newline="")
    csv.writer(row, lineterminator="\r\n").writerow([_escape_formula(cell) for cell in cells])
    return row.getvalue()


def _escape_formula(cell: str) -> str:
    return f"'{cell}" if _FORMULA_START.match(cell) else cell
