"""Addresses of pages, mail and machines, checked as far as that goes without a network.

An address can hold a password (`https://user:password@…`) or be one (a chat's webhook), so no
message here repeats it.
"""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from monitor.config.wrong import Wrong, expected

_LONGEST_MAIL = 254
_MAIL = r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+"
_HOST = r"[^\s/@,;<>\"()\[\]]+"
_HOST_AND_PORT = r"[^:]+:[0-9]+"
_TOPIC = r"/[-_A-Za-z0-9]{1,64}/?"
_TOPIC_EXAMPLE = "https://ntfy.sh/your-topic"
_FOLDER_EXAMPLE = "https://example.org/feeds"
_APPRISE = r"[A-Za-z0-9]+://\S+"
_LOOPBACK = r"127(?:\.[0-9]{1,3}){3}"


def listing(value: object) -> str:
    """Return the address of a listing: no login in it, and no page number."""
    parts = _split(value, "https://example.com/news")
    if parts.username is not None or parts.password is not None:
        raise Wrong("expected an address without user name and password; it is shown in messages")
    if "pageIndex" in (name for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise Wrong("expected an address without pageIndex: the pages are turned by themselves")
    return str(value)


def hook(text: str) -> str:
    """Return an address to send to; Wrong, without the address, where it is none."""
    _split(text, "https://hooks.example.com/T000")
    return text


def folder(text: str) -> str:
    """Return the address of a folder that is served, without a slash at its end."""
    parts = _split(text, _FOLDER_EXAMPLE)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Wrong(f'expected the address of a folder, such as "{_FOLDER_EXAMPLE}"')
    return text.rstrip("/")


def topic(text: str) -> str:
    """Return the address of a topic of ntfy; Wrong, without the address, where it is none."""
    parts = _split(text, _TOPIC_EXAMPLE)
    if not re.fullmatch(_TOPIC, parts.path) or parts.query or parts.fragment:
        raise Wrong(f'expected the address of a topic, such as "{_TOPIC_EXAMPLE}"')
    return text


def apprise(text: str) -> str:
    """Return addresses as Apprise writes them, with space between them; Wrong, without them."""
    words = text.split()
    if not words or not all(re.fullmatch(_APPRISE, word) for word in words):
        raise Wrong(
            'expected addresses as Apprise writes them, such as "tgram://token/chat", '
            "with a space between two"
        )
    return text


def proxy(text: str) -> str:
    """Return the address of a proxy; Wrong, without the address, where it is none."""
    _split(text, "http://proxy.example.com:3128")
    return text


def has_password(text: str) -> bool:
    """Say whether an address that was found good holds a password."""
    return urlsplit(text).password is not None


def mail(value: object) -> str:
    """Return one plain mail address, without a display name."""
    whole = isinstance(value, str) and value.isprintable() and re.fullmatch(_MAIL, value)
    if not whole or len(str(value)) > _LONGEST_MAIL:
        raise expected('one plain mail address such as "desk@example.com"', value)
    return str(value)


def host(value: object) -> str:
    """Return the name or IP address of a mail server."""
    if not isinstance(value, str) or not value.isprintable() or not re.fullmatch(_HOST, value):
        raise Wrong('expected the name of a server such as "smtp.example.com"')
    if re.fullmatch(_HOST_AND_PORT, value):
        raise Wrong("expected the name of a server alone; the port has a key of its own: port")
    return value


def is_loopback(server: str) -> bool:
    """Say whether what is sent to this host stays on this machine."""
    return server.lower() in {"localhost", "::1"} or bool(re.fullmatch(_LOOPBACK, server))


def _split(value: object, example: str) -> SplitResult:
    mistake = Wrong(f'expected an address such as "{example}"')
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        raise mistake
    try:
        parts = urlsplit(value)
        is_whole = parts.port != 0 and bool(parts.hostname)
    except ValueError:  # a port that is no number, an IPv6 address without its bracket
        raise mistake from None
    if parts.scheme not in {"http", "https"} or not is_whole:
        raise mistake
    return parts
