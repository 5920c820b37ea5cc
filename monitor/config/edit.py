"""Edits the [[watch]] sections in the text of a config.toml, and nothing else in it.

The text is the user's: whatever an edit does not mean stays byte for byte as it was: order,
comments, blank lines, the kind of line end, a mark at the beginning, a last line without an end.
Libraries that read and print TOML move comments from one section to the next, so lines are cut
here, at the places that `locate` finds. Each edit is proved afterwards: tomllib must read from the
new text what it read from the old one with just the intended change, else nothing is returned.

Every function takes TOML text and returns the new text; UsageError says in words what cannot be.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor.config import values
from monitor.config.sheet import UNPROVEN, Sheet, Value, Watches, written
from monitor.config.wrong import Wrong
from monitor.errors import UsageError

Edit = tuple[str, Watches]
"""A new text, and the watches that must be read from it."""

_BOM = "\ufeff"


def check_name(name: str, taken: Sequence[str]) -> None:
    """Raise UsageError where a new watch cannot be called this."""
    try:
        values.name(name)
    except Wrong as wrong:
        raise UsageError(wrong.message) from None
    for one in taken:
        if one.casefold() == name.casefold():
            raise UsageError(f"there is a watch called “{one}” already; choose another name")


def add(text: str, watch: Mapping[str, Value]) -> str:
    """Write a new watch below the last one, or at the end of the file where there is none.

    `watch` has the keys as they are to stand there; its `name` must not be taken.
    """

    def surgery(sheet: Sheet) -> Edit:
        check_name(str(watch["name"]), sheet.names)
        lines = [f"{key} = {written(key, value)}" for key, value in watch.items()]
        return sheet.with_section(lines), [*sheet.watches, _plain(watch)]

    return _edited(text, surgery)


def remove(text: str, name: str) -> str:
    """Take a watch away, with its own comments and one of the gaps around it."""

    def surgery(sheet: Sheet) -> Edit:
        number = sheet.find(name)
        return sheet.without_section(number), sheet.watches[:number] + sheet.watches[number + 1 :]

    return _edited(text, surgery)


def rename(text: str, old: str, new: str) -> str:
    """Give a watch another name, which must not be taken; another case of the same is fine."""

    def surgery(sheet: Sheet) -> Edit:
        number = sheet.find(old)
        check_name(new, sheet.names[:number] + sheet.names[number + 1 :])
        return sheet.with_key(number, "name", new), sheet.changed(number, name=new)

    return _edited(text, surgery)


def pause(text: str, name: str) -> str:
    """Let a watch find nothing until it is resumed; a paused one stays as it is."""

    def surgery(sheet: Sheet) -> Edit:
        number = sheet.find(name)
        return sheet.with_key(number, "paused", True), sheet.changed(number, paused=True)

    return _edited(text, surgery)


def resume(text: str, name: str) -> str:
    """Let a paused watch find releases again; one that is not paused stays as it is.

    The key goes, with its line; only where a comment stands behind it, it stays and turns false.
    """

    def surgery(sheet: Sheet) -> Edit:
        number = sheet.find(name)
        if not sheet.watches[number].get("paused"):
            return text.removeprefix(_BOM), sheet.watches
        if sheet.has_comment(number, "paused"):
            return sheet.with_key(number, "paused", False), sheet.changed(number, paused=False)
        return sheet.without_key(number, "paused"), sheet.changed(number, paused=None)

    return _edited(text, surgery)


def _plain(watch: Mapping[str, Value]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | bool) else list(value) for key, value in watch.items()
    }


def _edited(text: str, surgery: Callable[[Sheet], Edit]) -> str:
    """Do an edit, and prove that it is the intended one."""
    mark = _BOM if text.startswith(_BOM) else ""
    before = text.removeprefix(_BOM)
    document = tomllib.loads(before)
    after, watches = surgery(Sheet(before, document.get("watch", [])))
    if before and not before.endswith("\n"):
        after = after.removesuffix("\n").removesuffix("\r")
    if watches:
        document["watch"] = watches
    else:
        document.pop("watch", None)
    if _read(after) != document:
        raise UsageError(UNPROVEN)
    return mark + after


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
