"""Pages and histories for tests of what is believed."""

from datetime import UTC, date, datetime, timedelta

from monitor.models.check import Entry, ListingHistory, ListingPage
from monitor.validation.profiles import profile_pages

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


def entry(number: int, **more: object) -> Entry:
    """Return the release of an article id: one a day, number 1000 today's."""
    given = {
        "title": f"Talks, round {number}",
        "date": TODAY + timedelta(days=number - 1000),
        "category": "Trade",
        "body": f"The ministers met for round {number} and spoke of tariffs. " * 6,
        "url": None,
        "article_id": str(number),
        "board": "2",
        **more,
    }
    return Entry(**given)  # type: ignore[arg-type]


def listed(first: int, last: int, **more: object) -> tuple[Entry, ...]:
    """Return the entries from an article id down to another; a `title` is numbered."""
    numbers = range(first, last - 1, -1)
    if "title" not in more:
        return tuple(entry(number, **more) for number in numbers)
    return tuple(
        entry(number, **{**more, "title": f"{more['title']} {number}"}) for number in numbers
    )


def pages(*contents: tuple[Entry, ...]) -> list[ListingPage]:
    """Return pages, from page 1 on."""
    return [ListingPage(number=number, entries=one) for number, one in enumerate(contents, 1)]


def past(
    *known: Entry, first: int = 10, met: tuple[Entry, ...] | None = None, lost: int = 0
) -> ListingHistory:
    """Return the history of a listing that has shown these; all of them are `met`, if not less."""
    shape = profile_pages(
        [ListingPage(number=1, entries=known[:first]), ListingPage(number=2, entries=known[first:])]
    )
    return ListingHistory(
        profiles=(shape,), seen_entries=frozenset(known if met is None else met), missing_count=lost
    )


def day(text: str) -> date:
    """Return a date."""
    return date.fromisoformat(text)
