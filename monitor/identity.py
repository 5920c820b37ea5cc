"""Sameness: a release is its title and its date, whatever page, address or spelling shows it.

The site's hosts, paths and typography have all changed before, so none of them is part of it.
"""

from datetime import date
from typing import NamedTuple

from monitor.text.folding import fold


class Identity(NamedTuple):
    """What makes a release the release it is: `key` is the folded title, `day` its date."""

    key: str
    day: date


def identity(title: str, day: date) -> Identity:
    """Return the identity of a title and date; all spellings of a title share one."""
    return Identity(fold(title), day)


def lasting_name(kind: str, *parts: str) -> str:
    """Return a name for ever, a URN (RFC 9562, version 5), that equal parts share.

    It holds no address, for those have changed before; spellings of a part make no difference.
    """
    from uuid import UUID, uuid5  # noqa: PLC0415 - only feeds name things so

    namespace = UUID("5b6a9c1e-3f0d-4b52-9d0a-6d6f6e697472")
    return uuid5(namespace, "\n".join((kind, *map(fold, parts)))).urn
