"""The kinds of source, by name: the addresses of their pages and the parsing of them.

A kind is imported on first use, and its HTML parser only when a page is parsed. A page with an
unchanged fingerprint never loads the parser.
"""

from typing import TYPE_CHECKING, Protocol

from monitor.errors import UsageError
from monitor.models.check import FetchResponse, ListingPage
from monitor.models.config import Source

if TYPE_CHECKING:
    from monitor.models.check import Article

# Part of every fingerprint. Raise it whenever a parser's output changes, so that pages read by
# the old parser are parsed again.
PARSER_VERSION = 3


class SourceKind(Protocol):
    """The functions that the module of each kind provides."""

    def build_page_url(self, url: str, number: int) -> str:
        """Return the address of page `number` of a listing, counted from 1."""

    def get_page_number(self, url: str) -> int | None:
        """Return the page number in a listing's address; None if `url` is not a listing."""

    def build_article_url(self, site_url: str, article_id: str, board: str) -> str:
        """Return the address of an article on the same site as `site_url`."""

    def fingerprint_listing(self, fetched: FetchResponse, parser_version: int) -> str | None:
        """Return a digest of the list part alone; None if that part cannot be located reliably."""

    def fingerprint_article(self, fetched: FetchResponse) -> bytes | None:
        """Return a digest of an article page's content; None if it cannot be located reliably."""

    def parse_listing(self, number: int, fetched: FetchResponse) -> ListingPage:
        """Return the entries of a listing page; raise InvalidPageError if it cannot be right."""

    def parse_article(self, fetched: FetchResponse) -> "Article":
        """Parse an article page; raise InvalidPageError if the page cannot be right."""


def _load_kind(name: str) -> SourceKind:
    match name:
        case "motir":
            from monitor.sources import motir

            return motir
        case _:
            raise UsageError(f'no kind of source is called "{name}": try "motir"')


def build_page_url(source: Source, number: int) -> str:
    """Return the address of page `number` of a listing, counted from 1."""
    return _load_kind(source.kind).build_page_url(source.url, number)


def get_page_number(kind: str, url: str) -> int | None:
    """Return the page number in a listing's address; None if `url` is not a listing."""
    return _load_kind(kind).get_page_number(url)


def build_article_url(kind: str, site_url: str, article_id: str, board: str) -> str:
    """Return the address of an article on the same site as `site_url`, any page there."""
    return _load_kind(kind).build_article_url(site_url, article_id, board)


def fingerprint_listing(kind: str, fetched: FetchResponse) -> str | None:
    """Return a digest of the list part of a listing page; the counters and tokens around it vary.

    Equal digests mean the same entries, read by the same version of the parser. None means that the
    list part cannot be separated without parsing; such a page must be parsed.
    """
    return _load_kind(kind).fingerprint_listing(fetched, PARSER_VERSION)


def is_same_article(kind: str, first: FetchResponse, second: FetchResponse) -> bool:
    """Return whether two article pages differ only in their frame, without parsing them."""
    first_digest = _load_kind(kind).fingerprint_article(first)
    return first_digest is not None and first_digest == _load_kind(kind).fingerprint_article(second)


def parse_listing(kind: str, number: int, fetched: FetchResponse) -> ListingPage:
    """Return the entries of page `number`; raise InvalidPageError if the page is not a listing."""
    return _load_kind(kind).parse_listing(number, fetched)


def parse_article(kind: str, fetched: FetchResponse) -> "Article":
    """Return the full text and the attachments of an article page."""
    return _load_kind(kind).parse_article(fetched)
