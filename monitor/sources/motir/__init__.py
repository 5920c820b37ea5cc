"""Addresses and fingerprints for the ministry's site, without loading an HTML parser."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.models.check import FetchResponse, ListingPage
from monitor.text.encoding import find_declared_codec

if TYPE_CHECKING:
    from monitor.models.check import Article

_ARTICLE_PATH = "/eng/article/EATCLdfa319ada"
_LIST_CLASS = b"board-list"
_DETAIL_CLASS = b"board-detail"
ARTICLE_LINK = b"article.view("
_FILE_LINK = re.compile(rb"/attach/down/[\w./-]+[^<]*<", re.ASCII)  # with the file name after it


def build_page_url(url: str, number: int) -> str:
    """Return `url` with `pageIndex` set to `number` and all other parameters kept."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, True) if key != "pageIndex"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("pageIndex", number)]), fragment=""))


def get_page_number(url: str) -> int | None:
    """Return the `pageIndex` of a listing's address, 1 if it has none; None for an article."""
    parts = urlsplit(url)
    if parts.path.endswith("/view"):
        return None
    number = dict(parse_qsl(parts.query)).get("pageIndex", "1")
    return int(number) if number.isdecimal() else None


def build_article_url(site_url: str, article_id: str, board: str) -> str:
    """Return the address of an article on the same site as `site_url`."""
    parts = urlsplit(site_url)
    board = f"&bbsCdN={board}" if board else ""
    return f"{parts.scheme}://{parts.netloc}{_ARTICLE_PATH}/{article_id}/view?pageIndex=1{board}"


def fingerprint_listing(fetched: FetchResponse, parser_version: int) -> str | None:
    """Return a digest of the raw bytes of `div.board-list`.

    The digest also covers the page's charset, its site (article links depend on it) and the version
    of the parser.
    """
    list_part = _extract_list_part(fetched.body)
    if list_part is None:
        return None
    charset = find_declared_codec(fetched.body, fetched.headers.get("content-type"))
    site = urlsplit(fetched.url)
    salt = f"{parser_version} {charset} {site.scheme}://{site.netloc}\n".encode()
    return blake2b(salt + list_part, digest_size=16).hexdigest()


def fingerprint_article(fetched: FetchResponse) -> bytes | None:
    """Return a digest of the raw bytes of `div.board-detail` and of the links to files."""
    body = fetched.body
    starts = list(_find_div_starts(body, _DETAIL_CLASS))
    end = _find_div_end(body, starts[0]) if len(starts) == 1 else None
    if end is None:
        return None
    links = b"\n".join(_FILE_LINK.findall(body))
    return blake2b(body[starts[0] : end] + b"\n" + links, digest_size=16).digest()


def _extract_list_part(body: bytes) -> bytes | None:
    """Return the only `div.board-list` up to its closing tag, None in case of doubt.

    Tags inside a comment or an attribute could mislead the count of `<div>`s. So every link to an
    article must lie within the part found, and the last entry must be closed there.
    """
    starts = list(_find_div_starts(body, _LIST_CLASS))
    end = _find_div_end(body, starts[0]) if len(starts) == 1 else None
    if end is None:
        return None
    start = starts[0]
    last_link = body.rfind(ARTICLE_LINK, start, end)
    if body.count(ARTICLE_LINK, start, end) != body.count(ARTICLE_LINK):
        return None
    if last_link >= 0 and body.find(b"</li>", last_link, end) < 0:
        return None
    return body[start:end]


def _find_div_starts(body: bytes, class_name: bytes) -> Iterator[int]:
    """Yield the offset of each `<div` that has this class; skip the same bytes elsewhere."""
    position = body.find(class_name)
    while position >= 0:
        tag_start = body.rfind(b"<", 0, position)
        if body.startswith(b"<div", tag_start) and body.find(b">", tag_start, position) < 0:
            yield tag_start
        position = body.find(class_name, position + 1)


def _find_div_end(body: bytes, start: int) -> int | None:
    """Return the end of the closing tag of the `<div` at `start`, None if it is not closed."""
    depth, position = 0, start
    while (end := body.find(b"</div", position)) >= 0:
        depth += body.count(b"<div", position, end) - 1
        position = end + len(b"</div")
        if depth == 0:
            return position
    return None


def parse_listing(number: int, fetched: FetchResponse) -> ListingPage:
    """Return the entries of a listing page."""
    from monitor.sources.motir import listing

    return listing.parse(number, fetched)


def parse_article(fetched: FetchResponse) -> "Article":
    """Parse an article page."""
    from monitor.sources.motir import article

    return article.parse(fetched)
