"""What the operator is told when the watching itself is in trouble: in words, and as facts.

Each says what is wrong and since when, what was missed or may have been, and what to do. An error
is quoted as it is: whoever shows it makes it harmless (`message`).
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from shlex import quote
from typing import NamedTuple

from monitor.model.configured import Source
from monitor.model.incidents import Incident
from monitor.model.told import Facts
from monitor.silence import Silence, silent_days
from monitor.text.counting import counted

UNREAD = (
    "open the address in a browser; if it works there, look at this machine's network and at"
    " [fetch] in the config"
)
UNTAKEN = "look at this channel in the config, and at the server or service behind it"

_CAUGHT_UP = (
    "It will be caught up, and told, as soon as the listing can be read again; you will hear of"
    " that, and not before."
)
_STILL = (
    "Its pages are read without trouble, so the ministry may just be quiet. Or the listing has"
    " moved, and its old page stands still: then all that is new is being missed."
)
# What a page reads belongs to the reason; no semicolon in a quotation parts anything.
_READS = r"its? (?:page )?reads “"
_PARTED = re.compile(rf"((?>“[^”]*”|[^;]|;(?! )|; (?={_READS}))+?); (?!{_READS})(.+)", re.DOTALL)
_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


class Words(NamedTuple):
    """A notice before it is known to whom it goes."""

    subject: str
    text: tuple[str, ...]
    facts: Facts


class Failed(NamedTuple):
    """How the checks of a source failed: so many in a row, `last_good_at` None for all of them."""

    checks: int
    is_suspect: bool
    last_good_at: datetime | None


class Waiting(NamedTuple):
    """How many messages to a channel wait, and how many were given up since its trouble began."""

    owed: int
    given_up: int


def said(words: Words, channels: Sequence[str]) -> str:
    """Return a line for the log: what is told, and on which channels."""
    if not channels:
        return f"{words.subject}, and there is no other channel to tell the operator on"
    return f"the operator is told on {', '.join(channels)}: {words.subject}"


def parted(error: str) -> tuple[str, str]:
    """Return the reason and the advice in what a check says went wrong; ours if it has none."""
    found = _PARTED.fullmatch(error)
    return (found[1], found[2]) if found else (error, UNREAD)


# ------------------------------------------------------------------ sources


def failing(source: Source, incident: Incident, failed: Failed, zone: tzinfo) -> Words:
    """Return that a source cannot be read, or shows what cannot be right."""
    name, since = incident.name, _at(incident.began_at, zone)
    missed = _missed(failed, zone)
    what = "shows pages that cannot be right" if failed.is_suspect else "cannot be read"
    count = "Its last check" if failed.checks == 1 else f"Its last {failed.checks} checks"
    begun = f"at {since}" if failed.checks == 1 else f"the first at {since}"
    text = (
        f"{count} went wrong, {begun}: {_ended(incident.reason)}",
        f"{missed} {_CAUGHT_UP}",
        f"What to do: {incident.advice}",
        f"The address: {source.url}",
        f"To try it now: monitor --once --source {quote(name)}",
    )
    return Words(f"{name} {what}", text, incident.facts("failing", missed=missed))


def _missed(failed: Failed, zone: tzinfo) -> str:
    if failed.last_good_at is None:
        return "It has never been read, so nothing of it is known yet."
    return f"What was published since {_at(failed.last_good_at, zone)} is not known yet."


def recovered(
    incident: Incident, now: datetime, new: int | None, zone: tzinfo, *, is_whole: bool
) -> Words:
    """Return that a source can be read again, and what was caught up.

    That is `new` releases, None where it was read for the first time. `is_whole` is false where a
    stretch of the listing is still to be read.
    """
    missed = "It was read for the first time: what it shows is what is known from now on."
    if new is not None:
        found = counted(new, "new release") if new else "No new releases"
        missed = f"{found} had appeared meanwhile."
    told = " Whoever watches for them is told." if new else ""
    rest = "" if is_whole else " There is more to read: the next checks go on with it."
    text = (_was(incident, now, zone), f"{missed}{told}{rest}")
    facts = incident.facts("recovered", until=now, missed=missed)
    return Words(f"{incident.name} can be read again", text, facts)


def silent(source: Source, incident: Incident, quiet: Silence, now: datetime) -> Words:
    """Return that a source has had nothing new for longer than is like it."""
    days = silent_days(quiet.last, now)
    known = (
        f"In what is known since {quiet.first}, {quiet.known} days with releases, the longest"
        f" silence was {counted(quiet.longest, 'working day')}; weekends and holidays in Korea do"
        " not count."
    )
    text = (
        f"{incident.reason[0].upper()}{_ended(incident.reason[1:])} {known}",
        _STILL,
        f"What to do: {incident.advice}",
        f"The address: {source.url}",
    )
    subject = f"{incident.name} has shown nothing new for {counted(days, 'working day')}"
    facts = incident.facts("silent", missed="If the listing has moved, all that is new.")
    return Words(subject, text, facts)


def why_silent(quiet: Silence) -> tuple[str, str]:
    """Return the reason and the advice for a silence."""
    advice = "open the address in a browser, and compare it with: monitor releases"
    return f"its newest release is of {quiet.last}", advice


def resumed(incident: Incident, now: datetime) -> Words:
    """Return that the silence of a source is over."""
    text = ("There is something new, after the silence that you were told of.",)
    return Words(
        f"{incident.name} shows new releases again", text, incident.facts("resumed", until=now)
    )


# ------------------------------------------------------------------ channels


def untaken(incident: Incident, waiting: Waiting, zone: tzinfo) -> Words:
    """Return that a channel does not take its messages."""
    name = incident.name
    missed = _waits(waiting)
    kept = " What waits is tried again, less and less often, for about three days."
    text = (
        f"Sending to it fails since {_at(incident.began_at, zone)}: {_ended(incident.reason)}",
        f"{missed}{kept if waiting.owed else ''}",
        f"What to do: {incident.advice}",
        *_again(name, waiting),
    )
    subject = f"The channel {name} does not take its messages"
    return Words(subject, text, incident.facts("failing", missed=missed))


def taken(incident: Incident, waiting: Waiting, now: datetime, zone: tzinfo) -> Words:
    """Return that a channel takes messages again."""
    name, missed = incident.name, _waits(waiting)
    text = (_was(incident, now, zone), *filter(None, (missed,)), *_again(name, waiting))
    subject = f"The channel {name} takes messages again"
    return Words(subject, text, incident.facts("recovered", until=now, missed=missed))


def _waits(waiting: Waiting) -> str:
    owed, given_up = waiting
    words = (
        counted(owed, "message waits for it.", "messages wait for it."),
        counted(given_up, "message was given up.", "messages were given up."),
    )
    return " ".join(said for said, count in zip(words, waiting, strict=True) if count)


def _again(name: str, waiting: Waiting) -> tuple[str, ...]:
    """Return how to send again what was given up, where anything was."""
    command = f"monitor deliveries retry --channel {quote(name)}"
    return (f"To send again what was given up: {command}",) if waiting.given_up else ()


# ------------------------------------------------------------------ words


def lasted(span: timedelta) -> str:
    """Return how long something was, in its two largest units: "2 hours 5 minutes"."""
    parts, left = [], max(span, timedelta())
    for unit, name in _UNITS:
        count, left = divmod(left, unit)
        if count:
            parts.append(counted(count, name))
    return " ".join(parts[:2]) or "less than a minute"


def _was(incident: Incident, now: datetime, zone: tzinfo) -> str:
    span, since = lasted(now - incident.began_at), _at(incident.began_at, zone)
    return f"It was in trouble for {span}, since {since}: {_ended(incident.reason)}"


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _ended(text: str) -> str:
    """Return a text with the stop of a sentence, where it has none."""
    return text if text.endswith((".", "!", "?", ".”")) else f"{text}."
