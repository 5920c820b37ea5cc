"""Cron expressions: what is accepted means the same to everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.errors import InvalidValue
from monitor.config.schedules import find_shortest_gap, parse_cron

GOOD = [
    "*/20 8-19 * * mon-fri",
    "0 8 * * *",
    "* * * * *",
    "0,15,30-40/5 */6 1,15 * *",
    "5/10 0 * jan-mar,DEC *",
    "59 23 31 1-12/2 *",
    "0 0 29 feb *",
    "0 0 29,30 2 *",
    "0 9 * * Sat,SUN",
    "0 9 * * */2",
    "0 0 28-31 * *",
]


@pytest.mark.parametrize("expression", GOOD)
def test_five_fields_are_accepted(expression: str) -> None:
    """As they stand, with the scheduler of the same opinion."""
    assert parse_cron(expression) == expression
    CronTrigger.from_crontab(expression, timezone=UTC)


def test_space_between_fields_is_evened_out() -> None:
    """Tabs and columns are a matter of taste."""
    assert parse_cron("  0\t8   * * *\n") == "0 8 * * *"


LIKE = "expected something like"
BOTH = "give days of the month or days of the week, not both: programs differ on what it means"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("60 * * * *", 'minute "60": expected numbers from 0 to 59'),
        ("5-60 * * * *", 'minute "5-60": expected numbers from 0 to 59'),
        ("* 24 * * *", 'hour "24": expected numbers from 0 to 23'),
        ("* * 0 * *", 'day of the month "0": expected numbers from 1 to 31'),
        ("* * * 13 *", 'month "13": expected numbers from 1 to 12'),
        ("x * * * *", f'minute "x": {LIKE} *, 5, 5-10 or */5'),
        ("1,,2 * * * *", f'minute "": {LIKE} *, 5, 5-10 or */5'),
        ("-5 * * * *", f'minute "-5": {LIKE} *, 5, 5-10 or */5'),
        ("* * last * *", f'day of the month "last": {LIKE} *, 6, 6-11 or */5'),
        ("* * * jann *", f'month "jann": {LIKE} *, jan or jan-may'),
        ("* * * jan-3 *", f'month "jan-3": {LIKE} *, jan or jan-may'),
        ("* * * * monday", f'day of the week "monday": {LIKE} *, mon or mon-fri'),
        ("* * * * mon-fri/2", f'day of the week "mon-fri/2": {LIKE} *, mon or mon-fri'),
        ("* * * * mon-x", f'day of the week "mon-x": {LIKE} *, mon or mon-fri'),
        (
            "40-30 * * * *",
            'minute "40-30": the range runs backwards; write it in two, with a comma',
        ),
        (
            "* * * * fri-mon",
            'day of the week "fri-mon": the range runs backwards; write it in two, with a comma',
        ),
        ("*/0 * * * *", 'minute "*/0": the step must be at least 1 and fit into its range'),
        ("*/60 * * * *", 'minute "*/60": the step must be at least 1 and fit into its range'),
        ("5-10/6 * * * *", 'minute "5-10/6": the step must be at least 1 and fit into its range'),
        ("7-7/1 * * * *", 'minute "7-7/1": the step must be at least 1 and fit into its range'),
        (
            "0 8 * * 1-5",
            'day of the week "1-5": write names, such as mon-fri: programs number days differently',
        ),
        (
            "0 8 * * mon,0",
            'day of the week "0": write names, such as mon-fri: programs number days differently',
        ),
        (
            "0 8 1 * mon",
            BOTH,
        ),
        ("0 0 30 2 *", "day 30 never comes in the months given"),
        ("0 0 31 apr,jun *", "day 31 never comes in the months given"),
        ("@daily", 'expected five fields such as "*/20 8-19 * * mon-fri", got "@daily"'),
        ("", 'expected five fields such as "*/20 8-19 * * mon-fri", got ""'),
        (
            "0 0 8 * * *",
            'expected five fields such as "*/20 8-19 * * mon-fri", got "0 0 8 * * *"',
        ),
        (5, 'expected a cron expression such as "*/20 8-19 * * mon-fri", got 5'),
    ],
)
def test_a_mistake_is_told_with_its_field(expression: object, message: str) -> None:
    """And nothing is accepted that cron and the scheduler understand differently."""
    with pytest.raises(InvalidValue) as caught:
        parse_cron(expression)
    assert caught.value.message == message


NUMBERS = st.from_regex(r"(\*|[0-9]{1,2}(-[0-9]{1,2})?)(/[0-9]{1,2})?", fullmatch=True)
NAMES = st.from_regex(r"(jan|feb|dec|mon|fri|sun)(-(mar|nov|sat|tue))?(/2)?", fullmatch=True)
FIELD = st.lists(NUMBERS | NAMES | st.just("*"), min_size=1, max_size=2).map(",".join)
EXPRESSION = st.lists(FIELD, min_size=5, max_size=5).map(" ".join)


@given(EXPRESSION | st.text())
def test_what_is_accepted_the_scheduler_accepts_and_fires(expression: str) -> None:
    """Within eight years: the longest wait there is, for the 29th of February."""
    try:
        checked = parse_cron(expression)
    except InvalidValue:
        return
    now = datetime(2026, 11, 24, tzinfo=UTC)
    fires = CronTrigger.from_crontab(checked, timezone=UTC).get_next_fire_time(None, now)
    assert fires is not None
    assert fires - now < timedelta(days=8 * 366)


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [("* * * * *", 1), ("*/20 * * * *", 20), ("0 8 * * *", 60), ("0,7,9 8 * * *", 2)],
)
def test_the_shortest_gap_is_within_an_hour(expression: str, minutes: int) -> None:
    """That tells whether a source is asked too often."""
    assert find_shortest_gap(expression) == minutes
