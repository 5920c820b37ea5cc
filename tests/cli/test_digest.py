"""`monitor digest` and `monitor deliveries`, from the outside."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.channels.peers import Mailbox, Receiver, mail_server, receiving
from tests.support.installation import WATCHES, Stage, bot, desk, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
FAR = f"daily at {datetime.now(UTC) + timedelta(hours=12):%H:%M}"


def staged(folder: Path, site: Site, *channels: str) -> Stage:
    """Return an installation that has its baseline."""
    site.publish("Round 1 of the talks", DAY, body="Talks.")
    stage = Stage(folder, *channels)
    zoned = 'timezone = "UTC"\n' + stage.config.read_text()
    stage.config.write_text("\n".join([zoned, source("trade", site.url()), WATCHES]))
    stage.once()
    return stage


def told(receiver: Receiver) -> list[Any]:
    """Return what came, parsed."""
    return [json.loads(body) for _, _, body in receiver.got]


def test_a_digest_waits_is_looked_at_and_sent_early(tmp_path: Path) -> None:
    """It gathers what several checks find; sent now, it is not sent again at its time."""
    with Site() as site, receiving(Receiver()) as receiver:
        stage = staged(tmp_path, site, bot(receiver.url, send=FAR))
        for title in ("Steel Quotas", "UAE Talks"):
            site.publish(title, DAY)
            summary = stage.once()
            assert (summary["matched"], summary["delivered"], summary["waiting"]) == (1, 0, 1)

        text = stage.run("digest").out
        assert "Steel Quotas" in text.replace("*", "")
        assert "UAE Talks" in text.replace("*", "")
        assert stage.run("digest", "--format", "html").out.startswith("<!DOCTYPE html>")
        (preview,) = stage.run("digest", "--json").json
        assert stage.run("digest", "--format", "json", "--channel", "bot").json == [preview]
        assert receiver.got == []

        sent = stage.run("digest", "--send", "--json")
        assert (sent.code, sent.json) == (0, {"delivered": 1, "waiting": 0, "failed": 0})
        again = stage.run("digest", "--send")
        assert (again.code, again.out, again.err.strip()) == (0, "", "nothing was waiting")

        site.publish("Steel Quotas, again", DAY)
        stage.once()
        stage.run("digest", "--send")
    first, second = told(receiver)
    assert first["type"] == second["type"] == "digest"
    titles = {item["release"]["title"] for item in first["data"]["items"]}
    assert titles == {"Steel Quotas", "UAE Talks"}
    assert first["data"]["items"] == preview["data"]["items"]
    assert second["data"]["from"] == first["data"]["to"]
    assert len(second["data"]["items"]) == 1


def test_a_digest_since_a_date_can_be_looked_at_and_is_never_sent(tmp_path: Path) -> None:
    """Also of what was there before anybody watched."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish("Steel Plan", DAY)
        site.publish("Steel Plan of old", date(2024, 1, 1), at=1)
        stage = staged(tmp_path, site, bot(receiver.url, send=FAR))
        assert stage.run("digest").err.strip() == "nothing is waiting"
        (preview,) = stage.run("digest", "--since", "2025-01-01", "--json").json
        (item,) = preview["data"]["items"]
        assert item["release"]["title"] == "Steel Plan"
        refused = stage.run("digest", "--since", "2025-01-01", "--send")
        assert refused.code == 2
        assert "--since" in refused.err
    assert receiver.got == []


def test_a_channel_that_is_not_there_is_a_mistake_that_names_the_others(tmp_path: Path) -> None:
    """Exit code 2."""
    with Site() as site:
        stage = staged(tmp_path, site, bot("http://127.0.0.1:1/"))
        for command in (["digest"], ["deliveries", "retry"]):
            done = stage.run(*command, "--channel", "desk")
            assert (done.code, done.out) == (2, "")
            assert "there are: bot" in done.err


def test_what_was_given_up_is_shown_and_sent_again_under_its_id(tmp_path: Path) -> None:
    """A receiver that said 410 gets it when the user says so, once."""
    with Site() as site, receiving(Receiver(status=410)) as receiver:
        stage = staged(tmp_path, site, bot(receiver.url))
        site.publish("Steel Quotas", DAY)
        assert stage.once()["failed"] == 1
        assert stage.once()["waiting"] == 0

        (row,) = stage.run("deliveries", "list", "--json").json
        assert (row["status"], row["attempts"], row["releases"]) == ("given-up", 1, 1)
        assert "410" in row["error"]
        line = stage.run("deliveries").out
        assert f"monitor deliveries retry {row['id']}" in line

        failed = stage.run("deliveries", "retry")
        assert failed.code == 1
        assert "410" in failed.err
        receiver.status = 204
        done = stage.run("deliveries", "retry", row["id"][:9], "--json")
        assert (done.code, done.json["delivered"]) == (0, 1)
        assert stage.run("deliveries", "list", "--json").json[0]["status"] == "sent"
        assert stage.run("deliveries", "retry").err.strip().startswith("nothing has failed")
        twice = stage.run("deliveries", "retry", row["id"])
        assert twice.code == 2
        assert "was sent" in twice.err
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    assert len({body for _, _, body in receiver.got}) == 1


def test_a_message_in_a_wrong_form_is_sent_again_in_the_one_that_the_config_names_now(
    tmp_path: Path,
) -> None:
    """Slack refuses what is not its own; then the format is put right, and at last the kind."""
    with Site() as site, receiving(Receiver(status=400)) as receiver:
        stage = staged(tmp_path, site, bot(receiver.url))
        site.publish("Steel Quotas", DAY)
        stage.once()
        right = f'[[channel]]\nname = "bot"\nkind = "webhook"\nurl = "{receiver.url}"'
        stage.configure(source("trade", site.url()), WATCHES, f'{right}\nformat = "slack"')
        stage.run("deliveries", "retry")
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            stage.configure(source("trade", site.url()), WATCHES, desk(port, name="bot"))
            assert stage.run("deliveries", "retry").code == 0
    assert [json.loads(body).keys() >= {"blocks"} for _, _, body in receiver.got] == [False, True]
    (letter,) = mailbox.taken
    assert isinstance(letter.content, bytes)
    assert b"\r\nTo: desk@example.com\r\n" in letter.content


def test_a_recipient_who_is_refused_for_now_gets_it_later_and_the_others_once(
    tmp_path: Path,
) -> None:
    """It is owed until everybody has it, under one Message-ID."""
    mailbox = Mailbox(said={"ops@example.com": "450 greylisted"})
    with Site() as site, mail_server(mailbox) as port:
        stage = staged(tmp_path, site, desk(port, to=["desk@example.com", "ops@example.com"]))
        site.publish("Steel Quotas", DAY)
        summary = stage.once()
        assert (summary["delivered"], summary["waiting"], summary["failed"]) == (0, 1, 1)
        status = stage.run("status")
        assert status.code == 1
        assert "refused ops@example.com: 450 greylisted" in status.out
        mailbox.said.clear()
        assert stage.run("deliveries", "retry").code == 0
    assert [one.rcpt_tos for one in mailbox.taken] == [["desk@example.com"], ["ops@example.com"]]
    assert len({one.original_content for one in mailbox.taken}) == 1


def test_a_recipient_who_is_refused_for_good_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    """What was given up on for one is kept; the others are told what becomes of the release."""
    mailbox = Mailbox(said={"ops@example.com": "550 no such user"})
    with Site() as site, receiving(Receiver()) as receiver, mail_server(mailbox) as port:
        both = desk(port, to=["desk@example.com", "ops@example.com"])
        stage = staged(tmp_path, site, both, bot(receiver.url))
        post = site.publish("Steel Quotas", DAY)
        assert stage.once()["failed"] == 1
        (row,) = stage.run("deliveries", "list", "--channel", "desk", "--json").json
        assert (row["status"], row["attempts"]) == ("given-up", 1)
        site.edit(post.article_id, title="Beef Quotas")
        stage.once()
        stage.config.write_text(stage.config.read_text().replace(', "ops@example.com"', ""))
        assert stage.run("deliveries", "retry").code == 0
    assert [one.rcpt_tos for one in mailbox.taken] == [["desk@example.com"]] * 2
    notices = [one["data"] for one in told(receiver) if one["type"] == "health"]
    assert [one["subject"] for one in notices] == [
        "The channel desk does not accept its messages",
        "The channel desk accepts messages again",
    ]


@pytest.mark.parametrize("typed", ["msg_zz", "m"])
def test_an_id_that_names_no_message_or_several_is_a_mistake(tmp_path: Path, typed: str) -> None:
    """And the message says where to look."""
    with Site() as site:
        stage = staged(tmp_path, site, bot("http://127.0.0.1:1/"))
        for number in range(2):
            site.publish(f"Steel Quotas {number}", DAY)
            stage.once()
        done = stage.run("deliveries", "retry", typed)
    assert done.code == 2
    assert "monitor deliveries list" in done.err


def test_a_channel_that_was_taken_out_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """What failed on those that are there is sent again, and that some was left alone is told."""
    with Site() as site, receiving(Receiver()) as receiver:
        down = bot("http://127.0.0.1:1/")
        stage = staged(tmp_path, site, down, bot("http://127.0.0.1:1/", name="old"))
        site.publish("Steel Quotas", DAY)
        assert stage.once()["failed"] == 2
        stage.configure(source("trade", site.url()), WATCHES, bot(receiver.url))
        done = stage.run("deliveries", "retry")
    assert (done.code, len(receiver.got)) == (0, 1)
    assert done.err == "monitor: skipped, because the config no longer has this channel: old\n"


def test_a_channel_that_was_taken_out_of_the_config_keeps_what_it_was_owed(tmp_path: Path) -> None:
    """It is shown, and to send it again the channel must be put back."""
    with Site() as site:
        stage = staged(tmp_path, site, bot("http://127.0.0.1:1/"))
        site.publish("Steel Quotas", DAY)
        stage.once()
        text = stage.config.read_text().replace('name = "bot"', 'name = "other"')
        stage.config.write_text(text)
        (row,) = stage.run("deliveries", "list", "--json").json
        assert (row["channel"], row["status"]) == ("bot", "owed")
        done = stage.run("deliveries", "retry")
    assert done.code == 2
    assert "has no channel bot" in done.err
