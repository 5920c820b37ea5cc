"""Lengths of time: `"30s"`, `"5m"`, `"1h30m"`, `"2d"`."""

import math
import re
from datetime import timedelta

from monitor.config.values import Convert
from monitor.config.wrong import expected

_LONGEST = timedelta(days=3660)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_TEXT = r"(?:([0-9]{1,9}) ?d)? ?(?:([0-9]{1,9}) ?h)? ?(?:([0-9]{1,9}) ?m)? ?(?:([0-9]{1,9}) ?s)?"


def duration(minimum: timedelta) -> Convert[timedelta]:
    """Expect text such as "1h30m", of at least `minimum` and at most ten years."""

    def convert(value: object) -> timedelta:
        length = _read(value) if isinstance(value, str) else None
        if length is None:
            raise expected('a duration such as "30m" or "1h30m"', value)
        return _bounded(length, minimum, value)

    return convert


def seconds(minimum: timedelta) -> Convert[timedelta]:
    """Expect a duration as text, or a plain number of seconds."""

    def convert(value: object) -> timedelta:
        length = _read(value) if isinstance(value, str) else _of_number(value)
        if length is None:
            raise expected('a duration such as "30s", or a number of seconds', value)
        return _bounded(length, minimum, value)

    return convert


def spelled(length: timedelta) -> str:
    """Return a duration of whole seconds as this module reads it: "1h30m"; "0s" for none."""
    left, parts = int(length.total_seconds()), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _read(text: str) -> timedelta | None:
    match = re.fullmatch(_TEXT, text.strip())
    if match is None or not any(match.groups()):
        return None
    counts = (int(count or 0) for count in match.groups())
    total = sum(count * size for count, (_, size) in zip(counts, _UNITS, strict=True))
    return timedelta(seconds=min(total, 2 * _LONGEST.total_seconds()))


def _of_number(value: object) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    ceiling = 2 * _LONGEST.total_seconds()
    return timedelta(seconds=max(-ceiling, min(value, ceiling)))


def _bounded(length: timedelta, minimum: timedelta, value: object) -> timedelta:
    if length < minimum:
        raise expected(f"at least {minimum.total_seconds():g}s", value)
    if length > _LONGEST:
        raise expected("at most ten years", value)
    return length
