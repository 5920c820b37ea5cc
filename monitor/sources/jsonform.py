"""Releases as JSON: a list of them, or one a line, as `monitor export` writes both.

Title, date, category, text, address and listing are taken; what a release is besides (its number,
when it was first seen, what watches found it) is the archive's own affair and is given anew.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from monitor.errors import PageFault
from monitor.model.scraped import Entry
from monitor.text.cleaning import clean

_ADVICE = (
    'a release is an object with "title", "date" (YYYY-MM-DD) and, if there are any, "body", '
    '"category", "url" and "source", as `monitor export --format json` writes it'
)


class Listed(NamedTuple):
    """An entry, and the listing that it says it is from, if it does."""

    entry: Entry
    source: str | None


def read(data: bytes, *, lines: bool) -> tuple[Listed, ...]:
    """Return the releases of a JSON list, or of JSON Lines; PageFault says what is wrong where."""
    text = _text(data)
    found = [_listed(place, value) for place, value in (_each if lines else _list)(text)]
    if not found:
        raise PageFault("the file holds no releases", advice=_ADVICE)
    return tuple(found)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"the file is not in UTF-8 (byte 0x{data[error.start]:02x})"
        raise PageFault(reason, advice="save it in UTF-8 and try again") from None


def _each(text: str) -> Iterator[tuple[str, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parsed(line, number)


def _list(text: str) -> Iterator[tuple[str, object]]:
    value = _parsed(text, 1)
    if not isinstance(value, list):
        raise PageFault("the file is no list of releases", advice=_ADVICE)
    for number, one in enumerate(value, 1):
        yield f"release {number}", one


def _parsed(text: str, line: int) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"line {line + error.lineno - 1}: this is no JSON ({error.msg})"
        raise PageFault(reason, advice=_ADVICE) from None
    except (RecursionError, ValueError):
        raise PageFault(f"line {line}: this is no release", advice=_ADVICE) from None


def _listed(place: str, value: object) -> Listed:
    if not isinstance(value, dict):
        raise PageFault(f"{place}: this is no release", advice=_ADVICE)
    entry = Entry(
        title=_title(place, value),
        date=_date(place, value),
        category=_string_or_none(place, value, "category"),
        body=_string_or_none(place, value, "body") or "",
        url=_string_or_none(place, value, "url"),
    )
    return Listed(entry, _string_or_none(place, value, "source"))


def _title(place: str, value: Mapping[str, object]) -> str:
    title = _string(place, value, "title")
    if not clean(title):
        raise PageFault(f"{place}: its “title” is empty", advice=_ADVICE)
    return title


def _date(place: str, value: Mapping[str, object]) -> date:
    text = _string(place, value, "date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PageFault(f"{place}: there is no such “date”", advice=_ADVICE) from None


def _string(place: str, value: Mapping[str, object], key: str) -> str:
    found = _string_or_none(place, value, key)
    if found is None:
        raise PageFault(f"{place}: it has no “{key}”", advice=_ADVICE)
    return found


def _string_or_none(place: str, value: Mapping[str, object], key: str) -> str | None:
    found = value.get(key)
    if found is None or (isinstance(found, str) and _is_whole(found)):
        return found
    raise PageFault(f"{place}: its “{key}” is no text", advice=_ADVICE)


def _is_whole(text: str) -> bool:
    r"""Tell whether no character is half of one, as "\ud800" is."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
