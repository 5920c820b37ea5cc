"""Responses of a site, and the pages and entries parsed from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResponse:
    """A response of the site: header names in lower case, the body after decompression."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a listing page, as scraped; empty `article_id` and `board` mean none."""

    title: str
    date: date
    category: str | None
    body: str
    url: str | None
    article_id: str = ""
    board: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """One parsed listing page; a page past the end has no entries."""

    number: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that an article page offers for download."""

    name: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article page, with the full text; the listing may show only its beginning."""

    title: str
    date: date
    body: str
    article_id: str
    board: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProfile:
    """Counts and ranges that describe the pages read by one check, to recognize the listing.

    `first_page_entries` counts the entries on page 1, `entry_count` those on all pages. The other
    counts are of entries on all pages: `with_text` have a text (`text_chars` characters together),
    `with_category` a category, `cjk_titles` a title in Hangul, Han or Kana, and `garbled_entries`
    have wrongly decoded text. `max_article_id` is the highest article id.
    """

    first_page_entries: int
    entry_count: int
    with_text: int
    text_chars: int
    with_category: int
    cjk_titles: int
    garbled_entries: int
    categories: frozenset[str]
    boards: frozenset[str]
    max_article_id: int | None
    newest_date: date | None
    oldest_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingHistory:
    """The stored history of a listing, used to validate its pages.

    `profiles` are those of its last accepted checks, newest first; empty before the baseline.
    `seen_entries` are the entries of this check that the listing has shown before. The title or
    date of its `changed_entries` was different then. `missing_count` is the number of entries of
    the last accepted page 1 that page 1 does not show now.
    """

    profiles: tuple[PageProfile, ...] = ()
    seen_entries: frozenset[Entry] = frozenset()
    changed_entries: frozenset[Entry] = frozenset()
    missing_count: int = 0


CheckStatus = Literal["ok", "not-modified", "failed", "suspect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check of one source; `error` is a sentence, None after a success.

    `rule` is the validation rule that a suspect page violates, or that `--accept` overruled.
    """

    name: str
    status: CheckStatus
    started_at: datetime
    seconds: float
    is_baseline: bool = False
    pages: int = 0
    entries: int = 0
    new: int = 0
    revised: int = 0
    withdrawn: int = 0
    restored: int = 0
    error: str | None = None
    rule: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the result in the form that `--once --json` prints."""
        return {
            "name": self.name,
            "status": self.status,
            "baseline": self.is_baseline,
            "pages": self.pages,
            "entries": self.entries,
            "new": self.new,
            "revised": self.revised,
            "withdrawn": self.withdrawn,
            "restored": self.restored,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillResult:
    """The result of a backfill of one listing; `error` is a sentence, None after a success.

    `pages` were read in this run, down to the date `oldest`. `entries_left` entries are left for
    the next check, which may alert on them. `is_complete`: the site has nothing older.
    """

    name: str
    status: CheckStatus
    seconds: float
    pages: int = 0
    added: int = 0
    known: int = 0
    entries_left: int = 0
    oldest: date | None = None
    is_complete: bool = False
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the result in the form that `backfill --json` prints."""
        return {
            "name": self.name,
            "status": self.status,
            "pages": self.pages,
            "added": self.added,
            "known": self.known,
            "left": self.entries_left,
            "oldest": None if self.oldest is None else self.oldest.isoformat(),
            "complete": self.is_complete,
            "error": self.error,
            "seconds": round(self.seconds, 3),
        }
