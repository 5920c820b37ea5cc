"""Pages that end early: what is lost is not known, so they are faults; sloppy ends are not."""

from datetime import UTC, datetime

import pytest

from monitor import sources
from monitor.errors import PageFault
from monitor.model.scraped import Fetched

ENTRY = (
    "<li><a href=\"javascript:article.view('7', '2');\"><div class=\"item\">"
    '<strong class="title">A title</strong><p class="info"><span class="cont">A text.</span>'
    '<span class="date"><i>date</i>2025-12-01</span></p></div></a></li>'
)
LIST = f'<div class="board-list"><ul>{ENTRY}{ENTRY.replace("7", "8")}'


def fetched(html: str) -> Fetched:
    """Return a page as it came."""
    return Fetched(
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
        f"<html><body>{LIST}</ul></div></body>",
        f"<html><body>{LIST}</ul></div>",
        f"{LIST}</ul></div>",
        f"{LIST}</ul>",
    ],
)
def test_a_list_that_is_closed_is_whole(html: str) -> None:
    """Whatever tags the page forgets after it."""
    assert len(sources.parse("motir", 1, fetched(html)).entries) == 2


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
    with pytest.raises(PageFault, match="ends in the middle"):
        sources.parse("motir", 1, fetched(html))
