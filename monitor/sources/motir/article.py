"""An article page: the whole text, where listings show only its beginning, and the attachments.

What stands in `div.board-detail` is known, the tags of title and date are not: the first place of
those that sites of this make use is taken, outside of the text itself.
"""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.errors import PageFault
from monitor.model.articles import Article, Attachment
from monitor.model.scraped import Fetched
from monitor.sources.motir.html import compare, open_page, pieces, text_of, to_date
from monitor.text.cleaning import clean

_TITLES = ("strong.title", ".title", "h2, h3, h4")
_DATES = (".date", ".info", "dd, li, p, span, td")
_DAY = re.compile(r"\d{4}\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{1,2}", re.ASCII)
_FILE = re.compile(r"/attach/down/[\w./-]+", re.ASCII)
_EXTENSION = re.compile(
    r"\.([a-z][a-z0-9]{1,4})\s*(?:[\[(][^\])]*[\])])?$", re.ASCII | re.IGNORECASE
)
_PATH = re.compile(r"/article/\w+/(\d+)/view", re.ASCII)
_LINE = "\x1e"  # stands for a line's end, where white space in the page's source does not count


def parse(fetched: Fetched) -> Article:
    """Return what an article page says."""
    detail = open_page(fetched, "div.board-detail")[0]
    content = detail.css_first("div.detail-cont")
    if content is None:
        raise PageFault(
            "the article page has no text (no div.detail-cont)", advice=compare(fetched.url)
        )
    within = {node.mem_id for node in content.css("*")} | {content.mem_id}
    title = next(filter(None, map(text_of, _outside(detail, _TITLES, within))), "")
    day = next(filter(None, map(_day, _outside(detail, _DATES, within))), None)
    if not title or day is None:
        lacks = "title" if not title else "date"
        raise PageFault(f"the article page has no {lacks}", advice=compare(fetched.url))
    path = _PATH.search(fetched.url)
    return Article(
        title=title,
        date=day,
        body=_lines(content),
        article_id=_hidden(detail.parser, "bbsSeqN") or (path[1] if path else ""),
        board=_hidden(detail.parser, "bbsCdN"),
        attachments=tuple(_attachments(detail.parser, fetched.url)),
    )


def _outside(
    detail: LexborNode, selectors: tuple[str, ...], within: set[int]
) -> Iterator[LexborNode]:
    """Yield what the selectors find, one selector after the other, but not in the text itself."""
    for selector in selectors:
        yield from (node for node in detail.css(selector) if node.mem_id not in within)


def _day(node: LexborNode) -> date | None:
    found = _DAY.search(text_of(node))
    return to_date(found[0]) if found else None


def _lines(content: LexborNode) -> str:
    """Return the text with a newline between paragraphs, none for the source's own line breaks."""
    lines = map(clean, "".join(pieces(content, _LINE)).split(_LINE))
    return "\n".join(filter(None, lines))


def _hidden(tree: LexborHTMLParser, name: str) -> str:
    node = tree.css_first(f"input[name={name}], input#{name}")
    return clean((node and node.attributes.get("value")) or "")


def _attachments(tree: LexborHTMLParser, url: str) -> Iterator[Attachment]:
    """Yield each file once, under the name of the first link to it; always on the page's site."""
    seen = set()
    for link in tree.css("a[href]"):
        path = _FILE.search(link.attributes["href"] or "")
        if path and path[0] not in seen:
            seen.add(path[0])
            name = text_of(link) or clean(link.attributes.get("title") or "") or path[0]
            kind = _EXTENSION.search(name)
            yield Attachment(
                name=name, url=urljoin(url, path[0]), kind=kind[1].lower() if kind else ""
            )
