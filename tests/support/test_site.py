"""The fake ministry does what it says, and goes wrong the way it is told to."""

import gzip
import ssl
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Thread
from time import monotonic
from urllib.parse import urlsplit

import pytest
import trustme

from tests.support import site_faults
from tests.support.site import Site, site_fixture
from tests.support.site_pages import BOARDS, File
from tests.support.site_wire import Fault

_ = site_fixture
DAY = date(2025, 12, 1)


class Client:
    """One connection to the site, kept alive."""

    def __init__(self, site: Site) -> None:
        self._connection = HTTPConnection(urlsplit(site.origin).netloc, timeout=5)

    def get(self, target: str, **headers: str) -> HTTPResponse:
        """Ask for a target; names of headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("GET", target, headers=named)
        return self._connection.getresponse()

    def text(self, target: str) -> str:
        """Return the text of a page."""
        return self.get(target).read().decode()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    """Give a client of the site."""
    client = Client(site)
    yield client
    client.close()


FTA = BOARDS["fta"].path
ALL = BOARDS["all-releases"].path


def test_publishes(site: Site, client: Client) -> None:
    """A release stands on its boards and has an article page, an attachment too."""
    file = File("note.pdf", b"%PDF")
    post = site.publish("Steel & iron", DAY, body="One.\nTwo.", files=[file], article_id=2649)
    for path in (FTA, ALL):
        page = client.text(path)
        assert "article.view('2649', '2');" in page
        assert '<strong class="title">Steel &amp; iron</strong>' in page
    assert "FTA/Economic Cooperation</span>" in client.text(FTA)
    assert 'class="cate"' not in client.text(ALL)
    assert "<p>Two.</p>" in client.text(f"{post.path}?pageIndex=1&bbsCdN=2")
    assert client.get(file.path).read() == b"%PDF"
    assert client.get("/nowhere").status == 404


def test_pages(site: Site, client: Client) -> None:
    """Ten entries a page, newest first; past the end a page with none."""
    for number in range(1, 13):
        site.publish(f"Release {number}", DAY)
    first, second, third = (client.text(f"{FTA}?pageIndex={n}") for n in (1, 2, 3))
    assert first.count("article.view(") == 10
    assert first.index("Release 12<") < first.index("Release 3<")
    assert second.count("article.view(") == 2
    assert "board-list" in third
    assert "article.view(" not in third
    assert site.targets()[-1] == f"{FTA}?pageIndex=3"


def test_edits_withdraws_reorders(site: Site, client: Client) -> None:
    """What the ministry does to a release shows on every board at once."""
    one, two = site.publish("One", DAY), site.publish("Two", DAY)
    late = site.publish("Late", DAY, at=2)
    site.edit(one.article_id, title="One, corrected")
    assert "One, corrected" in client.text(ALL)
    site.reorder("fta", [late.article_id, two.article_id])
    page = client.text(FTA)
    assert page.index("Late<") < page.index("Two<")
    assert "One" not in page
    site.withdraw(two.article_id)
    assert "Two<" not in client.text(ALL)
    assert client.get(two.path).status == 404


def test_frame_moves(client: Client) -> None:
    """Token and counter differ from request to request, as on a real site."""
    assert client.text(FTA) != client.text(FTA)


def test_weighs_what_the_real_page_does(site: Site, client: Client) -> None:
    """About 52 KB and 75 links outside the listing."""
    for number in range(100):
        site.publish(f"Release {number}", DAY, body="word " * 200)
    page = client.text(FTA)
    assert 45_000 < len(page) < 60_000
    assert page.count("<a ") - page.count("article.view(") == 75


def test_validators() -> None:
    """With validators, an unchanged page is a 304 to either of them; a changed one is not."""
    with Site(validators=True) as site:
        client = Client(site)
        site.publish("One", DAY)
        first = client.get(FTA)
        first.read()
        etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
        for name, value in (("If_None_Match", etag), ("If_Modified_Since", modified)):
            again = client.get(FTA, **{name: value})
            again.read()
            assert again.status == 304
        site.publish("Two", DAY)
        changed = client.get(FTA, If_None_Match=etag, If_Modified_Since=modified)
        assert b"Two" in changed.read()
        client.close()


def test_gzip(client: Client) -> None:
    """A client that takes gzip gets it."""
    response = client.get(FTA, Accept_Encoding="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"board-list" in gzip.decompress(response.read())


def test_https() -> None:
    """Given a context, the site speaks TLS."""
    authority = trustme.CA()
    server, trusted = (
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        ssl.create_default_context(),
    )
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(trusted)
    with Site(ssl_context=server) as site:
        assert site.url().startswith("https://127.0.0.1:")
        connection = HTTPSConnection(urlsplit(site.origin).netloc, context=trusted, timeout=5)
        connection.request("GET", FTA)
        assert connection.getresponse().status == 200
        connection.close()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (site_faults.half_page, "FTA/Economic Cooperation |"),
        (site_faults.maintenance, "점검"),
        (site_faults.login, 'type="password"'),
        (site_faults.empty_list, "There is no data."),
        (site_faults.renamed_classes, 'class="news-title"'),
        (site_faults.page("<p>Hello"), "<p>Hello"),
        (site_faults.status(503), "Trouble."),
        (site_faults.charset("euc-kr"), "Release"),
        (site_faults.encoded("br"), "Release"),
    ],
)
def test_wrong_pages(site: Site, client: Client, fault: Fault, expected: str) -> None:
    """A fault that changes the page reaches the client, and goes when told to."""
    site.publish("Release", DAY)
    site.misbehave(fault)
    assert expected in client.text(FTA)
    site.behave()
    assert "Release</strong>" in client.text(FTA)


@pytest.mark.parametrize("part", ["title", "date"])
def test_incomplete_entry(site: Site, client: Client, part: str) -> None:
    """One entry can be shown without its title or date; the others are whole."""
    for number in range(3):
        site.publish(f"Release {number}", DAY)
    site.misbehave(site_faults.without(part, entry=2))
    page = client.text(FTA)
    assert page.count('<strong class="title">') == (2 if part == "title" else 3)
    assert page.count("2025-12-01") == (3 if part == "title" else 2)
    assert page.count('<li>\n                <a href="javascript:article.view(') == 3


def test_headers_of_faults(site: Site, client: Client) -> None:
    """Retry-After, redirects and encodings stand in the headers."""
    site.misbehave(site_faults.status(429, retry_after="7"), times=1)
    site.misbehave(site_faults.redirect("https://elsewhere.example/"), times=1)
    site.misbehave(site_faults.redirect(""), times=1)
    site.misbehave(site_faults.stacked(), times=1)
    answers = []
    for _ in range(4):
        answers.append(client.get(FTA))
        body = answers[-1].read()
    refused, away, loop, stacked = answers
    assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
    assert (away.status, away.headers["Location"]) == (302, "https://elsewhere.example/")
    assert loop.headers["Location"] == FTA
    assert stacked.headers["Content-Encoding"] == "gzip, gzip"
    assert b"board-list" in gzip.decompress(gzip.decompress(body))


def test_repeated_page(site: Site, client: Client) -> None:
    """A site that ignores pageIndex shows the first page for ever."""
    for number in range(12):
        site.publish(f"Release {number}", DAY)
    site.misbehave(site_faults.repeated)
    assert "Release 11<" in client.text(f"{FTA}?pageIndex=2")


def test_bomb(site: Site, client: Client) -> None:
    """A small answer unpacks to a large one."""
    site.misbehave(site_faults.bomb(2**22))
    body = client.get(FTA).read()
    assert len(body) < 10_000
    assert len(gzip.decompress(body)) == 2**22


def test_which_requests_are_spoiled(site: Site, client: Client) -> None:
    """By path, after so many, so many times."""
    site.misbehave(site_faults.status(500), path=FTA, after=1, times=2)
    assert client.get(ALL).read()
    statuses = []
    for _ in range(4):
        answer = client.get(FTA)
        statuses.append(answer.status)
        answer.read()
    assert statuses == [200, 500, 500, 200]


@pytest.mark.parametrize(
    "fault",
    [
        site_faults.reset(),
        site_faults.reset(after=30),
        site_faults.reset_in_body,
        site_faults.hang_up_in_body,
    ],
)
def test_broken_connections(site: Site, client: Client, fault: Fault) -> None:
    """A connection that ends too early is an error for the client; the next one is well."""
    site.misbehave(fault, times=1)
    with pytest.raises((OSError, HTTPException)):
        client.text(FTA)
    client.close()
    assert "board-list" in client.text(FTA)


@pytest.mark.parametrize(
    "fault",
    [
        site_faults.hang(),
        site_faults.hang(after=20),
        site_faults.drip(every=60),
        site_faults.drip(every=60, in_body=False),
        site_faults.endless,
    ],
)
def test_closes_at_once(fault: Fault) -> None:
    """Whoever hangs, drips or never ends: the site closes without waiting for them."""
    with Site() as site:
        site.misbehave(fault)
        client = Client(site)
        reader = Thread(target=_read_until_broken, args=(client,))
        reader.start()
        while not site.targets():
            pass
        started = monotonic()
    assert monotonic() - started < 2
    reader.join()


def _read_until_broken(client: Client) -> None:
    try:
        client.text(FTA)
    except (OSError, HTTPException, ValueError):
        pass
    finally:
        client.close()


def test_drips(site: Site, client: Client) -> None:
    """A slow answer comes whole in the end."""
    site.misbehave(site_faults.drip(every=0.001, size=2000))
    assert "</html>" in client.text(FTA)
