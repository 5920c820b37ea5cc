"""A message as e-mail: text and HTML of one content, the same bytes whenever it is rendered.

Nothing in it depends on the moment or on chance: the MIME boundary and the Message-ID come from the
digest's id, so that a receiver who got it twice can tell. The HTML loads nothing and needs nothing.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from urllib.parse import quote

from monitor.message import Message, tell
from monitor.model.told import Digest
from monitor.render.mail import page, plain, words
from monitor.text.cleaning import clean

_LISTED = 60  # characters of the channel's name in List-Id, which no line break may part


def render(digest: Digest, *, sender: str, to: Sequence[str]) -> bytes:
    """Return the whole message (RFC 5322), in 7-bit bytes that any server takes."""
    message = tell(digest)
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(digest, message, sender=sender, to=to):
        mail[name] = value
    mail.set_content(plain.text(message), cte="quoted-printable")
    mail.add_alternative(page.html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{hashlib.sha256(digest.id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def text(digest: Digest) -> str:
    """Return the text part alone."""
    return plain.text(tell(digest))


def html(digest: Digest) -> str:
    """Return the HTML part alone, a complete page."""
    return page.html(tell(digest))


def address(written: str) -> str:
    """Return the bare address in "Name <address>", with its domain as mail servers know it."""
    local, at, domain = parseaddr(clean(written))[1].rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain}"


def _headers(
    digest: Digest, message: Message, *, sender: str, to: Sequence[str]
) -> Iterator[tuple[str, object]]:
    domain = _domain(sender)
    yield "Subject", words.subject(message).replace("=?", "= ?")  # an encoded word would be decoded
    yield "From", _person(sender)
    yield "To", ", ".join(map(_person, to))
    yield "Date", digest.created_at
    yield "Message-ID", f"<{quote(digest.id, safe='')}@{domain}>"
    releases = {told.id for told in message.told}
    if len(releases) == 1:  # a digest of several belongs to no one thread, nor to yesterday's
        root = f"<release-{releases.pop()}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root
    yield "List-Id", f"<{_dashed(message.channel)}.monitor.{domain}>"
    yield "Auto-Submitted", "auto-generated"


def _person(written: str) -> str:
    """Return "Name <address>" as the config has it, its domain in ASCII."""
    name, bare = parseaddr(clean(written))[0], address(written)
    return formataddr((name, bare)) if bare.isascii() else clean(written)


def _domain(sender: str) -> str:
    domain = address(sender).partition("@")[2]
    return domain if domain and domain.isascii() else "localhost"


def _dashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:_LISTED].strip("-") or "channel"
