"""What the daemon tells, and to whom it does not matter here."""

from typing import Protocol

from monitor.check import Report
from monitor.deliver import Tally


class Log(Protocol):
    """Where the daemon tells what it does; called from several threads."""

    def checked(self, report: Report) -> None:
        """Tell how a check went."""

    def sent(self, channel: str, tally: Tally) -> None:
        """Tell what was sent to a channel, and what was not."""

    def said(self, text: str) -> None:
        """Tell what else happened."""

    def trouble(self, text: str) -> None:
        """Tell what went wrong."""
