"""Small listing pages, made by hand, and what is read from them."""

from datetime import UTC, datetime

import pytest

from monitor.errors import InvalidPageError
from monitor.models.check import Entry, FetchResponse
from monitor.sources import parse_listing

URL = "https://english.motir.go.kr/eng/15/topics/4?pageIndex=1"
LINK = "<a href=\"javascript:article.view('2649', '2');\">"
TITLE = '<strong class="title">Steel</strong>'
DATE = '<span class="date"><i>date</i>2025-12-01</span>'
INFO = f'<p class="info"><span class="cont">Text.</span>{DATE}</p>'
WORDS = " ".join(["word"] * 24)
ENTRY = f'<li>{LINK}<div class="item">{TITLE}{INFO}</div></a></li>'


def fetched(html: str, url: str = URL) -> FetchResponse:
    """Return a page as fetched."""
    return FetchResponse(
        url=url,
        status=200,
        headers={"content-type": "text/html; charset=UTF-8"},
        body=html.encode(),
        fetched_at=datetime(2025, 12, 1, tzinfo=UTC),
    )


def entries(listed: str, url: str = URL) -> tuple[Entry, ...]:
    """Return what is read from a page whose list holds `listed`."""
    html = f'<html><body><div class="board-list"><ul>{listed}</ul></div></body></html>'
    return parse_listing("motir", 1, fetched(html, url)).entries


def one(listed: str) -> Entry:
    """Return the only entry of a list."""
    (found,) = entries(listed)
    return found


def fault(html: str) -> InvalidPageError:
    """Return the fault that a page raises."""
    with pytest.raises(InvalidPageError) as caught:
        parse_listing("motir", 1, fetched(html))
    assert caught.value.advice
    return caught.value


def listed_fault(listed: str) -> str:
    """Return the reason why a list is refused."""
    return fault(f'<html><div class="board-list"><ul>{listed}</ul></div></html>').reason
