"""How far one gets to a server."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from monitor.doctor.findings import ProbeFailedError
from monitor.doctor.network import ServerAddress, check_connection
from tests.channels.peers import scripted, silent

LIMIT = timedelta(seconds=0.3)


@pytest.fixture(name="full")
def full_fixture() -> Iterator[int]:
    """Return a port whose queue is full, so that the next who knocks hears nothing."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port: int = listener.getsockname()[1]
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


def ailing(host: str, port: int, trust: ssl.SSLContext | None = None) -> str:
    """Return what keeps one from reaching a server."""
    with pytest.raises(ProbeFailedError) as caught:
        check_connection(ServerAddress(host, port, trust, "ca_file"), LIMIT)
    assert caught.value.remedy
    return caught.value.text


def test_a_server_that_does_not_answer(full: int) -> None:
    """As behind a firewall that drops what it does not like."""
    assert ailing("127.0.0.1", full) == f"127.0.0.1, port {full}, does not answer within 0.3 s"


def test_a_server_that_no_way_leads_to() -> None:
    """A group's address is nobody's."""
    assert "cannot be reached (Network is unreachable)" in ailing("224.0.0.1", 80)


def test_a_server_that_falls_silent_in_the_handshake() -> None:
    """It took the connection."""
    with scripted(silent) as port:
        trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        assert ailing("127.0.0.1", port, trust) == "127.0.0.1 hung up in the TLS handshake"


def test_one_of_two_addresses_is_enough() -> None:
    """`localhost` may be IPv6 first, and the server not."""
    with scripted(lambda *_: None) as port:
        check_connection(ServerAddress("localhost", port, None, "ca_file"), LIMIT)
