"""What OpenSSL's codes and reasons mean; those that no server of ours can show."""

import ssl
from types import SimpleNamespace
from typing import Any, cast

import pytest

from monitor.doctor.network import count_certificates, diagnose_tls_error


def unverified(code: int) -> ssl.SSLError:
    """Return the error of a certificate that could not be verified."""
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "so it says"
    return error


def failed(reason: str | None) -> ssl.SSLError:
    """Return the error of a handshake that failed."""
    error = ssl.SSLError()
    error.reason = cast("str", reason)
    return error


@pytest.mark.parametrize(
    ("error", "count", "text"),
    [
        (unverified(10), None, "has expired"),
        (unverified(62), None, "is for another name (so it says)"),
        (unverified(64), None, "is for another name (so it says)"),
        (unverified(66), None, "is too weak to be trusted (so it says)"),
        (unverified(68), None, "is too weak to be trusted (so it says)"),
        (unverified(18), None, "is self-signed"),
        (unverified(19), 2, "an authority that this machine does not know"),
        (unverified(20), 1, "does not send the intermediate certificate"),
        (unverified(21), 1, "does not send the intermediate certificate"),
        (unverified(20), 2, "an authority that this machine does not know"),
        (unverified(20), None, "an authority that this machine does not know"),
        (unverified(99), 1, "an authority that this machine does not know"),
        (failed("WRONG_VERSION_NUMBER"), None, "does not speak TLS on this port"),
        (failed("TLSV1_ALERT_PROTOCOL_VERSION"), None, "speaks only TLS that is no longer safe"),
        (failed("SSLV3_ALERT_HANDSHAKE_FAILURE"), None, "speaks only TLS that is no longer safe"),
        (failed("DH_KEY_TOO_SMALL"), None, "speaks only TLS that is no longer safe"),
        (failed("UNEXPECTED_EOF_WHILE_READING"), None, "hung up in the TLS handshake"),
        (failed("DECRYPTION_FAILED"), None, "with example.org failed (DECRYPTION_FAILED)"),
        (failed(None), None, "with example.org failed (no reason given)"),
    ],
)
def test_each_code_has_its_words(error: ssl.SSLError, count: int | None, text: str) -> None:
    """And a remedy, always."""
    found = diagnose_tls_error(error, "example.org", "the channel's ca_file", lambda: count)
    assert text in found.text
    assert "example.org" in found.text
    assert found.remedy


def test_a_certificate_that_came_alone_may_lack_one_or_be_nobodys() -> None:
    """Which of the two, only a look with a browser tells; each has its remedy."""
    found = diagnose_tls_error(unverified(20), "example.org", "the channel's ca_file", lambda: 1)
    assert "either does not send the intermediate certificate" in found.text
    assert "from an authority that this machine does not know" in found.text
    assert "tell the server's operator" in found.remedy
    assert "do not trust it" in found.remedy


def test_what_helps_against_a_port_without_tls_is_the_callers_to_say() -> None:
    """A mail server has no http."""
    for reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING"):
        found = diagnose_tls_error(
            failed(reason), "h", "ca_file", lambda: None, no_tls_remedy="try port 587"
        )
        assert found.remedy.startswith("try port 587")
        assert "http" not in found.remedy


@pytest.mark.parametrize(
    ("secured", "count"),
    [
        (SimpleNamespace(get_unverified_chain=lambda: [b"leaf", b"intermediate"]), 2),
        (SimpleNamespace(_sslobj=SimpleNamespace(get_unverified_chain=lambda: [b"leaf"])), 1),
        (SimpleNamespace(_sslobj=SimpleNamespace(get_unverified_chain=lambda: None)), None),
        (SimpleNamespace(_sslobj=None), None),
    ],
)
def test_how_many_came_is_asked_as_this_python_lets(secured: Any, count: int | None) -> None:
    """From 3.13 on there is a method for it."""
    assert count_certificates(secured) == count
