"""The heartbeat: a word to a service elsewhere, which raises the alarm when none comes any more.

A dead machine cannot say that it is dead. So each round that went well is told by a POST to an
address, and each that did not by one to the same address with `/fail` added to its path, as
healthchecks.io and its like want it (healthchecks.io/docs/signaling_failures). The address is a
secret: whoever knows it can keep a dead machine looking alive.
"""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from monitor import __version__
from monitor.errors import MonitorError
from monitor.http.answers import reason
from monitor.http.client import Client
from monitor.http.lean import httpx
from monitor.http.tls import context
from monitor.model.configured import Secret
from monitor.text.cleaning import clean

LIMIT = timedelta(seconds=10)
_SHOWN = 5  # troubles that are named
_LONGEST = 300  # characters of one


def beat(heartbeat: Secret, troubles: Sequence[str], well: str) -> str | None:
    """Tell how a round went: `well`, or badly where there are `troubles`.

    Ends within ten seconds and never raises: what kept the word from being taken is returned as a
    sentence without the address, None where it was taken.
    """
    try:
        address = heartbeat.reveal().strip()
        _post(failing(address) if troubles else address, in_words(troubles, well))
    except MonitorError as error:
        return f"the heartbeat was not taken: {error}"
    return None


def failing(address: str) -> str:
    """Return the address for a bad round: with `/fail` added to its path, before any query."""
    scheme, place, path, query, _ = urlsplit(address)
    return urlunsplit((scheme, place, f"{path.rstrip('/')}/fail", query, ""))


def in_words(troubles: Sequence[str], well: str) -> str:
    """Return what is told: a line for each trouble, at most five, or the one for none."""
    lines = [clean(trouble)[:_LONGEST] for trouble in troubles[:_SHOWN]] or [clean(well)]
    if len(troubles) > _SHOWN:
        lines.append(f"and {len(troubles) - _SHOWN} more; see: monitor status")
    return "\n".join(lines) + "\n"


def _post(address: str, words: str) -> None:
    place = urlsplit(address)
    client = Client(user_agent=f"monitor/{__version__}", limit=LIMIT, context=context)
    headers = {"content-type": "text/plain; charset=utf-8"}
    try:
        with (
            contextlib.closing(client),
            client.request("POST", address, headers=headers, content=words.encode()) as answer,
        ):
            status, is_taken = answer.status_code, answer.is_success
            is_redirect = answer.is_redirect
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # they know the address: none is chained
        raise MonitorError(f"{place.scheme}://{place.hostname}: {reason(error)}") from None
    if not is_taken:
        why = "; a redirect is not followed: give the final address" if is_redirect else ""
        raise MonitorError(f"{place.scheme}://{place.hostname} answered {status}{why}")
