"""When a channel sends: the words that `send` may hold, in one spelling for all who read them.

The times are those of the config's time zone. What comes out is "immediately", "hourly", "daily at
08:00", "weekly on mon,thu at 08:00" (days in the order of the week) or "cron 0 8 * * mon-fri".
"""

import re

from monitor.config.cron import cron
from monitor.config.wrong import Wrong, expected, near, quoted

IMMEDIATELY = "immediately"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
_DAILY = re.compile(rf"daily at {_TIME}")
_WEEKLY = re.compile(rf"weekly on (?P<days>[a-z]+(?: ?, ?[a-z]+)*) at {_TIME}")
_FORMS = (
    "immediately",
    "hourly",
    "daily at 08:00",
    "weekly on mon at 08:00",
    "cron 0 8 * * mon-fri",
)
_EXAMPLES = {
    "daily": '"daily at 08:00"',
    "weekly": '"weekly on mon at 08:00" or "weekly on mon,thu at 08:00"',
}


def send(value: object) -> str:
    """Return when a channel sends, in its one spelling."""
    if not isinstance(value, str):
        raise _no_form(value)
    words = " ".join(value.lower().split())
    kind, _, rest = words.partition(" ")
    if words in {IMMEDIATELY, "hourly"}:
        return words
    if kind == "cron":
        return f"cron {cron(rest)}"
    if found := _DAILY.fullmatch(words):
        return f"daily at {_time(found)}"
    if found := _WEEKLY.fullmatch(words):
        return f"weekly on {_days(found['days'])} at {_time(found)}"
    raise expected(_EXAMPLES[kind], value) if kind in _EXAMPLES else _no_form(value)


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:  # noqa: PLR2004, as clocks have it
        time = f"{found['hour']}:{found['minute']}"
        raise Wrong(f"expected a time from 00:00 to 23:59, got {quoted(time)}")
    return f"{hour:02}:{minute:02}"


def _days(words: str) -> str:
    named = {_day(word) for word in re.split(" ?, ?", words)}
    return ",".join(day[:3] for day in _DAYS if day in named)


def _day(word: str) -> str:
    for day in _DAYS:
        if word in {day, day[:3]}:
            return day
    raise expected("days such as mon or mon,thu", word)


def _no_form(value: object) -> Wrong:
    what = " or ".join(map(quoted, _FORMS))
    meant = near(value, _FORMS[:2]) if isinstance(value, str) else ""
    return Wrong(f"{expected(what, value)}{meant}")
