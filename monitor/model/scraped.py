"""What the site answered, and what was read from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the site answered: header names in lower case, the body as it unpacked."""

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
class Page:
    """One parsed listing page; no entries means a page past the end."""

    number: int
    entries: tuple[Entry, ...]
