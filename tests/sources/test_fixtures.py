"""Every fixture page parses to the expectation beside it."""

from pathlib import Path

import pytest

from tests.sources.expected import PAGES, expectation, fetched, found_in, refresh
from tests.sources.fixture_pages import FIXTURES, pages
from tests.support.site_pages import BOARDS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_read_as_expected(page: Path) -> None:
    """What the parser finds is what somebody has read and found right."""
    place, found = expectation(page), found_in(page)
    if not place.exists():
        place.write_text(found, encoding="utf-8")
        pytest.fail(f"{place.name} was missing and is now written: read it before you commit it")
    assert found == place.read_text(encoding="utf-8")


def test_every_board_has_a_page() -> None:
    """One fixture page for each board, about as heavy as the real ones."""
    by_name = {page.stem: page for page in PAGES}
    assert set(BOARDS) < set(by_name)
    for name in BOARDS:
        html = by_name[name].read_text(encoding="utf-8")
        assert 45_000 < len(html.encode()) < 60_000
        assert html.count("<a ") - html.count("article.view(") == 75


def test_pages_are_what_releases_make_them() -> None:
    """The committed pages can be built again from releases.toml."""
    for name, body in pages():
        assert (FIXTURES / "motir" / f"{name}.html").read_bytes() == body, name


def test_nothing_to_refresh() -> None:
    """With all expectations met, a refresh writes nothing."""
    assert list(refresh()) == []
    assert fetched(PAGES[0]).status == 200
