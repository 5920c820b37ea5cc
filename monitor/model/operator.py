"""Who is told when the watching itself is in trouble."""

from collections.abc import Callable
from datetime import tzinfo
from typing import NamedTuple


class Operator(NamedTuple):
    """Whom to tell: names of channels, in order; `after` so many checks in a row that failed.

    `zone` gives the time zone in which they are told the time.
    """

    channels: tuple[str, ...]
    after: int
    zone: Callable[[], tzinfo]

    def but(self, channel: str) -> tuple[str, ...]:
        """Return the channels on which trouble with this one can be told."""
        return tuple(name for name in self.channels if name != channel)
