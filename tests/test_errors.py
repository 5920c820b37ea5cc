"""What can go wrong, in words and with exit codes."""

from pathlib import Path

import pytest

from monitor import errors
from monitor.errors import ConfigError, InvalidPageError, MonitorError, QueryError, UsageError


@pytest.mark.parametrize(
    ("query", "start", "end", "pointed"),
    [
        ("steel AND (foo", 10, 11, "steel AND (foo\n          ^"),
        ("steel AND", 6, 9, "steel AND\n      ^^^"),
        ("a\tb", 1, 1, "a b\n ^"),
        ("반도체 AND", 4, 7, "반도체 AND\n       ^^^"),
        ("", 0, 0, "\n^"),
        # as long as fits into a line, and longer
        ("a" * 68 + "()", 68, 70, "a" * 68 + "()\n" + " " * 68 + "^^"),
        ("a" * 69 + "()", 69, 71, "…" + "a" * 29 + "()\n" + " " * 30 + "^^"),
        ("a" * 30 + "() b" * 11, 30, 32, "a" * 30 + "() b" * 9 + "() …\n" + " " * 30 + "^^"),
        ("ab" * 5000, 60, 9999, "…b" + "ab" * 33 + "a…\n" + " " * 30 + "^" * 40),
    ],
)
def test_a_mistake_in_a_query_is_underlined(query: str, start: int, end: int, pointed: str) -> None:
    """Also where characters are two columns wide or cannot be shown."""
    error = QueryError("Not so.", query=query, start=start, end=end)
    assert error.underline_mistake() == pointed
    first, *below = str(error).split("\n")
    assert first == "Not so."
    assert below == [f"    {line}" for line in pointed.split("\n")]


def test_a_mistake_in_the_config_has_its_place() -> None:
    """File, line and key, as far as they are known."""
    path = Path("config.toml")
    assert str(ConfigError("no", path=path)) == "config.toml: no"
    assert str(ConfigError("no", path=path, line=3)) == "config.toml:3: no"
    assert str(ConfigError("no", path=path, line=3, key="a.b")) == "config.toml:3: a.b: no"


def test_a_fault_says_what_to_do_where_that_is_known() -> None:
    """Reason and advice make one sentence."""
    assert str(InvalidPageError("it is empty", advice="look at it")) == "it is empty; look at it"
    assert str(InvalidPageError("it is empty", advice="")) == "it is empty"


def test_exit_codes() -> None:
    """2 for the user's mistakes, 1 for the world's."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    for kind in kinds:
        if issubclass(kind, MonitorError):
            assert kind.exit_code == (2 if issubclass(kind, UsageError) else 1)
