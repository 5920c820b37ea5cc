"""What is wrong with a source, told apart: real servers on loopback, each wrong in its own way."""

import socket
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import trustme

from monitor.doctor import network, sources
from monitor.doctor.findings import Finding
from monitor.doctor.network import ServerAddress
from tests.channels.peers import Authority, free_port, lines, scripted
from tests.doctor.examined_setup import LONG_AGO, context_of, examined, self_signed, sick, told
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site
from tests.support.site_wire import Exchange, Fault, Response

DAY = date(2025, 12, 1)


def trade(findings: list[Finding]) -> tuple[str, str]:
    """Return the text and the remedy of what is wrong with the source."""
    found = sick(findings)
    assert (found.about, found.name) == ("source", "trade")
    return found.text, found.remedy


def test_a_source_that_is_well_is_read_once(site: Site, tmp_path: Path) -> None:
    """One request, as a check makes it; nothing is stored."""
    site.publish("Talks", DAY)
    findings = examined(tmp_path, source("trade", site.url()))
    ((standing, text, _),) = told(findings, "source", "trade")
    assert standing == "ok"
    assert text == f"page 1 of {site.url()} shows 1 entry, the newest of 2025-12-01"
    assert len(site.requests) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_listing_that_is_empty_and_was_accepted_so_is_well(site: Site, tmp_path: Path) -> None:
    """There is no newest entry to tell of."""
    site.publish("Talks", DAY)
    stage = Stage(tmp_path, source("trade", site.url()))
    stage.once()
    site.misbehave(faults.empty_list)
    assert stage.run("--once", "--accept").code == 0
    done = stage.run("doctor", "--json")
    (found,) = [one for one in done.json["findings"] if one["about"] == "source"]
    assert (found["standing"], done.err) == ("ok", "")
    assert found["text"] == f"page 1 of {site.url()} shows 0 entries, as was accepted"


# ------------------------------------------------------------------ the way there


@pytest.mark.parametrize(
    ("url", "text", "remedy"),
    [
        ("http://nowhere.invalid/x", "the name nowhere.invalid cannot be looked up (DNS)",
         "getent hosts nowhere.invalid"),
        ("http://127.0.0.1:PORT/x", "127.0.0.1, port PORT, refuses the connection",
         "see that the address and its port are right"),
        ("http://a..b/x", "the name a..b cannot be looked up (DNS)", "spelled right"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_reached(tmp_path: Path, url: str, text: str, remedy: str) -> None:
    """No name, nobody there."""
    port = str(free_port())
    findings = examined(tmp_path, source("trade", url.replace("PORT", port)))
    said, advice = trade(findings)
    assert text.replace("PORT", port) in said
    assert remedy in advice


@pytest.mark.parametrize("fault", [faults.hang(), faults.drip(every=0.1, in_body=False)])
def test_a_server_that_is_too_slow(site: Site, tmp_path: Path, fault: Fault) -> None:
    """It took the connection, and that is all, or nearly."""
    site.misbehave(fault)
    said, advice = trade(examined(tmp_path, source("trade", site.url()), timeout=0.7))
    assert said == "no complete answer within 0.7 s"
    assert "[fetch] timeout" in advice


def test_the_proxy_is_what_is_reached_where_there_is_one(site: Site, tmp_path: Path) -> None:
    """And what is wrong with it is told, not the site; its password is not."""
    closed = f'proxy = "http://me:sesame@127.0.0.1:{free_port()}"'
    parts = source("trade", "http://nowhere.invalid/x")
    said, advice = trade(examined(tmp_path, parts, fetch=closed))
    assert said.startswith("the proxy cannot be reached: 127.0.0.1, port ")
    assert "refuses the connection" in said
    assert advice.startswith("see that [fetch] proxy has its name and port right")
    site.misbehave(faults.status(407))
    proxy = site.origin.replace("//", "//me:sesame@")
    said, advice = trade(examined(tmp_path, parts, fetch=f'proxy = "{proxy}"'))
    assert "407" in said
    assert "user name and password" in advice
    assert "sesame" not in said + advice
    missing = 'proxy = { env = "PROXY" }'
    said, advice = trade(examined(tmp_path, parts, fetch=missing))
    assert said == "the environment variable PROXY is not set, or empty"


@pytest.mark.parametrize("way", ["text", "env"])
@pytest.mark.parametrize(
    ("proxy", "text"),
    [
        ("http://me:sesame@127.0.0.1:PORT", "127.0.0.1, port PORT, refuses the connection"),
        ("http://me:sesame@proxy.invalid:3128", "the name proxy.invalid cannot be looked up (DNS)"),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_named_as_the_cause(
    site: Site, tmp_path: Path, proxy: str, text: str, way: str
) -> None:
    """With where it is set; nobody would look for it in the address of the source."""
    port = str(free_port())
    proxy = proxy.replace("PORT", port)
    set_so = f'proxy = "{proxy}"' if way == "text" else 'proxy = { env = "PROXY" }'
    findings = examined(
        tmp_path, source("trade", site.url()), fetch=set_so, environ={"PROXY": proxy}
    )
    said, advice = trade(findings)
    assert said.startswith(f"the proxy cannot be reached: {text.replace('PORT', port)}")
    assert advice.startswith("see that [fetch] proxy")
    assert ("environment variable PROXY" in advice) == (way == "env")
    assert "sesame" not in said + advice


def test_a_proxy_whose_tls_is_wrong_is_named_too(
    authority: Authority, site: Site, tmp_path: Path
) -> None:
    """What helps is what helps with any server."""
    with Site(ssl_context=unknown(authority.ca)) as other:
        set_so = f'proxy = "{other.origin}"'
        said, advice = trade(examined(tmp_path, source("trade", site.url()), fetch=set_so))
    assert said.startswith("the proxy cannot be used: the certificate of 127.0.0.1 comes from")
    assert "set [fetch] ca_file" in advice


# ------------------------------------------------------------------ TLS

Making = Callable[[trustme.CA], ssl.SSLContext]


def old_tls(ca: trustme.CA) -> ssl.SSLContext:
    """Return the context of a server that has learnt nothing since 2006."""
    made = context_of(ca.issue_cert("127.0.0.1"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.set_ciphers("ALL:@SECLEVEL=0")
    return made


def incomplete(ca: trustme.CA) -> ssl.SSLContext:
    """Return the context of a server that forgets the intermediate."""
    return context_of(ca.create_child_ca().issue_cert("127.0.0.1"), certificates=1)


def unknown(_: trustme.CA) -> ssl.SSLContext:
    """Return the context of a server whose authority nobody knows, with its whole chain."""
    return context_of(trustme.CA().create_child_ca().issue_cert("127.0.0.1"))


@pytest.mark.parametrize(
    ("making", "text", "remedy"),
    [
        (lambda ca: context_of(ca.issue_cert("127.0.0.1", not_before=LONG_AGO,
                                             not_after=LONG_AGO + timedelta(days=1))),
         "has expired", "this machine's clock"),
        (lambda ca: context_of(ca.issue_cert("127.0.0.1",
                                             not_before=datetime.now(UTC) + timedelta(days=1))),
         "is not valid yet", "this machine's clock"),
        (self_signed, "is self-signed", "set [fetch] ca_file"),
        (incomplete, "does not send the intermediate certificate", "set [fetch] ca_file"),
        (unknown, "from an authority that this machine does not know", "set [fetch] ca_file"),
        (lambda ca: context_of(ca.issue_cert("other.example.com")),
         "is for another name", "the name in the address"),
        (old_tls, "speaks only TLS that is no longer safe", "TLS 1.2"),
    ],
    ids=["expired", "early", "self-signed", "incomplete", "unknown", "name", "old"],
)  # fmt: skip
def test_what_is_wrong_with_tls_is_told_apart(
    authority: Authority,
    tmp_path: Path,
    making: Making,
    text: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each has another remedy; the root is known to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with Site(ssl_context=making(authority.ca)) as site:
        said, advice = trade(examined(tmp_path, source("trade", site.url())))
        assert site.requests == []
    assert text in said
    assert remedy in advice


def test_tls_that_is_well(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a missing intermediate is given in the config, as the remedy says."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    child = authority.ca.create_child_ca()
    given = tmp_path / "missing.pem"
    child.cert_pem.write_to_path(str(given))
    with Site(ssl_context=context_of(child.issue_cert("127.0.0.1"), certificates=1)) as site:
        site.publish("Talks", DAY)
        findings = examined(tmp_path, source("trade", site.url()), fetch='ca_file = "missing.pem"')
    assert [one.severity for one in findings if one.about == "source"] == ["ok"]


def test_a_port_without_tls(tmp_path: Path) -> None:
    """As where http was meant, or a mail server stands."""
    with scripted(lines("220 mail.example.com", "500 what?")) as port:
        said, advice = trade(examined(tmp_path, source("trade", f"https://127.0.0.1:{port}/x")))
    assert said == "127.0.0.1 does not speak TLS on this port"
    assert "http instead of https" in advice


def reset(caller: socket.socket, _: object) -> None:
    """Break the connection off hard."""
    caller.recv(1)
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@pytest.mark.parametrize("play", [reset, lambda caller, _: caller.shutdown(socket.SHUT_WR)])
def test_a_server_that_hangs_up_in_the_handshake(
    tmp_path: Path, play: Callable[[socket.socket, object], None]
) -> None:
    """As some firewalls do."""
    with scripted(play) as port:
        said, _ = trade(examined(tmp_path, source("trade", f"https://127.0.0.1:{port}/x")))
    assert said == "127.0.0.1 hung up in the TLS handshake"


def test_certificates_of_ones_own_that_are_none(tmp_path: Path) -> None:
    """Told before anything is asked."""
    (tmp_path / "ca.pem").write_text("What is this?")
    parts = source("trade", "https://127.0.0.1:9/x")
    said, advice = trade(examined(tmp_path, parts, fetch='ca_file = "ca.pem"'))
    assert "no certificates could be read" in said
    assert "[fetch] ca_file must name a file in PEM form" in advice


# ------------------------------------------------------------------ what comes


@pytest.mark.parametrize(
    ("fault", "text", "remedy"),
    [
        (faults.status(403), "403", "which calls itself “monitor-test (+mailto:test@example.org)”"),
        (faults.status(406), "406", "turns away this program"),
        (faults.status(429), "429", "too many requests"),
        (faults.status(404), "404", "the listing has moved"),
        (faults.status(410), "410", "the listing has moved"),
        (faults.status(503), "503", "wait"),
        (faults.redirect("http://elsewhere.example.com/"), "redirected to another host",
         "set url to where it leads"),
        (faults.renamed_classes, "cannot be right", "layout"),
        (faults.empty_list, "holds no entries", "open the address"),
        (faults.maintenance, "cannot be right", ""),
        (faults.reset(), "broke off", "browser"),
    ],
)  # fmt: skip
def test_a_page_that_is_none(
    site: Site, tmp_path: Path, fault: Fault, text: str, remedy: str
) -> None:
    """By status, by layout, by what it says."""
    for number in range(3):
        site.publish(f"Round {number} of the talks", DAY)
    site.misbehave(fault)
    said, advice = trade(examined(tmp_path, source("trade", site.url())))
    assert text in said
    assert remedy in advice
    assert advice


def test_a_page_is_held_against_what_its_listing_used_to_look_like(
    site: Site, tmp_path: Path
) -> None:
    """As the next check will hold it; where nothing was read yet, nothing speaks against it."""
    for number in range(12):
        site.publish(f"Round {number} of the talks", DAY, body="Of quotas.")
    stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
    stage.once()
    for number in range(3, 13):
        site.withdraw(number)
    said, advice = trade(examined(tmp_path, source("trade", site.url())))
    assert "holds 2 of its usual 10 entries" in said
    assert "count" in advice
    (tmp_path / "elsewhere").mkdir()
    findings = examined(tmp_path / "elsewhere", source("trade", site.url()))
    assert told(findings, "source", "trade")[0][0] == "ok"


def test_a_program_without_a_contact_is_told_to_have_one(site: Site, tmp_path: Path) -> None:
    """It is often all that a site wants."""
    site.misbehave(faults.status(403))
    path = tmp_path / "config.toml"
    text = source("trade", site.url())
    from monitor.app import create_system_clock  # noqa: PLC0415
    from monitor.config.loader import parse_config  # noqa: PLC0415 - for this one without [fetch]
    from monitor.doctor import examine_installation  # noqa: PLC0415

    findings = list(
        examine_installation(parse_config(text, path=path, environ={}), create_system_clock())
    )
    said, advice = trade(findings)
    assert "403" in said
    assert 'set [fetch] user_agent = "monitor (+mailto:you@example.com)"' in advice
    assert [one for one in findings if one.severity == "warning"][-1].about == "config"


def test_a_dead_server_is_asked_once_for_all_its_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a hundred of its listings would cost a hundred time-outs."""
    asked: list[ServerAddress] = []

    def reach(place: ServerAddress, limit: timedelta) -> None:
        asked.append(place)
        network.check_connection(place, limit)

    monkeypatch.setattr(sources, "check_connection", reach)
    url = f"http://127.0.0.1:{free_port()}/"
    findings = examined(tmp_path, source("a", f"{url}a"), source("b", f"{url}b"))
    assert [one.severity for one in findings if one.about == "source"] == ["wrong", "wrong"]
    assert len(asked) == 1


# ------------------------------------------------------------------ the clock


def dated(lag: timedelta | str) -> Fault:
    """Let the site send a Date that lies so far from ours."""

    def fault(exchange: Exchange) -> Response:
        theirs = "" if isinstance(lag, str) else format_datetime(datetime.now(UTC) + lag)
        return exchange.response.but(Date=lag if isinstance(lag, str) else theirs)

    return fault


@pytest.mark.parametrize(
    ("lag", "standing", "text"),
    [
        (timedelta(hours=3), "wrong", "this machine's clock is 3:00:00 behind that of 127.0.0.1"),
        (-timedelta(days=2), "wrong", "this machine's clock is 2 days, 0:00:00 ahead of that of"),
        (timedelta(seconds=30), "ok", "agrees with that of 127.0.0.1"),
    ],
)
def test_the_clock_is_compared_with_the_sites(
    site: Site, tmp_path: Path, lag: timedelta, standing: str, text: str
) -> None:
    """By the Date of its answer (RFC 9110, 6.6.1)."""
    site.publish("Talks", DAY)
    site.misbehave(dated(lag))
    ((how, said, _),) = told(examined(tmp_path, source("trade", site.url())), "clock")
    assert how == standing
    assert text in said


@pytest.mark.parametrize("text", ["yesterday", ""])
def test_a_date_that_is_none_tells_nothing(site: Site, tmp_path: Path, text: str) -> None:
    """Nor does a site that sends none."""
    site.publish("Talks", DAY)
    site.misbehave(dated(text))
    assert told(examined(tmp_path, source("trade", site.url())), "clock") == []
