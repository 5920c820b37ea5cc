"""Turns plain TOML values into what a key expects; each raises Wrong in words."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from monitor.config.wrong import Wrong, expected, hint, near, quoted

T = TypeVar("T")
S = TypeVar("S", bound=str)
Convert = Callable[[object], T]

LONGEST_NAME = 64


def text(value: object) -> str:
    """Return text with something in it."""
    if isinstance(value, str) and value.strip():
        return value
    raise expected("text in quotes", value)


def name(value: object) -> str:
    """Return a name: printable, no space around it, at most 64 characters."""
    if not isinstance(value, str) or not value.strip():
        raise expected('a name in quotes, such as "trade"', value)
    if value != value.strip():
        raise expected("a name without space around it", value)
    if not value.isprintable():
        raise expected("a name without control or invisible characters", value)
    if len(value) > LONGEST_NAME:
        raise Wrong(f"expected a name of at most {LONGEST_NAME} characters, got {len(value)}")
    return value


def header(value: object) -> str:
    """Return text that an HTTP header can carry: printable ASCII."""
    if isinstance(value, str) and value.strip() and value.isascii() and value.isprintable():
        return value.strip()
    raise expected("text of plain ASCII characters", value)


def yes_or_no(value: object) -> bool:
    """Return true or false, which TOML writes without quotes."""
    if isinstance(value, bool):
        return value
    raise expected("true or false, without quotes", value)


def whole(low: int, high: int | None = None) -> Convert[int]:
    """Expect a whole number from `low` to `high`."""
    what = f"a whole number from {low}" if high is None else f"a whole number from {low} to {high}"

    def convert(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise expected(what, value)
        if value < low or (high is not None and value > high):
            raise expected(what, value)
        return value

    return convert


def choice(options: Sequence[S]) -> Convert[S]:
    """Expect one of a few words."""
    what = " or ".join(quoted(option) for option in options)

    def convert(value: object) -> S:
        for option in options:
            if value == option:
                return option
        meant = near(value, options) if isinstance(value, str) and len(options) > 1 else ""
        raise Wrong(f"{expected(what, value)}{meant}")

    return convert


def known(names: Iterable[str], what: str) -> Convert[str]:
    """Expect the name of a source or channel (`what`) that the file defines."""
    defined = dict.fromkeys(names)

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise expected(f"the name of a {what}", value)
        if value not in defined:
            raise Wrong(f"no {what} is named {quoted(value)}{hint(value, defined, 'there is')}")
        return value

    return convert


def several(convert_one: Convert[T], example: str) -> Convert[tuple[T, ...]]:
    """Expect a list with something in it; what stands in it twice counts once."""

    def convert(value: object) -> tuple[T, ...]:
        if isinstance(value, str):
            raise Wrong(f"expected a list: write {example}")
        if not isinstance(value, list):
            raise expected(f"a list such as {example}", value)
        if not value:
            raise Wrong(f"expected something in the list, such as {example}; or leave the key out")
        return tuple(dict.fromkeys(_item(convert_one, n, item) for n, item in enumerate(value)))

    return convert


def _item(convert: Convert[T], index: int, value: object) -> T:
    try:
        return convert(value)
    except Wrong as wrong:
        raise Wrong(wrong.message, index, *wrong.key) from None


def one_or_several(convert_one: Convert[T], example: str) -> Convert[tuple[T, ...]]:
    """Expect a list, or one value alone."""
    as_list = several(convert_one, example)

    def convert(value: object) -> tuple[T, ...]:
        return (convert_one(value),) if isinstance(value, str) else as_list(value)

    return convert


def time_zone(value: object) -> str:
    """Return an IANA name that this machine has the rules of."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415, only if the key is there

    if not isinstance(value, str):
        raise expected('a time zone such as "Asia/Seoul"', value)
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        zones = available_timezones()
        if not zones:
            missing = "this machine has no time zone data: install the package tzdata"
            raise Wrong(missing) from None
        advice = near(value, zones) or "; write Area/City, such as Asia/Seoul"
        raise Wrong(f"no time zone is named {quoted(value)}{advice}") from None
    return value


def flag(value: object) -> bool:
    """Return true or false."""
    if isinstance(value, bool):
        return value
    raise expected("true or false", value)
