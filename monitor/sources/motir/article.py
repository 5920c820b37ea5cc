"""Article pages: the full text, which listings only begin, and the attachments.

The content is known to be in `div.board-detail`, but the tags of title and date vary. The parser
tries the places that sites of this make use, in order, and skips the text itself.
"""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.errors import InvalidPageError
from monitor.models.check import Article, Attachment, FetchResponse
from monitor.sources.motir.page import (
    build_layout_advice,
    get_text,
    iter_pieces,
    open_page,
    parse_date,
)
from monitor.text.sanitize import sanitize_line

_TITLE_SELECTORS = ("strong.title", ".title", "h2, h3, h4")
_DATE_SELECTORS = (".date", ".info", "dd, li, p, span, td")
_DATE_PATTERN = re.compile(r"\d{4}\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{1,2}", re.ASCII)
_FILE_PATH = re.compile(r"/attach/down/[\w./-]+", re.ASCII)
_EXTENSION = re.compile(
    r"\.([a-z][a-z0-9]{1,4})\s*(?:[\[(][^\])]*[\])])?$", re.ASCII | re.IGNORECASE
)
_ARTICLE_PATH = re.compile(r"/article/\w+/(\d+)/view", re.ASCII)
_LINE_BREAK = "\x1e"  # marks a line's end, as white space in the page's source does not count


def parse(fetched: FetchResponse) -> Article:
    """Parse an article page."""
    detail = open_page(fetched, "div.board-detail")[0]
    content = detail.css_first("div.detail-cont")
    if content is None:
        raise InvalidPageError(
            "the article page has no text (no div.detail-cont)",
            advice=build_layout_advice(fetched.url),
        )
    text_ids = {node.mem_id for node in content.css("*")} | {content.mem_id}
    title = next(
        filter(None, map(get_text, _select_outside_text(detail, _TITLE_SELECTORS, text_ids))), ""
    )
    release_date = next(
        filter(None, map(_find_date, _select_outside_text(detail, _DATE_SELECTORS, text_ids))), None
    )
    if not title or release_date is None:
        missing = "title" if not title else "date"
        raise InvalidPageError(
            f"the article page has no {missing}", advice=build_layout_advice(fetched.url)
        )
    path_match = _ARTICLE_PATH.search(fetched.url)
    return Article(
        title=title,
        date=release_date,
        body=_extract_text(content),
        article_id=_get_hidden_value(detail.parser, "bbsSeqN")
        or (path_match[1] if path_match else ""),
        board=_get_hidden_value(detail.parser, "bbsCdN"),
        attachments=tuple(_find_attachments(detail.parser, fetched.url)),
    )


def _select_outside_text(
    detail: LexborNode, selectors: tuple[str, ...], text_ids: set[int]
) -> Iterator[LexborNode]:
    """Yield the nodes that the selectors match, one selector after another, outside the text."""
    for selector in selectors:
        yield from (node for node in detail.css(selector) if node.mem_id not in text_ids)


def _find_date(node: LexborNode) -> date | None:
    match = _DATE_PATTERN.search(get_text(node))
    return parse_date(match[0]) if match else None


def _extract_text(content: LexborNode) -> str:
    """Return the text, a newline between paragraphs; ignore line breaks in the HTML source."""
    lines = map(sanitize_line, "".join(iter_pieces(content, _LINE_BREAK)).split(_LINE_BREAK))
    return "\n".join(filter(None, lines))


def _get_hidden_value(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f"input[name={name}], input#{name}")
    return sanitize_line((node and node.attributes.get("value")) or "")


def _find_attachments(tree: LexborHTMLParser, url: str) -> Iterator[Attachment]:
    """Yield each file on the page's own site once, named after the first link to it."""
    seen_paths = set()
    for link in tree.css("a[href]"):
        path_match = _FILE_PATH.search(link.attributes["href"] or "")
        if path_match and path_match[0] not in seen_paths:
            seen_paths.add(path_match[0])
            name = (
                get_text(link) or sanitize_line(link.attributes.get("title") or "") or path_match[0]
            )
            extension = _EXTENSION.search(name)
            yield Attachment(
                name=name,
                url=urljoin(url, path_match[0]),
                kind=extension[1].lower() if extension else "",
            )
