"""How far one gets to a server: its name, a connection, TLS. Nothing is said to it."""

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from monitor.doctor import certificates
from monitor.doctor.finding import Ailment


class Unreached(Ailment):
    """No connection: the name, the port or the way is wrong; it did not come to TLS."""


class Place(NamedTuple):
    """A server: `trust` is the context to verify its TLS with, None where there is none.

    `ca_file` names the key of the config that takes certificates for it.
    """

    host: str
    port: int
    trust: ssl.SSLContext | None
    ca_file: str


def reach(place: Place, limit: timedelta) -> None:
    """Look the name up, connect, and shake hands; Ailment says which of them fails, and why.

    `limit` bounds each connection; looking a name up takes as long as the system lets it.
    """
    with connected(place, limit) as plain:
        if place.trust is not None:
            _secured(plain, place, limit)


def connected(place: Place, limit: timedelta) -> socket.socket:
    """Return a connection to the first of the server's addresses that answers."""
    last: OSError | None = None
    for address in _looked_up(place):
        try:
            return socket.create_connection(address, limit.total_seconds())
        except OSError as error:
            last = error
    raise _unreached(place, limit, last)


def _looked_up(place: Place) -> Sequence[tuple[str, int]]:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        passing = getattr(error, "errno", None) == socket.EAI_AGAIN
        raise Unreached(
            f"the name {place.host} cannot be looked up (DNS)",
            "this machine's name server does not answer: look at its network"
            if passing
            else "see that the name is spelled right, and try: getent hosts " + place.host,
        ) from error
    return [(str(address[0]), place.port) for *_, address in found]


def _unreached(place: Place, limit: timedelta, error: OSError | None) -> Ailment:
    where = f"{place.host}, port {place.port},"
    match error:
        case ConnectionRefusedError():
            return Unreached(
                f"{where} refuses the connection: nobody listens there",
                "see that the address and its port are right, and that the server runs",
            )
        case TimeoutError():
            return Unreached(
                f"{where} does not answer within {limit.total_seconds():g} s",
                "it may be down, or a firewall is in the way; from a network that needs a proxy,"
                " set [fetch] proxy",
            )
        case _:
            why = error.strerror if error is not None and error.strerror else "no address"
            return Unreached(
                f"{where} cannot be reached ({why})", "look at this machine's network connection"
            )


def _secured(plain: socket.socket, place: Place, limit: timedelta) -> None:
    assert place.trust is not None  # noqa: S101 - for mypy
    try:
        place.trust.wrap_socket(plain, server_hostname=place.host).close()
    except ssl.SSLError as error:
        raise certificates.ailment(
            error, place.host, place.ca_file, lambda: _came(place, limit)
        ) from error
    except OSError as error:
        raise certificates.hung_up(place.host) from error


def _came(place: Place, limit: timedelta) -> int | None:
    with suppress(Ailment, OSError), connected(place, limit) as plain:
        looking = certificates.unverified()
        with looking.wrap_socket(plain, server_hostname=place.host) as secured:
            return certificates.came(secured)
    return None
