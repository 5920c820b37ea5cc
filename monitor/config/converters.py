"""Converters from TOML values to the types that keys expect; they raise InvalidValue."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from monitor.config.errors import (
    InvalidValue,
    expectation_error,
    quote_text,
    suggest_known,
    suggest_nearest,
)

T = TypeVar("T")
S = TypeVar("S", bound=str)
Converter = Callable[[object], T]

MAX_NAME_LENGTH = 64


def parse_text(value: object) -> str:
    """Return text that is not blank."""
    if isinstance(value, str) and value.strip():
        return value
    raise expectation_error("text in quotes", value)


def parse_name(value: object) -> str:
    """Return a name: printable, without surrounding spaces, at most 64 characters."""
    if not isinstance(value, str) or not value.strip():
        raise expectation_error('a name in quotes, such as "trade"', value)
    if value != value.strip():
        raise expectation_error("a name without space around it", value)
    if not value.isprintable():
        raise expectation_error("a name without control or invisible characters", value)
    if len(value) > MAX_NAME_LENGTH:
        raise InvalidValue(
            f"expected a name of at most {MAX_NAME_LENGTH} characters, got {len(value)}"
        )
    return value


def parse_header(value: object) -> str:
    """Return text that is allowed in an HTTP header: printable ASCII."""
    if isinstance(value, str) and value.strip() and value.isascii() and value.isprintable():
        return value.strip()
    raise expectation_error("text of plain ASCII characters", value)


def parse_bool(value: object) -> bool:
    """Return a TOML boolean, which is written without quotes."""
    if isinstance(value, bool):
        return value
    raise expectation_error("true or false, without quotes", value)


def expect_integer(low: int, high: int | None = None) -> Converter[int]:
    """Expect a whole number from `low` to `high`, both included."""
    expectation = (
        f"a whole number from {low}" if high is None else f"a whole number from {low} to {high}"
    )

    def convert(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise expectation_error(expectation, value)
        if value < low or (high is not None and value > high):
            raise expectation_error(expectation, value)
        return value

    return convert


def expect_choice(options: Sequence[S]) -> Converter[S]:
    """Expect one of the given options."""
    expectation = " or ".join(quote_text(option) for option in options)

    def convert(value: object) -> S:
        for option in options:
            if value == option:
                return option
        suggestion = (
            suggest_nearest(value, options) if isinstance(value, str) and len(options) > 1 else ""
        )
        raise InvalidValue(f"{expectation_error(expectation, value)}{suggestion}")

    return convert


def expect_known_name(names: Iterable[str], kind: str) -> Converter[str]:
    """Expect the name of a source or channel (`kind`) that the file defines."""
    defined = dict.fromkeys(names)

    def convert(value: object) -> str:
        if not isinstance(value, str):
            raise expectation_error(f"the name of a {kind}", value)
        if value not in defined:
            raise InvalidValue(
                f"no {kind} is named {quote_text(value)}{suggest_known(value, defined, 'there is')}"
            )
        return value

    return convert


def expect_list(convert_item: Converter[T], example: str) -> Converter[tuple[T, ...]]:
    """Expect a list that is not empty, and drop duplicate items."""

    def convert(value: object) -> tuple[T, ...]:
        if isinstance(value, str):
            raise InvalidValue(f"expected a list: write {example}")
        if not isinstance(value, list):
            raise expectation_error(f"a list such as {example}", value)
        if not value:
            raise InvalidValue(
                f"expected something in the list, such as {example}; or leave the key out"
            )
        return tuple(
            dict.fromkeys(_convert_item(convert_item, n, item) for n, item in enumerate(value))
        )

    return convert


def _convert_item(convert: Converter[T], index: int, value: object) -> T:
    try:
        return convert(value)
    except InvalidValue as error:
        raise InvalidValue(error.message, index, *error.key) from None


def expect_value_or_list(convert_item: Converter[T], example: str) -> Converter[tuple[T, ...]]:
    """Expect a list, or a single text value."""
    convert_list = expect_list(convert_item, example)

    def convert(value: object) -> tuple[T, ...]:
        return (convert_item(value),) if isinstance(value, str) else convert_list(value)

    return convert


def parse_time_zone(value: object) -> str:
    """Return the IANA name of a time zone that is in this machine's time zone data."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415, only if the key is there

    if not isinstance(value, str):
        raise expectation_error('a time zone such as "Asia/Seoul"', value)
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        zones = available_timezones()
        if not zones:
            message = "this machine has no time zone data: install the package tzdata"
            raise InvalidValue(message) from None
        advice = suggest_nearest(value, zones) or "; write Area/City, such as Asia/Seoul"
        raise InvalidValue(f"no time zone is named {quote_text(value)}{advice}") from None
    return value


def parse_flag(value: object) -> bool:
    """Return a boolean."""
    if isinstance(value, bool):
        return value
    raise expectation_error("true or false", value)


_MAX_DURATION = timedelta(days=3660)
_DURATION_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_DURATION_PATTERN = (
    r"(?:([0-9]{1,9}) ?d)? ?(?:([0-9]{1,9}) ?h)? ?(?:([0-9]{1,9}) ?m)? ?(?:([0-9]{1,9}) ?s)?"
)


def expect_duration(minimum: timedelta) -> Converter[timedelta]:
    """Expect a duration such as "1h30m", at least `minimum` and at most ten years."""

    def convert(value: object) -> timedelta:
        length = _parse_duration(value) if isinstance(value, str) else None
        if length is None:
            raise expectation_error('a duration such as "30m" or "1h30m"', value)
        return _check_duration_bounds(length, minimum, value)

    return convert


def expect_seconds(minimum: timedelta) -> Converter[timedelta]:
    """Expect a duration as text, or as a number of seconds."""

    def convert(value: object) -> timedelta:
        length = _parse_duration(value) if isinstance(value, str) else _duration_from_number(value)
        if length is None:
            raise expectation_error('a duration such as "30s", or a number of seconds', value)
        return _check_duration_bounds(length, minimum, value)

    return convert


def format_duration(length: timedelta) -> str:
    """Format a duration of whole seconds in the notation of this module: "1h30m", or "0s"."""
    remaining, parts = int(length.total_seconds()), []
    for unit, size in _DURATION_UNITS:
        count, remaining = divmod(remaining, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _parse_duration(text: str) -> timedelta | None:
    match = re.fullmatch(_DURATION_PATTERN, text.strip())
    if match is None or not any(match.groups()):
        return None
    counts = (int(count or 0) for count in match.groups())
    total = sum(count * size for count, (_, size) in zip(counts, _DURATION_UNITS, strict=True))
    return timedelta(seconds=min(total, 2 * _MAX_DURATION.total_seconds()))


def _duration_from_number(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    limit = 2 * _MAX_DURATION.total_seconds()
    return timedelta(seconds=max(-limit, min(value, limit)))


def _check_duration_bounds(length: timedelta, minimum: timedelta, value: object) -> timedelta:
    if length < minimum:
        raise expectation_error(f"at least {minimum.total_seconds():g}s", value)
    if length > _MAX_DURATION:
        raise expectation_error("at most ten years", value)
    return length


_MAX_EMAIL_LENGTH = 254
_EMAIL_PATTERN = r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+"
_HOST_PATTERN = r"[^\s/@,;<>\"()\[\]]+"
_HOST_AND_PORT_PATTERN = r"[^:]+:[0-9]+"
_TOPIC_PATH_PATTERN = r"/[-_A-Za-z0-9]{1,64}/?"
_TOPIC_EXAMPLE = "https://ntfy.sh/your-topic"
_FOLDER_URL_EXAMPLE = "https://example.org/feeds"
_APPRISE_URL_PATTERN = r"[A-Za-z0-9]+://\S+"
_LOOPBACK_PATTERN = r"127(?:\.[0-9]{1,3}){3}"


def parse_listing_url(value: object) -> str:
    """Return the URL of a listing; it must contain neither a login nor a page number."""
    parts = _split_url(value, "https://example.com/news")
    if parts.username is not None or parts.password is not None:
        raise InvalidValue(
            "expected an address without user name and password; it is shown in messages"
        )
    if "pageIndex" in (name for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise InvalidValue(
            "expected an address without pageIndex: the pages are turned by themselves"
        )
    return str(value)


def parse_hook_url(text: str) -> str:
    """Return a URL to send requests to; raise InvalidValue, without the URL, if it is invalid."""
    _split_url(text, "https://hooks.example.com/T000")
    return text


def parse_folder_url(text: str) -> str:
    """Return the URL of a published folder, without a trailing slash."""
    parts = _split_url(text, _FOLDER_URL_EXAMPLE)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise InvalidValue(f'expected the address of a folder, such as "{_FOLDER_URL_EXAMPLE}"')
    return text.rstrip("/")


def parse_topic_url(text: str) -> str:
    """Return the URL of an ntfy topic; raise InvalidValue, without the URL, if it is invalid."""
    parts = _split_url(text, _TOPIC_EXAMPLE)
    if not re.fullmatch(_TOPIC_PATH_PATTERN, parts.path) or parts.query or parts.fragment:
        raise InvalidValue(f'expected the address of a topic, such as "{_TOPIC_EXAMPLE}"')
    return text


def parse_apprise_urls(text: str) -> str:
    """Return Apprise URLs, separated by spaces.

    Raise InvalidValue, without the URLs, if one is invalid or there are none.
    """
    urls = text.split()
    if not urls or not all(re.fullmatch(_APPRISE_URL_PATTERN, url) for url in urls):
        raise InvalidValue(
            'expected addresses as Apprise writes them, such as "tgram://token/chat", '
            "with a space between two"
        )
    return text


def parse_proxy_url(text: str) -> str:
    """Return the URL of a proxy; raise InvalidValue, without the URL, if it is invalid."""
    _split_url(text, "http://proxy.example.com:3128")
    return text


def has_password(text: str) -> bool:
    """Return whether a valid URL contains a password."""
    return urlsplit(text).password is not None


def parse_email_address(value: object) -> str:
    """Return a plain mail address, without a display name."""
    is_address = (
        isinstance(value, str) and value.isprintable() and re.fullmatch(_EMAIL_PATTERN, value)
    )
    if not is_address or len(str(value)) > _MAX_EMAIL_LENGTH:
        raise expectation_error('one plain mail address such as "desk@example.com"', value)
    return str(value)


def parse_host(value: object) -> str:
    """Return the name or IP address of a mail server."""
    if (
        not isinstance(value, str)
        or not value.isprintable()
        or not re.fullmatch(_HOST_PATTERN, value)
    ):
        raise InvalidValue('expected the name of a server such as "smtp.example.com"')
    if re.fullmatch(_HOST_AND_PORT_PATTERN, value):
        raise InvalidValue(
            "expected the name of a server alone; the port has a key of its own: port"
        )
    return value


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, so that traffic to it never leaves the machine."""
    return host.lower() in {"localhost", "::1"} or bool(re.fullmatch(_LOOPBACK_PATTERN, host))


def _split_url(value: object, example: str) -> SplitResult:
    invalid_url = InvalidValue(f'expected an address such as "{example}"')
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        raise invalid_url
    try:
        parts = urlsplit(value)
        is_complete = parts.port != 0 and bool(parts.hostname)
    except ValueError:  # the port is not a number, or an IPv6 address lacks its bracket
        raise invalid_url from None
    if parts.scheme not in {"http", "https"} or not is_complete:
        raise invalid_url
    return parts
