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
