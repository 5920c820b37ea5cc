"""Messages as e-mail."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

import pytest

from monitor.models.notification import ReleaseMessage
from monitor.render import email
from monitor.render.content import build_content, to_plain_text
from tests.render.samples import (
    FAILING,
    FORUM,
    NEW,
    ONE,
    REVISED,
    STEEL,
    TEST,
    THREE,
    WITHDRAWN,
    compare,
    digest,
    item,
)
from tests.render.seed_releases import FTA, Reported, daily, fixtures, items, pairs, seed

SENDER = "Monitor <monitor@example.com>"


def rendered(message: ReleaseMessage, sender: str = SENDER) -> bytes:
    """Return the bytes of a message to two people."""
    return email.render(message, sender=sender, to=["desk@example.com", "ops@example.com"])


def parsed(message: ReleaseMessage, sender: str = SENDER) -> EmailMessage:
    """Return a message as a mail program reads it, without any defect."""
    read = message_from_bytes(rendered(message, sender), policy=policy.SMTP)
    assert not read.defects
    assert not [defect for part in read.walk() for defect in part.defects]
    return read


def part(message: ReleaseMessage, subtype: str) -> str:
    """Return the text or HTML of a message as it arrives."""
    body = parsed(message).get_body((subtype,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


def test_message_reads_as_agreed() -> None:
    """A message looks as the golden files show, headers, text and HTML."""
    compare("mail-one.eml", rendered(ONE).decode("ascii"))
    compare("mail-three.eml", rendered(THREE).decode("ascii"))
    compare("mail-three.html", email.render_html(THREE))
    compare("mail-three.txt", email.render_text(THREE))


def test_parts_arrive_as_they_were_written() -> None:
    """Text and HTML survive the transfer encoding."""
    assert part(THREE, "plain") == email.render_text(THREE)
    assert part(THREE, "html") == email.render_html(THREE)


def test_same_digest_gives_the_same_bytes() -> None:
    """Nothing in a message depends on chance or the clock."""
    assert rendered(THREE) == rendered(THREE)


def test_any_server_takes_it() -> None:
    """Every line is ASCII, short and ended by CR LF."""
    assert rendered(THREE).isascii()
    lines = rendered(THREE).split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_headers_name_the_message_and_its_thread() -> None:
    """Message-ID comes from the digest, the thread from the release."""
    read = parsed(ONE)
    assert read["Message-ID"] == "<5f0c9c1e@example.com>"
    assert read["In-Reply-To"] == read["References"] == "<release-41@example.com>"
    assert read["List-Id"] == "<desk.monitor.example.com>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["To"] == "desk@example.com, ops@example.com"
    assert read["Date"].datetime == ONE.created_at


def test_message_on_several_releases_stands_in_no_thread() -> None:
    """A digest belongs to no one release, so it answers to none."""
    assert parsed(THREE)["References"] is None


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (ONE, f"[steel, canada] {STEEL.title}"),
        (digest(item(FORUM, "withdrawn")), f"Withdrawn: {FORUM.title}"),
        (digest(replace(NEW, event="revised")), f"[steel, canada] Revised: {STEEL.title}"),
        (
            THREE,
            "[steel, canada] Daily digest: 3 releases (1 new, 1 revised, 1 withdrawn), 2025-12-01",
        ),
        (FTA, "[steel, europe, gulf] Daily digest: 10 releases, 2025-12-01"),
        (digest(NEW, scheduled=True), f"[steel, canada] Daily digest: {STEEL.title}"),
        (digest(NEW, NEW), "[steel, canada] 2 releases match"),
        (digest(scheduled=True), "Daily digest: nothing matched, 2025-12-01"),
        (TEST, "monitor: A test message"),
        (FAILING, "monitor: trade cannot be read"),
    ],
)
def test_subject_says_what_it_is_about(message: ReleaseMessage, subject: str) -> None:
    """One release: its watches and title; several: how many and which watches."""
    assert parsed(message)["Subject"] == subject


def test_long_title_is_shortened_in_the_subject_and_the_body_says_so() -> None:
    """Nothing is cut in silence: the body holds the whole title and says that it does."""
    long = "steel quota " * 900
    message = digest(replace(NEW, release=replace(STEEL, title=long)))
    subject = parsed(message)["Subject"]
    assert subject.endswith("…")
    assert len(subject) < 250
    assert "here it is in full" in part(message, "plain")
    assert "here it is in full" in part(message, "html")
    assert part(message, "plain").split().count("quota") == 900 + STEEL.body.split().count("quota")


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("monitor@example.com", "example.com"),
        ("Wächter <monitor@wächter.example>", "xn--wchter-bua.example"),
        ("monitor", "localhost"),
        ("büro@example.com", "example.com"),
        (f"monitor@{'ü' * 80}.example", "localhost"),
        ("monitor@[127.0.0.1]", "[127.0.0.1]"),
        ("x\r\nBcc: monitor@example.com", "example.com"),
    ],
)
def test_sender_gives_the_domain_of_ids(sender: str, domain: str) -> None:
    """Ids are made in the sender's domain, in ASCII; a bare name has the local one."""
    assert rendered(ONE, sender).isascii()
    assert f"Message-ID: <5f0c9c1e@{domain}>".encode() in rendered(ONE, sender)


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("Kim <kim@trade.example>", "kim@trade.example"),
        ("kim@한국.kr", "kim@xn--3e0b707e.kr"),
        ("kim@a..b", "kim@a..b"),
        ("kim", "kim"),
    ],
)
def test_address_is_what_the_mail_server_gets(written: str, bare: str) -> None:
    """The bare address, its domain in ASCII where that can be."""
    assert email.extract_address(written) == bare


@pytest.mark.parametrize(
    ("channel", "listed"),
    [("Trade Desk!", "trade-desk"), ("경보", "channel"), ("a\r\nBcc: x", "a-bcc-x")],
)
def test_list_id_is_a_name_whatever_the_channel_is_called(channel: str, listed: str) -> None:
    """List-Id holds letters, digits and dashes alone."""
    read = parsed(replace(ONE, channel=channel))
    assert read["List-Id"] == f"<{listed}.monitor.example.com>"


def test_digest_id_cannot_break_the_message_id() -> None:
    """Whatever an id holds, Message-ID is one id."""
    assert parsed(digest(NEW, id="a b>\r\n<c"))["Message-ID"] == "<a%20b%3E%0D%0A%3Cc@example.com>"


def test_encoded_word_in_a_title_brings_no_header() -> None:
    """A title that reads as an encoded header is shown as the text that it is."""
    title = "=?utf-8?q?steel=0D=0ABcc:_evil=40example.com?="
    read = parsed(digest(replace(NEW, release=replace(STEEL, title=title))))
    assert read["Bcc"] is None
    assert "= ?utf-8?q?steel" in read["Subject"]


def test_html_loads_nothing() -> None:
    """No script, image, style sheet or form: only links to the releases."""
    page = email.render_html(THREE).lower()
    assert not [
        word for word in ("<script", "<img", "<link", "<form", "url(", "src=") if word in page
    ]
    assert page.count("href=") == 2


def test_text_is_readable_in_72_columns() -> None:
    """Lines of the text part fit; addresses stand on lines of their own, whole."""
    lines = email.render_text(THREE).splitlines()
    assert not [line for line in lines if len(line) > 72 and "https://" not in line]
    assert STEEL.url in lines


def test_digest_reads_as_agreed() -> None:
    """The digest of our fixtures under three watches looks as the golden files show."""
    compare("digest-fta.eml", rendered(FTA).decode("ascii"))
    compare("digest-fta.html", email.render_html(FTA))
    compare("digest-fta.txt", email.render_text(FTA))


@pytest.mark.parametrize("listing", [fixtures, seed])
def test_digest_links_each_release_once(listing: Callable[[], list[Reported]]) -> None:
    """In text and HTML, and reports of one event stand by each other."""
    message = daily(items(listing()))
    found = [
        story.releases
        for section in build_content(message).sections
        for story in section.event_groups
    ]
    assert pairs([to_plain_text(told.title) for told in story] for story in found)
    for told in build_content(message).releases:
        assert [line.strip() for line in email.render_text(message).splitlines()].count(
            told.url
        ) == 1
        assert email.render_html(message).count(f'href="{escape(told.url)}"') == 1
    assert email.render_text(message).count("On the same event:") == 3
    assert email.render_html(message).count("On the same event:") == 3
    assert max(map(len, rendered(message).split(b"\r\n"))) <= 78


def test_scheduled_digest_of_one_stands_in_the_thread_of_its_release() -> None:
    """So does one that tells of a release twice; digests of several stand alone."""
    assert parsed(digest(NEW, scheduled=True))["References"] == "<release-41@example.com>"
    assert parsed(digest(NEW, REVISED))["References"] == "<release-41@example.com>"
    assert parsed(FTA)["References"] is None


def test_watches_of_a_long_list_are_shortened_in_the_subject() -> None:
    """The subject stays a line; the message names them all."""
    names = tuple(f"watch {n}" for n in range(60))
    message = digest(replace(NEW, watches=names), WITHDRAWN)
    assert len(parsed(message)["Subject"]) < 150
    assert "watch 59" in part(message, "plain")


def test_digest_of_nothing_is_short() -> None:
    """Its period is all that it has to say."""
    assert email.render_text(digest(scheduled=True)) == (
        "Nothing matched · 2025-11-30 12:30 to 2025-12-01 12:30 KST\n\n"
        "-- \nSent by monitor to the channel desk.\n"
    )
    assert "<h2" not in email.render_html(digest(scheduled=True))
