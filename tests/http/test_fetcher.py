"""One address, read once, from a real site that can misbehave."""

import socket
import ssl
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import trustme

from monitor.errors import FetchError
from tests.http.fetchers import fetcher, settings
from tests.support import site_faults as faults
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_wire import Fault


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a ministry with one release."""
    with Site() as served:
        served.publish("Steel talks", date(2025, 12, 1), body="Quotas.")
        yield served


def test_a_page_is_read_with_a_name_and_as_gzip(site: Site) -> None:
    """The request says who is asking and offers gzip alone; the answer comes unpacked."""
    with fetcher() as reader:
        page = reader.fetch_page(site.url())
    assert page.status == 200
    assert b"Steel talks" in page.body
    assert page.headers["content-type"].startswith("text/html")
    (request,) = site.requests
    assert request.headers["user-agent"] == "monitor-test (+mailto:test@example.org)"
    assert request.headers["accept-encoding"] == "gzip"


def test_validators_are_sent_and_not_modified_comes_back() -> None:
    """A conditional request may be answered with 304, which holds no body."""
    with Site(validators=True) as site, fetcher() as reader:
        first = reader.fetch_page(site.url())
        again = reader.fetch_page(site.url(), {"if-none-match": first.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
        site.publish("Another", date(2025, 12, 2))
        assert reader.fetch_page(site.url(), {"if-none-match": first.headers["etag"]}).status == 200


def test_a_304_that_nobody_asked_for_is_an_error(site: Site) -> None:
    """Without validators there is nothing that could be unmodified."""
    site.misbehave(faults.status(304))
    with fetcher() as reader, pytest.raises(FetchError, match="304"):
        reader.fetch_page(site.url())


FAULTS: list[tuple[Fault, str, bool]] = [
    (faults.status(500), "500 Internal Server Error", True),
    (faults.status(503), "503 Service Unavailable", True),
    (faults.status(429), "429 Too Many Requests", True),
    (faults.status(404), "404 Not Found", False),
    (faults.status(403), "403 Forbidden", False),
    (faults.status(204), "204", False),
    (faults.reset(), "broke off", True),
    (faults.reset(after=20), "broke off", True),
    (faults.reset_in_body, "broke off", True),
    (faults.hang_up_in_body, "broke off", True),
    (faults.bomb(), "larger than", False),
    (faults.stacked(), "encoding", False),
    (faults.encoded("br"), "encoding", False),
    (faults.endless, "larger than", False),
    (faults.redirect("http://192.0.2.1/"), "another host (192.0.2.1)", False),
    (faults.redirect("http://127.0.0.1:9/"), "another host (127.0.0.1:9)", False),
    (faults.redirect("ftp://127.0.0.1/"), "another host", False),
    (faults.redirect("http://[broken/"), "an invalid address", False),
    (faults.redirect("http://127.0.0.1:99999/"), "an invalid address", False),
    (faults.redirect("/loop"), "more than 3 redirects", False),
]


@pytest.mark.parametrize(("fault", "words", "passing"), FAULTS)
def test_each_fault_is_told_in_words(
    site: Site, fault: Fault, words: str, *, passing: bool
) -> None:
    """What went wrong, and whether trying again may help."""
    site.misbehave(fault)
    small = settings(max_bytes=100_000)
    with fetcher(small) as reader, pytest.raises(FetchError) as caught:
        reader.fetch_page(site.url())
    assert words in str(caught.value)
    assert caught.value.is_transient is passing


@pytest.mark.parametrize(
    "fault",
    [
        faults.hang(),
        faults.hang(after=30),
        faults.hang(after=3000),
        faults.drip(every=0.02),
        faults.drip(every=0.02, in_body=False),
    ],
)
def test_no_server_can_hold_a_fetch_beyond_its_time(site: Site, fault: Fault) -> None:
    """Neither by silence nor by a byte now and then, in the headers or in the body."""
    site.misbehave(fault)
    hasty = settings(timeout=timedelta(seconds=0.3))
    with fetcher(hasty) as reader, pytest.raises(FetchError, match=r"within 0\.3 s") as caught:
        reader.fetch_page(site.url())
    assert caught.value.is_transient


def test_redirects_are_followed_within_the_host(site: Site) -> None:
    """Up to three, also relative ones."""
    site.misbehave(faults.redirect("/one"), times=1)
    site.misbehave(faults.redirect(f"{site.origin}/two"), path="/one", times=1)
    site.misbehave(faults.redirect(site.url()), path="/two", times=1)
    with fetcher() as reader:
        assert reader.fetch_page(site.url()).url == site.url()
    assert len(site.requests) == 4


def test_a_server_that_is_not_there_is_told() -> None:
    """A refused connection may pass."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with fetcher() as reader, pytest.raises(FetchError, match="refused") as caught:
            reader.fetch_page(url)
    assert caught.value.is_transient


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://nowhere.invalid/", "DNS"), ("http://127.0.0.1:1:2/", "address")],
)
def test_an_address_that_leads_nowhere_is_told(url: str, words: str) -> None:
    """A name that does not exist, an address that is none."""
    with fetcher() as reader, pytest.raises(FetchError, match=words):
        reader.fetch_page(url)


class TestTls:
    """Encrypted sites, with certificates made for the test."""

    @pytest.fixture
    def authority(self) -> trustme.CA:
        """Return a certificate authority that nobody knows."""
        return trustme.CA()

    @pytest.fixture
    def secure(self, authority: trustme.CA) -> Iterator[Site]:
        """Serve the ministry over TLS."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(server)
        with Site(ssl_context=server) as site:
            yield site

    def test_an_unknown_authority_is_refused(self, secure: Site) -> None:
        """The certificate is verified, and what is wrong with it is said."""
        with fetcher() as reader, pytest.raises(FetchError, match="certificate") as caught:
            reader.fetch_page(secure.url())
        assert "ca_file" in str(caught.value)
        assert not caught.value.is_transient

    def test_a_given_certificate_is_trusted(
        self, secure: Site, authority: trustme.CA, tmp_path: Path
    ) -> None:
        """`ca_file` mends a chain that the system does not know."""
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        with fetcher(ca_file=tmp_path / "ca.pem") as reader:
            assert reader.fetch_page(secure.url()).status == 200

    def test_https_never_becomes_http(
        self, secure: Site, authority: trustme.CA, tmp_path: Path
    ) -> None:
        """A redirect that drops TLS is not followed."""
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        secure.misbehave(faults.redirect(secure.url().replace("https:", "http:")))
        with (
            fetcher(ca_file=tmp_path / "ca.pem") as reader,
            pytest.raises(FetchError, match="https to http"),
        ):
            reader.fetch_page(secure.url())

    def test_a_broken_handshake_may_pass(self) -> None:
        """A server that speaks no TLS on its TLS port, and answers or hangs up."""
        with Site() as plain, fetcher() as reader, pytest.raises(FetchError) as caught:
            reader.fetch_page(plain.url().replace("http:", "https:"))
        assert "TLS" in str(caught.value) or "broke off" in str(caught.value)
        assert caught.value.is_transient


def test_a_proxy_is_used_where_one_is_set(site: Site) -> None:
    """The request goes to the proxy, with the whole address in it."""
    with fetcher(proxy=site.origin) as reader:
        page = reader.fetch_page("http://ministry.invalid/eng/15/topics/4")
    assert b"Steel talks" in page.body or page.status == 200
    assert site.requests[0].headers["host"] == "ministry.invalid"


def test_requests_to_one_host_are_kept_apart(site: Site) -> None:
    """`delay` lies between the end of one request and the next; other hosts do not wait for it."""
    fake = FakeWorld()
    with fetcher(settings(delay=timedelta(seconds=2)), fake) as reader:
        reader.fetch_page(site.url())
        assert fake.waits == []
        reader.fetch_page(site.url())
        assert fake.waits == [2.0]
        fake.pass_time(timedelta(seconds=1.5))
        reader.fetch_page(site.url())
        assert fake.waits == [2.0, 0.5]
        with Site() as other:
            reader.fetch_page(other.url())
        assert fake.waits == [2.0, 0.5]
