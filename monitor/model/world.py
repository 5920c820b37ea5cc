"""Time and chance, passed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Time and chance, as arguments.

    `now` is the wall clock (aware, UTC), `monotonic` counts seconds from anywhere, `wait` sleeps
    so many seconds, `chance` gives a number from 0 up to 1, `new_id` a name never given before.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[float], None]
    chance: Callable[[], float]
    new_id: Callable[[], str]
