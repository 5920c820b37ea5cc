"""What is wrong with a channel, told apart, without a message being sent."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitor.doctor.findings import Finding
from tests.channels.peers import (
    Authority,
    Mailbox,
    Receiver,
    free_port,
    lines,
    login,
    mail_server,
    receiving,
    scripted,
    silent,
)
from tests.doctor.examined_setup import context_of, examined, self_signed, sick, told
from tests.support.installation import SECRET, bot, desk, source
from tests.support.site import Site

LOGIN = {"username": "monitor", "password": "open sesame"}


@pytest.fixture(name="trade")
def trade_fixture(site: Site) -> str:
    """Return a source that is well, so that what is wrong is the channel."""
    from datetime import date  # noqa: PLC0415 - here alone

    site.publish("Talks", date(2025, 12, 1))
    return source("trade", site.url())


def channel(findings: list[Finding]) -> tuple[str, str]:
    """Return the text and the remedy of what is wrong with the channel."""
    found = sick(findings)
    assert found.about == "channel"
    return found.text, found.remedy


# ------------------------------------------------------------------ mail


def test_mail_that_is_well_is_rehearsed_and_not_sent(
    trade: str, tmp_path: Path, authority: Authority
) -> None:
    """TLS, login, sender and recipients; no message."""
    mailbox = Mailbox()
    trust = authority.context("127.0.0.1")
    with mail_server(mailbox, tls_context=trust, authenticator=login) as port:
        channel = desk(port, tls="starttls", ca_file=str(authority.ca_file), **LOGIN)
        findings = examined(tmp_path, trade, channel)
    assert told(findings, "channel", "desk") == [
        ("ok", f"127.0.0.1:{port} takes mail for desk@example.com; none was sent", "")
    ]
    assert (mailbox.secure, mailbox.taken, mailbox.taken_back) == (True, [], 1)


@pytest.mark.parametrize(
    ("mailbox", "settings", "text", "remedy"),
    [
        (Mailbox(), {"username": "monitor", "password": "wrong"},
         "refused the user name or password: 535", "app password"),
        (Mailbox(on_mail="550 not you"), LOGIN, "refused the sender monitor@example.com",
         "set from"),
        (Mailbox(said={"desk@example.com": "550 no such box"}),
         {**LOGIN, "to": ["ops@example.com", "desk@example.com"]},
         "refuses desk@example.com: 550 no such box", "spelled right"),
        (Mailbox(), {"username": "monitor", "password": {"env": "SMTP_PASSWORD"}},
         "the environment variable SMTP_PASSWORD is not set", "add the missing value"),
    ],
    ids=["password", "sender", "recipient", "missing"],
)  # fmt: skip
def test_what_a_mail_server_does_not_like(
    trade: str, tmp_path: Path, mailbox: Mailbox, settings: dict[str, Any], text: str, remedy: str
) -> None:
    """Before any message is lost by it."""
    options = {"auth_require_tls": False, "authenticator": login}
    secret = settings.get("password")
    with mail_server(mailbox, **options) as port:
        channel_text = desk(port, **{**settings, "password": "PASSWORD"})
        spelled = '{ env = "SMTP_PASSWORD" }' if isinstance(secret, dict) else f'"{secret}"'
        findings = examined(tmp_path, trade, channel_text.replace('"PASSWORD"', spelled))
    said, advice = channel(findings)
    assert text in said
    assert remedy in advice
    assert mailbox.taken == []
    assert "sesame" not in said + advice


def test_a_mail_server_without_starttls(trade: str, tmp_path: Path) -> None:
    """Which would have the password in the open."""
    with mail_server(Mailbox()) as port:
        said, advice = channel(examined(tmp_path, trade, desk(port, tls="starttls")))
    assert "STARTTLS" in said
    assert 'tls = "implicit" with port = 465' in advice


def test_a_mail_server_that_takes_no_login(trade: str, tmp_path: Path) -> None:
    """It may want none; another port of it may."""
    with mail_server(Mailbox()) as port:
        said, advice = channel(examined(tmp_path, trade, desk(port, **LOGIN)))
    assert "SMTP AUTH extension not supported" in said
    assert advice.startswith("leave username and password out")
    assert '587 with tls = "starttls"' in advice


def test_tls_at_once_with_a_mail_server_that_begins_without(trade: str, tmp_path: Path) -> None:
    """What is wrong is the channel's tls or port; http has no part in it."""
    with mail_server(Mailbox()) as port:
        said, advice = channel(examined(tmp_path, trade, desk(port, tls="implicit")))
    assert said == "127.0.0.1 does not speak TLS on this port"
    assert 'set tls = "starttls"' in advice
    assert "http" not in advice


@pytest.mark.parametrize(
    ("play", "text", "remedy"),
    [
        (None, "Connection refused", "587 for STARTTLS"),
        (silent, "no answer in time", "firewall"),
        (lines("554 go away"), "554 go away", "mail provider"),
    ],
)
def test_a_mail_server_that_is_none(
    trade: str, tmp_path: Path, play: Callable[..., None] | None, text: str, remedy: str
) -> None:
    """Nobody there, nobody who speaks, nobody who wants."""
    if play is None:
        findings = examined(tmp_path, trade, desk(free_port()))
    else:
        with scripted(play) as port:
            findings = examined(tmp_path, trade, desk(port, timeout=0.3))
    said, advice = channel(findings)
    assert text in said
    assert remedy in advice


def incomplete(ca: trustme.CA) -> ssl.SSLContext:
    """Return the context of a server that forgets the intermediate."""
    return context_of(ca.create_child_ca().issue_cert("127.0.0.1"), certificates=1)


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize(
    ("making", "text"),
    [
        (self_signed, "is self-signed"),
        (incomplete, "does not send the intermediate certificate"),
        (lambda ca: context_of(ca.issue_cert("other.example.com")), "is for another name"),
    ],
    ids=["self-signed", "incomplete", "name"],
)
def test_what_is_wrong_with_a_mail_servers_certificate(
    trade: str,
    tmp_path: Path,
    authority: Authority,
    making: Callable[[trustme.CA], ssl.SSLContext],
    text: str,
    tls: str,
) -> None:
    """Told apart as a site's is, with the key that helps here."""
    trust = making(authority.ca)
    options = {"ssl_context" if tls == "implicit" else "tls_context": trust}
    with mail_server(Mailbox(), **options) as port:
        channel_text = desk(port, tls=tls, ca_file=str(authority.ca_file))
        said, advice = channel(examined(tmp_path, trade, channel_text))
    assert text in said
    assert "[fetch]" not in advice


# ------------------------------------------------------------------ webhooks and others


def test_a_webhook_that_is_well_gets_no_message(trade: str, tmp_path: Path) -> None:
    """Its server is reached; a POST would be a message."""
    with receiving(Receiver()) as receiver:
        findings = examined(tmp_path, trade, bot(receiver.url))
    assert told(findings, "channel", "bot") == [
        ("ok", "http://127.0.0.1 can be reached; nothing was posted", "")
    ]
    assert receiver.got == []


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ('url = { env = "HOOK" }', "the environment variable HOOK is not set, or empty"),
        (f'url = "https://nowhere.invalid/{SECRET}"', "the name nowhere.invalid cannot be looked"),
        ('url = "http://127.0.0.1:PORT/hush"', "refuses the connection"),
        ('url = "http://127.0.0.1/hush"\nsecret = "no key"', "holds no signing secret"),
        ('url = "https://ntfy.invalid/topic"\nformat = "ntfy"', "ntfy.invalid"),
        ('url = "http://127.0.0.1/x"\nca_file = "config.toml"', "no certificates could be read"),
    ],
)
def test_what_is_wrong_with_a_webhook(trade: str, tmp_path: Path, spelled: str, text: str) -> None:
    """Told without its address."""
    (tmp_path / "config.toml").write_text("no certificate")
    port = str(free_port())
    channel_text = f'[[channel]]\nname = "bot"\nkind = "webhook"\n{spelled}'
    if "ca_file" in spelled:
        channel_text = channel_text.replace("http://", "https://")
    said, advice = channel(examined(tmp_path, trade, channel_text.replace("PORT", port)))
    assert text in said
    assert advice
    assert "hush" not in said + advice
    assert SECRET not in said + advice


def test_apprise_reads_its_addresses(trade: str, tmp_path: Path) -> None:
    """And asks nobody."""
    apprise = '[[channel]]\nname = "phone"\nkind = "apprise"\nurl = "%s"'
    findings = examined(tmp_path, trade, apprise % "json://localhost json://nowhere.invalid")
    assert told(findings, "channel", "phone") == [
        ("ok", "2 addresses that Apprise knows; no message was sent", "")
    ]
    said, _ = channel(examined(tmp_path, trade, apprise % "nothing://hush"))
    assert "an address that Apprise does not know" in said
    assert "hush" not in said


# ------------------------------------------------------------------ the heartbeat


def test_the_heartbeats_server_is_reached_and_told_nothing(trade: str, tmp_path: Path) -> None:
    """Else a dead machine would look alive for once more."""
    with receiving(Receiver()) as receiver:
        section = f'[health]\nheartbeat = "{receiver.url}"'
        findings = examined(tmp_path, trade, section)
    assert told(findings, "heartbeat") == [("ok", "http://127.0.0.1 can be reached", "")]
    assert receiver.got == []


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ('"https://nowhere.invalid/hush"', "the name nowhere.invalid cannot be looked up (DNS)"),
        ('{ env = "BEAT" }', "the environment variable BEAT is not set, or empty"),
    ],
)
def test_what_is_wrong_with_the_heartbeat(
    trade: str, tmp_path: Path, spelled: str, text: str
) -> None:
    """Told without its address."""
    found = sick(examined(tmp_path, trade, f"[health]\nheartbeat = {spelled}"))
    assert (found.about, found.text) == ("heartbeat", text)
    assert found.remedy
