"""Messages POSTed to real receivers on loopback."""

import base64
import gzip
import json
import socket
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from monitor.channels import webhook
from monitor.errors import DeliveryError
from monitor.models.config import WebhookChannel
from monitor.models.notification import ReleaseMessage
from monitor.render import discord, ntfy, slack, standard, teams
from tests.channels.peers import (
    DELIVERY,
    NOW,
    Authority,
    Play,
    Receiver,
    drip,
    free_port,
    lines,
    receiving,
    scripted,
    secret,
    silent,
)
from tests.render.samples import THREE

KEY = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
OTHER = f"whsec_{base64.b64encode(b'other' * 6).decode()}"
SENT = replace(DELIVERY, payload=standard.render(THREE))


def bot(url: str, **more: object) -> WebhookChannel:
    """Return a channel to that address."""
    channel = WebhookChannel(name="bot", url=secret(url, "$HOOK"), timeout=timedelta(seconds=5))
    return replace(channel, **more)  # type: ignore[arg-type]


def refused(channel: WebhookChannel) -> DeliveryError:
    """Return how sending fails."""
    with pytest.raises(DeliveryError) as caught:
        webhook.send(channel, SENT, NOW)
    return caught.value


# ------------------------------------------------------------------ what is sent


def test_receiver_gets_the_frozen_bytes() -> None:
    """One POST, JSON, under our name, with the delivery's id and the time of the attempt."""
    with receiving(Receiver()) as receiver:
        webhook.send(bot(receiver.url), SENT, NOW)
    ((path, headers, body),) = receiver.got
    assert path == "/T000/B000/hush"
    assert body == SENT.payload
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("monitor/")
    assert headers["webhook-id"] == "5f0c9c1e"
    assert headers["webhook-timestamp"] == "1764559800"
    assert "webhook-signature" not in headers


@pytest.mark.parametrize("key", [KEY, KEY.removeprefix("whsec_"), f" {KEY}\n"])
def test_signature_is_what_the_reference_library_expects(key: str) -> None:
    """Standard Webhooks' own library verifies what we signed."""
    with receiving(Receiver()) as receiver:
        webhook.send(bot(receiver.url, secret=secret(key)), SENT, datetime.now(UTC))
    ((_, headers, body),) = receiver.got
    assert Webhook(KEY).verify(body, headers) == json.loads(SENT.payload)


def test_every_key_signs_while_they_are_exchanged() -> None:
    """Receivers with the old and with the new secret both verify the message."""
    with receiving(Receiver()) as receiver:
        channel = bot(receiver.url, secret=secret(f"{KEY} {OTHER}"))
        webhook.send(channel, SENT, datetime.now(UTC))
    ((_, headers, body),) = receiver.got
    assert len(headers["webhook-signature"].split(" ")) == 2
    for key in (KEY, OTHER):
        assert Webhook(key).verify(body, headers)


@pytest.mark.parametrize(
    "key",
    ["", "whsec_", "whsec_???", "hunter2", "whsec_aGk=", "pässword", f"{KEY} whsec_aGk=", "A" * 92],
)
def test_bad_secret_is_told_without_it(key: str) -> None:
    """A signing secret of the wrong form sends nothing and is not shown."""
    with receiving(Receiver()) as receiver:
        error = refused(bot(receiver.url, secret=secret(key)))
    assert not receiver.got
    assert str(error).startswith("$TEST_SECRET holds no signing secret")
    assert not error.is_permanent
    told = "".join(traceback.format_exception(error))
    assert not [word for word in key.split() if len(word) > 6 and word in told]


@pytest.mark.parametrize(
    ("form", "render"),
    [("slack", slack.render), ("discord", discord.render), ("teams", teams.render)],
)
def test_chat_needs_no_signature(form: str, render: Callable[[ReleaseMessage], bytes]) -> None:
    """A chat gets its body alone."""
    message = replace(SENT, payload=render(THREE))
    with receiving(Receiver(body=b"ok")) as receiver:
        webhook.send(bot(receiver.url, format=form), message, NOW)
    ((path, headers, body),) = receiver.got
    assert (path, body) == ("/T000/B000/hush", message.payload)
    assert not [name for name in headers if name.startswith(("webhook-", "authorization"))]


# ------------------------------------------------------------------ ntfy

PUSH = replace(SENT, payload=ntfy.render_ntfy(THREE))


def topic(receiver: Receiver, name: str = "hush-topic_1") -> str:
    """Return the address of a topic at the receiver."""
    return receiver.url.replace("T000/B000/hush", name)


@pytest.mark.parametrize("name", ["hush-topic_1", "hush-topic_1/"])
def test_ntfy_gets_json_with_the_topic_at_its_root(name: str) -> None:
    """As "publish as JSON" is documented; the topic was not in what was frozen."""
    with receiving(Receiver()) as receiver:
        webhook.send(bot(topic(receiver, name), format="ntfy"), PUSH, NOW)
    ((path, headers, body),) = receiver.got
    assert path == "/"
    assert json.loads(body) == {"topic": "hush-topic_1", **json.loads(PUSH.payload)}
    assert "authorization" not in headers
    assert not [name for name in headers if name.startswith("webhook-")]


def test_ntfy_is_shown_its_access_token() -> None:
    """A secret is one, and goes as a bearer token."""
    with receiving(Receiver()) as receiver:
        channel = bot(topic(receiver), format="ntfy", secret=secret("tk_hush\n"))
        webhook.send(channel, PUSH, NOW)
    assert receiver.got[0][1]["authorization"] == "Bearer tk_hush"


@pytest.mark.parametrize("token", ["", " ", "tk hush", "tk\r\nx: hush", "tk_häsh"])
def test_bad_access_token_is_told_without_it(token: str) -> None:
    """What no header can carry sends nothing and is not shown."""
    with receiving(Receiver()) as receiver:
        error = refused(bot(topic(receiver), format="ntfy", secret=secret(token)))
    assert not receiver.got
    assert str(error) == "$TEST_SECRET holds no access token: one word of plain ASCII signs"


@pytest.mark.parametrize("name", ["", "a/b", "hüsh", "x" * 65])
def test_what_is_no_topic_is_told_without_it(name: str) -> None:
    """An address without a topic, or with a deeper path, cannot be published to."""
    with receiving(Receiver()) as receiver:
        error = refused(bot(topic(receiver, name), format="ntfy"))
    assert not receiver.got
    assert str(error) == "$HOOK holds no topic: write https://ntfy.sh/your-topic"


def test_neither_topic_nor_token_shows() -> None:
    """Not even when the server says them back."""
    answer = Receiver(status=403, body=b"tk_hush may not write to hush-topic_1")
    with receiving(answer) as receiver:
        error = refused(bot(topic(receiver), format="ntfy", secret=secret("tk_hush")))
    assert str(error) == "http://127.0.0.1 answered 403: … may not write to …"


def test_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message goes straight to the address in the config."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    with receiving(Receiver()) as receiver:
        webhook.send(bot(receiver.url), SENT, NOW)
    assert receiver.got


# ------------------------------------------------------------------ what is answered


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    """Every 2xx says that the message was taken."""
    with receiving(Receiver(status=status)) as receiver:
        webhook.send(bot(receiver.url), SENT, NOW)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((410, True), (300, False), (400, False), (401, False), (403, False), (404, False)),
        *((408, False), (413, False), (429, False), (500, False), (503, False), (599, False)),
    ],
)
def test_only_gone_is_for_good(status: int, permanent: bool) -> None:
    """What the user or the receiver can mend is tried again; a 410 is not."""
    with receiving(Receiver(status=status, body=b"no\x1b[2J\nentry")) as receiver:
        error = refused(bot(receiver.url))
    assert error.is_permanent == permanent
    assert str(error).startswith(f"http://127.0.0.1 answered {status}")
    assert str(error).endswith(": no[2J entry")
    assert error.retry_after is None


def test_redirect_is_not_followed() -> None:
    """A receiver cannot send the message elsewhere."""
    with receiving(Receiver()) as target:
        answer = Receiver(status=307, headers={"location": target.url})
        with receiving(answer) as receiver:
            error = refused(bot(receiver.url))
    assert not target.got
    assert "redirect" in str(error)
    assert not error.is_permanent


@pytest.mark.parametrize("status", [429, 503, 500])
def test_retry_after_is_passed_on(status: int) -> None:
    """What the receiver asked for comes with the error."""
    with receiving(Receiver(status=status, headers={"retry-after": "77"})) as receiver:
        assert refused(bot(receiver.url)).retry_after == timedelta(seconds=77)


@pytest.mark.parametrize(
    ("form", "headers", "body", "wait"),
    [
        ("discord", {"retry-after": "1"}, b'{"message": "x", "retry_after": 64.57}', 64.57),
        ("discord", {"retry-after": "70"}, b'{"retry_after": 64.57}', 70),
        ("discord", {}, b'{"retry_after": 0}', 0),
        ("discord", {"retry-after": "5"}, b'{"retry_after": "soon"}', 5),
        ("discord", {"retry-after": "5"}, b'{"retry_after": -1}', 5),
        ("discord", {"retry-after": "5"}, b'{"retry_after": 1e300}', 5),
        ("discord", {"retry-after": "5"}, b'{"retry_after": NaN}', 5),
        ("discord", {"retry-after": "5"}, b'["retry_after"]', 5),
        ("discord", {"retry-after": "5"}, b"<html>", 5),
        ("discord", {"retry-after": "5"}, b"[" * 4000, 5),
        ("discord", {}, b"\xff", None),
        ("slack", {"retry-after": "30"}, b'{"retry_after": 60}', 30),
        ("slack", {}, b"rate_limited", None),
    ],
)
def test_wait_of_a_chat_is_honoured(
    form: str, headers: dict[str, str], body: bytes, wait: float | None
) -> None:
    """Discord says it in its body too, and more exactly; the longer wait counts."""
    with receiving(Receiver(status=429, headers=headers, body=body)) as receiver:
        error = refused(bot(receiver.url, format=form))
    assert error.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert not error.is_permanent


@pytest.mark.parametrize("form", ["slack", "discord", "teams"])
@pytest.mark.parametrize(("status", "permanent"), [(404, False), (400, False), (410, True)])
def test_chat_that_lost_its_webhook_may_get_it_back(
    form: str, status: int, permanent: bool
) -> None:
    """A 404 can be a proxy's or be mended by a new address; only a 410 is for good."""
    with receiving(Receiver(status=status, body=b"no_service")) as receiver:
        error = refused(bot(receiver.url, format=form))
    assert error.is_permanent == permanent
    assert str(error).endswith(": no_service")


def test_address_never_shows() -> None:
    """Not even when the receiver's error page says it back."""
    page = b"The requested URL /T000/B000/hush?token=a%20b%20c was not found. a b c"
    with receiving(Receiver(status=404, body=page)) as receiver:
        error = refused(bot(f"{receiver.url}?token=a%20b%20c"))
    told = "".join(traceback.format_exception(error))
    assert "was not found" in told
    assert not [word for word in ("hush", "T000", "B000", "a%20b", "a b c") if word in told]


def test_long_answer_is_quoted_in_part() -> None:
    """A huge page is neither read whole nor shown whole."""
    with receiving(Receiver(status=500, body=b"sorry " * 500_000)) as receiver:
        error = refused(bot(receiver.url))
    assert 200 < len(str(error)) < 300


def test_packed_answer_is_not_quoted() -> None:
    """We asked for plain text; what came packed all the same is not unpacked."""
    packed = Receiver(500, {"content-encoding": "gzip"}, gzip.compress(b"x" * 10_000))
    with receiving(packed) as receiver:
        assert str(refused(bot(receiver.url))) == "http://127.0.0.1 answered 500"


# ------------------------------------------------------------------ a bad connection


def test_tls_is_verified_by_the_given_authority(authority: Authority) -> None:
    """With `ca_file` a private authority's receiver gets the message."""
    with receiving(Receiver(), authority.context("127.0.0.1")) as receiver:
        webhook.send(bot(receiver.url, ca_file=authority.ca_file), SENT, NOW)
    assert receiver.got


@pytest.mark.parametrize("trusted", [True, False])
def test_wrong_certificate_is_refused(authority: Authority, trusted: bool) -> None:
    """An unknown authority, or another host's certificate, gets no message."""
    name = "hooks.example.com" if trusted else "127.0.0.1"
    with receiving(Receiver(), authority.context(name)) as receiver:
        error = refused(bot(receiver.url, ca_file=authority.ca_file if trusted else None))
    assert not receiver.got
    assert str(error).startswith("https://127.0.0.1: its certificate could not be verified: ")
    assert not error.is_permanent


def test_nobody_listens() -> None:
    """A refused connection passes, and is told by host alone."""
    error = refused(bot(f"http://user:pass@127.0.0.1:{free_port()}/T000/hush"))
    assert str(error) == "http://127.0.0.1: Connection refused"
    assert not error.is_permanent
    assert "hush" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("play", [silent, drip(b"HTTP/1.1 200 OK\r\nx: y\r\n")])
def test_slow_receiver_is_left_in_time(play: Play) -> None:
    """Silence, or a byte of the headers now and then, ends with the timeout."""
    with scripted(play) as port:
        error = refused(bot(f"http://127.0.0.1:{port}/", timeout=timedelta(seconds=0.4)))
    assert str(error) == "http://127.0.0.1: no answer in time"
    assert not error.is_permanent


def test_answer_that_drips_still_counts() -> None:
    """A body that never ends does not hide the status that came before it."""

    def play(caller: socket.socket, over: threading.Event) -> None:
        caller.recv(65536)
        caller.sendall(b"HTTP/1.1 410 Gone\r\ncontent-length: 1000\r\n\r\nbye ")
        drip(b"bye ")(caller, over)

    with scripted(play) as port:
        error = refused(bot(f"http://127.0.0.1:{port}/", timeout=timedelta(seconds=0.4)))
    assert error.is_permanent
    assert "answered 410 (gone for good): bye" in str(error)


@pytest.mark.parametrize("answer", ["not HTTP at all", ""])
def test_receiver_that_talks_nonsense(answer: str) -> None:
    """What is no HTTP is a passing failure without a quote."""
    with scripted(lines(answer)) as port:
        error = refused(bot(f"http://127.0.0.1:{port}/hush"))
    assert str(error).startswith("http://127.0.0.1: ")
    assert not error.is_permanent
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example.com/T000", "ftp://x/T000", "https://", "http://[::1/T000", "http://x:y/T0"],
)
def test_what_is_no_web_address_is_told_without_it(url: str) -> None:
    """The error says where the address stands, not what it is."""
    error = refused(bot(url))
    assert str(error) == "$HOOK holds no http or https address"


def test_address_that_httpx_refuses_is_told_without_it() -> None:
    """An address that no request can be made of is the user's to mend."""
    error = refused(bot("http://exa\x00mple.com/hush"))
    assert "hush" not in str(error)
