"""Noticing that the wall clock was set: timers wait by another clock and would sleep on."""

from datetime import timedelta

from monitor.model.world import World

_TOLERATED = timedelta(seconds=5)


class Clock:
    """Compares the wall clock with the one that only counts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wall, self._counted = world.now(), world.monotonic()

    def jumped(self) -> timedelta | None:
        """Return by how much the wall clock was set since the last call, if it was."""
        wall, counted = self._world.now(), self._world.monotonic()
        moved = (wall - self._wall) - timedelta(seconds=counted - self._counted)
        self._wall, self._counted = wall, counted
        return moved if abs(moved) > _TOLERATED else None
