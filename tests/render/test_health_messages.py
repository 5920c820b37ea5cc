"""Notices of trouble in every form: they read well, keep the limits, and do nothing."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.models.notification import HealthMessage, IncidentFacts
from monitor.render import email, standard, terminal
from monitor.render.layout import count_utf8_bytes
from tests.render.chat_messages import FORMS, check_limits, texts
from tests.render.samples import FAILING, OVER, TEST, compare, pretty
from tests.render.test_hostile import Elements, every_title, unseen

every_form = pytest.mark.parametrize("form", FORMS)


def by_mail(notice: HealthMessage) -> str:
    """Return a notice as a whole mail, with line ends as they are."""
    return email.render(notice, sender="monitor@example.com", to=["desk@example.com"]).decode()


def hostile(text: str) -> HealthMessage:
    """Return a notice in which all that may quote a page or a server is hostile."""
    assert FAILING.facts is not None
    facts = replace(FAILING.facts, name=text, reason=text, advice=text, missed=text)
    paragraphs = (text, f"{text} {text}", text)
    return replace(FAILING, channel=text, subject=text, text=paragraphs, facts=facts)


@pytest.mark.parametrize(
    ("name", "render"),
    [
        ("notice-terminal.txt", lambda one: terminal.render(one, colour=False, width=80)),
        ("notice-mail.eml", by_mail),
        ("notice-webhook.json", lambda one: pretty(standard.render(one))),
        *(
            (f"notice-{form}.json", lambda one, form=form: pretty(FORMS[form](one)))
            for form in FORMS
        ),
    ],
)
def test_notice_reads_as_agreed(name: str, render: Callable[[HealthMessage], str]) -> None:
    """Each form is as its golden file shows."""
    compare(name, render(FAILING))


def test_beginning_and_end_of_one_incident_are_one_thread() -> None:
    """A mail program shows them together; another incident, or a test, stands elsewhere."""
    assert OVER.facts is not None
    other = replace(OVER, facts=replace(OVER.facts, incident="8-20251201T030000Z"))
    threads = [
        re.findall(r"References: (.*)\r\n", by_mail(one)) for one in (FAILING, OVER, other, TEST)
    ]
    assert threads[0] == threads[1] == ["<incident-7-20251201T030000Z@example.com>"]
    assert threads[2] == ["<incident-8-20251201T030000Z@example.com>"]
    assert threads[3] == []


def test_programs_get_the_facts() -> None:
    """The JSON says in fields what the text says in words; a test message has none."""
    data = json.loads(standard.render(OVER))["data"]
    assert data["about"] == {"kind": "source", "name": "trade"}
    assert (data["state"], data["until"]) == ("recovered", "2025-12-01T03:30:00.000Z")
    assert json.loads(standard.render(TEST)) == {
        "type": "test",
        "timestamp": "2025-12-01T03:30:00.000Z",
        "data": {"channel": "desk", "subject": TEST.subject, "text": list(TEST.text)},
    }


@every_title
@every_form
def test_every_form_of_a_notice_shows_words_alone(form: str, text: str) -> None:
    """Whatever an error quotes: nothing unseen, nobody called, no limit broken."""
    payload = FORMS[form](hostile(text))
    check_limits(form, payload)
    assert not unseen(payload.decode(), "")
    for shown in texts(form, payload):
        assert not unseen(shown, "\n\u2060")
        if form != "teams":  # its texts are literal
            assert not re.search(r"@(channel|here|everyone)\b", shown, re.IGNORECASE) or (
                form == "ntfy"
            )
        if form in {"slack", "discord", "apprise"} and "\n" in shown:
            assert not re.search(r"(?<!\\)<[@!#]", shown)


@every_title
def test_a_notice_is_harmless_in_terminal_and_mail(text: str) -> None:
    """No escape sequence, header or element comes of what an error quotes."""
    notice = hostile(text)
    assert not unseen(terminal.render(notice, colour=False, width=80))
    raw = by_mail(notice)
    assert raw.isascii()
    assert max(map(len, raw.split("\r\n"))) <= 998
    head = raw.partition("\r\n\r\n")[0]
    names = set(re.findall(r"^([A-Za-z-]+):", head, re.MULTILINE))
    calm = by_mail(FAILING).partition("\r\n\r\n")[0]
    assert names == set(re.findall(r"^([A-Za-z-]+):", calm, re.MULTILINE))
    assert not unseen(email.render_html(notice))
    page = Elements()
    page.feed(email.render_html(notice))
    assert {tag for tag, _ in page.found} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "h1", "p")
    }


@every_form
@pytest.mark.parametrize("letter", ["x", "철", "&", "*", '"', "😀"])
def test_a_long_notice_is_cut_and_says_so(form: str, letter: str) -> None:
    """What does not fit is counted; what is short beside it stays whole."""
    payload = FORMS[form](replace(FAILING, text=("Short.", letter * 40_000)))
    check_limits(form, payload)
    shown = "\n".join(texts(form, payload))
    assert "Short." in shown
    assert re.search(r"characters more\\?\)", shown)


def test_facts_say_what_is_empty() -> None:
    """A program finds every field, whatever the state."""
    assert FAILING.facts is not None
    bare = IncidentFacts(
        incident="1", about="channel", name="desk", state="failing", since=FAILING.created_at
    )
    assert bare.as_json().keys() == FAILING.facts.as_json().keys()
    assert count_utf8_bytes(standard.render(replace(FAILING, facts=bare)).decode()) > 0
