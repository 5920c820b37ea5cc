"""What becomes of a release, from the outside: cut, late, edited, withdrawn, back again."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.channels.peers import Mailbox, Receiver, mail_server, receiving
from tests.support import site_faults as faults
from tests.support.installation import Stage, bot, desk, source
from tests.support.site import Site
from tests.support.site_pages import ARTICLES, File

DAY = date(2025, 12, 1)
WATCHES = """
[[watch]]
name = "ai"
any = ["AI"]

[[watch]]
name = "policy"
query = '"AI policy"'
"""
TERMINAL = '[[channel]]\nname = "terminal"\nkind = "terminal"\n'


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """Return all items that were received, in order."""
    return [item for _, _, body in receiver.got for item in json.loads(body)["data"]["items"]]


def some_releases(site: Site, count: int = 12) -> None:
    """Let the ministry have published something."""
    for number in range(count):
        site.publish(f"Round {number}", DAY - timedelta(days=count - number), body="Talks.")


def test_the_cut_entry_becomes_whole_with_one_alert_in_all(tmp_path: Path) -> None:
    """As in the seed, cut at “bilateral AI po”; what only its end says is found once it is read."""
    body = "The two sides met and spoke. " * 130 + "They agreed on a bilateral AI policy at last."
    cut = body.index("licy")
    with Site(cut=cut) as site, receiving(Receiver()) as receiver:
        some_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.settle()
        site.publish("Korea and Tajikistan Hold Talks", DAY, body=body, files=[File("note.pdf")])
        site.misbehave(faults.reset(), path=ARTICLES)
        assert stage.once()["sources"][0]["new"] == 1
        assert stage.rows("SELECT body FROM releases WHERE id = 13") == [(body[:cut],)]
        assert [item["watches"] for item in told(receiver)] == [["ai"]]
        site.behave()
        stage.once()
        assert stage.rows("SELECT body FROM releases WHERE id = 13") == [(body,)]
        assert stage.rows("SELECT name, kind FROM attachments") == [("note.pdf", "pdf")]
        stage.once("--sweep")
        stage.settle()
    (found,) = json.loads(stage.run("search", "policy", "--json").out)
    assert found["title"] == "Korea and Tajikistan Hold Talks"
    assert found["body"].endswith("AI policy at last.")
    assert found["watches"] == ["ai", "policy"]
    assert [item["watches"] for item in told(receiver)] == [["ai"]]
    assert "its channels were already alerted to it" in stage.run("explain", "13", "policy").out
    assert stage.rows("SELECT count(*) FROM revisions") == [(0,)]


def test_a_fortnights_outage_is_one_message_a_channel(tmp_path: Path) -> None:
    """Forty new releases on five pages, whole, in one check."""
    mailbox = Mailbox()
    with Site() as site, receiving(Receiver()) as receiver, mail_server(mailbox) as port:
        some_releases(site)
        parts = source("trade", site.url()), WATCHES, bot(receiver.url), desk(port)
        stage = Stage(tmp_path, *parts)
        stage.settle()
        for number in range(40):
            site.publish(f"AI, part {number}", DAY + timedelta(days=number // 3), body="Text.")
        result = stage.once()["sources"][0]
        assert (result["new"], result["pages"]) == (40, 5)
        assert stage.once()["delivered"] == 0
    assert len(told(receiver)) == 40
    assert (len(receiver.got), len(mailbox.taken)) == (1, 1)
    whole = "SELECT count(*) FROM releases WHERE article_read_at IS NOT NULL"
    assert stage.rows(whole) == [(52,)]


def test_a_release_from_its_edit_to_its_return(tmp_path: Path) -> None:
    """Counted, told in words and as data; nothing of it twice."""
    with Site() as site, receiving(Receiver()) as receiver:
        some_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url), TERMINAL)
        stage.settle()
        post = site.publish("AI Talks", DAY, body="Of AI.")
        stage.run("--once")
        site.edit(post.article_id, title="AI Talks Fail")
        edited = stage.run("--once")
        assert "entries, 1 revised" in edited.out
        assert "REVISED" in edited.out
        site.withdraw(post.article_id)
        assert stage.once("--sweep")["sources"][0]["withdrawn"] == 0
        gone = stage.run("--once", "--sweep")
        assert "entries, 1 withdrawn" in gone.out
        listed = json.loads(stage.run("releases", "--json").out)
        (withdrawn,) = [one["withdrawn_at"] for one in listed if one["title"] == "AI Talks Fail"]
        assert withdrawn.endswith("Z")
        site.put(post, ["fta"])
        assert stage.once()["sources"][0]["restored"] == 1
        assert stage.once("--sweep")["matched"] == 0
    items = told(receiver)
    assert [item["event"] for item in items] == ["new", "revised", "withdrawn", "restored"]
    assert items[1]["changes"] == [
        {
            "field": "title",
            "before": "AI Talks",
            "after": "AI Talks Fail",
            "diff": "AI Talks {+Fail+}",
        }
    ]
    assert items[2]["release"]["withdrawn_at"] is not None
    assert items[3]["release"]["withdrawn_at"] is None


def test_a_stretch_that_was_not_read_is_shown(tmp_path: Path) -> None:
    """Until it is closed."""
    with Site() as site:
        some_releases(site)
        limits = source("trade", site.url(), max_pages=2, sweep_pages=2)
        stage = Stage(tmp_path, limits, WATCHES)
        stage.settle()
        for number in range(40):
            site.publish(f"New {number}", DAY, body="Of quotas.")
        outs = [stage.run("--once").out for _ in range(4)]
    assert "from page 2 on there is more that is not known yet" in outs[0]
    assert "not known yet" not in outs[-1]
