"""Messages by SMTP (RFC 5321), with TLS verified.

`smtplib` alone has no total timeout, looks up the machine's own name in the DNS, and treats a
failed QUIT as a failed message. This module handles all three. A timeout after the last byte leaves
open whether the server accepted the message; it is sent again with the same Message-ID.
"""

import contextlib
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta

from monitor.errors import DeliveryError
from monitor.http.tls import create_tls_context
from monitor.models.config import EmailChannel
from monitor.models.notification import Delivery
from monitor.render.email import extract_address
from monitor.text.sanitize import sanitize_line

RefusedRecipients = Mapping[str, tuple[int, bytes]]  # each recipient with the server's reply

_SESSION_TIMEOUT_FACTOR = 5  # the whole session may take this many times the timeout of one step
_MAX_QUOTE = 200  # characters of a server's reply shown in an error
_SERVICE_READY = 220
_SUCCESS = range(200, 300)
_PERMANENT_FAILURE = 500


def send(channel: EmailChannel, delivery: Delivery) -> None:
    """Send a message to the recipients that do not have it yet.

    DeliveryError if the server refuses any of them; the others have received it.
    """
    recipients = [to for to in map(extract_address, channel.to) if to not in delivery.delivered_to]
    if not recipients:
        return
    with _open_session(channel) as smtp:
        refusals = smtp.sendmail(extract_address(channel.sender), recipients, delivery.payload)
    if refusals:
        raise _build_refused_error(
            channel, refusals, [to for to in recipients if to not in refusals]
        )


def dry_run(channel: EmailChannel) -> None:
    """Log in and name sender and recipients, as for sending, but submit no message.

    DeliveryError gives the server's objection; one refused recipient is enough.
    """
    with _open_session(channel) as smtp:
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(extract_address(channel.sender))
        if code not in _SUCCESS:
            raise smtplib.SMTPSenderRefused(code, reply, channel.sender)
        replies = {to: smtp.rcpt(extract_address(to)) for to in channel.to}
        refusals = {
            to: recipient_reply
            for to, recipient_reply in replies.items()
            if recipient_reply[0] not in _SUCCESS
        }
        smtp.rset()
    if refusals:
        raise DeliveryError(f"{channel.host}:{channel.port} refuses {_format_refusals(refusals)}")


@contextlib.contextmanager
def _open_session(channel: EmailChannel) -> Iterator[smtplib.SMTP]:
    """Open an SMTP session, ready to submit a message."""
    server = f"{channel.host}:{channel.port}"
    password = _get_password(channel)
    tls_context = None if channel.tls == "none" else create_tls_context(channel.ca_file)
    smtp = _create_client(channel, tls_context)
    with (
        contextlib.closing(smtp),
        _translate_errors(server),
        _limit_duration(smtp, channel.timeout * _SESSION_TIMEOUT_FACTOR),
    ):
        code, greeting = smtp.connect(channel.host, channel.port)
        if code != _SERVICE_READY:
            raise smtplib.SMTPConnectError(code, greeting)
        if channel.tls == "starttls":
            smtp.starttls(context=tls_context)
        if password is not None:
            smtp.login(channel.username or "", password)
        yield smtp
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()  # the work is done, whether or not QUIT succeeds


def _create_client(channel: EmailChannel, tls_context: ssl.SSLContext | None) -> smtplib.SMTP:
    timeout, local_name = channel.timeout.total_seconds(), _get_local_name()
    smtp = (
        smtplib.SMTP_SSL(local_hostname=local_name, timeout=timeout, context=tls_context)
        if channel.tls == "implicit"
        else smtplib.SMTP(local_hostname=local_name, timeout=timeout)
    )
    # smtplib sets this only when it connects on creation, before `_limit_duration` can watch the
    # socket. Without it no certificate could be verified.
    smtp._host = channel.host  # type: ignore[attr-defined]  # noqa: SLF001
    return smtp


@contextlib.contextmanager
def _limit_duration(smtp: smtplib.SMTP, limit: timedelta) -> Iterator[None]:
    """Close the connection after `limit`; a trickle of bytes never trips the socket timeout."""
    timed_out = threading.Event()

    def close_connection() -> None:
        timed_out.set()
        # Call the plain socket's shutdown on a TLS socket too: its own would drop the TLS layer
        # while another thread is reading from it.
        with contextlib.suppress(OSError):
            if smtp.sock is not None:
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

    timer = threading.Timer(limit.total_seconds(), close_connection)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        if timed_out.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


def _get_local_name() -> str:
    """Return the name for EHLO without a DNS lookup, which can take half a minute."""
    hostname = socket.gethostname()
    return hostname if "." in hostname and hostname.isascii() else "[127.0.0.1]"


def _get_password(channel: EmailChannel) -> str | None:
    if channel.username is None or channel.password is None:
        return None
    if channel.tls == "none" and not _is_loopback(channel.host):
        raise DeliveryError(
            f'no password is sent to {channel.host} without TLS: set tls = "starttls" or "implicit"'
        )
    return channel.password.reveal()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


# ------------------------------------------------------------------ error messages


@contextlib.contextmanager
def _translate_errors(server: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError:  # it may contain the password: do not show it
        raise DeliveryError(
            f"{server}: addresses, user name and password for SMTP may hold ASCII characters only"
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _build_delivery_error(server, error) from error


def _build_delivery_error(server: str, error: Exception) -> DeliveryError:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _build_all_refused_error(server, error.recipients)
        case smtplib.SMTPAuthenticationError():
            reply = _format_reply(error.smtp_code, error.smtp_error)
            return DeliveryError(f"{server} refused the user name or password: {reply}")
        case smtplib.SMTPSenderRefused():
            reply = _format_reply(error.smtp_code, error.smtp_error)
            return DeliveryError(f"{server} refused the sender {error.sender}: {reply}")
        case smtplib.SMTPResponseException():
            reply = _format_reply(error.smtp_code, error.smtp_error)
            is_permanent = (
                isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT_FAILURE
            )
            return DeliveryError(
                f"{server} did not take the message: {reply}", is_permanent=is_permanent
            )
        case _:
            return DeliveryError(f"{server}: {_describe_failure(error)}")


def _build_all_refused_error(server: str, refusals: RefusedRecipients) -> DeliveryError:
    reason = f"{server} refused every recipient: {_format_refusals(refusals)}"
    return DeliveryError(reason, is_permanent=_is_permanent_refusal(refusals))


def _build_refused_error(
    channel: EmailChannel, refusals: RefusedRecipients, delivered_to: list[str]
) -> DeliveryError:
    server = f"{channel.host}:{channel.port}"
    reason = f"{server} refused {_format_refusals(refusals)}; the other recipients have it"
    return DeliveryError(
        reason, is_permanent=_is_permanent_refusal(refusals), delivered_to=delivered_to
    )


def _is_permanent_refusal(refusals: RefusedRecipients) -> bool:
    return all(code >= _PERMANENT_FAILURE for code, _ in refusals.values())


def _format_refusals(refusals: RefusedRecipients) -> str:
    return "; ".join(
        f"{recipient}: {_format_reply(*reply)}" for recipient, reply in refusals.items()
    )


def _describe_failure(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate could not be verified: {error.verify_message}"
        case smtplib.SMTPNotSupportedError():
            return f'{sanitize_line(str(error))} Try another value of "tls" for this channel.'
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            return "no answer in time"
        case OSError(strerror=str(message)):
            return sanitize_line(message)
        case _:
            return sanitize_line(str(error)) or type(error).__name__


def _format_reply(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {sanitize_line(text)[:_MAX_QUOTE]}".strip()
