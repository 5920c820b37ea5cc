"""What the parser makes of a fixture page, as the JSON that stands beside it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.errors import InvalidPageError
from monitor.models.check import FetchResponse
from monitor.sources import parse_article, parse_listing
from tests.sources.fixture_pages import FIXTURES
from tests.support.site_pages import BOARDS

PAGES = sorted((FIXTURES / "motir").glob("*.html"))
_CONTENT_TYPES = {"euc-kr": "text/html"}  # leaves it to the page; all others say UTF-8


def fetched(page: Path) -> FetchResponse:
    """Return a fixture page as if it had just been fetched from the ministry."""
    board = BOARDS.get(page.stem, BOARDS["fta"])
    path = f"{BOARDS['all-releases'].path}/2410/view" if page.stem == "article" else board.path
    return FetchResponse(
        url=f"https://english.motir.go.kr{path}?pageIndex=1",
        status=200,
        headers={"content-type": _CONTENT_TYPES.get(page.stem, "text/html; charset=UTF-8")},
        body=page.read_bytes(),
        fetched_at=datetime(2025, 12, 1, 8, 0, tzinfo=UTC),
    )


def expectation(page: Path) -> Path:
    """Return where the expectation of a page stands."""
    return page.with_suffix(".expected.json")


def found_in(page: Path) -> str:
    """Return what today's parser finds in a page, as JSON for people."""
    return json.dumps(_found(page), indent=2, ensure_ascii=False, default=str) + "\n"


def _found(page: Path) -> dict[str, Any]:
    try:
        if page.stem == "article":
            return {"article": asdict(parse_article("motir", fetched(page)))}
        return {"entries": [asdict(e) for e in parse_listing("motir", 1, fetched(page)).entries]}
    except InvalidPageError as fault:
        return {"fault": fault.reason, "advice": fault.advice}


def refresh() -> Iterator[Path]:
    """Write every expectation that differs from what is found, yielding each."""
    for page in PAGES:
        place, found = expectation(page), found_in(page)
        if not place.exists() or place.read_text(encoding="utf-8") != found:
            place.write_text(found, encoding="utf-8")
            yield place
