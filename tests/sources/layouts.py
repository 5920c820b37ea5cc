"""What a real site does to its layout one day, done to a listing page of today's."""

import re

_ENTRY = re.compile(r"<li>\s*(<a href=\"javascript:article.*?)</li>", re.DOTALL)
_DATE = re.compile(r"(<i>date</i>\d{4})-(\d\d)-(\d\d)")


def renamed(html: str) -> str:
    """Give the parts of an entry other class names."""
    for name in ("title", "info", "cont", "date"):
        html = html.replace(f'class="{name}"', f'class="news-{name}"')
    return html


def dotted(html: str) -> str:
    """Write dates as 2025.12.01."""
    return _DATE.sub(r"\1.\2.\3", html)


def slashed(html: str) -> str:
    """Write dates as 2025/12/01."""
    return _DATE.sub(r"\1/\2/\3", html)


def day_first(html: str) -> str:
    """Write dates as 01.12.2025."""
    return re.sub(r"(<i>date</i>)(\d{4})-(\d\d)-(\d\d)", r"\1\4.\3.\2", html)


def as_table(html: str) -> str:
    """Let the list be a table."""
    html = _ENTRY.sub(r"<tr><td>\1</td></tr>", html)
    start = html.index('<div class="board-list">')
    head, rest = html[:start], html[start:]
    return head + rest.replace("<ul>", "<table>", 1).replace("</ul>", "</table>", 1)


def other_tag(html: str) -> str:
    """Let titles stand in headings."""
    return re.sub(r'<strong class="title">(.*?)</strong>', r'<h3 class="title">\1</h3>', html)


def other_list(html: str) -> str:
    """Give the list as a whole another class name."""
    return html.replace('class="board-list"', 'class="news-list"')


def _whole(title: str, text: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="UTF-8"><title>{title}</title>'
        f"</head>\n<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    )


CONSENT = _whole("Before you continue", "We use cookies. Accept all cookies to go on.")
BLOCKED = _whole("Access Denied", "Your request was blocked. Support ID: 7300512.")
ERROR = _whole("Error", "An error has occurred while your request was handled.")
SCRIPT = _whole("MOTIR", "You need to enable JavaScript to run this app.")
