"""Trying again. The site is often deaf for minutes; who gives up quickly is blind for days."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.errors import FetchError
from monitor.fetch.fetcher import Fetcher
from monitor.model.configured import FetchSettings
from monitor.model.scraped import Fetched
from monitor.model.world import World
from monitor.schedule import fetch_wait

_log = logging.getLogger(__name__)
_BRIEF = 3  # attempts


class Patience:
    """Reads pages for one check, whose attempts and waits all come out of one budget of time."""

    def __init__(self, fetcher: Fetcher, settings: FetchSettings, world: World) -> None:
        self._fetcher, self._attempts, self._world = fetcher, settings.attempts, world
        self._end = world.monotonic() + settings.budget.total_seconds()

    def __call__(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Return what stands at `url`; FetchError once trying again is of no use."""
        attempt = 1
        while True:
            try:
                return self._fetcher.get(url, validators)
            except FetchError as error:
                wait = self._wait(attempt, error)
                if wait is None:
                    raise _after(error, attempt) from error
                told = error.reason
            _log.info("%s: %s; again in %.1f s", url, told, wait.total_seconds())
            self._world.wait(wait.total_seconds())
            attempt += 1

    def _wait(self, attempt: int, error: FetchError) -> timedelta | None:
        if not error.passing or attempt >= self._attempts:
            return None
        wait = max(fetch_wait(attempt, self._world.chance()), error.retry_after or timedelta())
        left = self._end - self._world.monotonic()
        return wait if wait.total_seconds() < left else None


def brief(settings: FetchSettings) -> FetchSettings:
    """Return settings for what is better left to a later check than waited for."""
    return replace(settings, attempts=min(settings.attempts, _BRIEF))


def _after(error: FetchError, attempts: int) -> FetchError:
    if attempts == 1:
        return error
    return FetchError(
        f"{error.reason} ({attempts} attempts)",
        advice=error.advice,
        passing=error.passing,
        retry_after=error.retry_after,
        gone=error.gone,
    )
