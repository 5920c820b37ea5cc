"""What parsing the pages of the past again came to."""

from dataclasses import dataclass
from datetime import datetime

from monitor.model.stored import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Pages of a source that cannot be parsed for one `reason`; `url` is that of the last one."""

    source: str
    reason: str
    pages: int
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A field of a release that was misread: `title` is the release's, as it is now."""

    release_id: int
    title: str
    field: str
    before: str
    after: str

    def as_json(self) -> dict[str, object]:
        """Return the correction in the shape that `replay --json` prints."""
        return {
            "id": self.release_id,
            "title": self.title,
            "field": self.field,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay found. `passed_over` pages are of sources not chosen.

    Where it was not `applied`, the ids of what would be `added` mean nothing.
    """

    applied: bool
    pages: int
    passed_over: int
    unreadable: tuple[Unreadable, ...]
    added: tuple[Release, ...]
    corrected: tuple[Correction, ...]
    matched: int
