"""Messages POSTed to an address, signed by Standard Webhooks if the format is `standard`.

The address is a secret, as it lets anyone post: errors show only its scheme and host, and quotes of
the receiver's answer leave the address out. Redirects are never followed. Only a 410 is permanent;
the receiver or the user can fix any other failure, so nothing is dropped until then. A chat that
has removed a webhook answers 404, but a faulty proxy does too.
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
from monitor.http.client import HttpClient, httpx
from monitor.http.errors import describe_error, parse_retry_after, redact_secrets
from monitor.http.tls import create_tls_context
from monitor.models.config import Secret, WebhookChannel
from monitor.models.notification import Delivery
from monitor.text.sanitize import sanitize_line

_HTTP_GONE = 410
_MAX_ANSWER_BYTES = 4096  # bytes read from an answer
_MAX_QUOTE = 200  # characters of an answer shown in an error
_MAX_WAIT_SECONDS = 10**9  # seconds; a larger value is a mistake
_KEY_BYTES = range(24, 65)


def send(channel: WebhookChannel, delivery: Delivery, now: datetime) -> None:
    """POST a message; raise DeliveryError without a 2xx answer in time."""
    url = channel.url.reveal().strip()
    url_parts = _split_url(url, channel.url)
    headers, target_url, payload = _build_headers(channel, delivery, now), url, delivery.payload
    if channel.format == "ntfy":
        target_url, payload = _build_ntfy_request(url_parts, channel.url, delivery.payload)
    try:
        status, answer_headers, body = _post_payload(channel, target_url, headers, payload)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # not chained: they contain the address
        raise DeliveryError(
            f"{url_parts.scheme}://{url_parts.hostname}: {describe_error(error)}"
        ) from None
    if status in range(200, 300):
        return
    quote = _quote_answer(
        body, answer_headers, [*_list_url_secrets(url, url_parts), *_list_header_tokens(headers)]
    )
    raise DeliveryError(
        f"{url_parts.scheme}://{url_parts.hostname} answered "
        f"{status}{_explain_status(status)}{quote}",
        is_permanent=status == _HTTP_GONE,
        retry_after=_get_requested_wait(channel, answer_headers, body, now),
    )


def dry_run(channel: WebhookChannel, delivery: Delivery, now: datetime) -> SplitResult:
    """Check the address and all secrets without contacting the receiver; return the split address.

    DeliveryError if the address, the signing secret or the access token is invalid.
    """
    url_parts = _split_url(channel.url.reveal().strip(), channel.url)
    _build_headers(channel, delivery, now)
    if channel.format == "ntfy":
        _build_ntfy_request(url_parts, channel.url, delivery.payload)
    return url_parts


# ------------------------------------------------------------------ building the request


def _split_url(url: str, secret: Secret) -> SplitResult:
    try:
        url_parts = urlsplit(url)
        is_usable = (
            url_parts.scheme in {"http", "https"} and url_parts.hostname and url_parts.port != 0
        )
    except ValueError:
        is_usable = None
    if not is_usable:
        raise DeliveryError(f"{secret.location} holds no http or https address")
    return url_parts


def _build_ntfy_request(
    url_parts: SplitResult, secret: Secret, payload: bytes
) -> tuple[str, bytes]:
    """Return ntfy's root address and the payload with the topic, as "publish as JSON" requires."""
    topic = url_parts.path.strip("/")
    if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", topic):
        raise DeliveryError(f"{secret.location} holds no topic: write https://ntfy.sh/your-topic")
    root_url = urlunsplit((url_parts.scheme, url_parts.netloc, "/", "", ""))
    return root_url, b'{"topic": "%b", %b' % (topic.encode(), payload.removeprefix(b"{"))


def _build_headers(channel: WebhookChannel, delivery: Delivery, now: datetime) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "accept-encoding": "identity",
    }
    if channel.format == "standard":
        timestamp = str(int(now.timestamp()))
        headers |= {"webhook-id": delivery.id, "webhook-timestamp": timestamp}
        if channel.secret is not None:
            signed_content = f"{delivery.id}.{timestamp}.".encode() + delivery.payload
            headers["webhook-signature"] = " ".join(
                _iter_signatures(channel.secret, signed_content)
            )
    elif channel.format == "ntfy" and channel.secret is not None:
        headers["authorization"] = f"Bearer {_get_access_token(channel.secret)}"
    return headers


def _get_access_token(secret: Secret) -> str:
    token = secret.reveal().strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise DeliveryError(
            f"{secret.location} holds no access token: one word of plain ASCII signs"
        )
    return token


def _list_url_secrets(url: str, url_parts: SplitResult) -> list[str]:
    path = url.partition("://")[2].partition("/")[2]
    return [path, url_parts.username or "", url_parts.password or ""]


def _list_header_tokens(headers: Mapping[str, str]) -> list[str]:
    return headers.get("authorization", "").split()[1:]


def _iter_signatures(secret: Secret, signed_content: bytes) -> Iterator[str]:
    """Yield a signature for each key; there are several while keys are being rotated."""
    for key in _decode_signing_keys(secret):
        signature = hmac.new(key, signed_content, hashlib.sha256).digest()
        yield f"v1,{base64.b64encode(signature).decode()}"


def _decode_signing_keys(secret: Secret) -> list[bytes]:
    try:
        encoded_keys = secret.reveal().split()
        keys = [
            base64.b64decode(encoded_key.removeprefix("whsec_"), validate=True)
            for encoded_key in encoded_keys
        ]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) not in _KEY_BYTES for key in keys):
        raise DeliveryError(
            f'{secret.location} holds no signing secret: "whsec_" and 24 to 64 bytes in base64'
        ) from None
    return keys


# ------------------------------------------------------------------ sending the request


def _post_payload(
    channel: WebhookChannel, url: str, headers: dict[str, str], body: bytes
) -> tuple[int, Mapping[str, str], bytes]:
    """Return the answer's status, its headers and the beginning of its body."""
    client = HttpClient(
        user_agent=f"monitor/{__version__}",
        limit=channel.timeout,
        context=lambda: create_tls_context(channel.ca_file),
    )
    with (
        contextlib.closing(client),
        client.request("POST", url, headers=headers, content=body) as answer,
    ):
        return answer.status_code, answer.headers, _read_beginning(answer)


def _read_beginning(answer: httpx.Response) -> bytes:
    """Return the bytes for an error to quote; none of a success, a part of a broken answer."""
    received = b""
    if not answer.is_success:
        with contextlib.suppress(httpx.HTTPError):
            for chunk in answer.iter_raw():
                received += chunk
                if len(received) >= _MAX_ANSWER_BYTES:
                    break
    return received[:_MAX_ANSWER_BYTES]


# ------------------------------------------------------------------ error messages


def _explain_status(status: int) -> str:
    if status == _HTTP_GONE:
        return " (gone for good)"
    if status in range(300, 400):
        return " (a redirect is never followed: the config needs the final address)"
    return ""


def _get_requested_wait(
    channel: WebhookChannel, answer_headers: Mapping[str, str], body: bytes, now: datetime
) -> timedelta | None:
    """Return the longest requested wait; Discord also gives it, more exactly, in the body."""
    waits = [parse_retry_after(answer_headers.get("retry-after", ""), now)]
    if channel.format == "discord":
        waits.append(_parse_discord_wait(body))
    return max((wait for wait in waits if wait is not None), default=None)


def _parse_discord_wait(body: bytes) -> timedelta | None:
    try:
        seconds = json.loads(body)["retry_after"]
        return timedelta(seconds=seconds) if 0 <= seconds < _MAX_WAIT_SECONDS else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _quote_answer(body: bytes, answer_headers: Mapping[str, str], secrets: Iterable[str]) -> str:
    """Return the receiver's answer, if it is text, with secrets removed."""
    if "content-encoding" in answer_headers:
        return ""
    text = sanitize_line(redact_secrets(body.decode("utf-8", "replace"), secrets))
    return f": {text[:_MAX_QUOTE]}" if text else ""
