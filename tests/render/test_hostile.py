"""Hostile releases through every way out: they are shown, and do nothing."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from monitor.formats import tables
from monitor.models.notification import MessageItem, ReleaseMessage, Snippet
from monitor.models.release import FieldChange
from monitor.render import email, slack, standard, terminal
from monitor.render.content import build_content, to_plain_text
from tests.render.samples import NOON, STEEL, digest

HOSTILE = {
    "escape sequences": "steel\x1b]0;owned\x07\x1b[2Jquota\x9b31m",
    "NUL and DEL": "steel\x00quota\x7f",
    "bidi": "steel \u202eatouq\u2066x\u2069",
    "zero width": "st\u200be\u2060el\ufeff quota",
    "line separators": "steel\u2028quota\u2029x\x85y",
    "script": "steel<script>alert(1)</script>",
    "attribute": "steel\" onmouseover='alert(1)' x=\"",
    "image": "steel<img src=https://evil.example/x.png onerror=alert(1)>",
    "entities": "steel &lt;b&gt; &amp;amp;",
    "header": "steel\r\nBcc: evil@example.com\r\n\r\nHello",
    "encoded word": "=?utf-8?q?steel=0D=0ABcc:_evil=40example.com?=",
    "mention": "steel @channel @here @EVERYONE",
    "broadcast": "steel <!channel> <@U123> <https://evil.example|click>",
    "formula": "=cmd('steel')",
    "full-width formula": "＝steel",
    "rich markup": "[bold red]steel[/red]",
    "mrkdwn": "*steel* _quota_ `x` ~y~",
    "diff signs": "[-steel-] {+quota+}",
    "percent and braces": "steel %s {0} {title} $x",
    "long": "steel " * 2000,
    "one long word": "steel" * 2000,
    "lone surrogate": "steel \ud800 quota",
}
ADDRESSES = [
    "javascript:alert(1)",
    " JavaScript:alert(1)//https://example.com",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "//evil.example",
    "https://",
    'https://example.com/"onmouseover="alert(1)',
    "https://example.com/\r\nx\x1b[2J\u202e",
    "https://good.example@evil.example/",
]
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}

DAY = timedelta(days=1)

every_title = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


def hostile(text: str, url: str | None = STEEL.url) -> ReleaseMessage:
    """Return a message in which every field that is scraped, or named by a user, is hostile."""
    release = replace(STEEL, title=text, category=text, body=text, url=url, source=text)
    change = FieldChange(field="title", before=text, after=text, diff=f"[-{text}-] {{+{text}+}}")
    at = max(text.find("steel"), 0)
    item = MessageItem(
        event="revised",
        release=release,
        watches=(text,),
        snippet=Snippet(field="text", text=text, marks=((at, at + 5),)),
        changes=(change,),
    )
    return replace(digest(item), channel=text)


def scheduled(text: str) -> ReleaseMessage:
    """Return a digest whose watches and channel are hostile too, with a story of three reports."""
    (one,) = hostile(text).items
    plain = replace(STEEL, id=43, title="Steel", body="steel")
    others = (
        replace(one, event="new", release=replace(one.release, id=42, body=""), changes=None),
        replace(one, event="withdrawn", watches=(), changes=None),
        replace(one, event="new", release=plain, watches=("steel", text), changes=None),
    )
    return replace(hostile(text), kind="digest", items=(one, *others), since=NOON - DAY, until=NOON)


def unseen(text: str, allowed: str = "\n") -> set[str]:
    """Return the invisible characters of a text."""
    return {c for c in text if unicodedata.category(c) in UNSEEN and c not in allowed}


def parsed(message: ReleaseMessage) -> EmailMessage:
    """Return the message as a mail program reads it."""
    raw = email.render(message, sender="monitor@example.com", to=["desk@example.com"])
    return message_from_bytes(raw, policy=policy.SMTP)


Make = Callable[[str], ReleaseMessage]
every_message = pytest.mark.parametrize("make", [hostile, scheduled])


class Elements(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))


@every_title
@every_message
def test_terminal_shows_words_alone(text: str, make: Make) -> None:
    """No control, bidi or zero-width character reaches the terminal but our own colours."""
    message = make(text)
    assert not unseen(terminal.render(message, colour=False, width=80))
    coloured = terminal.render(message, colour=True, width=80)
    assert not unseen(re.sub(r"\x1b\[[0-9;]+m", "", coloured))


@every_title
@every_message
def test_mail_has_its_own_headers_alone(text: str, make: Make) -> None:
    """No title brings a header or breaks the message apart."""
    read = parsed(make(text))
    thread = {"In-Reply-To", "References"} if make is hostile else set()
    assert set(read.keys()) == thread | {
        *("Subject", "From", "To", "Date", "Message-ID", "List-Id"),
        *("Auto-Submitted", "MIME-Version", "Content-Type"),
    }
    assert not unseen(str(read["Subject"]), "")
    assert not read.defects
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@every_title
@every_message
def test_mail_keeps_the_limits_of_lines(text: str, make: Make) -> None:
    """Lines are ASCII and within the 998 bytes that servers must take (RFC 5321), headers too."""
    raw = email.render(make(text), sender="monitor@example.com", to=["desk@example.com"])
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)


@every_title
@every_message
def test_text_of_a_mail_shows_words_alone(text: str, make: Make) -> None:
    """Who reads mail in a terminal is as safe; and every release is there, whole."""
    message = make(text)
    shown = email.render_text(message)
    assert not unseen(shown)
    letters = re.sub(r"\s|\n|^[*] ", "", shown)
    for told in build_content(message).releases:
        assert re.sub(r"\s", "", to_plain_text(told.title)) in letters


@every_title
@every_message
def test_html_has_its_own_elements_alone(text: str, make: Make) -> None:
    """Nothing scraped becomes an element, an attribute or a link."""
    page = email.render_html(make(text))
    assert not unseen(page)
    found = Elements()
    found.feed(page)
    calm = Elements()
    calm.feed(email.render_html(make("steel")))
    tags = {tag for tag, _ in calm.found}
    assert {tag for tag, _ in found.found} <= tags
    names = {name for _, attributes in calm.found for name in attributes}
    assert {name for _, attributes in found.found for name in attributes} <= names
    assert {a["href"] for tag, a in found.found if tag == "a"} == {STEEL.url}


@every_title
def test_slack_calls_nobody(text: str) -> None:
    """No mention, broadcast or link of the release's own making."""
    payload = slack.render(hostile(text))
    assert not unseen(payload.decode(), "")
    texts = [
        block["text"]["text"]
        for block in json.loads(payload)["blocks"]
        if block["type"] == "section"
    ]
    for said in (*texts, json.loads(payload)["text"]):
        assert not unseen(said, "\n\u2060")
        assert re.findall(r"<[^|>]*", said) in ([], [f"<{STEEL.url}".replace("&", "&amp;")])
        assert not re.search(r"@(channel|here|everyone)", said, re.IGNORECASE)
        assert len(said) <= 3000


@every_title
def test_json_is_lossless_and_shows_nothing_unseen(text: str) -> None:
    """What programs get is what was stored, escaped where it cannot be seen."""
    payload = standard.render(hostile(text)).decode()
    assert not unseen(payload, "")
    assert json.loads(payload)["data"]["items"][0]["release"]["title"] == text


@every_title
@pytest.mark.parametrize(
    "write", [tables.iter_csv_lines, tables.iter_json_lines, tables.iter_json_list]
)
def test_exports_show_nothing_unseen(text: str, write: Callable[..., list[str]]) -> None:
    """A file can be looked at in a terminal, and be encoded."""
    release = hostile(text).items[0].release
    written = "".join(write([release]))
    assert not unseen(written, "\r\n")
    assert written.encode()


@pytest.mark.parametrize("url", ADDRESSES)
def test_only_web_addresses_become_links(url: str) -> None:
    """Another address is shown as text; a web address is cleaned and quoted."""
    message = hostile("steel", url)
    (told,) = build_content(message).releases
    page = Elements()
    page.feed(email.render_html(message))
    links = [attributes["href"] for tag, attributes in page.found if tag == "a"]
    assert links == ([told.url] if told.is_linkable else [])
    assert all(link and re.match(r"https://example\.com/", link) for link in links)
    assert set(dict.fromkeys(name for _, a in page.found for name in a)) <= {
        *("lang", "charset", "name", "content", "style", "class", "href")
    }
    section = json.loads(slack.render(message))["blocks"][2]["text"]["text"]
    assert section.count("<") == len(links)
