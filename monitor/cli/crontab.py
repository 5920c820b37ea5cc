"""A line for crontab(5): one check and one round of sending at a time."""

import shlex

from monitor.cli.installation import Installation
from monitor.config.cron import shortest_gap
from monitor.model.configured import Config, Source

_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
_HOUR = 60


def crontab(here: Installation, settings: Config) -> str:
    """Return the line, as often as the source that is checked most often, and words above it."""
    command = shlex.join((*here.command, "--config", str(here.config), "--once", "-q"))
    lines = [
        "# monitor service --cron, into: crontab -e",
        "# Each run checks every source; what it has to complain of, cron sends by mail.",
    ]
    if here.variables:
        lines.append(f"# Set above this line, as NAME=value: {' '.join(here.variables)}")
    # In a crontab, % ends the line.
    lines.append(f"{_when(settings)}  {command.replace('%', chr(92) + '%')}")
    return "\n".join(lines) + "\n"


def _when(settings: Config) -> str:
    minutes = min(_gap(source) for source in settings.sources)
    if minutes < _HOUR:
        step = max(step for step in _MINUTES if step <= max(minutes, 1))
        return "* * * * *" if step == 1 else f"*/{step} * * * *"
    hours = max(hours for hours in _HOURS if hours <= minutes // _HOUR)
    hour = {1: "*", 24: "6"}.get(hours, f"*/{hours}")
    return f"7 {hour} * * *"


def _gap(source: Source) -> int:
    """Return the minutes between two checks of a source, at least."""
    if source.every is not None:
        return int(source.every.total_seconds()) // 60
    return shortest_gap(source.cron or "* * * * *")
