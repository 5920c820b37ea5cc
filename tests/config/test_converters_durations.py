"""Lengths of time as people write them."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.converters import expect_duration, expect_seconds, format_duration
from monitor.config.errors import InvalidValue

SECOND = timedelta(seconds=1)
NONE = timedelta(0)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("1h 30m", timedelta(hours=1, minutes=30)),
        ("24h", timedelta(days=1)),
        ("2d", timedelta(days=2)),
        ("1d1h1m1s", timedelta(days=1, hours=1, minutes=1, seconds=1)),
        ("90m", timedelta(minutes=90)),
        (" 30 m ", timedelta(minutes=30)),
        ("007s", timedelta(seconds=7)),
    ],
)
def test_text_is_read(text: str, length: timedelta) -> None:
    """Days, hours, minutes and seconds, in this order, each once."""
    assert expect_duration(SECOND)(text) == length
    assert expect_seconds(SECOND)(text) == length


@pytest.mark.parametrize(
    "text",
    ["", " ", "30", "m", "30x", "30M", "-5m", "1.5h", "5m5m", "30m1h", "1:30", "٣m", "5m.", "1e3s"],
)
def test_other_text_is_refused_with_an_example(text: str) -> None:
    """The message shows how it is written."""
    with pytest.raises(InvalidValue) as caught:
        expect_duration(SECOND)(text)
    assert caught.value.message == (f'expected a duration such as "30m" or "1h30m", got "{text}"')


@pytest.mark.parametrize("value", [30, 1.5, True, None, ["30m"], math.nan])
def test_a_duration_is_text(value: object) -> None:
    """A bare number could be seconds or minutes."""
    with pytest.raises(InvalidValue, match="expected a duration"):
        expect_duration(SECOND)(value)


@pytest.mark.parametrize(
    ("value", "length"), [(0, NONE), (2, timedelta(seconds=2)), (0.25, timedelta(seconds=0.25))]
)
def test_a_wait_may_be_a_number_of_seconds(value: object, length: timedelta) -> None:
    """Timeouts and delays are seconds by custom."""
    assert expect_seconds(NONE)(value) == length


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, True, None, [1], "1"])
def test_what_is_no_number_of_seconds_is_refused(value: object) -> None:
    """TOML has inf, nan and booleans."""
    with pytest.raises(
        InvalidValue, match='expected a duration such as "30s", or a number of seconds'
    ):
        expect_seconds(NONE)(value)


@pytest.mark.parametrize(
    "value", ["3661d", "999999999d999999999h", 1e300, 10**400, 4e8], ids=range(5)
)
def test_ten_years_are_the_most(value: object) -> None:
    """However large the number."""
    with pytest.raises(InvalidValue, match="expected at most ten years, got "):
        expect_seconds(NONE)(value)


@pytest.mark.parametrize("value", [-1, -1e300, -(10**400)], ids=["one", "float", "int"])
def test_time_does_not_run_backwards(value: object) -> None:
    """However small the number."""
    with pytest.raises(InvalidValue, match="expected at least 0s, got -"):
        expect_seconds(NONE)(value)


@given(st.integers(1, 3660 * 86_400).map(lambda count: timedelta(seconds=count)))
def test_what_is_spelled_is_read_as_the_same(length: timedelta) -> None:
    """Any duration of whole seconds goes there and back."""
    assert expect_duration(SECOND)(format_duration(length)) == length


@given(st.one_of(st.text(), st.text("0123456789dhms "), st.integers(), st.floats()))
def test_no_value_makes_it_fail_otherwise(value: object) -> None:
    """Either a length within its bounds, or words."""
    try:
        length = expect_seconds(NONE)(value)
    except InvalidValue:
        return
    assert NONE <= length <= timedelta(days=3660)


def test_no_time_is_spelled_too() -> None:
    """The zero has a unit."""
    assert format_duration(NONE) == "0s"
