"""Opening a page of the site, the text of its nodes, and errors for pages of the wrong kind."""

import re
from collections.abc import Iterator
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.errors import InvalidPageError, PageNotFoundError
from monitor.models.check import FetchResponse
from monitor.sources import error_pages
from monitor.sources.error_pages import TEMPORARY_ADVICE, ErrorPage
from monitor.text.encoding import encode_utf8
from monitor.text.sanitize import sanitize_line

_LABELLED_DATE = re.compile(r"\D*(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\.?\s*", re.ASCII)
_BLOCK_TAGS = frozenset(
    (
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
        "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
        "p", "pre", "section", "table", "title", "tr", "ul",
    )
)  # fmt: skip
_CELL_TAGS = frozenset(("td", "th"))
_HIDDEN_TAGS = frozenset(
    ("script", "style", "template", "noscript", "img", "svg", "button", "input")
)
_NOT_FOUND_TEXT = re.compile(
    r"\bnot (?:be )?found\b|no such (?:page|article|post)|does(?: not|n['’]t) exist"
    r"|has been (?:deleted|removed)|존재하지 않|삭제된|찾을 수 없",
    re.IGNORECASE,
)
# Appended to a page, it marks in the tree where the page ended.
_END_MARKER = b"<!---->"
_SCRIPTS_AND_COMMENTS = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\b|\Z)", re.DOTALL | re.IGNORECASE
)
_BINARY_SIGNATURES = (b"\x1f\x8b", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_MAX_EXCERPT = 120
_TAIL_BYTES = 100
_MAX_SCRIPT_PAGE = 2000


def open_page(fetched: FetchResponse, selector: str) -> list[LexborNode]:
    """Return the nodes that `selector` matches.

    Raise InvalidPageError if there are none or if the page is truncated: the part that arrived is
    true, but the lost part may hold more.
    """
    body = encode_utf8(fetched.body, fetched.headers.get("content-type"))
    is_complete = _has_final_end_tag(body)
    tree = LexborHTMLParser(body if is_complete else body + _END_MARKER)
    nodes = tree.css(selector)
    if not is_complete and _is_truncated(body, tree, nodes):
        raise InvalidPageError(
            f"the page ends in the middle, after {len(body):,} bytes (its closing tag is missing)",
            advice=TEMPORARY_ADVICE,
            rule="cut",
        )
    if not nodes:
        if fetched.body.startswith(_BINARY_SIGNATURES) or b"\0" in body:
            raise build_page_error(error_pages.NOT_TEXT, fetched.url)
        raise _build_wrong_page_error(tree, fetched.url, selector)
    return nodes


def _has_final_end_tag(body: bytes) -> bool:
    """Return whether the page ends with its `</html>` tag, as most do; then nothing is lost."""
    return body[-_TAIL_BYTES:].rstrip().lower().endswith(b"</html>")


def _is_truncated(body: bytes, tree: LexborHTMLParser, nodes: list[LexborNode]) -> bool:
    """Return whether the page ends before the content that `selector` matched is closed.

    A fragment of a page may leave out tags: it is complete if its list is closed or if it has none.
    """
    is_full_page = b"<html" in body[:1000].lower()
    if not nodes:
        return is_full_page and not _contains_end_tag(body)
    open_node = _find_open_node(tree, {node.mem_id for node in nodes})
    return open_node is not None and (is_full_page or not _ends_with_closed_list(open_node))


def _find_open_node(tree: LexborHTMLParser, node_ids: set[int]) -> LexborNode | None:
    """Return the node of `node_ids` that was open when the page ended: the last content lies in it.

    Content after `</body>` or `</html>` is placed beside the body, even if elements in it are open.
    """
    node = tree.root and tree.root.parent
    while node is not None and node.mem_id not in node_ids:
        node = node.last_child
    return node


def _ends_with_closed_list(node: LexborNode) -> bool:
    """Return whether the last element in the node is a closed list."""
    end_marker = node.last_child
    if end_marker is None or not end_marker.is_comment_node:
        return False
    previous = end_marker.prev
    while previous is not None and not previous.is_element_node:
        previous = previous.prev
    return previous is not None and previous.tag == "ul"


def _contains_end_tag(body: bytes) -> bool:
    """Return whether the page has a `</body>` or `</html>` tag outside scripts and comments."""
    markup = _SCRIPTS_AND_COMMENTS.sub(b"", body).lower()
    return b"</body" in markup or b"</html" in markup


def build_layout_advice(url: str) -> str:
    """Return the advice for a page that the parser does not recognize."""
    return (
        f"open {url} in a browser: if it looks right there, the site's layout has "
        f"changed; then update monitor, which catches up on missed releases"
    )


def _build_wrong_page_error(tree: LexborHTMLParser, url: str, selector: str) -> InvalidPageError:
    """Return the error for a page of the wrong kind, with a description of the page."""
    title, text = get_text(tree.css_first("title")), get_text(tree.body)
    excerpt = shorten_excerpt(
        text if text.startswith(title) else " – ".join(filter(None, (title, text)))
    )
    headings = (get_text(tree.css_first(tag)) for tag in ("title", "h1", "h2"))
    visible_text = " ".join((*headings, excerpt))
    is_login = tree.css_first("input[type=password]") is not None
    error_page = error_pages.detect_error_page(visible_text) or (
        error_pages.LOGIN_PAGE if is_login else None
    )
    if error_page is None and _NOT_FOUND_TEXT.search(f"{visible_text} {_get_main_text(tree)}"):
        return PageNotFoundError(
            f"the page has no {selector}; it reads “{excerpt}”", advice=build_layout_advice(url)
        )
    error_page = (
        error_page
        or error_pages.detect_failure_page(visible_text)
        or (None if text else _detect_textless_page(tree))
    )
    if error_page is not None:
        return build_page_error(error_page, url, excerpt)
    if not excerpt:
        return InvalidPageError(
            "the site answered with an empty page", advice=TEMPORARY_ADVICE, rule="empty"
        )
    return InvalidPageError(
        f"the page has no {selector}; it reads “{excerpt}”", advice=build_layout_advice(url)
    )


def build_page_error(error_page: ErrorPage, url: str, excerpt: str = "") -> InvalidPageError:
    """Return the error for a page of a known wrong kind, with an excerpt of its text."""
    reason = f"{error_page.reason}; its page reads “{excerpt}”" if excerpt else error_page.reason
    return InvalidPageError(reason, advice=error_page.advice.format(url=url), rule=error_page.rule)


def _detect_textless_page(tree: LexborHTMLParser) -> ErrorPage | None:
    """Return the kind of a page without text, judged by its effect in a browser, or None."""
    if tree.css_first('meta[http-equiv="refresh" i]') is not None:
        return error_pages.META_REFRESH
    return error_pages.SCRIPT_CHALLENGE if tree.css_first("script") is not None else None


def _get_main_text(tree: LexborHTMLParser) -> str:
    """Return the text between a page's menus, or all of a page that is only a script."""
    html = tree.html or ""
    if len(html) < _MAX_SCRIPT_PAGE:
        return html
    return get_text(tree.css_first("main, #content, #contents, #container"))[:_MAX_SCRIPT_PAGE]


def shorten_excerpt(text: str) -> str:
    """Return the beginning of `text`, short enough for a message."""
    return text if len(text) <= _MAX_EXCERPT else text[:_MAX_EXCERPT].rsplit(" ", 1)[0] + " …"


def get_text(node: LexborNode | None, ignored_words: frozenset[str] = frozenset()) -> str:
    """Return the text of a node on one line, with a space wherever a browser shows a gap.

    Pieces equal to one of `ignored_words` are left out. Most nodes are or hold one piece of text;
    they take the fast path.
    """
    if node is None or (ignored_words and node.tag in _HIDDEN_TAGS):
        return ""
    only_node = node if node.is_text_node else node.first_child
    if (
        only_node is not None
        and only_node.is_text_node
        and (only_node is node or only_node.next is None)
    ):
        piece = (only_node.text_content or "").strip()
        return "" if ignored_words and piece.casefold() in ignored_words else sanitize_line(piece)
    return sanitize_line(
        "".join(
            part for part in iter_pieces(node, " ") if part.strip().casefold() not in ignored_words
        )
    )


def iter_pieces(root: LexborNode, line_gap: str) -> Iterator[str]:
    """Yield the text below a node in pieces, with `line_gap` wherever a browser begins a new line.

    It uses a stack instead of recursion, because the page decides how deep it nests.
    """
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif node.is_text_node:
            yield node.text_content or ""
        elif node.is_element_node and node.tag not in _HIDDEN_TAGS:
            separator = (
                line_gap if node.tag in _BLOCK_TAGS else " " if node.tag in _CELL_TAGS else ""
            )
            stack += [separator, *reversed(list(node.iter(include_text=True))), separator]


def parse_date(text: str) -> date | None:
    """Return the date in `text`, which may have a label before it; None without a valid date."""
    match = _LABELLED_DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
