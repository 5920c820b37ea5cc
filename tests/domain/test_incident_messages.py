"""What the operator is told, in words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.domain import incident_messages
from monitor.domain.incident_messages import FailedChecks, UndeliveredMessages
from monitor.domain.silence import SEOUL, QuietPeriod
from monitor.models.config import Source
from monitor.models.notification import Incident

BEGAN = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=2, minutes=5)
TRADE = Source(name="trade", kind="motir", url="https://example.org/news")
INCIDENT = Incident(
    id=7,
    about="source",
    name="trade",
    kind="failing",
    began_at=BEGAN,
    notified_at=None,
    reason="example.org did not answer in time",
    advice="open the address in a browser",
)
DESK = Incident(
    id=8,
    about="channel",
    name="the desk",
    kind="failing",
    began_at=BEGAN,
    notified_at=NOW,
    reason="mail.example.org:587: no answer in time",
    advice=incident_messages.CHANNEL_ADVICE,
)
QUIET = QuietPeriod(
    first_day=date(2025, 1, 2),
    last_day=date(2025, 11, 3),
    release_days=140,
    longest_gap=4,
    alert_at=NOW.astimezone(),
)


@pytest.mark.parametrize(
    ("error", "reason", "advice"),
    [
        ("no answer in time", "no answer in time", incident_messages.SOURCE_ADVICE),
        ("", "", incident_messages.SOURCE_ADVICE),
        ("no entries; look at it", "no entries", "look at it"),
        (
            "“steel; and more” is dated 2099-01-01; look; if it is right, run: monitor",
            "“steel; and more” is dated 2099-01-01",
            "look; if it is right, run: monitor",
        ),
        (
            "it is down; its page reads “a; b”; nothing to do",
            "it is down; its page reads “a; b”",
            "nothing to do",
        ),
        ("no list; it reads “a; b”; open it", "no list; it reads “a; b”", "open it"),
        ("it reads “never closed; look", "it reads “never closed", "look"),
        ("it reads “a; b”", "it reads “a; b”", incident_messages.SOURCE_ADVICE),
    ],
)
def test_reason_and_advice_are_told_apart(error: str, reason: str, advice: str) -> None:
    """Semicolons in quotations part nothing."""
    assert incident_messages.split_error(error) == (reason, advice)


def test_beginning_says_what_is_wrong_since_when_what_is_missed_and_what_to_do() -> None:
    """Times are those of the operator's zone."""
    failed = FailedChecks(failures=3, is_suspect=False, last_good_at=BEGAN - timedelta(minutes=30))
    words = incident_messages.build_source_failing(TRADE, INCIDENT, failed, SEOUL)
    assert words.subject == "trade cannot be read"
    assert words.text == (
        (
            "Its last 3 checks went wrong, the first at 2025-12-01 12:00 KST:"
            " example.org did not answer in time."
        ),
        (
            "What was published since 2025-12-01 11:30 KST is not known yet. monitor will "
            "catch up, and send the alerts, as soon as the listing can be read again; you "
            "will get a message then, and none before."
        ),
        "What to do: open the address in a browser",
        "The address: https://example.org/news",
        "To try it now: monitor --once --source trade",
    )
    assert words.facts.as_json() == {
        "incident": "7-20251201T030000Z",
        "about": {"kind": "source", "name": "trade"},
        "state": "failing",
        "since": "2025-12-01T03:00:00.000Z",
        "until": None,
        "reason": "example.org did not answer in time",
        "advice": "open the address in a browser",
        "missed": "What was published since 2025-12-01 11:30 KST is not known yet.",
    }


def test_a_page_that_cannot_be_right_is_called_so() -> None:
    """Also where it is the first that was ever read."""
    words = incident_messages.build_source_failing(
        TRADE, INCIDENT, FailedChecks(failures=1, is_suspect=True, last_good_at=None), UTC
    )
    assert words.subject == "trade shows pages that cannot be right"
    assert words.text[0].startswith("Its last check went wrong, at 2025-12-01 03:00 UTC: ")
    assert words.text[1].startswith("It has never been read, so nothing of it is known yet. ")


@pytest.mark.parametrize(
    ("new", "is_whole", "told"),
    [
        (
            None,
            True,
            (
                "It was read for the first time: the releases on it are now recorded as the "
                "starting point."
            ),
        ),
        (0, True, "No new releases had appeared meanwhile."),
        (1, True, "1 new release had appeared meanwhile. The watches' alerts were sent."),
        (
            300,
            False,
            (
                "300 new releases had appeared meanwhile. The watches' alerts were sent."
                " There is more to read: the next checks go on with it."
            ),
        ),
    ],
)
def test_end_says_how_long_it_was_and_what_was_caught_up(
    new: int | None, is_whole: bool, told: str
) -> None:
    """And whether that is all."""
    words = incident_messages.build_source_recovered(
        INCIDENT, NOW, new, ZoneInfo("Europe/Berlin"), is_whole=is_whole
    )
    assert words.subject == "trade can be read again"
    assert words.text == (
        (
            "It was in trouble for 2 hours 5 minutes, since 2025-12-01 04:00 CET:"
            " example.org did not answer in time."
        ),
        told,
    )
    assert (words.facts.state, words.facts.until) == ("recovered", NOW)
    assert words.facts.missed
    assert told.startswith(words.facts.missed)


def test_silence_says_how_long_it_is_and_how_long_it_was_ever() -> None:
    """Twenty working days lie between 3 November and 1 December."""
    reason, advice = incident_messages.explain_silence(QUIET)
    assert advice.endswith("monitor releases")
    incident = Incident(
        id=9,
        about="source",
        name="trade",
        kind="silent",
        began_at=BEGAN,
        notified_at=None,
        reason=reason,
        advice=advice,
    )
    words = incident_messages.build_source_silent(TRADE, incident, QUIET, NOW)
    assert words.subject == "trade has shown nothing new for 19 working days"
    assert words.text[0] == (
        "Its newest release is of 2025-11-03. Since 2025-01-02, 140 days with"
        " releases, the longest silence was 4 working days; weekends and holidays in Korea do"
        " not count."
    )
    assert "moved" in words.text[1]
    assert (words.facts.state, words.facts.until) == ("silent", None)
    assert words.facts.missed == "If the listing has moved, all that is new."
    over = incident_messages.build_source_resumed(incident, NOW)
    assert over.subject == "trade shows new releases again"
    assert over.text == ("There is something new, after the silence that operator alerted of.",)
    assert (over.facts.state, over.facts.incident) == ("resumed", words.facts.incident)
    assert over.facts.until == NOW


def test_one_working_day_is_one() -> None:
    """Of silence now, and of silence ever."""
    incident = replace(INCIDENT, kind="silent", reason=incident_messages.explain_silence(QUIET)[0])
    quiet = replace(QUIET, last_day=date(2025, 11, 27), longest_gap=1)
    words = incident_messages.build_source_silent(TRADE, incident, quiet, NOW)
    assert words.subject == "trade has shown nothing new for 1 working day"
    assert "the longest silence was 1 working day;" in words.text[0]


@pytest.mark.parametrize(
    ("reason", "ended"),
    [
        ("it is down", "it is down."),
        ("It is down.", "It is down."),
        ("Is it down?", "Is it down?"),
        ("Down!", "Down!"),
        ("it reads “Closed.”", "it reads “Closed.”"),
        ("it reads “Closed”", "it reads “Closed”."),
    ],
)
def test_a_reason_ends_as_a_sentence_does(reason: str, ended: str) -> None:
    """Once."""
    incident = replace(DESK, reason=reason)
    words = incident_messages.build_channel_failing(
        incident, UndeliveredMessages(pending=0, given_up=1), UTC
    )
    assert words.text[0] == f"Sending to it fails since 2025-12-01 03:00 UTC: {ended}"


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        (
            UndeliveredMessages(pending=1, given_up=0),
            [
                (
                    "1 message is pending for it. They are tried again with growing waits, "
                    "for about three days."
                )
            ],
        ),
        (UndeliveredMessages(pending=0, given_up=1), ["1 message was given up."]),
        (
            UndeliveredMessages(pending=2, given_up=3),
            [
                (
                    "2 messages are pending for it. 3 messages were given up. They are tried "
                    "again with growing waits, for about three days."
                )
            ],
        ),
    ],
)
def test_channel_in_trouble_is_told_with_what_waits(
    waiting: UndeliveredMessages, told: list[str]
) -> None:
    """And how to send again what was given up."""
    words = incident_messages.build_channel_failing(DESK, waiting, SEOUL)
    again = "To send the failed messages again: monitor deliveries retry --channel 'the desk'"
    assert words.subject == "The channel the desk does not accept its messages"
    assert words.text == (
        "Sending to it fails since 2025-12-01 12:00 KST: mail.example.org:587: no answer in time.",
        *told,
        f"What to do: {incident_messages.CHANNEL_ADVICE}",
        *((again,) if waiting.given_up else ()),
    )
    assert (words.facts.state, words.facts.until) == ("failing", None)
    assert words.facts.missed
    assert told[0].startswith(words.facts.missed)


def test_channel_that_is_well_again_is_told() -> None:
    """Nothing is said of what does not wait."""
    words = incident_messages.build_channel_recovered(
        DESK, UndeliveredMessages(pending=0, given_up=0), NOW, SEOUL
    )
    assert words.subject == "The channel the desk accepts messages again"
    assert words.text == (
        (
            "It was in trouble for 2 hours 5 minutes, since 2025-12-01 12:00 KST:"
            " mail.example.org:587: no answer in time."
        ),
    )
    facts = words.facts
    assert (facts.state, facts.until, facts.missed) == ("recovered", NOW, "")
    given_up = incident_messages.build_channel_recovered(
        DESK, UndeliveredMessages(pending=0, given_up=1), NOW, UTC
    )
    assert given_up.facts.missed == "1 message was given up."
    assert given_up.text[1:] == (
        "1 message was given up.",
        "To send the failed messages again: monitor deliveries retry --channel 'the desk'",
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3600, "1 hour"),
        (7500, "2 hours 5 minutes"),
        (90061, "1 day 1 hour"),
        (86460, "1 day 1 minute"),
        (30 * 86400, "30 days"),
    ],
)
def test_time_is_told_in_its_largest_units(seconds: int, told: str) -> None:
    """Two of them are exact enough."""
    assert incident_messages.format_elapsed_time(timedelta(seconds=seconds)) == told


def test_line_for_the_log_says_where_it_is_told() -> None:
    """Or that it cannot be told."""
    words = incident_messages.build_source_resumed(INCIDENT, NOW)
    told = "warning sent to desk, bot: trade shows new releases again"
    assert incident_messages.format_log_line(words, ["desk", "bot"]) == told
    assert incident_messages.format_log_line(words, []).endswith(
        "there is no other channel to report it on"
    )
