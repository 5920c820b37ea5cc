"""Messages by SMTP (RFC 5321), TLS verified.

`smtplib` alone gives no total time, looks the machine's own name up in the DNS, and takes a failing
goodbye for a failed message. Each is dealt with here. A time-out after the last byte leaves it open
whether the message was taken; it is sent again, under the Message-ID it was frozen with.
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
from monitor.http.tls import context
from monitor.model.configured import EmailChannel
from monitor.model.told import Delivery
from monitor.render.mail import address
from monitor.text.cleaning import clean

Refused = Mapping[str, tuple[int, bytes]]  # recipients, and what the server answered

_PATIENCE = 5  # the whole conversation may take this many times the timeout of a step
_QUOTED = 200  # characters of a server's answer that an error shows
_READY = 220
_TAKEN = range(200, 300)
_PERMANENT = 500


def send(channel: EmailChannel, delivery: Delivery) -> None:
    """Hand a message to the mail server, for those recipients who do not have it yet.

    DeliveryError if it refuses one of them; the others have it then.
    """
    recipients = [to for to in map(address, channel.to) if to not in delivery.taken_by]
    if not recipients:
        return
    with _conversation(channel) as smtp:
        refused = smtp.sendmail(address(channel.sender), recipients, delivery.payload)
    if refused:
        raise _refused(channel, refused, [to for to in recipients if to not in refused])


def rehearse(channel: EmailChannel) -> None:
    """Do all that sending does but hand a message over: log in, name sender and recipients.

    DeliveryError says what the server did not like; one refused recipient is enough.
    """
    with _conversation(channel) as smtp:
        smtp.ehlo_or_helo_if_needed()
        code, said = smtp.mail(address(channel.sender))
        if code not in _TAKEN:
            raise smtplib.SMTPSenderRefused(code, said, channel.sender)
        answers = {to: smtp.rcpt(address(to)) for to in channel.to}
        refused = {to: answer for to, answer in answers.items() if answer[0] not in _TAKEN}
        smtp.rset()
    if refused:
        raise DeliveryError(f"{channel.host}:{channel.port} refuses {_each(refused)}")


@contextlib.contextmanager
def _conversation(channel: EmailChannel) -> Iterator[smtplib.SMTP]:
    """Hold a conversation with the mail server, up to where a message is handed over."""
    place = f"{channel.host}:{channel.port}"
    password = _password(channel)
    trust = None if channel.tls == "none" else context(channel.ca_file)
    smtp = _unconnected(channel, trust)
    with contextlib.closing(smtp), _in_words(place), _bounded(smtp, channel.timeout * _PATIENCE):
        code, greeting = smtp.connect(channel.host, channel.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, greeting)
        if channel.tls == "starttls":
            smtp.starttls(context=trust)
        if password is not None:
            smtp.login(channel.username or "", password)
        yield smtp
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()  # what was to be done is done, whatever the goodbye says


def _unconnected(channel: EmailChannel, trust: ssl.SSLContext | None) -> smtplib.SMTP:
    timeout, name = channel.timeout.total_seconds(), _own_name()
    smtp = (
        smtplib.SMTP_SSL(local_hostname=name, timeout=timeout, context=trust)
        if channel.tls == "implicit"
        else smtplib.SMTP(local_hostname=name, timeout=timeout)
    )
    # smtplib sets this only when it connects at once, which leaves no time to watch its socket;
    # without it no certificate could be verified.
    smtp._host = channel.host  # type: ignore[attr-defined]  # noqa: SLF001
    return smtp


@contextlib.contextmanager
def _bounded(smtp: smtplib.SMTP, limit: timedelta) -> Iterator[None]:
    """End the whole conversation after `limit`: a byte now and then never trips a socket's own."""
    over = threading.Event()

    def end() -> None:
        over.set()
        # The plain socket's shutdown also on a TLS one: that one's own would forget its TLS layer
        # under the feet of the thread that is reading.
        with contextlib.suppress(OSError):
            if smtp.sock is not None:
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

    timer = threading.Timer(limit.total_seconds(), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


def _own_name() -> str:
    """Return the name to say hello with, without asking the DNS, which can take half a minute."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _password(channel: EmailChannel) -> str | None:
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


# ------------------------------------------------------------------ failures in words


@contextlib.contextmanager
def _in_words(place: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError:  # it may carry the password: nobody gets to see it
        raise DeliveryError(
            f"{place}: addresses, user name and password for SMTP may hold ASCII characters only"
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _failure(place, error) from error


def _failure(place: str, error: Exception) -> DeliveryError:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _all_refused(place, error.recipients)
        case smtplib.SMTPAuthenticationError():
            said = _said(error.smtp_code, error.smtp_error)
            return DeliveryError(f"{place} refused the user name or password: {said}")
        case smtplib.SMTPSenderRefused():
            said = _said(error.smtp_code, error.smtp_error)
            return DeliveryError(f"{place} refused the sender {error.sender}: {said}")
        case smtplib.SMTPResponseException():
            said = _said(error.smtp_code, error.smtp_error)
            permanent = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= _PERMANENT
            return DeliveryError(f"{place} did not take the message: {said}", permanent=permanent)
        case _:
            return DeliveryError(f"{place}: {_reason(error)}")


def _all_refused(place: str, recipients: Refused) -> DeliveryError:
    said = f"{place} refused every recipient: {_each(recipients)}"
    return DeliveryError(said, permanent=_is_permanent(recipients))


def _refused(channel: EmailChannel, recipients: Refused, taken_by: list[str]) -> DeliveryError:
    place = f"{channel.host}:{channel.port}"
    said = f"{place} refused {_each(recipients)}; the other recipients have it"
    return DeliveryError(said, permanent=_is_permanent(recipients), taken_by=taken_by)


def _is_permanent(recipients: Refused) -> bool:
    return all(code >= _PERMANENT for code, _ in recipients.values())


def _each(recipients: Refused) -> str:
    return "; ".join(f"{who}: {_said(*answer)}" for who, answer in recipients.items())


def _reason(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate could not be verified: {error.verify_message}"
        case smtplib.SMTPNotSupportedError():
            return f'{clean(str(error))} Try another value of "tls" for this channel.'
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):
            return "no answer in time"
        case OSError(strerror=str(words)):
            return clean(words)
        case _:
            return clean(str(error)) or type(error).__name__


def _said(code: int, answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {clean(words)[:_QUOTED]}".strip()
