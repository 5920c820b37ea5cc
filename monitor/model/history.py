"""What a listing used to look like: what a page is held against before it is believed."""

from dataclasses import dataclass
from datetime import date

from monitor.model.scraped import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the pages that one check read looked like, as far as it tells one listing from another.

    `first` counts the entries on page 1, `entries` those on all pages. Of the latter, `texts` had a
    text (`letters` characters together), `labelled` a category, `eastern` a title in Hangul,
    Han or Kana, and `garbled` letters that nobody wrote. `highest_id` is the highest article id.
    """

    first: int
    entries: int
    texts: int
    letters: int
    labelled: int
    eastern: int
    garbled: int
    categories: frozenset[str]
    boards: frozenset[str]
    highest_id: int | None
    newest: date | None
    oldest: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What is known of a listing when pages of it are to be judged.

    `shapes` are those of its last believed checks, the latest first: none for a baseline. `met` are
    those of the entries now read that it has shown before, `altered` those of them that had another
    title or date then. `lost` counts the entries of its last believed page 1 that page 1 now lacks.
    """

    shapes: tuple[Shape, ...] = ()
    met: frozenset[Entry] = frozenset()
    altered: frozenset[Entry] = frozenset()
    lost: int = 0
