"""Connection tests for a server: name lookup, TCP and TLS, without sending a request."""

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from monitor.doctor.findings import ProbeFailedError


class UnreachableError(ProbeFailedError):
    """Raised when no connection could be opened: the name, the port or the network is wrong.

    The TLS handshake was not reached.
    """


class ServerAddress(NamedTuple):
    """The address of a server; `tls_context` verifies its certificate, None means no TLS.

    `ca_file_setting` names the config key for additional certificates.
    """

    host: str
    port: int
    tls_context: ssl.SSLContext | None
    ca_file_setting: str


def check_connection(server: ServerAddress, limit: timedelta) -> None:
    """Look up the name, connect, and do the TLS handshake; raise ProbeFailedError for a failure.

    The error says which step failed and why. `limit` applies to each connection; the name lookup
    has only the system's own time limit.
    """
    with open_connection(server, limit) as plain_socket:
        if server.tls_context is not None:
            _check_tls(plain_socket, server, limit)


def open_connection(server: ServerAddress, limit: timedelta) -> socket.socket:
    """Return a connection to the first reachable address of the server."""
    last_error: OSError | None = None
    for address in _resolve_host(server):
        try:
            return socket.create_connection(address, limit.total_seconds())
        except OSError as error:
            last_error = error
    raise _build_unreachable_error(server, limit, last_error)


def _resolve_host(server: ServerAddress) -> Sequence[tuple[str, int]]:
    try:
        results = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        is_temporary = getattr(error, "errno", None) == socket.EAI_AGAIN
        raise UnreachableError(
            f"the name {server.host} cannot be looked up (DNS)",
            "this machine's name server does not answer: look at its network"
            if is_temporary
            else "see that the name is spelled right, and try: getent hosts " + server.host,
        ) from error
    return [(str(address[0]), server.port) for *_, address in results]


def _build_unreachable_error(
    server: ServerAddress, limit: timedelta, error: OSError | None
) -> ProbeFailedError:
    label = f"{server.host}, port {server.port},"
    match error:
        case ConnectionRefusedError():
            return UnreachableError(
                f"{label} refuses the connection: no server listens there",
                "see that the address and its port are right, and that the server runs",
            )
        case TimeoutError():
            return UnreachableError(
                f"{label} does not answer within {limit.total_seconds():g} s",
                "it may be down, or a firewall is in the way; from a network that needs a proxy,"
                " set [fetch] proxy",
            )
        case _:
            reason = error.strerror if error is not None and error.strerror else "no address"
            return UnreachableError(
                f"{label} cannot be reached ({reason})", "look at this machine's network connection"
            )


def _check_tls(plain_socket: socket.socket, server: ServerAddress, limit: timedelta) -> None:
    assert server.tls_context is not None  # noqa: S101 - for mypy
    try:
        server.tls_context.wrap_socket(plain_socket, server_hostname=server.host).close()
    except ssl.SSLError as error:
        raise diagnose_tls_error(
            error,
            server.host,
            server.ca_file_setting,
            lambda: _count_server_certificates(server, limit),
        ) from error
    except OSError as error:
        raise diagnose_hangup(server.host) from error


def _count_server_certificates(server: ServerAddress, limit: timedelta) -> int | None:
    with suppress(ProbeFailedError, OSError), open_connection(server, limit) as plain_socket:
        context = create_unverified_context()
        with context.wrap_socket(plain_socket, server_hostname=server.host) as tls_socket:
            return count_certificates(tls_socket)
    return None


# X509_V_ERR_* of OpenSSL's x509_vfy.h
_NOT_YET_VALID, _EXPIRED = 9, 10
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN = 18, 19
_UNKNOWN_ISSUER = frozenset({2, 20, 21})
_NAME_MISMATCH = frozenset({62, 64})
_WEAK_CERTIFICATE = frozenset({66, 67, 68})

_NO_TLS_REASONS = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
_OLD_TLS_REASONS = (
    "UNSUPPORTED_PROTOCOL",
    "ALERT_PROTOCOL_VERSION",
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_INSUFFICIENT_SECURITY",
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
    "DH_KEY_TOO_SMALL",
    "WRONG_SIGNATURE_TYPE",
    "WRONG_CIPHER_RETURNED",
    "NO_PROTOCOLS_AVAILABLE",
)
_CHECK_ADDRESS_REMEDY = (
    "see that address and port are right: http instead of https, or another port"
)
_OPERATOR_REMEDY = "only the server's operator can fix that: contact them"


def create_unverified_context() -> ssl.SSLContext:
    """Return a context that accepts any certificate, for inspection; never send data over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def count_certificates(tls_socket: ssl.SSLSocket) -> int | None:
    """Return the number of certificates that the server sent; None if Python cannot report it."""
    get_chain = getattr(tls_socket, "get_unverified_chain", None)  # from Python 3.13 on
    if get_chain is None:
        get_chain = getattr(getattr(tls_socket, "_sslobj", None), "get_unverified_chain", None)
    chain = None if get_chain is None else get_chain()
    return None if chain is None else len(chain)


def diagnose_tls_error(
    error: ssl.SSLError,
    host: str,
    ca_file: str,
    count_sent: Callable[[], int | None],
    *,
    no_tls_remedy: str = _CHECK_ADDRESS_REMEDY,
) -> ProbeFailedError:
    """Return the error for a failed handshake with `host`.

    `ca_file` names the config key for additional certificates. `count_sent` returns the number of
    certificates that the server sent. `no_tls_remedy` is the remedy if the port has no TLS.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return _diagnose_certificate(error, host, ca_file, count_sent)
    reason = error.reason or "no reason given"
    if "EOF" in reason:
        return diagnose_hangup(host, no_tls_remedy=no_tls_remedy)
    if any(word in reason for word in _NO_TLS_REASONS):
        return ProbeFailedError(
            f"{host} does not speak TLS on this port",
            no_tls_remedy,
        )
    if any(word in reason for word in _OLD_TLS_REASONS):
        return ProbeFailedError(
            f"{host} speaks only TLS that is no longer safe ({reason})",
            f"it has to learn TLS 1.2 or newer, with today's ciphers; {_OPERATOR_REMEDY}",
        )
    return ProbeFailedError(
        f"the TLS handshake with {host} failed ({reason})",
        "try again later; if it stays so, something between here and there may be in the way,"
        " a firewall or a proxy",
    )


def diagnose_hangup(host: str, *, no_tls_remedy: str = _CHECK_ADDRESS_REMEDY) -> ProbeFailedError:
    """Return the error for a server that closed the connection during the handshake."""
    return ProbeFailedError(
        f"{host} hung up in the TLS handshake",
        f"{no_tls_remedy}; if they are right, something between here and there is in the "
        f"way, a firewall"
        " or a proxy",
    )


def _diagnose_certificate(
    error: ssl.SSLCertVerificationError,
    host: str,
    ca_file: str,
    count_sent: Callable[[], int | None],
) -> ProbeFailedError:
    code = error.verify_code
    if code == _EXPIRED:
        return ProbeFailedError(
            f"the certificate of {host} has expired",
            f"see that this machine's clock is right; if it is, {_OPERATOR_REMEDY}",
        )
    if code == _NOT_YET_VALID:
        return ProbeFailedError(
            f"the certificate of {host} is not valid yet",
            f"see that this machine's clock is right; if it is, {_OPERATOR_REMEDY}",
        )
    if code in _NAME_MISMATCH:
        return ProbeFailedError(
            f"the certificate of {host} is for another name ({error.verify_message})",
            "see that the name in the address is right; if it is, something else answers in its"
            f" place, or {_OPERATOR_REMEDY}",
        )
    if code in _WEAK_CERTIFICATE:
        return ProbeFailedError(
            f"the certificate of {host} is too weak to be trusted ({error.verify_message})",
            _OPERATOR_REMEDY,
        )
    return _diagnose_unknown_issuer(code, host, ca_file, count_sent)


def _diagnose_unknown_issuer(
    code: int, host: str, ca_file: str, count_sent: Callable[[], int | None]
) -> ProbeFailedError:
    if code == _SELF_SIGNED:
        return ProbeFailedError(
            f"the certificate of {host} is self-signed: no authority vouches for it",
            f"if it is your own server, save its certificate in a file and set {ca_file}",
        )
    if code in _UNKNOWN_ISSUER and count_sent() == 1:
        return ProbeFailedError(
            f"{host} either does not send the intermediate certificate that links its own to a"
            " known authority, or has its own from an authority that this machine does not know",
            "open its address in a browser: where that trusts it, it found the intermediate by"
            " itself: show the certificate there, save the one above the server's as a PEM file,"
            f" set {ca_file}, and tell the server's operator; where it does not, and the authority"
            f" is your company's or a proxy's that opens TLS, save that authority's and set"
            f" {ca_file}; else do not trust it",
        )
    return ProbeFailedError(
        f"the certificate of {host} comes from an authority that this machine does not know",
        "if it is your company's, or a proxy's that opens TLS, save that authority's certificate as"
        f" a PEM file and set {ca_file}; else do not trust it",
    )
