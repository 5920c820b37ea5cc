"""Two hundred times `kill -9` at random moments: real processes, a real site, real receivers."""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.channels.peers import Mailbox, Receiver, mail_server, receiving
from tests.daemon.running import PATIENCE, until
from tests.support.installation import WATCHES, Stage, bot, desk, source
from tests.support.killed_processes import Crashing
from tests.support.site import Site

KILLS = 200
DAY = date(2025, 12, 1)
TITLE = re.compile(r"Steel Quotas No\. \d+")


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing_and_tell_nothing_twice(
    site: Site, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each release reaches each channel under one id, with one content; the database is whole."""
    seed = random.SystemRandom().randrange(2**32)
    chance, mailbox = random.Random(seed), Mailbox()
    site.publish("Round 1 of the talks", DAY)
    with (
        receiving(Receiver()) as receiver,
        mail_server(mailbox) as port,
        Crashing(tmp_path) as crashing,
    ):
        parts = [
            source("trade", site.url(), every="1s"),
            WATCHES,
            bot(receiver.url),
            bot(receiver.url, name="digest", send="cron * * * * *"),
            desk(port),
        ]
        stage = Stage(tmp_path, *parts)
        stage.once()
        titles, kills = set[str](), 0
        while kills < KILLS:
            number = len(titles) + 1
            title = f"Steel Quotas No. {number}"
            titles.add(site.publish(title, DAY + timedelta(days=number % 300)).title)
            args = ["-q"] if chance.random() < 0.5 else ["--once", "-q"]
            ended = crashing.run(*args, seconds=chance.uniform(0.01, 0.4))
            assert ended.code in (0, -9), ended
            kills += ended.code == -9
        record_property("told", f"seed {seed}: {kills} of {len(titles)} runs died by SIGKILL")
        until(lambda: stage.once()["waiting"] == 0, 3 * PATIENCE)  # a digest a minute is among it
        assert stage.rows("PRAGMA integrity_check") == [("ok",)]

    for name in ("bot", "digest"):
        messages = _posted(receiver, name)
        assert all(len(bodies) == 1 for bodies in messages.values())
        told = _told_of(messages)
        assert set(told) == titles
        assert set(told.values()) == {1}
    mails = _mailed(mailbox)
    assert all(len(contents) == 1 for contents in mails.values())
    told = Counter(title for (text,) in mails.values() for title in set(TITLE.findall(text)))
    assert set(told) == titles
    assert set(told.values()) == {1}


def _posted(receiver: Receiver, channel: str) -> dict[str, set[str]]:
    messages: dict[str, set[str]] = defaultdict(set)
    for _, headers, body in receiver.got:
        if json.loads(body)["data"]["channel"] == channel:
            messages[headers["webhook-id"]].add(body.decode())
    return messages


def _told_of(messages: dict[str, set[str]]) -> Counter[str]:
    items: list[Any] = []
    for (body,) in messages.values():
        items += json.loads(body)["data"]["items"]
    return Counter(item["release"]["title"] for item in items)


def _mailed(mailbox: Mailbox) -> dict[str, set[str]]:
    mails: dict[str, set[str]] = defaultdict(set)
    for envelope in mailbox.taken:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = mail.get_body(("plain",))
        assert text is not None
        mails[str(mail["Message-ID"])].add(" ".join(str(text.get_content()).split()))
    return mails
