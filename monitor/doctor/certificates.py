"""What is wrong with a server's TLS, told apart: each has another remedy.

OpenSSL gives the same code (20) where an intermediate certificate is missing and where the root is
not known; where more than one certificate came, it is the root. To count them takes a second,
unverified handshake, over which nothing is ever sent.
"""

import ssl
from collections.abc import Callable

from monitor.doctor.finding import Ailment

# X509_V_ERR_* of OpenSSL's x509_vfy.h
_NOT_YET_VALID, _EXPIRED = 9, 10
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN = 18, 19
_NO_ISSUER = frozenset({2, 20, 21})
_OTHER_NAME = frozenset({62, 64})
_WEAK = frozenset({66, 67, 68})

_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")
_OLD_TLS = (
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
_NO_HTTPS = "see that address and port are right: http instead of https, or another port"
_THEIRS = "only the server's operator can mend that: tell them"


def unverified() -> ssl.SSLContext:
    """Return a context that takes any certificate, for looking at it; never send anything by it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def came(secured: ssl.SSLSocket) -> int | None:
    """Return how many certificates the server sent; None where this Python cannot tell."""
    chain = getattr(secured, "get_unverified_chain", None)  # from Python 3.13 on
    if chain is None:
        chain = getattr(getattr(secured, "_sslobj", None), "get_unverified_chain", None)
    found = None if chain is None else chain()
    return None if found is None else len(found)


def ailment(
    error: ssl.SSLError,
    host: str,
    ca_file: str,
    count: Callable[[], int | None],
    *,
    without: str = _NO_HTTPS,
) -> Ailment:
    """Return what a failed handshake with `host` means.

    `ca_file` names the key of the config that takes certificates; `count` says how many came;
    `without` is what to do where the port has no TLS.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return _unverified(error, host, ca_file, count)
    reason = error.reason or "no reason given"
    if "EOF" in reason:
        return hung_up(host, without=without)
    if any(word in reason for word in _NO_TLS):
        return Ailment(
            f"{host} does not speak TLS on this port",
            without,
        )
    if any(word in reason for word in _OLD_TLS):
        return Ailment(
            f"{host} speaks only TLS that is no longer safe ({reason})",
            f"it has to learn TLS 1.2 or newer, with today's ciphers; {_THEIRS}",
        )
    return Ailment(
        f"the TLS handshake with {host} failed ({reason})",
        "try again later; if it stays so, something between here and there may be in the way,"
        " a firewall or a proxy",
    )


def hung_up(host: str, *, without: str = _NO_HTTPS) -> Ailment:
    """Return what it means that a server broke off its handshake without a word."""
    return Ailment(
        f"{host} hung up in the TLS handshake",
        f"{without}; if they are right, something between here and there is in the way, a firewall"
        " or a proxy",
    )


def _unverified(
    error: ssl.SSLCertVerificationError, host: str, ca_file: str, count: Callable[[], int | None]
) -> Ailment:
    code = error.verify_code
    if code == _EXPIRED:
        return Ailment(
            f"the certificate of {host} has expired",
            f"see that this machine's clock is right; if it is, {_THEIRS}",
        )
    if code == _NOT_YET_VALID:
        return Ailment(
            f"the certificate of {host} is not valid yet",
            f"see that this machine's clock is right; if it is, {_THEIRS}",
        )
    if code in _OTHER_NAME:
        return Ailment(
            f"the certificate of {host} is for another name ({error.verify_message})",
            "see that the name in the address is right; if it is, something else answers in its"
            f" place, or {_THEIRS}",
        )
    if code in _WEAK:
        return Ailment(
            f"the certificate of {host} is too weak to be believed ({error.verify_message})",
            _THEIRS,
        )
    return _unknown(code, host, ca_file, count)


def _unknown(code: int, host: str, ca_file: str, count: Callable[[], int | None]) -> Ailment:
    if code == _SELF_SIGNED:
        return Ailment(
            f"the certificate of {host} is self-signed: nobody vouches for it",
            f"if it is your own server, save its certificate in a file and set {ca_file}",
        )
    if code in _NO_ISSUER and count() == 1:
        return Ailment(
            f"{host} either does not send the intermediate certificate that links its own to a"
            " known authority, or has its own from an authority that this machine does not know",
            "open its address in a browser: where that trusts it, it found the intermediate by"
            " itself: show the certificate there, save the one above the server's as a PEM file,"
            f" set {ca_file}, and tell the server's operator; where it does not, and the authority"
            f" is your company's or a proxy's that opens TLS, save that authority's and set"
            f" {ca_file}; else do not trust it",
        )
    return Ailment(
        f"the certificate of {host} comes from an authority that this machine does not know",
        "if it is your company's, or a proxy's that opens TLS, save that authority's certificate as"
        f" a PEM file and set {ca_file}; else do not trust it",
    )
