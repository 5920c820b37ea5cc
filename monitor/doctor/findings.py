"""Findings of the doctor, and the error that becomes one."""

from dataclasses import dataclass
from typing import Literal

from monitor.errors import MonitorError

FindingTopic = Literal["config", "database", "clock", "source", "channel", "heartbeat"]
Severity = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of an examination.

    `name` is the name of a source or channel; it is empty for parts that exist once, such as the
    database. `remedy` says how to fix the problem; it is empty if there is none.
    """

    about: FindingTopic
    severity: Severity
    text: str
    name: str = ""
    remedy: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the finding in the JSON format of `doctor --json`."""
        return {
            "about": self.about,
            "name": self.name,
            "standing": self.severity,
            "text": self.text,
            "remedy": self.remedy,
        }


class ProbeFailedError(MonitorError):
    """Raised when a step of an examination fails: a sentence with the problem, and a remedy."""

    def __init__(self, text: str, remedy: str) -> None:
        self.text, self.remedy = text, remedy
        super().__init__(f"{text}; {remedy}")

    def to_finding(self, about: FindingTopic, name: str = "") -> Finding:
        """Return the error as a finding."""
        return Finding(about=about, name=name, severity="wrong", text=self.text, remedy=self.remedy)
