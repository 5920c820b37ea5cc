"""How a check went."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Status = Literal["ok", "not-modified", "failed", "suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """How one check of one source went; `error` is a sentence, None where all is well.

    `rule` names what a suspect page broke, or what was overruled where all is well.
    """

    name: str
    status: Status
    started_at: datetime
    seconds: float
    baseline: bool = False
    pages: int = 0
    entries: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    restored: int = 0
    error: str | None = None
    rule: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the result in the shape that `--once --json` promises."""
        return {
            "name": self.name,
            "status": self.status,
            "baseline": self.baseline,
            "pages": self.pages,
            "entries": self.entries,
            "new": self.new,
            "revised": self.revised,
            "withdrawn": self.withdrawn,
            "restored": self.restored,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillResult:
    """How far a walk back through one listing came; `error` is a sentence, None if all is well.

    `pages` were read in this walk, down to `oldest`; `left` entries are for the next check, which
    may alert on them; `complete` says that nothing older is left on the site.
    """

    name: str
    status: Status
    seconds: float
    pages: int = 0
    added: int = 0
    known: int = 0
    left: int = 0
    oldest: date | None = None
    complete: bool = False
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the result in the shape that `backfill --json` prints."""
        return {
            "name": self.name,
            "status": self.status,
            "pages": self.pages,
            "added": self.added,
            "known": self.known,
            "left": self.left,
            "oldest": None if self.oldest is None else self.oldest.isoformat(),
            "complete": self.complete,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }
