"""Pages that end early: what is lost is not known, so they are faults; sloppy ends are not."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor import sources
from monitor.errors import InvalidPageError
from monitor.models.check import FetchResponse
from tests.sources.fixture_pages import FIXTURES
from tests.support.site_pages import BOARDS, Post, board_list, framed, pager

ENTRY = (
    "<li><a href=\"javascript:article.view('7', '2');\"><div class=\"item\">"
    '<strong class="title">A title</strong><p class="info"><span class="cont">A text.</span>'
    '<span class="date"><i>date</i>2025-12-01</span></p></div></a></li>'
)
LIST = f'<div class="board-list"><ul>{ENTRY}{ENTRY.replace("7", "8")}'


def fetched(html: str) -> FetchResponse:
    """Return a page as it came."""
    return FetchResponse(
        url="https://example.org/eng/15/topics/4?pageIndex=1",
        status=200,
        headers={"content-type": "text/html; charset=utf-8"},
        body=html.encode(),
        fetched_at=datetime(2025, 12, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "html",
    [
        f"<!DOCTYPE html><html><body>{LIST}</ul></div></body></html>",
        f"<HTML><BODY>{LIST}</UL></DIV></BODY></HTML>",
        f"<html><body>{LIST}</ul></div></body></html><!-- made at noon -->",
        f"<html><body>{LIST}</ul></div></body>",
        f"<html><body>{LIST}</ul></div>",
        f"{LIST}</ul></div>",
        f"{LIST}</ul>",
        f"{LIST}</ul>\n<!-- list -->\n",
    ],
)
def test_a_list_that_is_closed_is_whole(html: str) -> None:
    """Whatever tags the page forgets after it."""
    assert len(sources.parse_listing("motir", 1, fetched(html)).entries) == 2


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body><ul><li>Menu</li></ul>{LIST}",
        LIST,
        LIST[:-40],
        LIST[: len(LIST) // 2],
        f"<html><script>write('<body>' + x + '</body></html>')</script>{LIST}",
        f"<HTML><BODY><SCRIPT>write('</BODY></HTML>')</SCRIPT>{LIST}",
        f"<html><body>{LIST.replace('A text.', 'A text.<ul><li>Of two</li></ul>')}",
    ],
)
def test_a_list_that_is_not_closed_is_a_fault(html: str) -> None:
    """Also between two entries, where other lists are closed, or a script speaks of the end."""
    with pytest.raises(InvalidPageError, match="ends in the middle"):
        sources.parse_listing("motir", 1, fetched(html))


SCRIPT = '<script>w.document.write("<html><body>" + x + "</body></html>")</script>'
TAGS = '<ul class="tags"><li>Steel</li><li>Cars</li></ul><p class="info">'
VARIANTS = {
    "plain": lambda html: html,
    "a script that names the end": lambda html: html.replace("<main", f"{SCRIPT}<main", 1),
    "a comment that names the end": lambda html: html.replace(
        "<main", "<!-- </ul></body></html> --><main", 1
    ),
    "an attribute that names the end": lambda html: html.replace(
        "<main", '<main data-x="</body></html>"', 1
    ),
    "a body closed before its time": lambda html: html.replace("<main", "</body></html><main", 1),
    "a list in each entry": lambda html: html.replace('<p class="info">', TAGS),
    "two lists": lambda html: html.replace("</li>", "</li></ul><ul>", 1),
    "no tag closed": lambda html: html.replace("</li>", ""),
}
POSTS = [
    Post(article_id=n, title=f"Steel {n}", date=date(2025, 12, 1), category="FTA", body="철 & “x”")
    for n in (9, 8, 7)
]
BOARD = BOARDS["fta"]
SMALL = framed("FTA", board_list(BOARD, POSTS) + pager(BOARD.path, 10))


def believed(page: FetchResponse, cuts: Iterable[int]) -> dict[int, int]:
    """Return how many entries are read from a page, by the byte where it is cut, if any are."""
    found = {}
    for at in cuts:
        try:
            cut = sources.parse_listing("motir", 1, replace(page, body=page.body[:at]))
        except InvalidPageError:
            continue
        found[at] = len(cut.entries)
    return found


def list_part(body: bytes) -> range:
    """Return where the list part of a page is not yet closed, from its own tag on."""
    start = body.index(b'<div class="board-list">') + len(b'<div class="board-list">')
    return range(start, body.index(b"</div>", body.rindex(b"</ul>", 0, body.index(b"paging"))))


@pytest.mark.parametrize("name", VARIANTS)
def test_no_half_list_is_believed(name: str) -> None:
    """Wherever a page is cut, whatever it says before its list, and however lists nest."""
    page = fetched(VARIANTS[name](SMALL))
    within = list_part(page.body)
    step = 1 if name == "plain" else 3
    rest = {*range(0, len(page.body), 200), len(page.body)} - set(within)
    found = believed(page, [*within[::step], *rest])
    assert found[len(page.body)] == 3
    assert set(found.values()) == {3}
    assert not set(within) & set(found)


@pytest.mark.parametrize("at", [0, 1, 10, 20])
def test_a_list_that_has_only_begun_is_no_empty_list(at: int) -> None:
    """It is told as a page that was cut."""
    page = fetched(SMALL)
    with pytest.raises(InvalidPageError, match="ends in the middle"):
        sources.parse_listing(
            "motir", 1, replace(page, body=page.body[: list_part(page.body).start + at])
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("board", BOARDS)
def test_no_half_list_of_the_fixtures_is_believed(board: str, name: str) -> None:
    """At each seventh byte of the list, and at each tenth of the rest."""
    html = (FIXTURES / "motir" / f"{board}.html").read_text(encoding="utf-8")
    page = fetched(VARIANTS[name](html))
    within = list_part(page.body)
    step = 1 if (board, name) == ("fta", "plain") else 7
    rest = set(range(0, len(page.body) + 1, 10)) - set(within)
    found = believed(page, [*within[::step], *rest])
    whole = len(sources.parse_listing("motir", 1, page).entries)
    assert set(found.values()) == {whole}
    assert not set(within) & set(found)


def test_a_script_that_names_the_end_does_not_end_a_page_without_its_list() -> None:
    """What has been cut before its list is told as cut, not as another layout."""
    html = VARIANTS["a script that names the end"](SMALL)
    with pytest.raises(InvalidPageError, match="ends in the middle"):
        sources.parse_listing("motir", 1, fetched(html.partition('<div class="board-list">')[0]))


def test_a_list_that_is_never_closed_ends_with_its_page() -> None:
    """A browser closes it there, too; only what a page is cut from is in doubt."""
    html = SMALL.replace("</ul>\n        </div>", "")
    assert len(sources.parse_listing("motir", 1, fetched(html)).entries) == 3
