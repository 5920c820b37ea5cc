"""Where known ground ends in what was read of a listing: what stands below is archive, not news.

A listing is newest first, but not strictly: a known entry may have been pinned to the top, an
unknown one may have been put in among known ones, and the oldest known one may be gone. So the end
is not simply the last known entry: below it there must be more that is unknown than is known and
still to come, and most of it must be older.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.scraped import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Which entries a listing has shown before, one flag an entry.

    `left` counts what it is known to show below the last of these.
    """

    known: tuple[bool, ...]
    left: int = 0

    @property
    def is_all(self) -> bool:
        """Tell whether all entries are known."""
        return all(self.known)


def archive_from(entries: Sequence[Entry], ground: Ground, *, in_doubt: bool = False) -> int:
    """Return the place in `entries` from which on all is archive: their number where nothing is.

    `in_doubt`: what is of the same day as the last known entry counts as older.
    """
    everything = len(entries)
    last = max((place for place, known in enumerate(ground.known) if known), default=None)
    if last is None:
        return everything
    tail = entries[last + 1 :]
    day = entries[last].date
    older = sum(entry.date < day or (in_doubt and entry.date == day) for entry in tail)
    return last + 1 if len(tail) > ground.left and 2 * older > len(tail) else everything
