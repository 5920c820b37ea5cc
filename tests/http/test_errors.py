"""What an answer says."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.http.errors import exception_chain, parse_retry_after, redact_secrets

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 5 ", 5),
        ("Mon, 01 Dec 2025 09:02:00 GMT", 120),
        ("Mon, 01 Dec 2025 08:00:00 GMT", 0),
        ("Mon, 01 Dec 2025 09:02:00", 120),
        ("soon", None),
        ("-3", None),
        ("99999999999999999999", None),
        ("", None),
        ("1.5", None),
        ("٣", None),
        ("Mon, 99 Dec 2025 03:35:00 GMT", None),
        ("Mon, 01 Dec 2025 03:35:00 +999999999999", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    """As RFC 9110, 10.2.3 has it; what is neither is passed over."""
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(value, NOW) == expected


def test_the_causes_of_an_error_are_told_from_the_last_to_the_first() -> None:
    """Those it was raised from, and those it was raised during."""
    first, second, third = OSError("first"), ValueError("second"), KeyError("third")
    second.__context__ = first
    third.__cause__ = second
    assert list(exception_chain(third)) == [third, second, first]


@pytest.mark.parametrize(
    ("words", "secrets", "left"),
    [
        ("no /T000/hush here", ["T000/hush"], "no /…/… here"),
        ("no a b c, no a%20b%20c", ["?token=a%20b%20c"], "no …, no …"),
        ("hushhush, hush", ["hush", "hushhush"], "…, …"),
        ("ann:hunter2 at example.com", ["ann:hunter2@example.com/"], "ann:… at …"),
        ("abc is short", ["abc/d"], "abc is short"),
        ("as it was", [], "as it was"),
        ("as it was", [""], "as it was"),
    ],
)
def test_secret_addresses_are_taken_out_of_words(words: str, secrets: list[str], left: str) -> None:
    """In parts, also as they are written in an address; what is too short to tell stays."""
    assert redact_secrets(words, secrets) == left
