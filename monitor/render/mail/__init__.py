"""A message as e-mail: text and HTML of one content, the same bytes whenever it is rendered.

Nothing in it depends on the moment or on chance: the MIME boundary and the Message-ID come from the
letter's id, so that a receiver who got it twice can tell. The HTML loads nothing and needs nothing.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from urllib.parse import quote

from monitor.message import Message, tell
from monitor.model.told import Letter, Notice
from monitor.render.mail import page, plain, words
from monitor.text.cleaning import clean

_LISTED = 60  # characters of the channel's name in List-Id, which no line break may part


def render(letter: Letter, *, sender: str, to: Sequence[str]) -> bytes:
    """Return the whole message (RFC 5322), in 7-bit bytes that any server takes."""
    message = tell(letter)
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(letter, message, sender=sender, to=to):
        mail[name] = value
    mail.set_content(plain.text(message), cte="quoted-printable")
    mail.add_alternative(page.html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{hashlib.sha256(letter.id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def text(letter: Letter) -> str:
    """Return the text part alone."""
    return plain.text(tell(letter))


def html(letter: Letter) -> str:
    """Return the HTML part alone, a complete page."""
    return page.html(tell(letter))


def address(written: str) -> str:
    """Return the bare address in "Name <address>", with its domain as mail servers know it."""
    local, at, domain = parseaddr(clean(written))[1].rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain}"


def _headers(
    letter: Letter, message: Message, *, sender: str, to: Sequence[str]
) -> Iterator[tuple[str, object]]:
    domain = _domain(sender)
    yield "Subject", words.subject(message).replace("=?", "= ?")  # an encoded word would be decoded
    yield "From", _person(sender)
    yield "To", ", ".join(map(_person, to))
    yield "Date", letter.created_at
    yield "Message-ID", f"<{quote(letter.id, safe='')}@{domain}>"
    thread = _thread(letter, message)
    if thread:
        root = f"<{quote(thread, safe='')}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root
    yield "List-Id", f"<{_dashed(message.channel)}.monitor.{domain}>"
    yield "Auto-Submitted", "auto-generated"


def _thread(letter: Letter, message: Message) -> str:
    """Return what names the thread: a release, or an incident from its beginning to its end.

    A digest of several releases belongs to no one thread, nor to yesterday's.
    """
    if isinstance(letter, Notice):
        return "" if letter.facts is None else f"incident-{letter.facts.incident}"
    releases = {told.id for told in message.told}
    return f"release-{releases.pop()}" if len(releases) == 1 else ""


def _person(written: str) -> str:
    """Return "Name <address>" as the config has it, its domain in ASCII."""
    name, bare = parseaddr(clean(written))[0], address(written)
    return formataddr((name, bare)) if bare.isascii() else clean(written)


def _domain(sender: str) -> str:
    domain = address(sender).partition("@")[2]
    return domain if domain and domain.isascii() else "localhost"


def _dashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:_LISTED].strip("-") or "channel"
