"""The operator's messages about incidents, as text and as data.

Each message gives the problem, its start, the releases or messages that were or may have been
missed, and the remedy. An error is quoted unchanged; `render.content` removes unsafe characters
when it is displayed.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from shlex import quote
from typing import NamedTuple

from monitor.domain.silence import QuietPeriod, count_silent_days
from monitor.models.config import Source
from monitor.models.notification import Incident, IncidentFacts
from monitor.text.sanitize import pluralize

SOURCE_ADVICE = (
    "open the address in a browser; if it works there, look at this machine's network and at"
    " [fetch] in the config"
)
CHANNEL_ADVICE = "look at this channel in the config, and at the server or service behind it"

_CATCH_UP_TEXT = (
    "monitor will catch up, and send the alerts, as soon as the listing can be "
    "read again; you will get a message then, and none before."
)
_MAYBE_MOVED_TEXT = (
    "Its pages can be read, so the ministry may simply have published "
    "nothing. Or the listing has moved and its old page is no longer updated: then new "
    "releases are being missed."
)
# A quotation from the page belongs to the reason; a semicolon inside it separates nothing.
_QUOTE_START = r"its? (?:page )?reads “"
_ERROR_PATTERN = re.compile(
    rf"((?>“[^”]*”|[^;]|;(?! )|; (?={_QUOTE_START}))+?); (?!{_QUOTE_START})(.+)", re.DOTALL
)
_DURATION_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


class IncidentMessage(NamedTuple):
    """A message about an incident, before its recipients are known."""

    subject: str
    text: tuple[str, ...]
    facts: IncidentFacts


class FailedChecks(NamedTuple):
    """The failed checks of a source in a row; `last_good_at` is None if it was never read."""

    failures: int
    is_suspect: bool
    last_good_at: datetime | None


class UndeliveredMessages(NamedTuple):
    """The counts of messages to a channel that are pending, or given up during the incident."""

    pending: int
    given_up: int


def format_log_line(message: IncidentMessage, channels: Sequence[str]) -> str:
    """Return a line for the log: the subject, and the channels that report it."""
    if not channels:
        return f"{message.subject}, and there is no other channel to report it on"
    return f"warning sent to {', '.join(channels)}: {message.subject}"


def split_error(error: str) -> tuple[str, str]:
    """Return the reason and the advice of a check's error; the default advice if it has none."""
    match = _ERROR_PATTERN.fullmatch(error)
    return (match[1], match[2]) if match else (error, SOURCE_ADVICE)


# ------------------------------------------------------------------ sources


def build_source_failing(
    source: Source, incident: Incident, failed_checks: FailedChecks, zone: tzinfo
) -> IncidentMessage:
    """Return the message that a source cannot be read, or shows pages that cannot be right."""
    name, since = incident.name, _format_moment_with_zone(incident.began_at, zone)
    missed = _describe_missed_period(failed_checks, zone)
    state_text = (
        "shows pages that cannot be right" if failed_checks.is_suspect else "cannot be read"
    )
    count = (
        "Its last check"
        if failed_checks.failures == 1
        else f"Its last {failed_checks.failures} checks"
    )
    start_text = f"at {since}" if failed_checks.failures == 1 else f"the first at {since}"
    text = (
        f"{count} went wrong, {start_text}: {_end_sentence(incident.reason)}",
        f"{missed} {_CATCH_UP_TEXT}",
        f"What to do: {incident.advice}",
        f"The address: {source.url}",
        f"To try it now: monitor --once --source {quote(name)}",
    )
    return IncidentMessage(
        f"{name} {state_text}", text, incident.build_facts("failing", missed=missed)
    )


def _describe_missed_period(failed_checks: FailedChecks, zone: tzinfo) -> str:
    if failed_checks.last_good_at is None:
        return "It has never been read, so nothing of it is known yet."
    return (
        "What was published since "
        f"{_format_moment_with_zone(failed_checks.last_good_at, zone)} is not known yet."
    )


def build_source_recovered(
    incident: Incident, now: datetime, new_count: int | None, zone: tzinfo, *, is_whole: bool
) -> IncidentMessage:
    """Return the message that a source can be read again, with the number of releases caught up.

    `new_count` is None if the source was read for the first time. `is_whole` is false if a part of
    the listing is still unread.
    """
    missed = (
        "It was read for the first time: the releases on it are now recorded as the starting point."
    )
    if new_count is not None:
        releases_text = pluralize(new_count, "new release") if new_count else "No new releases"
        missed = f"{releases_text} had appeared meanwhile."
    alert_note = " The watches' alerts were sent." if new_count else ""
    rest_note = "" if is_whole else " There is more to read: the next checks go on with it."
    text = (_describe_duration(incident, now, zone), f"{missed}{alert_note}{rest_note}")
    facts = incident.build_facts("recovered", until=now, missed=missed)
    return IncidentMessage(f"{incident.name} can be read again", text, facts)


def build_source_silent(
    source: Source, incident: Incident, quiet_period: QuietPeriod, now: datetime
) -> IncidentMessage:
    """Return the message that a source has had nothing new for unusually long."""
    days = count_silent_days(quiet_period.last_day, now)
    history_text = (
        f"Since {quiet_period.first_day}, {quiet_period.release_days} days "
        f"with releases, the longest"
        f" silence was {pluralize(quiet_period.longest_gap, 'working day')}; weekends and "
        f"holidays in Korea do"
        " not count."
    )
    text = (
        f"{incident.reason[0].upper()}{_end_sentence(incident.reason[1:])} {history_text}",
        _MAYBE_MOVED_TEXT,
        f"What to do: {incident.advice}",
        f"The address: {source.url}",
    )
    subject = f"{incident.name} has shown nothing new for {pluralize(days, 'working day')}"
    facts = incident.build_facts("silent", missed="If the listing has moved, all that is new.")
    return IncidentMessage(subject, text, facts)


def explain_silence(quiet_period: QuietPeriod) -> tuple[str, str]:
    """Return the reason and the advice for a silent source."""
    advice = "open the address in a browser, and compare it with: monitor releases"
    return f"its newest release is of {quiet_period.last_day}", advice


def build_source_resumed(incident: Incident, now: datetime) -> IncidentMessage:
    """Return the message that a silent source has new releases again."""
    text = ("There is something new, after the silence that operator alerted of.",)
    return IncidentMessage(
        f"{incident.name} shows new releases again",
        text,
        incident.build_facts("resumed", until=now),
    )


# ------------------------------------------------------------------ channels


def build_channel_failing(
    incident: Incident, undelivered: UndeliveredMessages, zone: tzinfo
) -> IncidentMessage:
    """Return the message that a channel does not accept its messages."""
    name = incident.name
    began = _format_moment_with_zone(incident.began_at, zone)
    missed = _describe_undelivered(undelivered)
    retry_note = " They are tried again with growing waits, for about three days."
    text = (
        f"Sending to it fails since {began}: {_end_sentence(incident.reason)}",
        f"{missed}{retry_note if undelivered.pending else ''}",
        f"What to do: {incident.advice}",
        *_list_retry_instructions(name, undelivered),
    )
    subject = f"The channel {name} does not accept its messages"
    return IncidentMessage(subject, text, incident.build_facts("failing", missed=missed))


def build_channel_recovered(
    incident: Incident, undelivered: UndeliveredMessages, now: datetime, zone: tzinfo
) -> IncidentMessage:
    """Return the message that a channel accepts messages again."""
    name, missed = incident.name, _describe_undelivered(undelivered)
    text = (
        _describe_duration(incident, now, zone),
        *filter(None, (missed,)),
        *_list_retry_instructions(name, undelivered),
    )
    subject = f"The channel {name} accepts messages again"
    return IncidentMessage(
        subject, text, incident.build_facts("recovered", until=now, missed=missed)
    )


def _describe_undelivered(undelivered: UndeliveredMessages) -> str:
    pending, given_up = undelivered
    sentences = (
        pluralize(pending, "message is pending for it.", "messages are pending for it."),
        pluralize(given_up, "message was given up.", "messages were given up."),
    )
    return " ".join(
        sentence for sentence, count in zip(sentences, undelivered, strict=True) if count
    )


def _list_retry_instructions(name: str, undelivered: UndeliveredMessages) -> tuple[str, ...]:
    """Return how to resend messages that were given up, if there are any."""
    command = f"monitor deliveries retry --channel {quote(name)}"
    return (f"To send the failed messages again: {command}",) if undelivered.given_up else ()


# ------------------------------------------------------------------ text


def format_elapsed_time(span: timedelta) -> str:
    """Return a time span in its two largest units: "2 hours 5 minutes"."""
    parts, remaining = [], max(span, timedelta())
    for unit, name in _DURATION_UNITS:
        count, remaining = divmod(remaining, unit)
        if count:
            parts.append(pluralize(count, name))
    return " ".join(parts[:2]) or "less than a minute"


def _describe_duration(incident: Incident, now: datetime, zone: tzinfo) -> str:
    span, since = (
        format_elapsed_time(now - incident.began_at),
        _format_moment_with_zone(incident.began_at, zone),
    )
    return f"It was in trouble for {span}, since {since}: {_end_sentence(incident.reason)}"


def _format_moment_with_zone(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _end_sentence(text: str) -> str:
    """Return a text with a full stop added if it has no closing punctuation."""
    return text if text.endswith((".", "!", "?", ".”")) else f"{text}."
