"""Trouble with a source or a channel, from its beginning to its end."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.told import About, Facts, State
from monitor.times import to_iso

IncidentKind = Literal["failing", "silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What is wrong with the source or channel `name` since `began_at`, and what to do about it.

    `told_at` is when the operator was told, None where it may still pass unnoticed.
    """

    id: int
    about: About
    name: str
    kind: IncidentKind
    began_at: datetime
    told_at: datetime | None
    reason: str
    advice: str

    def facts(self, state: State, *, until: datetime | None = None, missed: str = "") -> Facts:
        """Return what a program is told of it; its name is the same from beginning to end."""
        began = re.sub(r"[-:]|\..*(?=Z)", "", to_iso(self.began_at))
        return Facts(
            incident=f"{self.id}-{began}",
            about=self.about,
            name=self.name,
            state=state,
            since=self.began_at,
            until=until,
            reason=self.reason,
            advice=self.advice,
            missed=missed,
        )
