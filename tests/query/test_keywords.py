"""Watches as the config has them, made into one query and written out."""

from dataclasses import replace

import pytest

from monitor.models.config import Watch
from monitor.query import build_watch_query, format_watch_query, restrict_to_sources
from monitor.query.parser import parse

STEEL = Watch(name="steel", any=("steel", "TRQ"), none=("scrap",))


@pytest.mark.parametrize(
    ("watch", "query"),
    [
        (STEEL, "(steel OR TRQ) NOT scrap"),
        (replace(STEEL, sources=("trade",)), "source:trade ((steel OR TRQ) NOT scrap)"),
        (
            replace(STEEL, any=(), none=(), query="a OR b", sources=("trade", "a b")),
            '(source:trade OR source:"a b") (a OR b)',
        ),
        (replace(STEEL, name="other", to=("bot",), on=("new",), paused=True),
         "(steel OR TRQ) NOT scrap"),
    ],
)  # fmt: skip
def test_all_that_a_watch_asks_for_is_one_query(watch: Watch, query: str) -> None:
    """Its listings too; not how it is called, nor whom it tells of what."""
    assert format_watch_query(watch) == query
    assert parse(query) == restrict_to_sources(build_watch_query(watch), watch.sources)


@pytest.mark.parametrize("sources", [None, ()])
def test_a_query_for_all_listings_stays_as_it_is(sources: tuple[str, ...] | None) -> None:
    """No narrower than it was."""
    assert restrict_to_sources(parse("steel"), sources) == parse("steel")
