"""A listing page into entries: every entry whole, or a fault that says which one is not.

One selection per entry, not one per field, keeps this near the cost of parsing alone.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from monitor.errors import PageFault
from monitor.health import looks
from monitor.health.looks import Look
from monitor.model.scraped import Entry, Fetched, Page
from monitor.sources.motir import LINK, article_url
from monitor.sources.motir.html import (
    compare,
    looks_like,
    open_page,
    shorten,
    text_of,
    to_date,
)
from monitor.text.counting import counted

_FIELDS = "li, li a, li strong.title, li p.info > span.cont, li p.info > span.date"
_VIEW = re.compile(
    r"""article\s*\.\s*view\s*\(\s*["']?\s*(\d+)\s*["']?\s*(?:,\s*["']?\s*(\d*)\s*["']?\s*)?\)""",
    re.ASCII,
)
_PLAIN = re.compile(r"/article/\w+/(\d+)/view\b(?:.*[?&]bbsCdN=(\d+))?", re.ASCII)
_LINK = LINK.decode()
_DAY = re.compile(r"\d{4}[-./]\d\d?[-./]\d")
_BADGES = frozenset(("n", "new", "hot", "up", "updated"))
_LONGEST_NOTE = 200  # "There is no data", in any wording
_LONGEST_NOTICE = 400  # of maintenance, with its hours, in two languages
_LONGEST_CATEGORY = 100


@dataclass(slots=True)
class _Item:
    """One `li` of the list, and what of an entry was found in it."""

    place: int
    node: LexborNode
    title: LexborNode | None = None
    text: LexborNode | None = None
    date: LexborNode | None = None
    links: list[str] = field(default_factory=list)

    def take(self, node: LexborNode) -> None:
        """Keep the node if it is the first of its sort; of links, what each leads to."""
        tag = node.tag
        if tag == "strong":
            self.title = self.title or node
        elif tag == "a":
            self.links += filter(None, map(node.attributes.get, ("href", "onclick")))
        elif "date" in (node.attributes["class"] or "").split():
            self.date = self.date or node
        else:
            self.text = self.text or node

    @property
    def blank(self) -> bool:
        """Tell whether it holds nothing that an entry would hold."""
        return not (self.title or self.text or self.date or self.links)


def parse(number: int, fetched: Fetched) -> Page:
    """Return the entries of a listing page; none at all is a page past the end."""
    lists = open_page(fetched, "div.board-list")
    items = _items(lists)
    look = _look_instead(lists, items)
    if look is not None:
        raise looks_like(look, fetched.url, shorten(_words(lists)))
    if _is_past_the_end(lists, items):
        return Page(number=number, entries=())
    if not items:
        raise PageFault(
            f"the list holds no entries where they stood (li); it reads “{shorten(_words(lists))}”",
            advice=compare(fetched.url),
        )
    if not any(item.title or item.date for item in items):
        raise PageFault(
            f"none of the {len(items)} entries of the list has a title or a date where they stood",
            advice=compare(fetched.url),
        )
    entries = tuple(_entry(item, fetched.url) for item in items)
    if not any(entry.article_id for entry in entries):
        raise PageFault(
            f"none of the {len(entries)} entries of the list links to an article by its number",
            advice=compare(fetched.url),
        )
    taken = sum(link.count(_LINK) for item in items for link in item.links)
    if fetched.body.count(LINK) > taken:  # on a usual page the list is not walked through again
        _refuse_strays(lists, {entry.article_id for entry in entries}, fetched.url)
    return Page(number=number, entries=entries)


def _refuse_strays(lists: Iterable[LexborNode], ids: Container[str], url: str) -> None:
    """Raise a fault if something in the lists leads to an article of which there is no entry."""
    strays = {found for board in lists for found in _strays(board) if found not in ids}
    if strays:
        links = counted(len(strays), "of its links leads", "of its links lead")
        raise PageFault(
            f"{links} to articles that stand in no entry of the list (li)",
            advice=compare(url),
        )


def _strays(board: LexborNode) -> Iterator[str]:
    """Yield the ids of the articles to which something outside all entries of a list leads."""
    for node in board.css("[href], [onclick]"):
        parent = node.parent
        while parent is not None and parent.tag != "li" and parent.mem_id != board.mem_id:
            parent = parent.parent
        if parent is None or parent.tag != "li":
            found = _article([*filter(None, map(node.attributes.get, ("href", "onclick")))])
            if found is not None:
                yield found[0]


def _items(lists: Iterable[LexborNode]) -> list[_Item]:
    """Return the outermost `li`s of the lists, each with what was selected below it.

    Nodes come in the order of the page, so what follows an outermost `li` is within it.
    """
    items: list[_Item] = []
    seen: set[int] = set()
    for board in lists:
        outermost = {li.mem_id for li in _outermost(board)} - seen
        if not outermost:
            continue  # an empty list, or one within a list that has been read
        seen |= outermost
        for node in board.css(_FIELDS):
            if node.tag != "li":
                items[-1].take(node)
            elif node.mem_id in outermost:
                items.append(_Item(len(items) + 1, node))
    return items


def _outermost(board: LexborNode) -> Iterator[LexborNode]:
    """Yield the `li`s of a list, not those within an entry."""
    stack = [board]
    while stack:
        for node in stack.pop().iter():
            if node.tag == "li":
                yield node
            else:
                stack.append(node)


def _look_instead(lists: list[LexborNode], items: list[_Item]) -> Look | None:
    """Return why a list holds no entries, where it says so or where a script is to fill it."""
    if any(not item.blank for item in items):
        return None
    words = _words(lists)
    if len(words) > _LONGEST_NOTICE or any(_leads_to_articles(board) for board in lists):
        return None
    is_bare = not words and not any(next(board.iter(), None) for board in lists)
    if is_bare and lists[0].parser.css_first('script[type="application/json"]') is not None:
        return looks.SCRIPT
    return looks.in_place_of_entries(words)


def _words(lists: list[LexborNode]) -> str:
    return " ".join(map(text_of, lists))


def _leads_to_articles(board: LexborNode) -> bool:
    return _VIEW.search(board.html or "") is not None


def _is_past_the_end(lists: list[LexborNode], items: list[_Item]) -> bool:
    """Tell whether the list is there and empty, but for a few words saying so."""
    if len(items) > 1 or any(not item.blank for item in items):
        return False
    words = _words(lists)
    if len(words) > _LONGEST_NOTE or _DAY.search(words):
        return False
    return not any(_leads_to_articles(board) for board in lists)


def _entry(item: _Item, url: str) -> Entry:
    """Return the entry, or raise the fault that names it and what it lacks."""
    title = text_of(item.title)
    date = None if item.date is None else to_date(item.date.text())
    if not title or date is None:
        raise _fault(item, title, text_of(item.date), url)
    article_id, board = _article(item.links) or ("", "")
    return Entry(
        title=title,
        date=date,
        category=_category(item, url),
        body=text_of(item.text),
        url=article_url(url, article_id, board) if article_id else _elsewhere(item.links, url),
        article_id=article_id,
        board=board,
    )


def _fault(item: _Item, title: str, day: str, url: str) -> PageFault:
    name = f"“{shorten(title)}”" if title else f"“{shorten(text_of(item.node))}”"
    if not title and not day:
        lacks = "has neither a title nor a date"
    elif not title:
        lacks = "has no title"
    elif not day:
        lacks = "has no date"
    else:
        lacks = f"has a date that cannot be read: “{shorten(day)}”"
    return PageFault(f"entry {item.place} ({name}) {lacks}", advice=compare(url))


def _article(links: list[str]) -> tuple[str, str] | None:
    """Return article id and board number from the first link that holds them."""
    for link in links:
        found = _VIEW.search(link) or _PLAIN.search(link)
        if found:
            return found[1], found[2] or ""
    return None


def _elsewhere(links: list[str], url: str) -> str | None:
    """Return the first address on the web that an entry links to, if it is not to an article."""
    addresses = (urljoin(url, link) for link in links)
    return next((a for a in addresses if a.startswith(("https://", "http://"))), None)


def _category(item: _Item, url: str) -> str | None:
    """Return the text before the title within `div.item`, whatever tags it stands in.

    Badges ("new") are no category. A long text is none either: then this is not the known layout.
    """
    label = " ".join(reversed(_before_title(item)))
    if len(label) > _LONGEST_CATEGORY:
        raise PageFault(
            f"entry {item.place} has a long text before its title, where a category stood: "
            f"“{shorten(label)}”",
            advice=compare(url),
        )
    return label or None


def _before_title(item: _Item) -> list[str]:
    """Return what stands before the title, backwards: up from it to `div.item`, or to the `li`."""
    found = []
    node = item.title
    while node is not None:
        sibling = node.prev
        while sibling is not None:
            is_gap = sibling.is_text_node and (sibling.text_content or "").isspace()
            words = "" if is_gap else text_of(sibling, but=_BADGES)
            if words:
                found.append(words)
            sibling = sibling.prev
        node = _within(node.parent)
    return found


def _within(node: LexborNode | None) -> LexborNode | None:
    """Return the node if it is below `div.item` and below the `li`."""
    if node is None or node.tag == "li":
        return None
    is_item = node.tag == "div" and "item" in (node.attributes.get("class") or "").split()
    return None if is_item else node
