"""The names that a config gives to its watches, sources and channels, read for completion.

A file that is being edited is often wrong somewhere; its names are still what people type. So
nothing is checked here, and what cannot be read has no names.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal

Named = Literal["watch", "source", "channel"]


def names(path: Path, what: Named) -> tuple[str, ...]:
    """Return the names of a kind, in the order of the file; none where it cannot be read."""
    try:
        sections: Any = tomllib.loads(path.read_bytes().decode("utf-8-sig")).get(what, [])
    except (OSError, ValueError, RecursionError):
        return ()
    if what == "channel" and not sections:
        return ("terminal",)  # the one that works without being asked for
    tables = sections if isinstance(sections, list) else []
    found = (table.get("name") for table in tables if isinstance(table, dict))
    return tuple(name for name in found if isinstance(name, str) and name and name.isprintable())
