"""Kinds by name: addresses, fingerprints, and imports only when they are needed."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitor import sources
from monitor.errors import UsageError
from monitor.models.check import FetchResponse
from monitor.models.config import Source
from tests.sources.expected import PAGES, fetched
from tests.sources.fixture_pages import FIXTURES
from tests.support.site_pages import BOARDS, Post, board_list, framed

ROOT = FIXTURES.parent
LIST = board_list(
    BOARDS["fta"],
    [
        Post(article_id=n, title="Steel", date=date(2025, 12, 1), category="FTA", body="In Seoul.")
        for n in (2649, 2648)
    ],
)


def page(
    body: str | bytes, url: str = "https://english.motir.go.kr/eng/15/topics/4"
) -> FetchResponse:
    """Return a page as fetched."""
    return FetchResponse(
        url=url,
        status=200,
        headers={"content-type": "text/html; charset=UTF-8"},
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=datetime(2025, 12, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("url", "number", "expected"),
    [
        ("https://x.kr/eng/15/topics/4", 1, "https://x.kr/eng/15/topics/4?pageIndex=1"),
        ("https://x.kr/a?bbsCdN=2", 7, "https://x.kr/a?bbsCdN=2&pageIndex=7"),
        ("https://x.kr/a?pageIndex=3&q=&w=a%20b#top", 2, "https://x.kr/a?q=&w=a+b&pageIndex=2"),
    ],
)
def test_page_url(url: str, number: int, expected: str) -> None:
    """The page is set, whatever else an address asks for is kept."""
    assert sources.build_page_url(Source(name="x", kind="motir", url=url), number) == expected


@pytest.mark.parametrize(
    ("board", "expected"),
    [
        ("2", "http://127.0.0.1:8000/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&bbsCdN=2"),
        ("", "http://127.0.0.1:8000/eng/article/EATCLdfa319ada/2649/view?pageIndex=1"),
    ],
)
def test_article_url(board: str, expected: str) -> None:
    """An article stands on the site of the listing, whichever host and scheme that has."""
    base = "http://127.0.0.1:8000/eng/15/topics/4?pageIndex=3"
    assert sources.build_article_url("motir", base, "2649", board) == expected


def test_unknown_kind() -> None:
    """A kind that is none is the user's mistake, in words."""
    with pytest.raises(UsageError, match='called "rss"'):
        sources.build_page_url(Source(name="x", kind="rss", url="https://x.kr/"), 1)


@pytest.mark.parametrize("listing", PAGES, ids=lambda page: page.stem)
def test_fingerprint_of_fixtures(listing: Path) -> None:
    """Lists that came whole have one; nothing else has."""
    without = {"article", "cut", "table", "renamed-list"}
    without |= {"login", "maintenance", "consent", "blocked", "error", "script"}
    found = sources.fingerprint_listing("motir", fetched(listing))
    assert (found is None) == (listing.stem in without)


def test_fingerprint_is_of_the_list_alone() -> None:
    """Another token and another visitor count around the same list change nothing."""
    before, after = (page(framed("FTA", LIST, count=count)) for count in (1, 2))
    assert before.body != after.body
    assert sources.fingerprint_listing("motir", before) == sources.fingerprint_listing(
        "motir", after
    )


@pytest.mark.parametrize(
    "other",
    [
        page(framed("FTA", LIST.replace("Seoul", "Busan"))),
        page(framed("FTA", LIST), url="https://english.motie.go.kr/eng/15/topics/4"),
        replace(page(framed("FTA", LIST)), headers={"content-type": "text/html; charset=euc-kr"}),
    ],
    ids=["text", "site", "charset"],
)
def test_fingerprint_follows_what_is_read(other: FetchResponse) -> None:
    """What would be read otherwise has another fingerprint."""
    whole = sources.fingerprint_listing("motir", page(framed("FTA", LIST)))
    assert sources.fingerprint_listing("motir", other) not in {whole, None}


def test_fingerprint_follows_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new parser reads again what an old one has read."""
    before = sources.fingerprint_listing("motir", page(LIST))
    monkeypatch.setattr(sources, "PARSER_VERSION", sources.PARSER_VERSION + 1)
    assert sources.fingerprint_listing("motir", page(LIST)) != before


@pytest.mark.parametrize(
    "html",
    [
        LIST + LIST,
        LIST.replace("</ul>\n        </div>", "</ul>"),
        LIST.replace('<p class="info">', '<p class="info"><!-- </div></div> -->', 1),
        LIST + """<a href="javascript:article.view('1', '2');">Most read</a>""",
        f"<!-- {LIST.partition('<ul>')[0]}</div> -->" + LIST,
        '<div class="board-list"><a href="javascript:article.view(1)"></a></div></li>',
        "<style>.board-list { color: red }</style>",
        "board-list",
        "",
    ],
)
def test_no_fingerprint_in_doubt(html: str) -> None:
    """Where tags could mislead, or an entry stands outside, the page is to be parsed."""
    assert sources.fingerprint_listing("motir", page(html)) is None


def test_class_name_elsewhere_is_no_doubt() -> None:
    """A style sheet that names the list's class does not make a second list."""
    styled = page("<style>div.board-list { color: red }</style>" + LIST)
    assert sources.fingerprint_listing("motir", styled) == sources.fingerprint_listing(
        "motir", page(LIST)
    )


def test_a_known_page_costs_no_parser() -> None:
    """Addresses and fingerprints import no HTML parser, and the registry no kind."""
    script = (
        "import sys; from monitor import sources;"
        "assert 'monitor.sources.motir' not in sys.modules;"
        "from tests.sources.test_registry import LIST, page;"
        "assert sources.fingerprint_listing('motir', page(LIST));"
        "assert 'selectolax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://h/eng/15/topics/4?pageIndex=12", 12),
        ("https://h/eng/15/topics/4", 1),
        ("https://h/eng/15/topics/4?a=b&pageIndex=3#top", 3),
        ("https://h/eng/15/topics/4?pageIndex=last", None),
        ("https://h/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&bbsCdN=2", None),
    ],
)
def test_a_stored_address_says_which_page_it_is(url: str, number: int | None) -> None:
    """Or that it is no page of a listing."""
    assert sources.get_page_number("motir", url) == number
