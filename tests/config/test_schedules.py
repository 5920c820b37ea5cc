"""When a channel sends: what may be written, and the one spelling of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.errors import InvalidValue
from monitor.config.schedules import parse_send_schedule

FORMS = (
    'expected "immediately" or "hourly" or "daily at 08:00" or "weekly on mon at 08:00"'
    ' or "cron 0 8 * * mon-fri", got'
)
DAILY = 'expected "daily at 08:00", got'
WEEKLY = 'expected "weekly on mon at 08:00" or "weekly on mon,thu at 08:00", got'
DAY = "(mon|tue|wed|thu|fri|sat|sun)"
CANONICAL = re.compile(
    rf"immediately|hourly|(daily|weekly on {DAY}(,{DAY})*)"
    r" at ([01][0-9]|2[0-3]):[0-5][0-9]|cron \S+ \S+ \S+ \S+ \S+"
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("immediately", "immediately"),
        (" Immediately ", "immediately"),
        ("HOURLY", "hourly"),
        ("daily at 08:00", "daily at 08:00"),
        ("Daily  at 8:05", "daily at 08:05"),
        ("daily at 00:00", "daily at 00:00"),
        ("daily at 23:59", "daily at 23:59"),
        ("weekly on mon at 08:00", "weekly on mon at 08:00"),
        ("weekly on sun , Thu,mon at 8:00", "weekly on mon,thu,sun at 08:00"),
        ("weekly on thu,thu at 08:00", "weekly on thu at 08:00"),
        ("weekly on Monday, friday at 08:00", "weekly on mon,fri at 08:00"),
        ("cron 0 8 * * mon-fri", "cron 0 8 * * mon-fri"),
        ("Cron  0  8  *  *  MON-FRI ", "cron 0 8 * * mon-fri"),
        ("cron */20 8-19 1,15 * *", "cron */20 8-19 1,15 * *"),
    ],
)
def test_it_has_one_spelling(written: str, meant: str) -> None:
    """Space and case make no difference, days come in the order of the week, each once."""
    assert parse_send_schedule(written) == meant
    assert parse_send_schedule(meant) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (3, f"{FORMS} 3"),
        (True, f"{FORMS} true"),
        ("", f'{FORMS} ""'),
        ("never", f'{FORMS} "never"'),
        ("hourli", f'{FORMS} "hourli"; did you mean "hourly"?'),
        ("immediatly", f'{FORMS} "immediatly"; did you mean "immediately"?'),
        ("at 08:00", f'{FORMS} "at 08:00"'),
        ("hourly at 08:00", f'{FORMS} "hourly at 08:00"'),
        ("daily", f'{DAILY} "daily"'),
        ("daily 08:00", f'{DAILY} "daily 08:00"'),
        ("daily at 8", f'{DAILY} "daily at 8"'),
        ("daily at 8am", f'{DAILY} "daily at 8am"'),
        ("daily at ٠٨:٠٠", f'{DAILY} "daily at ٠٨:٠٠"'),
        ("daily at 24:00", 'expected a time from 00:00 to 23:59, got "24:00"'),
        ("daily at 08:60", 'expected a time from 00:00 to 23:59, got "08:60"'),
        ("weekly", f'{WEEKLY} "weekly"'),
        ("weekly at 08:00", f'{WEEKLY} "weekly at 08:00"'),
        ("weekly on mon", f'{WEEKLY} "weekly on mon"'),
        ("weekly on at 08:00", f'{WEEKLY} "weekly on at 08:00"'),
        ("weekly on mon thu at 08:00", f'{WEEKLY} "weekly on mon thu at 08:00"'),
        ("weekly on mon-fri at 08:00", f'{WEEKLY} "weekly on mon-fri at 08:00"'),
        ("weekly on mo at 08:00", 'expected days such as mon or mon,thu, got "mo"'),
        ("weekly on mon,x at 08:00", 'expected days such as mon or mon,thu, got "x"'),
        ("weekly on mon at 25:00", 'expected a time from 00:00 to 23:59, got "25:00"'),
        ("cron", 'expected five fields such as "*/20 8-19 * * mon-fri", got ""'),
        ("cron 0 8 * *", 'expected five fields such as "*/20 8-19 * * mon-fri", got "0 8 * *"'),
        ("cron 0 24 * * *", 'hour "24": expected numbers from 0 to 23'),
    ],
)
def test_a_mistake_is_told_with_an_example(written: object, message: str) -> None:
    """Of what was probably meant, or of all there is."""
    with pytest.raises(InvalidValue) as caught:
        parse_send_schedule(written)
    assert caught.value.message == message


@given(
    st.one_of(
        st.text(max_size=30),
        st.from_regex(r"(daily|weekly on [a-z,]{3,11}) at [0-9]{1,2}:[0-9]{2}", fullmatch=True),
        st.from_regex(r"cron( [0-9*/,-]{1,4}){5}", fullmatch=True),
    )
)
def test_whatever_is_taken_is_in_that_spelling(written: str) -> None:
    """Who reads it later needs to know no other."""
    try:
        meant = parse_send_schedule(written)
    except InvalidValue:
        return
    assert CANONICAL.fullmatch(meant)
    assert parse_send_schedule(meant) == meant
