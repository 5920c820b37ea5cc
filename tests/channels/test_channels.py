"""The registry of channels."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import channels
from monitor.errors import DeliveryError, MonitorError
from monitor.models.config import (
    AppriseChannel,
    Channel,
    EmailChannel,
    Secret,
    TerminalChannel,
    WebhookChannel,
)
from monitor.render import apprise, discord, email, ntfy, slack, standard, teams, terminal
from tests.channels.peers import DELIVERY, NOW, Mailbox, Receiver, mail_server, receiving, secret
from tests.render.samples import ONE

SCREEN = TerminalChannel(name="here")
DESK = EmailChannel(
    name="desk",
    to=("desk@example.com",),
    sender="m@example.com",
    host="127.0.0.1",
    port=25,
    tls="none",
)
PHONE = AppriseChannel(name="phone", url=secret("json://127.0.0.1:1/"))
BOT = WebhookChannel(name="bot", url=secret("http://127.0.0.1:1/"), timeout=timedelta(seconds=5))


@pytest.mark.parametrize(
    ("channel", "payload"),
    [
        (SCREEN, terminal.compose_message(ONE).encode()),
        (DESK, email.render(ONE, sender="m@example.com", to=["desk@example.com"])),
        (BOT, standard.render(ONE)),
        (replace(BOT, format="slack"), slack.render(ONE)),
        (replace(BOT, format="discord"), discord.render(ONE)),
        (replace(BOT, format="teams"), teams.render(ONE)),
        (replace(BOT, format="ntfy"), ntfy.render_ntfy(ONE)),
        (PHONE, apprise.render_apprise(ONE)),
    ],
)
def test_message_is_prepared_as_its_channel_needs(channel: Channel, payload: bytes) -> None:
    """Each kind of channel has its own frozen form."""
    assert channels.render_payload(channel, ONE) == payload


def test_each_kind_is_sent_its_way() -> None:
    """What was prepared for a channel arrives through it."""
    out, mailbox = io.StringIO(), Mailbox()
    with mail_server(mailbox) as port, receiving(Receiver()) as receiver:
        bot = replace(BOT, url=secret(receiver.url))
        phone = replace(PHONE, url=secret(receiver.url.replace("http", "json")))
        for channel in (SCREEN, replace(DESK, port=port), bot, phone):
            message = replace(DELIVERY, payload=channels.render_payload(channel, ONE))
            channels.send(channel, message, now=NOW, out=out)
    assert out.getvalue() == terminal.render(ONE, colour=False, width=80) + "\n"
    assert len(mailbox.taken) == 1
    assert json.loads(receiver.got[0][2])["type"] == "releases.matched"
    assert json.loads(receiver.got[1][2])["title"] == "1 release matches: steel, canada"


def test_secret_that_is_gone_is_a_passing_failure() -> None:
    """A password file that cannot be read keeps the message for later."""

    def read() -> str:
        raise MonitorError("$HOOK is not set")

    bot = replace(BOT, url=Secret("$HOOK", read))
    with pytest.raises(DeliveryError, match=r"^\$HOOK is not set$") as caught:
        channels.send(bot, DELIVERY, now=NOW, out=io.StringIO())
    assert not caught.value.is_permanent


def test_failure_keeps_what_its_channel_said() -> None:
    """A DeliveryError passes through the registry as it is."""
    with receiving(Receiver(status=410)) as receiver:
        bot = replace(BOT, url=secret(receiver.url))
        with pytest.raises(DeliveryError) as caught:
            channels.send(bot, DELIVERY, now=NOW, out=io.StringIO())
    assert caught.value.is_permanent


def test_channels_are_imported_when_used() -> None:
    """Who prints to the terminal loads neither HTTP nor mail nor Apprise."""
    program = (
        "import sys; from monitor import channels; from monitor.channels import terminal;"
        "print(sorted({'apprise', 'httpx', 'smtplib', 'email.message', 'ssl'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
