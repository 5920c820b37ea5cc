"""`monitor doctor`, from the outside."""

from datetime import date
from pathlib import Path

from tests.channels.peers import Mailbox, Receiver, free_port, mail_server, receiving
from tests.support.installation import WATCHES, Stage, bot, desk, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
TERMINAL = '[[channel]]\nname = "screen"\nkind = "terminal"\n'


def test_all_well_is_0_and_leaves_no_trace(site: Site, tmp_path: Path) -> None:
    """Each part has its line; nothing is made."""
    site.publish("Talks", DAY)
    stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
    done = stage.run("doctor")
    assert (done.code, done.err) == (0, "nothing is wrong\n")
    assert [line.split()[:2] for line in done.out.splitlines() if line[0] != " "] == [
        ["ok", "config:"],
        ["ok", "database:"],
        ["ok", "source"],
        ["ok", "channel"],
    ]
    assert not stage.db.exists()
    assert stage.run("doctor", "-q").out == ""


def test_what_is_wrong_is_told_apart_with_its_remedy_and_is_1(tmp_path: Path) -> None:
    """And the rest is tried all the same."""
    url = f"http://127.0.0.1:{free_port()}/x"
    stage = Stage(tmp_path, source("trade", url), bot("https://nowhere.invalid/hush"))
    done = stage.run("doctor")
    assert (done.code, done.err.splitlines()[-1]) == (1, "2 things are wrong")
    wrong = done.out[done.out.index("WRONG") :]
    assert wrong.startswith("WRONG  source trade: 127.0.0.1, port ")
    assert "\n       -> see that the address and its port are right" in wrong
    assert "\nWRONG  channel bot: the name nowhere.invalid cannot be looked up (DNS)\n" in wrong
    assert "hush" not in done.out

    found = stage.run("doctor", "--json")
    assert found.code == 1
    assert found.json["well"] is False
    assert [one["about"] for one in found.json["findings"] if one["standing"] == "wrong"] == [
        "source",
        "channel",
    ]


def test_a_config_that_is_wrong_is_2(tmp_path: Path) -> None:
    """As everywhere; with --json still one document."""
    stage = Stage(tmp_path, '[[source]]\nname = "trade"\n')
    done = stage.run("doctor", "--json")
    assert done.code == 2
    ((finding),) = done.json["findings"]
    assert finding["about"] == "config"
    assert "missing; write for instance kind" in finding["text"]
    assert stage.run("doctor").out == ""


def test_a_test_message_goes_through_each_channel(site: Site, tmp_path: Path) -> None:
    """As an alert would, and recorded nowhere; what does not take it is told."""
    site.publish("Talks", DAY)
    mailbox = Mailbox()
    with (
        mail_server(mailbox) as port,
        receiving(Receiver()) as good,
        receiving(Receiver(status=404, body=b"no such hook")) as bad,
    ):
        parts = [desk(port), bot(good.url), bot(bad.url, name="bad"), TERMINAL]
        stage = Stage(tmp_path, source("trade", site.url()), *parts)
        done = stage.run("doctor", "--send")
    assert done.code == 1
    assert "WRONG  channel bad: the test message was not accepted" in done.out
    assert "ok     channel desk: the test message was sent; see that it has come" in done.out
    assert "This is a test of the channel screen, sent by: monitor doctor --send" in done.out
    assert b"This is a test of the channel desk" in (mailbox.taken[0].content or b"")
    assert len(good.got) == 1
    assert b'"type": "test"' in good.got[0][2]
    assert not stage.db.exists()
