"""Builds the fixture pages from fixtures/releases.toml, and stocks a Site with the same releases.

The pages are committed as plain files: `python -m tests.sources.refresh --pages` writes them anew.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.sources import layouts
from tests.support.site import Site
from tests.support.site_pages import (
    BOARDS,
    CUT,
    LOGIN,
    MAINTENANCE,
    PER_PAGE,
    File,
    Post,
    article,
    board_list,
    framed,
    pager,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"
_OLD_CUT = 500  # where the site cut texts until a few years ago


@cache
def releases() -> tuple[tuple[Post, tuple[str, ...]], ...]:
    """Return every release with the boards it stands on, newest first."""
    rows = tomllib.loads((FIXTURES / "releases.toml").read_text(encoding="utf-8"))["release"]
    found = (
        (
            Post(
                article_id=row["id"],
                title=row["title"],
                date=row["date"],
                category=row["category"],
                body=row["body"],
                files=tuple(File(name) for name in row.get("files", ())),
            ),
            tuple(row["boards"]),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda pair: (pair[0].date, pair[0].article_id), reverse=True))


def stock(site: Site) -> None:
    """Let a site hold all releases of the fixtures, each on its boards."""
    for post, boards in reversed(releases()):
        site.put(post, boards)


def board_page(name: str, *, number: int = 1, cut: int = CUT) -> str:
    """Return a page of a board that holds the fixtures' releases."""
    board = BOARDS[name]
    posts = [post for post, boards in releases() if name in boards]
    shown = posts[(number - 1) * PER_PAGE : number * PER_PAGE]
    shown = [replace(post, body=" ".join(post.body.split())) for post in shown]
    return framed(board.heading, board_list(board, shown, cut=cut) + pager(board.path, 10))


def _article_page() -> str:
    post = next(post for post, _ in releases() if post.files)
    return framed("Press Releases", article(post))


def _without(html: str, start: str, end: str) -> str:
    """Return a page without what stands from `start` to `end` in its third entry."""
    parts = html.split(start, 3)
    parts[3] = parts[3].partition(end)[2]
    return start.join(parts[:3]) + parts[3]


def pages() -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every fixture page."""
    for name in BOARDS:
        cut = _OLD_CUT if name == "trade-investment" else CUT
        yield name, board_page(name, cut=cut).encode()
    fta = board_page("fta")
    korean = fta.replace('<meta charset="UTF-8">', '<meta charset="euc-kr">')
    yield "article", _article_page().encode()
    yield "past-the-end", board_page("fta", number=300).encode()
    yield "euc-kr", korean.encode("cp949", "xmlcharrefreplace")
    yield "maintenance", MAINTENANCE.encode()
    yield "login", LOGIN.encode()
    yield "consent", layouts.CONSENT.encode()
    yield "blocked", layouts.BLOCKED.encode()
    yield "error", layouts.ERROR.encode()
    yield "script", layouts.SCRIPT.encode()
    yield "renamed-classes", layouts.renamed(fta).encode()
    yield "renamed-list", layouts.other_list(fta).encode()
    yield "table", layouts.as_table(fta).encode()
    yield "title-in-a-heading", layouts.other_tag(fta).encode()
    yield "dates-with-dots", layouts.dotted(fta).encode()
    yield "dates-with-slashes", layouts.slashed(fta).encode()
    yield "dates-day-first", layouts.day_first(fta).encode()
    yield "no-title", _without(fta, '<strong class="title">', "</strong>").encode()
    yield "no-date", _without(fta, '<span class="date">', "</span>").encode()
    yield "no-such-date", fta.replace("2025-11-24", "2025-11-31").encode()
    yield "cut", fta.encode()[: fta.encode().index(b"Steel TRQ Measures") + 2500]
