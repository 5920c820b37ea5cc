"""The kinds of source, by name: where a kind keeps its pages and how they are read.

A kind is imported when it is first asked for, and its HTML parser only when a page is parsed: a
page whose `fingerprint` is the known one costs neither.
"""

from typing import TYPE_CHECKING, Protocol

from monitor.errors import UsageError
from monitor.model.configured import Source
from monitor.model.scraped import Fetched, Page

if TYPE_CHECKING:
    from monitor.model.articles import Article

# Part of every fingerprint. Raise it with every change of what a parser makes of a page, so that
# a new parser reads again what an old one has read.
PARSER_VERSION = 3


class Kind(Protocol):
    """What the module of a kind offers."""

    def page_url(self, url: str, number: int) -> str:
        """Return the address of a listing's page, counted from 1."""

    def page_number(self, url: str) -> int | None:
        """Return the number of the listing's page at `url`; None where that is no listing."""

    def article_url(self, base: str, article_id: str, board: str) -> str:
        """Return the address of an article on the site that `base` belongs to."""

    def fingerprint(self, fetched: Fetched, version: int) -> str | None:
        """Return a digest of the list part alone, None where that part can't be told for sure."""

    def article_print(self, fetched: Fetched) -> bytes | None:
        """Return a digest of what an article page is about, None where that can't be told."""

    def parse(self, number: int, fetched: Fetched) -> Page:
        """Return the entries of a listing page; PageFault where it cannot be right."""

    def parse_article(self, fetched: Fetched) -> "Article":
        """Return what an article page says; PageFault where it cannot be right."""


def _kind(name: str) -> Kind:
    match name:
        case "motir":
            from monitor.sources import motir

            return motir
        case _:
            raise UsageError(f'no kind of source is called "{name}": try "motir"')


def page_url(source: Source, number: int) -> str:
    """Return the address of page `number` of a listing, counted from 1."""
    return _kind(source.kind).page_url(source.url, number)


def page_number(kind: str, url: str) -> int | None:
    """Return the number of the listing's page at `url`; None where that is no listing."""
    return _kind(kind).page_number(url)


def article_url(kind: str, base: str, article_id: str, board: str) -> str:
    """Return the address of an article on the site that `base` (any of its pages) belongs to."""
    return _kind(kind).article_url(base, article_id, board)


def fingerprint(kind: str, fetched: Fetched) -> str | None:
    """Return a digest of the list part of a listing page, so that counters and tokens don't count.

    The same digest means: the same entries, read by the same parser. None means that the list part
    can't be told from the rest without parsing; such a page is to be parsed.
    """
    return _kind(kind).fingerprint(fetched, PARSER_VERSION)


def says_the_same(kind: str, one: Fetched, other: Fetched) -> bool:
    """Tell whether two article pages differ in their frame alone, whatever a parser makes of it."""
    print_ = _kind(kind).article_print(one)
    return print_ is not None and print_ == _kind(kind).article_print(other)


def parse(kind: str, number: int, fetched: Fetched) -> Page:
    """Return the entries of page `number`; PageFault where what was fetched is no listing."""
    return _kind(kind).parse(number, fetched)


def parse_article(kind: str, fetched: Fetched) -> "Article":
    """Return the whole text and the attachments that an article page holds."""
    return _kind(kind).parse_article(fetched)
