"""What an article page holds beyond its entry in the listing."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that an article page offers."""

    name: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article page: the whole text, where the listing shows only its beginning."""

    title: str
    date: date
    body: str
    article_id: str
    board: str
    attachments: tuple[Attachment, ...]
