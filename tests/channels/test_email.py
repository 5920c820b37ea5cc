"""Messages by SMTP, to real servers on loopback."""

import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.channels import email
from monitor.errors import DeliveryError, MonitorError
from monitor.models.config import EmailChannel, Secret, TlsMode
from monitor.render import email as render_email
from tests.channels.peers import (
    DELIVERY,
    Authority,
    Mailbox,
    drip,
    free_port,
    lines,
    login,
    mail_server,
    scripted,
    secret,
    silent,
)
from tests.render.samples import THREE

DESK = EmailChannel(
    name="desk",
    to=("desk@example.com", "Ops <ops@example.com>"),
    sender="Monitor <monitor@example.com>",
    host="127.0.0.1",
    port=25,
    tls="none",
    timeout=timedelta(seconds=5),
)
PAYLOAD = render_email.render(THREE, sender=DESK.sender, to=DESK.to)
SENT = replace(DELIVERY, payload=PAYLOAD)


def refused(channel: EmailChannel) -> DeliveryError:
    """Return how sending fails."""
    with pytest.raises(DeliveryError) as caught:
        email.send(channel, SENT)
    return caught.value


def test_message_arrives_as_it_was_frozen() -> None:
    """Bytes, sender and recipients are those that were decided."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        email.send(replace(DESK, port=port), SENT)
    (envelope,) = mailbox.taken
    assert envelope.original_content == PAYLOAD
    assert envelope.mail_from == "monitor@example.com"
    assert envelope.rcpt_tos == ["desk@example.com", "ops@example.com"]


def test_lines_that_begin_with_a_dot_survive() -> None:
    """A line of one dot ends no message."""
    mailbox = Mailbox()
    payload = b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"
    with mail_server(mailbox) as port:
        email.send(replace(DESK, port=port), replace(SENT, payload=payload))
    assert mailbox.taken[0].original_content == payload


# ------------------------------------------------------------------ TLS and login


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_tls_is_verified_by_the_given_authority(authority: Authority, tls: TlsMode) -> None:
    """With STARTTLS, or with TLS from the first byte, the message goes over TLS."""
    mailbox, context = Mailbox(), authority.context("127.0.0.1")
    start = {"tls_context": context, "require_starttls": True}
    options = start if tls == "starttls" else {"ssl_context": context}
    with mail_server(mailbox, **options) as port:
        email.send(replace(DESK, port=port, tls=tls, ca_file=authority.ca_file), SENT)
    assert mailbox.taken
    assert mailbox.secure == (tls == "starttls")  # aiosmtpd knows only of the TLS it started


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("trusted", [True, False])
def test_wrong_certificate_is_refused(authority: Authority, tls: TlsMode, trusted: bool) -> None:
    """An unknown authority, or another host's certificate, gets no message."""
    mailbox = Mailbox()
    context = authority.context("mail.example.com" if trusted else "127.0.0.1")
    options = {"tls_context": context} if tls == "starttls" else {"ssl_context": context}
    channel = replace(DESK, tls=tls, ca_file=authority.ca_file if trusted else None)
    with mail_server(mailbox, **options) as port:
        error = refused(replace(channel, port=port))
    assert not mailbox.taken
    assert "certificate could not be verified" in str(error)
    assert not error.is_permanent


def test_server_without_starttls_gets_no_message() -> None:
    """TLS is not given up because a server, or someone between, does not offer it."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        error = refused(replace(DESK, port=port, tls="starttls"))
    assert not mailbox.taken
    assert "STARTTLS" in str(error)
    assert '"tls"' in str(error)


def test_plain_server_on_an_implicit_port_is_told_in_words() -> None:
    """A server that speaks no TLS where TLS was expected is a passing failure."""
    with mail_server(Mailbox()) as port:
        error = refused(replace(DESK, port=port, tls="implicit"))
    assert str(error).startswith(f"127.0.0.1:{port}: ")
    assert not error.is_permanent


def test_certificate_file_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    """A missing `ca_file` is the user's to mend."""
    with pytest.raises(MonitorError, match="nowhere"):
        email.send(replace(DESK, tls="starttls", ca_file=tmp_path / "nowhere.pem"), SENT)


@pytest.mark.parametrize("password", ["open sesame", "hush-hush"])
def test_login_lets_in_who_knows_the_password(authority: Authority, password: str) -> None:
    """A wrong password is told in words, without it, and can be mended."""
    mailbox = Mailbox()
    channel = replace(
        DESK,
        tls="starttls",
        ca_file=authority.ca_file,
        username="monitor",
        password=secret(password),
    )
    options = {
        "tls_context": authority.context("127.0.0.1"),
        "authenticator": login,
        "auth_required": True,
    }
    with mail_server(mailbox, **options) as port:
        if password == "open sesame":
            email.send(replace(channel, port=port), SENT)
            assert mailbox.taken
            return
        error = refused(replace(channel, port=port))
    assert "refused the user name or password: 535" in str(error)
    assert not error.is_permanent
    assert password not in str(error)


def test_password_never_goes_in_the_clear() -> None:
    """Without TLS the password is not even read, unless the server is on this machine."""

    def read() -> str:
        raise AssertionError

    channel = replace(DESK, username="monitor", password=Secret("$X", read))
    error = refused(replace(channel, host="mail.example.com"))
    assert "without TLS" in str(error)
    assert "mail.example.com" in str(error)
    for host in ("localhost", "::1"):
        with pytest.raises(AssertionError):
            email.send(replace(channel, host=host), SENT)


def test_address_beyond_ascii_is_told_in_words() -> None:
    """A domain is sent in its ASCII form; a name before the @ has none."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        email.send(replace(DESK, port=port, to=("desk@bücher.example",)), SENT)
        error = refused(replace(DESK, port=port, to=("büro@example.com",)))
    assert mailbox.taken[0].rcpt_tos == ["desk@xn--bcher-kva.example"]
    assert "ASCII" in str(error)
    assert not error.is_permanent


def test_password_beyond_ascii_is_told_without_it() -> None:
    """What SMTP cannot send is said; no cause of the error holds the password."""
    options = {"authenticator": login, "auth_require_tls": False}
    channel = replace(DESK, username="monitor", password=secret("geheimnüß"))
    with mail_server(Mailbox(), **options) as port:
        error = refused(replace(channel, port=port))
    assert "ASCII" in str(error)
    assert error.__suppress_context__


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("answers", "permanent"),
    [
        (("550 no such user", "553 nor this"), True),
        (("450 come back", "451 later"), False),
        (("550 no such user", "450 come back"), False),
    ],
)
def test_all_recipients_refused(answers: tuple[str, str], permanent: bool) -> None:
    """Only when every refusal is for good does trying again not help."""
    said = dict(zip(("desk@example.com", "ops@example.com"), answers, strict=True))
    with mail_server(Mailbox(said=said)) as port:
        error = refused(replace(DESK, port=port))
    assert error.is_permanent == permanent
    assert f"desk@example.com: {answers[0]}; ops@example.com: {answers[1]}" in str(error)


@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 \x1b[2Jno such user", True), ("450 greylisted", False)]
)
def test_one_recipient_refused_does_not_have_it(answer: str, permanent: bool) -> None:
    """It is no success; those who took the message are named, so as not to get it again."""
    mailbox = Mailbox(said={"ops@example.com": answer})
    with mail_server(mailbox) as port:
        error = refused(replace(DESK, port=port))
        assert mailbox.taken[0].rcpt_tos == ["desk@example.com"]
        assert (error.is_permanent, error.delivered_to) == (permanent, ["desk@example.com"])
        said = answer.replace("\x1b", "")
        assert f"refused ops@example.com: {said}; the other recipients have it" in str(error)
        mailbox.said.clear()
        email.send(
            replace(DESK, port=port), replace(SENT, delivered_to=frozenset(error.delivered_to))
        )
        assert mailbox.taken[1].rcpt_tos == ["ops@example.com"]
        assert mailbox.taken[1].original_content == PAYLOAD


def test_nobody_left_is_no_conversation() -> None:
    """Whoever refused it may have been taken out of the config: nobody waits for it then."""
    everybody = frozenset({"desk@example.com", "ops@example.com"})
    email.send(replace(DESK, port=free_port()), replace(SENT, delivered_to=everybody))


@pytest.mark.parametrize(
    ("mailbox", "words", "permanent"),
    [
        (Mailbox(on_mail="550 not from you"), "refused the sender monitor@example.com: 550", False),
        (Mailbox(on_mail="451 busy"), "refused the sender monitor@example.com: 451", False),
        (Mailbox(on_data="554 spam"), "did not take the message: 554 spam", True),
        (Mailbox(on_data="452 full"), "did not take the message: 452 full", False),
    ],
)
def test_refused_message(mailbox: Mailbox, words: str, permanent: bool) -> None:
    """A message refused for good is given up; a sender can be mended in the config."""
    with mail_server(mailbox) as port:
        error = refused(replace(DESK, port=port))
    assert words in str(error)
    assert error.is_permanent == permanent


# ------------------------------------------------------------------ a bad connection


def test_nobody_listens() -> None:
    """A refused connection passes."""
    port = free_port()
    error = refused(replace(DESK, port=port))
    assert str(error) == f"127.0.0.1:{port}: Connection refused"
    assert not error.is_permanent


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["554 not today"], "did not take the message: 554 not today"),
        (["220 hello"], "closed"),
        (["220 hello", "250 you", "250 sender", "250 rcpt", "250 rcpt", "354 go"], "closed"),
        (["not SMTP at all"], "127.0.0.1:"),
    ],
)
def test_server_that_breaks_off(answers: list[str], words: str) -> None:
    """A conversation that ends early is a passing failure."""
    with scripted(lines(*answers)) as port:
        error = refused(replace(DESK, port=port))
    assert words in str(error)
    assert not error.is_permanent


def test_taken_message_is_not_sent_again_because_the_goodbye_failed() -> None:
    """After the server took the message, nothing is a failure any more."""
    answers = ["220 hello", "250 you", "250 sender", "250 rcpt", "250 rcpt", "354 go", "250 taken"]
    with scripted(lines(*answers)) as port:
        email.send(replace(DESK, port=port), SENT)


def test_silent_server_is_left_in_time() -> None:
    """A server that says nothing is left after the timeout."""
    with scripted(silent) as port:
        error = refused(replace(DESK, port=port, timeout=timedelta(seconds=0.2)))
    assert "no answer in time" in str(error)


def test_dripping_server_is_left_in_time() -> None:
    """A server that sends a byte now and then is left all the same."""
    with scripted(drip(b"220-hello\r\n")) as port:
        error = refused(replace(DESK, port=port, timeout=timedelta(seconds=0.2)))
    assert "no answer in time" in str(error)
    assert not error.is_permanent


@pytest.mark.parametrize(
    ("name", "hello"),
    [("box", "[127.0.0.1]"), ("box.example.com", "box.example.com"), ("büro.local", "[127.0.0.1]")],
)
def test_name_of_this_machine_is_not_looked_up(
    monkeypatch: pytest.MonkeyPatch, name: str, hello: str
) -> None:
    """Hello is said without the DNS, under a name that servers accept."""

    def slow(_name: str = "") -> str:
        raise AssertionError

    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        monkeypatch.setattr(socket, "getfqdn", slow)
        monkeypatch.setattr(socket, "gethostname", lambda: name)
        email.send(replace(DESK, port=port), SENT)
        monkeypatch.undo()
    assert mailbox.hello == hello
