"""Which releases of the archive are asked for, besides what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to leave in: all conditions that are set must hold.

    `since` and `until` are themselves in; `categories` are all ways in which one is spelled.
    """

    watch: str | None = None
    source: str | None = None
    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] | None = None

    def sql(self) -> tuple[str, list[str]]:
        """Return a condition on `releases AS r`, and its parameters."""
        found = list(self._conditions())
        values = [value for _, values in found for value in values]
        return " AND ".join(["TRUE", *(condition for condition, _ in found)]), values

    def _conditions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.watch is not None:
            yield "r.id IN (SELECT release_id FROM matches WHERE watch = ?)", (self.watch,)
        if self.source is not None:
            yield "r.id IN (SELECT release_id FROM listings WHERE source = ?)", (self.source,)
        if self.since is not None:
            yield "r.date >= ?", (self.since.isoformat(),)
        if self.until is not None:
            yield "r.date <= ?", (self.until.isoformat(),)
        if self.categories is not None:
            yield f"r.category IN ({', '.join('?' * len(self.categories))})", self.categories


EVERYTHING = Filter()
