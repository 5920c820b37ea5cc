"""Opening a page of the site, the text of its nodes, and the words for what should not be there."""

import re
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.charset import utf8_bytes
from monitor.errors import MissingFault, PageFault
from monitor.health import looks
from monitor.health.looks import PASSES, Look
from monitor.model.scraped import Fetched
from monitor.text.cleaning import clean

_DATE = re.compile(r"\D*(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\.?\s*", re.ASCII)
_BREAKS = frozenset(
    (
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
        "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
        "p", "pre", "section", "table", "title", "tr", "ul",
    )
)  # fmt: skip
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "img", "svg", "button", "input"))
_MISSING = re.compile(
    r"\bnot (?:be )?found\b|no such (?:page|article|post)|does(?: not|n['’]t) exist"
    r"|has been (?:deleted|removed)|존재하지 않|삭제된|찾을 수 없",
    re.IGNORECASE,
)
# Put behind a page, it stands in the tree where the page ended.
_END = b"<!---->"
_UNSAID = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\b|\Z)", re.DOTALL | re.IGNORECASE
)
_BINARY = (b"\x1f\x8b", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_SHOWN = 120
_TAIL = 100
_MERE_SCRIPT = 2000


def open_page(fetched: Fetched, selector: str) -> list[LexborNode]:
    """Return those nodes of a page that make it what it should be.

    A fault if there are none, or if the page ends before its end: what a cut page shows is true,
    but nobody knows what it lost.
    """
    body = utf8_bytes(fetched.body, fetched.headers.get("content-type"))
    is_whole = _ends_as_a_page(body)
    tree = LexborHTMLParser(body if is_whole else body + _END)
    found = tree.css(selector)
    if not is_whole and _is_cut(body, tree, found):
        raise PageFault(
            f"the page ends in the middle, after {len(body):,} bytes (its closing tag is missing)",
            advice=PASSES,
            rule="cut",
        )
    if not found:
        if fetched.body.startswith(_BINARY) or b"\0" in body:
            raise looks_like(looks.NO_TEXT, fetched.url)
        raise _something_else(tree, fetched.url, selector)
    return found


def _ends_as_a_page(body: bytes) -> bool:
    """Tell whether the very end of a page is its end tag, as is usual: then nothing is lost."""
    return body[-_TAIL:].rstrip().lower().endswith(b"</html>")


def _is_cut(body: bytes, tree: LexborHTMLParser, found: list[LexborNode]) -> bool:
    """Tell whether a page ends before all that makes it what it should be has been closed.

    A mere piece of a page may leave out tags: it is whole if its list is closed, or if it is none.
    """
    is_page = b"<html" in body[:1000].lower()
    if not found:
        return is_page and not _names_its_end(body)
    last = _still_open(tree, {node.mem_id for node in found})
    return last is not None and (is_page or not _ends_with_a_list(last))


def _still_open(tree: LexborHTMLParser, wanted: set[int]) -> LexborNode | None:
    """Return which of these nodes was open when the page ended: what came last is within it.

    What follows `</body>` or `</html>` stands beside the body, even if nothing in it was closed.
    """
    node = tree.root and tree.root.parent
    while node is not None and node.mem_id not in wanted:
        node = node.last_child
    return node


def _ends_with_a_list(node: LexborNode) -> bool:
    """Tell whether the last thing in it is a list that was closed."""
    end = node.last_child
    if end is None or not end.is_comment_node:
        return False
    before = end.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before is not None and before.tag == "ul"


def _names_its_end(body: bytes) -> bool:
    """Tell whether an end tag of the whole page stands in it, outside of scripts and comments."""
    said = _UNSAID.sub(b"", body).lower()
    return b"</body" in said or b"</html" in said


def compare(url: str) -> str:
    """Return the advice for a page that is not what the parser knows."""
    return (
        f"open {url} in a browser: if all is well there, the site's layout has changed; then update"
        " monitor, which catches up on what it has missed"
    )


def _something_else(tree: LexborHTMLParser, url: str, selector: str) -> PageFault:
    """Return the fault of a page that is not what it should be, saying what it looks like."""
    title, text = text_of(tree.css_first("title")), text_of(tree.body)
    shown = shorten(text if text.startswith(title) else " – ".join(filter(None, (title, text))))
    headings = (text_of(tree.css_first(name)) for name in ("title", "h1", "h2"))
    words = " ".join((*headings, shown))
    is_login = tree.css_first("input[type=password]") is not None
    look = looks.told_apart(words) or (looks.LOGIN if is_login else None)
    if look is None and _MISSING.search(f"{words} {_said(tree)}"):
        return MissingFault(f"the page has no {selector}; it reads “{shown}”", advice=compare(url))
    look = look or looks.failed(words) or (None if text else _mute(tree))
    if look is not None:
        return looks_like(look, url, shown)
    if not shown:
        return PageFault("the site answered with an empty page", advice=PASSES, rule="empty")
    return PageFault(f"the page has no {selector}; it reads “{shown}”", advice=compare(url))


def looks_like(look: Look, url: str, shown: str = "") -> PageFault:
    """Return the fault of a page that looks like something else, with the words that it shows."""
    reason = f"{look.words}; its page reads “{shown}”" if shown else look.words
    return PageFault(reason, advice=look.advice.format(url=url), rule=look.rule)


def _mute(tree: LexborHTMLParser) -> Look | None:
    """Return what a page without text does to whoever opens it in a browser, if anything."""
    if tree.css_first('meta[http-equiv="refresh" i]') is not None:
        return looks.SENT_ON
    return looks.CHALLENGE if tree.css_first("script") is not None else None


def _said(tree: LexborHTMLParser) -> str:
    """Return what a page says between its menus, or, of a page that is a mere script, all of it."""
    html = tree.html or ""
    if len(html) < _MERE_SCRIPT:
        return html
    return text_of(tree.css_first("main, #content, #contents, #container"))[:_MERE_SCRIPT]


def shorten(text: str) -> str:
    """Return the beginning of `text`, short enough for a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"


def text_of(node: LexborNode | None, but: frozenset[str] = frozenset()) -> str:
    """Return the text of a node on one line, a space wherever a browser shows a gap.

    Pieces that are one of the words in `but` are left out. Most nodes hold one piece of text, or
    are one: they take the short way.
    """
    if node is None or (but and node.tag in _UNSEEN):
        return ""
    only = node if node.is_text_node else node.first_child
    if only is not None and only.is_text_node and (only is node or only.next is None):
        found = (only.text_content or "").strip()
        return "" if but and found.casefold() in but else clean(found)
    return clean("".join(p for p in pieces(node, " ") if p.strip().casefold() not in but))


def pieces(root: LexborNode, gap: str) -> Iterator[str]:
    """Yield the text below a node piece by piece, `gap` wherever a browser begins a new line.

    A stack, not recursion: how deep a page nests is the page's choice.
    """
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif node.is_text_node:
            yield node.text_content or ""
        elif node.is_element_node and node.tag not in _UNSEEN:
            around = gap if node.tag in _BREAKS else " " if node.tag in _CELLS else ""
            stack += [around, *reversed(list(node.iter(include_text=True))), around]


def to_date(text: str) -> date | None:
    """Return the date that `text` holds after any label, None if it holds none, or no real one."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
