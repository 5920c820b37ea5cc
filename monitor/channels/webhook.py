"""Messages POSTed to an address, signed as Standard Webhooks asks where the format is our own.

The address is a secret (whoever knows it may post): errors show its scheme and host, and what the
receiver answered is quoted with the address taken out. A redirect is never followed. Only a 410 is
the receiver's last word; everything else can be mended, by them or by the user, and nothing may be
lost until then. A chat that dropped a webhook says 404, but so does a proxy on a bad day.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit, urlunsplit

from monitor import __version__
from monitor.errors import DeliveryError
from monitor.http.answers import reason, retry_after, without
from monitor.http.client import Client
from monitor.http.lean import httpx
from monitor.http.tls import context
from monitor.model.configured import Secret, WebhookChannel
from monitor.model.told import Delivery
from monitor.text.cleaning import clean

_GONE = 410
_READ = 4096  # bytes of an answer that are looked at
_QUOTED = 200  # characters of it that an error shows
_LONGEST_WAIT = 10**9  # seconds: more is not meant
_KEY_BYTES = range(24, 65)


def send(channel: WebhookChannel, delivery: Delivery, now: datetime) -> None:
    """POST a message; anything but a 2xx answer, in time, is a DeliveryError."""
    address = channel.url.reveal().strip()
    place = _place(address, channel.url)
    headers, target, sent = _headers(channel, delivery, now), address, delivery.payload
    if channel.format == "ntfy":
        target, sent = _published(place, channel.url, delivery.payload)
    try:
        status, answered, body = _post(channel, target, headers, sent)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # they know the address: none is chained
        raise DeliveryError(f"{place.scheme}://{place.hostname}: {reason(error)}") from None
    if status in range(200, 300):
        return
    said = _quoted(body, answered, [*_secrets(address, place), *_tokens(headers)])
    raise DeliveryError(
        f"{place.scheme}://{place.hostname} answered {status}{_meaning(status)}{said}",
        permanent=status == _GONE,
        retry_after=_wait(channel, answered, body, now),
    )


def rehearse(channel: WebhookChannel, delivery: Delivery, now: datetime) -> SplitResult:
    """Do what can be done of sending without a word to the receiver; return where it would go.

    DeliveryError where the address, the signing secret or the access token is none.
    """
    place = _place(channel.url.reveal().strip(), channel.url)
    _headers(channel, delivery, now)
    if channel.format == "ntfy":
        _published(place, channel.url, delivery.payload)
    return place


# ------------------------------------------------------------------ what is sent


def _place(address: str, secret: Secret) -> SplitResult:
    try:
        place = urlsplit(address)
        usable = place.scheme in {"http", "https"} and place.hostname and place.port != 0
    except ValueError:
        usable = None
    if not usable:
        raise DeliveryError(f"{secret.where} holds no http or https address")
    return place


def _published(place: SplitResult, secret: Secret, payload: bytes) -> tuple[str, bytes]:
    """Return ntfy's root and the payload with the topic in it, as "publish as JSON" wants them."""
    topic = place.path.strip("/")
    if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", topic):
        raise DeliveryError(f"{secret.where} holds no topic: write https://ntfy.sh/your-topic")
    root = urlunsplit((place.scheme, place.netloc, "/", "", ""))
    return root, b'{"topic": "%b", %b' % (topic.encode(), payload.removeprefix(b"{"))


def _headers(channel: WebhookChannel, delivery: Delivery, now: datetime) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "accept-encoding": "identity",
    }
    if channel.format == "standard":
        stamp = str(int(now.timestamp()))
        headers |= {"webhook-id": delivery.id, "webhook-timestamp": stamp}
        if channel.secret is not None:
            signed = f"{delivery.id}.{stamp}.".encode() + delivery.payload
            headers["webhook-signature"] = " ".join(_signatures(channel.secret, signed))
    elif channel.format == "ntfy" and channel.secret is not None:
        headers["authorization"] = f"Bearer {_token(channel.secret)}"
    return headers


def _token(secret: Secret) -> str:
    token = secret.reveal().strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise DeliveryError(f"{secret.where} holds no access token: one word of plain ASCII signs")
    return token


def _secrets(address: str, place: SplitResult) -> list[str]:
    tail = address.partition("://")[2].partition("/")[2]
    return [tail, place.username or "", place.password or ""]


def _tokens(headers: Mapping[str, str]) -> list[str]:
    return headers.get("authorization", "").split()[1:]


def _signatures(secret: Secret, signed: bytes) -> Iterator[str]:
    """Sign with each key: there are several while they are being exchanged."""
    for key in _keys(secret):
        code = hmac.new(key, signed, hashlib.sha256).digest()
        yield f"v1,{base64.b64encode(code).decode()}"


def _keys(secret: Secret) -> list[bytes]:
    try:
        words = secret.reveal().split()
        keys = [base64.b64decode(word.removeprefix("whsec_"), validate=True) for word in words]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) not in _KEY_BYTES for key in keys):
        raise DeliveryError(
            f'{secret.where} holds no signing secret: "whsec_" and 24 to 64 bytes in base64'
        ) from None
    return keys


# ------------------------------------------------------------------ the conversation


def _post(
    channel: WebhookChannel, address: str, headers: dict[str, str], body: bytes
) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and the beginning of the body of the answer."""
    client = Client(
        user_agent=f"monitor/{__version__}",
        limit=channel.timeout,
        context=lambda: context(channel.ca_file),
    )
    with (
        contextlib.closing(client),
        client.request("POST", address, headers=headers, content=body) as answer,
    ):
        return answer.status_code, answer.headers, _beginning(answer)


def _beginning(answer: httpx.Response) -> bytes:
    """Return what an error may quote: nothing of a success, and of a broken answer what came."""
    read = b""
    if not answer.is_success:
        with contextlib.suppress(httpx.HTTPError):
            for chunk in answer.iter_raw():
                read += chunk
                if len(read) >= _READ:
                    break
    return read[:_READ]


# ------------------------------------------------------------------ failures in words


def _meaning(status: int) -> str:
    if status == _GONE:
        return " (gone for good)"
    if status in range(300, 400):
        return " (a redirect is never followed: the config needs the final address)"
    return ""


def _wait(
    channel: WebhookChannel, answered: Mapping[str, str], body: bytes, now: datetime
) -> timedelta | None:
    """Return the longest wait asked for: Discord says it in its body, and there more exactly."""
    asked = [retry_after(answered.get("retry-after", ""), now)]
    if channel.format == "discord":
        asked.append(_wait_in(body))
    return max((wait for wait in asked if wait is not None), default=None)


def _wait_in(body: bytes) -> timedelta | None:
    try:
        seconds = json.loads(body)["retry_after"]
        return timedelta(seconds=seconds) if 0 <= seconds < _LONGEST_WAIT else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _quoted(body: bytes, answered: Mapping[str, str], hidden: Iterable[str]) -> str:
    """Return what the receiver said, if it is text, with nothing hidden in it."""
    if "content-encoding" in answered:
        return ""
    words = clean(without(body.decode("utf-8", "replace"), hidden))
    return f": {words[:_QUOTED]}" if words else ""
