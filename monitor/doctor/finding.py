"""What a doctor finds, and how it is told."""

from dataclasses import dataclass
from typing import Literal

from monitor.errors import MonitorError

About = Literal["config", "database", "clock", "source", "channel", "heartbeat"]
Standing = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried: `name` is the source's or channel's, empty for what is one.

    `remedy` says what to do; empty where nothing is to be done.
    """

    about: About
    standing: Standing
    text: str
    name: str = ""
    remedy: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the finding in the shape that `doctor --json` prints."""
        return {
            "about": self.about,
            "name": self.name,
            "standing": self.standing,
            "text": self.text,
            "remedy": self.remedy,
        }


class Ailment(MonitorError):
    """What kept a trial from its end: a sentence, and what to do about it."""

    def __init__(self, text: str, remedy: str) -> None:
        self.text, self.remedy = text, remedy
        super().__init__(f"{text}; {remedy}")

    def found(self, about: About, name: str = "") -> Finding:
        """Return it as a finding."""
        return Finding(about=about, name=name, standing="wrong", text=self.text, remedy=self.remedy)
