"""Messages through Apprise, to a real receiver on loopback."""

import io
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.channels import apprise
from monitor.errors import DeliveryError
from monitor.models.config import AppriseChannel
from monitor.render.apprise import render_apprise
from tests.channels.peers import DELIVERY, Receiver, free_port, receiving, secret
from tests.render.samples import THREE

SENT = replace(DELIVERY, payload=render_apprise(THREE))


def phone(*urls: str) -> AppriseChannel:
    """Return a channel to these addresses, as Apprise writes them."""
    found = " ".join(url.replace("http://", "json://") for url in urls)
    return AppriseChannel(name="phone", url=secret(found, "$PHONE"))


def refused(channel: AppriseChannel) -> DeliveryError:
    """Return how sending fails."""
    with pytest.raises(DeliveryError) as caught:
        apprise.send(channel, SENT)
    return caught.value


def test_services_get_title_and_text() -> None:
    """Each address gets the message, as text, with nothing attached."""
    with receiving(Receiver()) as one, receiving(Receiver()) as other:
        apprise.send(phone(one.url, f"{other.url}\n"), SENT)
    for receiver in (one, other):
        ((path, _, body),) = receiver.got
        said, frozen = json.loads(body), json.loads(SENT.payload)
        assert path == "/T000/B000/hush"
        assert (said["title"], said["message"]) == (frozen["title"], frozen["body"])
        assert said["attachments"] == []


@pytest.mark.parametrize("text", ["a \\n b", "<b>&amp;</b>", "*a* _b_ # c", ":smile: ${X} {{X}}"])
def test_the_text_is_not_interpreted(text: str) -> None:
    """No escapes, no HTML, no Markdown, no emoji names, no templates."""
    message = replace(SENT, payload=json.dumps({"title": text, "body": text}).encode())
    with receiving(Receiver()) as receiver:
        apprise.send(phone(receiver.url), message)
    said = json.loads(receiver.got[0][2])
    assert (said["title"], said["message"]) == (text, text)


def test_long_text_is_split_and_not_cut() -> None:
    """What a service cannot take at once comes in several messages."""
    body = " ".join(f"word{n}" for n in range(9000))
    message = replace(SENT, payload=json.dumps({"title": "", "body": body}).encode())
    with receiving(Receiver()) as receiver:
        apprise.send(phone(receiver.url), message)
    assert len(receiver.got) > 1
    said = " ".join(json.loads(got[2])["message"] for got in receiver.got)
    assert said.split() == body.split()


def test_who_wants_it_cut_gets_it_cut() -> None:
    """What an address says about long texts is the owner's word."""
    message = replace(SENT, payload=json.dumps({"title": "", "body": "x" * 40_000}).encode())
    with receiving(Receiver()) as receiver:
        apprise.send(phone(f"{receiver.url}?overflow=truncate"), message)
    assert len(receiver.got) == 1


def test_failure_is_passing_and_says_why() -> None:
    """The service is named by its kind, with the reason that Apprise logged."""
    with receiving(Receiver(status=500)) as receiver:
        error = refused(phone(receiver.url))
    assert str(error).startswith("Apprise did not get it through: JSON: Failed to send JSON")
    assert "error=500" in str(error)
    assert not error.is_permanent
    assert error.retry_after is None


def test_one_failure_of_two_is_one() -> None:
    """The message counts as sent only where every service took it."""
    with receiving(Receiver()) as receiver:
        error = refused(phone(receiver.url, f"http://127.0.0.1:{free_port()}/x"))
    assert len(receiver.got) == 1
    assert str(error).count("JSON: ") == 1


def test_redirect_is_not_followed() -> None:
    """A receiver cannot send the message elsewhere."""
    with receiving(Receiver()) as target:
        with receiving(Receiver(status=307, headers={"location": target.url})) as receiver:
            refused(phone(receiver.url))
    assert not target.got


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what a program writes that logs everything."""
    written, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(before)
    root.removeHandler(handler)


def test_address_never_shows(log: io.StringIO) -> None:
    """Not its host, which may be a key, nor its path; in no error, and in no log of ours."""
    logging.getLogger().debug("a line")
    url = f"http://ann:hunter2@localhost:{free_port()}/hushhush/?token=open+sesame"
    error = refused(phone(url))
    told = "".join(traceback.format_exception(error)) + log.getvalue()
    assert "a line" in told
    secrets = ("hunter2", "localhost", "hushhush", "sesame")
    assert not [word for word in secrets if word in told]


@pytest.mark.parametrize("url", ["nosuch://hush/x", "tgram://", "json://", "mailto://hush"])
def test_unknown_address_is_told_without_it(url: str) -> None:
    """The error says where it stands, and it may be mended."""
    error = refused(phone(url))
    assert str(error) == "$PHONE holds an address that Apprise does not know"
    assert not error.is_permanent


def test_apprise_is_loaded_when_a_message_goes_through_it() -> None:
    """It is large: preparing a message needs none of it."""
    program = (
        "import sys; from monitor import channels; from monitor.render import apprise;"
        "print('apprise' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
