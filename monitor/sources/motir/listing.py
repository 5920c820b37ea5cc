"""Listing pages into entries: every entry complete, or an error that names the incomplete one.

One selection for all fields, not one per field, keeps this near the cost of parsing alone.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from monitor.errors import InvalidPageError
from monitor.models.check import Entry, FetchResponse, ListingPage
from monitor.sources import error_pages
from monitor.sources.error_pages import ErrorPage
from monitor.sources.motir import ARTICLE_LINK, build_article_url
from monitor.sources.motir.page import (
    build_layout_advice,
    build_page_error,
    get_text,
    open_page,
    parse_date,
    shorten_excerpt,
)
from monitor.text.sanitize import pluralize

_FIELD_SELECTOR = "li, li a, li strong.title, li p.info > span.cont, li p.info > span.date"
_SCRIPT_LINK = re.compile(
    r"""article\s*\.\s*view\s*\(\s*["']?\s*(\d+)\s*["']?\s*(?:,\s*["']?\s*(\d*)\s*["']?\s*)?\)""",
    re.ASCII,
)
_PLAIN_LINK = re.compile(r"/article/\w+/(\d+)/view\b(?:.*[?&]bbsCdN=(\d+))?", re.ASCII)
_ARTICLE_LINK_TEXT = ARTICLE_LINK.decode()
_DATE_PATTERN = re.compile(r"\d{4}[-./]\d\d?[-./]\d")
_BADGES = frozenset(("n", "new", "hot", "up", "updated"))
_MAX_EMPTY_NOTE = 200  # characters of "There is no data", in any wording
_MAX_NOTICE = 400  # characters of a maintenance notice, with its hours, in two languages
_MAX_CATEGORY = 100


@dataclass(slots=True)
class _ListItem:
    """One `li` of the list, with the nodes of the entry's fields."""

    position: int
    node: LexborNode
    title: LexborNode | None = None
    body: LexborNode | None = None
    date: LexborNode | None = None
    links: list[str] = field(default_factory=list)

    def add_node(self, node: LexborNode) -> None:
        """Keep the node if it is the first of its kind; of links, keep every target."""
        tag = node.tag
        if tag == "strong":
            self.title = self.title or node
        elif tag == "a":
            self.links += filter(None, map(node.attributes.get, ("href", "onclick")))
        elif "date" in (node.attributes["class"] or "").split():
            self.date = self.date or node
        else:
            self.body = self.body or node

    @property
    def is_blank(self) -> bool:
        """Return whether the item has none of an entry's fields."""
        return not (self.title or self.body or self.date or self.links)


def parse(number: int, fetched: FetchResponse) -> ListingPage:
    """Return the entries of a listing page; an empty list means a page past the end."""
    lists = open_page(fetched, "div.board-list")
    items = _collect_items(lists)
    error_page = _detect_empty_list(lists, items)
    if error_page is not None:
        raise build_page_error(error_page, fetched.url, shorten_excerpt(_get_list_text(lists)))
    if _is_past_end(lists, items):
        return ListingPage(number=number, entries=())
    if not items:
        raise InvalidPageError(
            "the list holds no entries where they stood (li); it reads "
            f"“{shorten_excerpt(_get_list_text(lists))}”",
            advice=build_layout_advice(fetched.url),
        )
    if not any(item.title or item.date for item in items):
        raise InvalidPageError(
            f"none of the {len(items)} entries of the list has a title or a date where they stood",
            advice=build_layout_advice(fetched.url),
        )
    entries = tuple(_build_entry(item, fetched.url) for item in items)
    if not any(entry.article_id for entry in entries):
        raise InvalidPageError(
            f"none of the {len(entries)} entries of the list links to an article by its number",
            advice=build_layout_advice(fetched.url),
        )
    link_count = sum(link.count(_ARTICLE_LINK_TEXT) for item in items for link in item.links)
    if (
        fetched.body.count(ARTICLE_LINK) > link_count
    ):  # a usual page needs no second walk through its list
        _reject_stray_links(lists, {entry.article_id for entry in entries}, fetched.url)
    return ListingPage(number=number, entries=entries)


def _reject_stray_links(lists: Iterable[LexborNode], entry_ids: Container[str], url: str) -> None:
    """Raise InvalidPageError if the lists link to an article that has no entry."""
    stray_ids = {
        article_id
        for board in lists
        for article_id in _find_stray_ids(board)
        if article_id not in entry_ids
    }
    if stray_ids:
        link_summary = pluralize(len(stray_ids), "of its links leads", "of its links lead")
        raise InvalidPageError(
            f"{link_summary} to articles outside the entries of the list (li)",
            advice=build_layout_advice(url),
        )


def _find_stray_ids(board: LexborNode) -> Iterator[str]:
    """Yield the ids of articles linked from outside the entries of a list."""
    for node in board.css("[href], [onclick]"):
        parent = node.parent
        while parent is not None and parent.tag != "li" and parent.mem_id != board.mem_id:
            parent = parent.parent
        if parent is None or parent.tag != "li":
            article = _find_article([*filter(None, map(node.attributes.get, ("href", "onclick")))])
            if article is not None:
                yield article[0]


def _collect_items(lists: Iterable[LexborNode]) -> list[_ListItem]:
    """Return the outermost `li`s of the lists, each with the nodes selected below it.

    Nodes come in page order, so those after an outermost `li` lie within it.
    """
    items: list[_ListItem] = []
    seen_ids: set[int] = set()
    for board in lists:
        outermost_ids = {item_node.mem_id for item_node in _iter_outermost_items(board)} - seen_ids
        if not outermost_ids:
            continue  # an empty list, or one nested in a list already read
        seen_ids |= outermost_ids
        for node in board.css(_FIELD_SELECTOR):
            if node.tag != "li":
                items[-1].add_node(node)
            elif node.mem_id in outermost_ids:
                items.append(_ListItem(len(items) + 1, node))
    return items


def _iter_outermost_items(board: LexborNode) -> Iterator[LexborNode]:
    """Yield the `li`s of a list, but not those nested in an entry."""
    stack = [board]
    while stack:
        for node in stack.pop().iter():
            if node.tag == "li":
                yield node
            else:
                stack.append(node)


def _detect_empty_list(lists: list[LexborNode], items: list[_ListItem]) -> ErrorPage | None:
    """Return the reason for a list without entries: its own text, or a script to fill it."""
    if any(not item.is_blank for item in items):
        return None
    list_text = _get_list_text(lists)
    if len(list_text) > _MAX_NOTICE or any(_has_article_links(board) for board in lists):
        return None
    is_bare = not list_text and not any(next(board.iter(), None) for board in lists)
    if is_bare and lists[0].parser.css_first('script[type="application/json"]') is not None:
        return error_pages.NEEDS_SCRIPT
    return error_pages.explain_empty_list(list_text)


def _get_list_text(lists: list[LexborNode]) -> str:
    return " ".join(map(get_text, lists))


def _has_article_links(board: LexborNode) -> bool:
    return _SCRIPT_LINK.search(board.html or "") is not None


def _is_past_end(lists: list[LexborNode], items: list[_ListItem]) -> bool:
    """Return whether the list is empty, except for a short note that says so."""
    if len(items) > 1 or any(not item.is_blank for item in items):
        return False
    list_text = _get_list_text(lists)
    if len(list_text) > _MAX_EMPTY_NOTE or _DATE_PATTERN.search(list_text):
        return False
    return not any(_has_article_links(board) for board in lists)


def _build_entry(item: _ListItem, url: str) -> Entry:
    """Return the entry, or raise an error that names it and its missing field."""
    title = get_text(item.title)
    date = None if item.date is None else parse_date(item.date.text())
    if not title or date is None:
        raise _build_entry_error(item, title, get_text(item.date), url)
    article_id, board = _find_article(item.links) or ("", "")
    return Entry(
        title=title,
        date=date,
        category=_extract_category(item, url),
        body=get_text(item.body),
        url=build_article_url(url, article_id, board)
        if article_id
        else _find_other_url(item.links, url),
        article_id=article_id,
        board=board,
    )


def _build_entry_error(item: _ListItem, title: str, date_text: str, url: str) -> InvalidPageError:
    label = f"“{shorten_excerpt(title)}”" if title else f"“{shorten_excerpt(get_text(item.node))}”"
    if not title and not date_text:
        problem = "has neither a title nor a date"
    elif not title:
        problem = "has no title"
    elif not date_text:
        problem = "has no date"
    else:
        problem = f"has a date that cannot be read: “{shorten_excerpt(date_text)}”"
    return InvalidPageError(
        f"entry {item.position} ({label}) {problem}", advice=build_layout_advice(url)
    )


def _find_article(links: list[str]) -> tuple[str, str] | None:
    """Return the article id and board number from the first link that has them."""
    for link in links:
        match = _SCRIPT_LINK.search(link) or _PLAIN_LINK.search(link)
        if match:
            return match[1], match[2] or ""
    return None


def _find_other_url(links: list[str], url: str) -> str | None:
    """Return the first web address that an entry links to; used if it links to no article."""
    urls = (urljoin(url, link) for link in links)
    return next((address for address in urls if address.startswith(("https://", "http://"))), None)


def _extract_category(item: _ListItem, url: str) -> str | None:
    """Return the text before the title within `div.item`, regardless of its tags.

    Badges such as "new" do not count. A long text is an error, as it means an unknown layout.
    """
    label = " ".join(reversed(_collect_texts_before_title(item)))
    if len(label) > _MAX_CATEGORY:
        raise InvalidPageError(
            f"entry {item.position} has a long text before its title, where a category stood: "
            f"“{shorten_excerpt(label)}”",
            advice=build_layout_advice(url),
        )
    return label or None


def _collect_texts_before_title(item: _ListItem) -> list[str]:
    """Return the texts before the title, last first, from there up to `div.item` or the `li`."""
    texts = []
    node = item.title
    while node is not None:
        sibling = node.prev
        while sibling is not None:
            is_gap = sibling.is_text_node and (sibling.text_content or "").isspace()
            sibling_text = "" if is_gap else get_text(sibling, ignored_words=_BADGES)
            if sibling_text:
                texts.append(sibling_text)
            sibling = sibling.prev
        node = _limit_to_item(node.parent)
    return texts


def _limit_to_item(node: LexborNode | None) -> LexborNode | None:
    """Return the node if it lies below `div.item` and below the `li`."""
    if node is None or node.tag == "li":
        return None
    is_item = node.tag == "div" and "item" in (node.attributes.get("class") or "").split()
    return None if is_item else node
