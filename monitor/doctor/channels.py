"""Each channel, without sending: as far as one gets without telling anybody anything.

By mail that is far: log in, name the sender and the recipients, and take it back (RSET). A webhook
has no such rehearsal, as a POST is a message: its server is reached, and its secrets are looked at.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import TextIO

from monitor import channels as transports
from monitor.doctor import certificates
from monitor.doctor.finding import Ailment, Finding
from monitor.doctor.reaching import Place, reach
from monitor.errors import DeliveryError, MonitorError
from monitor.http.answers import causes
from monitor.http.tls import context
from monitor.model.configured import (
    AppriseChannel,
    Channel,
    EmailChannel,
    TerminalChannel,
    WebhookChannel,
)
from monitor.model.told import Delivery, Notice
from monitor.model.world import World
from monitor.text.counting import counted

_CA_FILE = "the channel's ca_file"


def examine_channel(channel: Channel, world: World) -> Iterator[Finding]:
    """Yield whether a channel could send."""
    try:
        told = _tried(channel, world.now())
    except Ailment as ailment:
        yield ailment.found("channel", channel.name)
    except MonitorError as error:
        remedy = _remedy(channel, error)
        yield Ailment(str(error), remedy).found("channel", channel.name)
    else:
        yield Finding(about="channel", name=channel.name, standing="ok", text=told)


def send_test(channel: Channel, world: World, out: TextIO, zone: tzinfo) -> Finding:
    """Send a test message, and return how that went.

    `out` is where a terminal channel prints, `zone` the time zone in which the message tells when.
    """
    now = world.now()
    notice = Notice(
        id=world.new_id(),
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
        payload = transports.prepare(channel, notice)
        delivery = Delivery(id=notice.id, channel=channel.name, attempt=1, payload=payload)
        transports.send(channel, delivery, now=now, out=out)
    except DeliveryError as error:
        return Ailment(f"the test message was not taken: {error}", _remedy(channel, error)).found(
            "channel", channel.name
        )
    told = "the test message was sent; see that it has come"
    return Finding(about="channel", name=channel.name, standing="ok", text=told)


def _tried(channel: Channel, now: datetime) -> str:
    """Return how far one gets; errors say what is in the way."""
    match channel:
        case TerminalChannel():
            return "prints where monitor runs"
        case EmailChannel():
            return _email(channel)
        case WebhookChannel():
            return _webhook(channel, now)
        case AppriseChannel():
            from monitor.channels import apprise  # noqa: PLC0415 - it is slow, and an extra

            addresses = counted(apprise.rehearse(channel), "address", "addresses")
            return f"{addresses} that Apprise knows; nobody was asked"


# ------------------------------------------------------------------ mail


def _email(channel: EmailChannel) -> str:
    from monitor.channels import email  # noqa: PLC0415 - not every channel is one

    try:
        email.rehearse(channel)
    except DeliveryError as error:
        raise _unmailed(channel, error) from error
    return f"{channel.host}:{channel.port} takes mail for {', '.join(channel.to)}; none was sent"


def _unmailed(channel: EmailChannel, error: DeliveryError) -> Ailment:
    for cause in causes(error):
        if isinstance(cause, ssl.SSLError):
            return certificates.ailment(
                cause,
                channel.host,
                _CA_FILE,
                lambda: _certificates(channel),
                without=_NO_IMPLICIT if channel.tls == "implicit" else _NO_TLS,
            )
    return Ailment(str(error), _remedy(channel, error))


def _certificates(channel: EmailChannel) -> int | None:
    """Return how many certificates the mail server sends; nothing else is said to it."""
    looking, limit = certificates.unverified(), channel.timeout.total_seconds()
    with suppress(smtplib.SMTPException, OSError):
        if channel.tls == "implicit":
            plain = socket.create_connection((channel.host, channel.port), limit)
            with looking.wrap_socket(plain, server_hostname=channel.host) as secured:
                return certificates.came(secured)
        with smtplib.SMTP(channel.host, channel.port, "[127.0.0.1]", limit) as smtp:
            smtp.starttls(context=looking)
            if isinstance(smtp.sock, ssl.SSLSocket):
                return certificates.came(smtp.sock)
    return None


# ------------------------------------------------------------------ webhooks


def _webhook(channel: WebhookChannel, now: datetime) -> str:
    from monitor.channels import webhook  # noqa: PLC0415 - not every channel is one

    trial = Delivery(id="msg_trial", channel=channel.name, attempt=1, payload=b"{}")
    place = webhook.rehearse(channel, trial, now)
    trust = context(channel.ca_file) if place.scheme == "https" else None
    port = place.port or (80 if trust is None else 443)
    reach(Place(place.hostname or "", port, trust, _CA_FILE), channel.timeout)
    return f"{place.scheme}://{place.hostname} can be reached; nothing was posted"


# ------------------------------------------------------------------ remedies


_NO_IMPLICIT = (
    'see that host and port are right: set tls = "starttls" (mostly with port = 587), or port to'
    " one that speaks TLS from the first byte on (mostly 465)"
)
_NO_TLS = 'see that host and port are right: 587 for "starttls", 465 for "implicit"'
_NO_STARTTLS = (
    'set tls = "implicit" with port = 465, or ask your mail provider which port has STARTTLS'
)
_NO_LOGIN = (
    "leave username and password out where this server takes mail without a login; else ask your"
    ' mail provider which port takes one, mostly 587 with tls = "starttls" or 465 with "implicit"'
)
_MISSING = "put what is missing where the config says, and try again"
_REMEDIES: tuple[tuple[type[BaseException], str], ...] = (
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


def _remedy(channel: Channel, error: MonitorError) -> str:
    if any(type(cause) is MonitorError for cause in causes(error)):  # a secret, or a file
        return _MISSING
    known = _known(error)
    if known is not None:
        return known
    if " refuses " in str(error):
        return "see that the recipients are spelled right, and that this server relays to them"
    if isinstance(channel, EmailChannel):
        return "see that host, port, tls and password are those that your mail provider names"
    if " answered " in str(error):
        return "see that the channel's url is right, and what the receiver says to it"
    return _MISSING


def _known(error: MonitorError) -> str | None:
    for cause in causes(error.__cause__):
        if isinstance(cause, smtplib.SMTPNotSupportedError):  # its words alone tell what is not
            return _NO_LOGIN if "AUTH" in str(cause) else _NO_STARTTLS
        for kind, remedy in _REMEDIES:
            if isinstance(cause, kind):
                return remedy
    return None
