"""Reading releases from JSON or JSON Lines, as `monitor export` writes them.

Only title, date, category, text, address and source are read. The other fields (id, first seen,
matching watches) belong to the archive, which assigns them anew.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from monitor.errors import InvalidPageError
from monitor.models.check import Entry
from monitor.text.sanitize import sanitize_line

_ADVICE = (
    'a release is an object with "title", "date" (YYYY-MM-DD) and, if there are any, "body", '
    '"category", "url" and "source", as `monitor export --format json` writes it'
)


class ListedEntry(NamedTuple):
    """An entry with the name of its source, if the file gives one."""

    entry: Entry
    source: str | None


def read_releases(data: bytes, *, is_json_lines: bool) -> tuple[ListedEntry, ...]:
    """Return the releases of a JSON list or of JSON Lines; InvalidPageError names any mistake."""
    text = _decode_text(data)
    entries = [
        _build_listed_entry(location, value)
        for location, value in (_iter_json_lines if is_json_lines else _iter_json_list)(text)
    ]
    if not entries:
        raise InvalidPageError("the file holds no releases", advice=_ADVICE)
    return tuple(entries)


def _decode_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"the file is not in UTF-8 (byte 0x{data[error.start]:02x})"
        raise InvalidPageError(reason, advice="save it in UTF-8 and try again") from None


def _iter_json_lines(text: str) -> Iterator[tuple[str, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parse_json(line, number)


def _iter_json_list(text: str) -> Iterator[tuple[str, object]]:
    document = _parse_json(text, 1)
    if not isinstance(document, list):
        raise InvalidPageError("the file is no list of releases", advice=_ADVICE)
    for number, item in enumerate(document, 1):
        yield f"release {number}", item


def _parse_json(text: str, line_number: int) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"line {line_number + error.lineno - 1}: this is no JSON ({error.msg})"
        raise InvalidPageError(reason, advice=_ADVICE) from None
    except (RecursionError, ValueError):
        raise InvalidPageError(f"line {line_number}: this is no release", advice=_ADVICE) from None


def _build_listed_entry(location: str, item: object) -> ListedEntry:
    if not isinstance(item, dict):
        raise InvalidPageError(f"{location}: this is no release", advice=_ADVICE)
    entry = Entry(
        title=_get_title(location, item),
        date=_get_date(location, item),
        category=_get_optional_string(location, item, "category"),
        body=_get_optional_string(location, item, "body") or "",
        url=_get_optional_string(location, item, "url"),
    )
    return ListedEntry(entry, _get_optional_string(location, item, "source"))


def _get_title(location: str, item: Mapping[str, object]) -> str:
    title = _get_string(location, item, "title")
    if not sanitize_line(title):
        raise InvalidPageError(f"{location}: its “title” is empty", advice=_ADVICE)
    return title


def _get_date(location: str, item: Mapping[str, object]) -> date:
    text = _get_string(location, item, "date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidPageError(f"{location}: there is no such “date”", advice=_ADVICE) from None


def _get_string(location: str, item: Mapping[str, object], key: str) -> str:
    text = _get_optional_string(location, item, key)
    if text is None:
        raise InvalidPageError(f"{location}: it has no “{key}”", advice=_ADVICE)
    return text


def _get_optional_string(location: str, item: Mapping[str, object], key: str) -> str | None:
    text = item.get(key)
    if text is None or (isinstance(text, str) and _has_no_surrogates(text)):
        return text
    raise InvalidPageError(f"{location}: its “{key}” is no text", advice=_ADVICE)


def _has_no_surrogates(text: str) -> bool:
    r"""Return whether the text is free of lone surrogates such as "\ud800" (half a character)."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
