"""Examination of each channel without sending a message.

For mail this covers most of the delivery: log in, give the sender and the recipients, and cancel
(RSET). A webhook cannot be rehearsed like this, because a POST is already a message. So only the
connection to its server and its secrets are checked.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import TextIO

from monitor import channels as transports
from monitor.clock import Clock
from monitor.doctor import network
from monitor.doctor.findings import Finding, ProbeFailedError
from monitor.doctor.network import ServerAddress, check_connection
from monitor.errors import DeliveryError, MonitorError
from monitor.http.errors import exception_chain
from monitor.http.tls import create_tls_context
from monitor.models.config import (
    AppriseChannel,
    Channel,
    EmailChannel,
    TerminalChannel,
    WebhookChannel,
)
from monitor.models.notification import Delivery, HealthMessage
from monitor.text.sanitize import pluralize

_CA_FILE_SETTING = "the channel's ca_file"


def examine_channel(channel: Channel, clock: Clock) -> Iterator[Finding]:
    """Yield a finding on whether a channel can send."""
    try:
        summary = _try_channel(channel, clock.now())
    except ProbeFailedError as failure:
        yield failure.to_finding("channel", channel.name)
    except MonitorError as error:
        remedy = _choose_remedy(channel, error)
        yield ProbeFailedError(str(error), remedy).to_finding("channel", channel.name)
    else:
        yield Finding(about="channel", name=channel.name, severity="ok", text=summary)


def send_test_message(channel: Channel, clock: Clock, out: TextIO, zone: tzinfo) -> Finding:
    """Send a test message, and return a finding with the result.

    A terminal channel prints to `out`. `zone` is the time zone of the message's time.
    """
    now = clock.now()
    message = HealthMessage(
        id=clock.new_id(),
        channel=channel.name,
        kind="test",
        created_at=now.astimezone(zone),
        subject="A test message",
        text=(
            f"This is a test of the channel {channel.name}, sent by: monitor doctor --send",
            "Where you can read it, alerts will reach you in the same way.",
        ),
    )
    try:
        payload = transports.render_payload(channel, message)
        delivery = Delivery(id=message.id, channel=channel.name, attempt=1, payload=payload)
        transports.send(channel, delivery, now=now, out=out)
    except DeliveryError as error:
        return ProbeFailedError(
            f"the test message was not accepted: {error}", _choose_remedy(channel, error)
        ).to_finding("channel", channel.name)
    summary = "the test message was sent; see that it has come"
    return Finding(about="channel", name=channel.name, severity="ok", text=summary)


def _try_channel(channel: Channel, now: datetime) -> str:
    """Return a summary of a successful examination; raise an error if a step fails."""
    match channel:
        case TerminalChannel():
            return "prints where monitor runs"
        case EmailChannel():
            return _try_email(channel)
        case WebhookChannel():
            return _try_webhook(channel, now)
        case AppriseChannel():
            from monitor.channels import apprise  # noqa: PLC0415 - slow, and an optional extra

            addresses = pluralize(apprise.count_services(channel), "address", "addresses")
            return f"{addresses} that Apprise knows; no message was sent"


# ------------------------------------------------------------------ mail


def _try_email(channel: EmailChannel) -> str:
    from monitor.channels import email  # noqa: PLC0415 - not every config has mail

    try:
        email.dry_run(channel)
    except DeliveryError as error:
        raise _diagnose_email_error(channel, error) from error
    return f"{channel.host}:{channel.port} takes mail for {', '.join(channel.to)}; none was sent"


def _diagnose_email_error(channel: EmailChannel, error: DeliveryError) -> ProbeFailedError:
    for cause in exception_chain(error):
        if isinstance(cause, ssl.SSLError):
            return network.diagnose_tls_error(
                cause,
                channel.host,
                _CA_FILE_SETTING,
                lambda: _count_smtp_certificates(channel),
                no_tls_remedy=_NO_IMPLICIT_TLS_REMEDY
                if channel.tls == "implicit"
                else _SMTP_PORT_REMEDY,
            )
    return ProbeFailedError(str(error), _choose_remedy(channel, error))


def _count_smtp_certificates(channel: EmailChannel) -> int | None:
    """Return the number of certificates that the mail server sends; send it no other commands."""
    context, timeout = network.create_unverified_context(), channel.timeout.total_seconds()
    with suppress(smtplib.SMTPException, OSError):
        if channel.tls == "implicit":
            plain_socket = socket.create_connection((channel.host, channel.port), timeout)
            with context.wrap_socket(plain_socket, server_hostname=channel.host) as tls_socket:
                return network.count_certificates(tls_socket)
        with smtplib.SMTP(channel.host, channel.port, "[127.0.0.1]", timeout) as smtp:
            smtp.starttls(context=context)
            if isinstance(smtp.sock, ssl.SSLSocket):
                return network.count_certificates(smtp.sock)
    return None


# ------------------------------------------------------------------ webhooks


def _try_webhook(channel: WebhookChannel, now: datetime) -> str:
    from monitor.channels import webhook  # noqa: PLC0415 - not every config has a webhook

    test_delivery = Delivery(id="msg_trial", channel=channel.name, attempt=1, payload=b"{}")
    url_parts = webhook.dry_run(channel, test_delivery, now)
    tls_context = create_tls_context(channel.ca_file) if url_parts.scheme == "https" else None
    port = url_parts.port or (80 if tls_context is None else 443)
    check_connection(
        ServerAddress(url_parts.hostname or "", port, tls_context, _CA_FILE_SETTING),
        channel.timeout,
    )
    return f"{url_parts.scheme}://{url_parts.hostname} can be reached; nothing was posted"


# ------------------------------------------------------------------ remedies


_NO_IMPLICIT_TLS_REMEDY = (
    'see that host and port are right: set tls = "starttls" (mostly with port = 587), or port to'
    " one that speaks TLS from the first byte on (mostly 465)"
)
_SMTP_PORT_REMEDY = 'see that host and port are right: 587 for "starttls", 465 for "implicit"'
_NO_STARTTLS_REMEDY = (
    'set tls = "implicit" with port = 465, or ask your mail provider which port has STARTTLS'
)
_NO_LOGIN_REMEDY = (
    "leave username and password out where this server takes mail without a login; else ask your"
    ' mail provider which port takes one, mostly 587 with tls = "starttls" or 465 with "implicit"'
)
_MISSING_FILE_REMEDY = "add the missing value and try again"
_REMEDIES_BY_ERROR: tuple[tuple[type[BaseException], str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        (
            "correct username and password of the channel; many providers want a password made for"
            " programs (an app password), not the one for people"
        ),
    ),
    (
        smtplib.SMTPSenderRefused,
        "set from to an address that this server lets you send from",
    ),
    (
        socket.gaierror,
        "see that the host is spelled right, and that this machine has a name server",
    ),
    (
        ConnectionRefusedError,
        "see that host and port are right: 587 for STARTTLS, 465 for implicit TLS",
    ),
    (
        TimeoutError,
        (
            "the port may be closed by a firewall (many networks close 25), or be the wrong one for"
            ' this tls: 587 for "starttls", 465 for "implicit"'
        ),
    ),
)


def _choose_remedy(channel: Channel, error: MonitorError) -> str:
    if any(
        type(cause) is MonitorError for cause in exception_chain(error)
    ):  # a secret or a file is missing
        return _MISSING_FILE_REMEDY
    known_remedy = _find_known_remedy(error)
    if known_remedy is not None:
        return known_remedy
    if " refuses " in str(error):
        return "see that the recipients are spelled right, and that this server relays to them"
    if isinstance(channel, EmailChannel):
        return "see that host, port, tls and password are those that your mail provider names"
    if " answered " in str(error):
        return "check the channel's url, and the receiver's own log"
    return _MISSING_FILE_REMEDY


def _find_known_remedy(error: MonitorError) -> str | None:
    for cause in exception_chain(error.__cause__):
        if isinstance(cause, smtplib.SMTPNotSupportedError):  # only its text names the feature
            return _NO_LOGIN_REMEDY if "AUTH" in str(cause) else _NO_STARTTLS_REMEDY
        for kind, remedy in _REMEDIES_BY_ERROR:
            if isinstance(cause, kind):
                return remedy
    return None
