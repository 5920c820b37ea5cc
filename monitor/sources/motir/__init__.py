"""The ministry's site: addresses and fingerprints, without the weight of an HTML parser."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.charset import declared
from monitor.model.scraped import Fetched, Page

if TYPE_CHECKING:
    from monitor.model.articles import Article

_ARTICLES = "/eng/article/EATCLdfa319ada"
_CLASS = b"board-list"
_DETAIL = b"board-detail"
LINK = b"article.view("
_FILE = re.compile(rb"/attach/down/[\w./-]+[^<]*<", re.ASCII)  # and the name that follows


def page_url(url: str, number: int) -> str:
    """Return `url` with `pageIndex` set, whatever else it asks for kept."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, True) if key != "pageIndex"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("pageIndex", number)]), fragment=""))


def page_number(url: str) -> int | None:
    """Return the `pageIndex` of a listing's address, 1 where it has none; None for an article."""
    parts = urlsplit(url)
    if parts.path.endswith("/view"):
        return None
    number = dict(parse_qsl(parts.query)).get("pageIndex", "1")
    return int(number) if number.isdecimal() else None


def article_url(base: str, article_id: str, board: str) -> str:
    """Return the address of an article on the site that `base` belongs to."""
    parts = urlsplit(base)
    board = f"&bbsCdN={board}" if board else ""
    return f"{parts.scheme}://{parts.netloc}{_ARTICLES}/{article_id}/view?pageIndex=1{board}"


def fingerprint(fetched: Fetched, version: int) -> str | None:
    """Return a digest of `div.board-list` as it stands in the bytes.

    Its charset, its site (articles are linked by it) and the parser's version are part of it.
    """
    found = _list_part(fetched.body)
    if found is None:
        return None
    charset = declared(fetched.body, fetched.headers.get("content-type"))
    site = urlsplit(fetched.url)
    salt = f"{version} {charset} {site.scheme}://{site.netloc}\n".encode()
    return blake2b(salt + found, digest_size=16).hexdigest()


def article_print(fetched: Fetched) -> bytes | None:
    """Return a digest of `div.board-detail` as it stands in the bytes, and of links to files."""
    body = fetched.body
    starts = list(_starts(body, _DETAIL))
    end = _closing(body, starts[0]) if len(starts) == 1 else None
    if end is None:
        return None
    links = b"\n".join(_FILE.findall(body))
    return blake2b(body[starts[0] : end] + b"\n" + links, digest_size=16).digest()


def _list_part(body: bytes) -> bytes | None:
    """Return the one `div.board-list` up to its closing tag, None where there is any doubt.

    Tags inside a comment or an attribute could mislead the count of `<div>`s. So every link to an
    article has to stand within the part found, and the last entry has to be closed there.
    """
    starts = list(_starts(body, _CLASS))
    end = _closing(body, starts[0]) if len(starts) == 1 else None
    if end is None:
        return None
    start = starts[0]
    last = body.rfind(LINK, start, end)
    if body.count(LINK, start, end) != body.count(LINK):
        return None
    if last >= 0 and body.find(b"</li>", last, end) < 0:
        return None
    return body[start:end]


def _starts(body: bytes, name: bytes) -> Iterator[int]:
    """Yield where a `<div` begins that has this class; bytes alike elsewhere are passed."""
    at = body.find(name)
    while at >= 0:
        tag = body.rfind(b"<", 0, at)
        if body.startswith(b"<div", tag) and body.find(b">", tag, at) < 0:
            yield tag
        at = body.find(name, at + 1)


def _closing(body: bytes, start: int) -> int | None:
    """Return where the `<div` at `start` is closed, None if it is not."""
    depth, at = 0, start
    while (end := body.find(b"</div", at)) >= 0:
        depth += body.count(b"<div", at, end) - 1
        at = end + len(b"</div")
        if depth == 0:
            return at
    return None


def parse(number: int, fetched: Fetched) -> Page:
    """Return the entries of a listing page."""
    from monitor.sources.motir import listing

    return listing.parse(number, fetched)


def parse_article(fetched: Fetched) -> "Article":
    """Return what an article page says."""
    from monitor.sources.motir import article

    return article.parse(fetched)
