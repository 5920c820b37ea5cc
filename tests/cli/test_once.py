"""`monitor --once`, from the outside: a real site, real receivers, real processes."""

import json
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.channels.peers import Mailbox, Receiver, free_port, mail_server, receiving
from tests.support import site_faults as faults
from tests.support.installation import SECRET, WATCHES, Stage, bot, desk, source
from tests.support.site import Site

DAY = date(2025, 12, 1)
STEEL = "Korea and Canada Discuss Economic and Trade Issues, Including Canada’s Steel TRQ Measures"


def ten_releases(site: Site) -> None:
    """Let the ministry have published ten releases, none about steel."""
    for number in range(10):
        site.publish(
            f"Round {number} of the talks", DAY - timedelta(days=20 - number), body="Talks."
        )


def test_the_main_job_from_end_to_end(tmp_path: Path) -> None:
    """A baseline tells nobody; a release that matches is told once a channel; then silence."""
    mailbox = Mailbox()
    with Site() as site, receiving(Receiver()) as receiver, mail_server(mailbox) as port:
        ten_releases(site)
        parts = [source("trade", site.url()), WATCHES, bot(receiver.url), desk(port)]
        stage = Stage(tmp_path, *parts)

        first = stage.once()
        assert first["sources"][0] | {"seconds": 0} == {
            "name": "trade",
            "status": "ok",
            "baseline": True,
            "pages": 2,
            "entries": 10,
            "new": 10,
            "revised": 0,
            "withdrawn": 0,
            "restored": 0,
            "error": None,
            "seconds": 0,
        }
        assert (first["delivered"], first["waiting"], first["failed"]) == (0, 0, 0)
        assert (receiver.got, mailbox.taken) == ([], [])

        site.publish(STEEL, DAY, body="Quotas on steel.")
        second = stage.once()
        assert (second["sources"][0]["new"], second["matched"]) == (1, 1)
        assert (second["delivered"], second["waiting"], second["failed"]) == (2, 0, 0)

        ((_, headers, body),) = receiver.got
        told = Webhook(SECRET).verify(body, headers)
        (item,) = told["data"]["items"]
        assert told["type"] == "releases.matched"
        assert (item["event"], item["watches"]) == ("new", ["steel"])
        assert item["release"]["title"] == STEEL
        assert item["release"]["date"] == "2025-12-01"
        (envelope,) = mailbox.taken
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content)
        assert envelope.rcpt_tos == ["desk@example.com"]
        assert mail["Auto-Submitted"] == "auto-generated"

        third = stage.once()
        assert (third["matched"], third["delivered"], third["waiting"]) == (0, 0, 0)
        assert (len(receiver.got), len(mailbox.taken)) == (1, 1)


def test_with_the_receiver_down_the_alert_is_owed_and_comes_later_once(tmp_path: Path) -> None:
    """Under the id and with the bytes of the first attempt."""
    port = free_port()
    with Site() as site, receiving(Receiver(status=503)) as receiver:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.publish(STEEL, DAY)
        down = stage.once()
        assert (down["matched"], down["delivered"], down["waiting"], down["failed"]) == (1, 0, 1, 1)

        dead = f"http://127.0.0.1:{port}/"
        stage.configure(source("trade", site.url()), WATCHES, bot(dead))
        assert stage.once()["waiting"] == 1

        receiver.status = 204
        stage.configure(source("trade", site.url()), WATCHES, bot(receiver.url))
        up = stage.once()
        assert (up["matched"], up["delivered"], up["waiting"], up["failed"]) == (0, 1, 0, 0)
        assert stage.once()["delivered"] == 0
    first, second = receiver.got
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert first[2] == second[2]
    for _, headers, body in receiver.got:
        Webhook(SECRET).verify(body, headers)


def test_a_dead_channel_holds_up_no_other(tmp_path: Path) -> None:
    """One is owed, the other one has it."""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        parts = [source("trade", site.url()), WATCHES, desk(free_port()), bot(receiver.url)]
        stage = Stage(tmp_path, *parts)
        stage.once()
        site.publish(STEEL, DAY)
        summary = stage.once()
    assert (summary["delivered"], summary["waiting"], summary["failed"]) == (1, 1, 1)
    assert len(receiver.got) == 1


def test_one_title_on_two_dates_is_kept_twice_and_told_twice(tmp_path: Path) -> None:
    """As the real archive has it, on 2023-01-10 and 2023-01-11."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish("Steel Plan for the Year", date(2023, 1, 10))
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.publish("Steel Plan for the Year", date(2023, 1, 11))
        assert stage.once()["delivered"] == 1
    assert stage.rows("SELECT title, date FROM releases ORDER BY date") == [
        ("Steel Plan for the Year", "2023-01-10"),
        ("Steel Plan for the Year", "2023-01-11"),
    ]


def test_one_release_on_two_boards_is_one(tmp_path: Path) -> None:
    """On the board of all releases and on its topic board: one release, one alert."""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        boards = [source("all", site.url("all-releases")), source("trade", site.url("fta"))]
        stage = Stage(tmp_path, *boards, WATCHES, bot(receiver.url))
        assert sum(one["new"] for one in stage.once()["sources"]) == 10
        site.publish(STEEL, DAY)
        summary = stage.once()
        assert sum(one["new"] for one in summary["sources"]) == 1
        assert summary["delivered"] == 1
        stage.once()
    assert len(receiver.got) == 1
    assert stage.rows("SELECT count(*) FROM releases") == [(11,)]
    assert stage.rows("SELECT source FROM listings WHERE release_id = 11 ORDER BY 1") == [
        ("all",),
        ("trade",),
    ]


def test_who_watches_one_listing_is_told_when_a_release_reaches_it(tmp_path: Path) -> None:
    """Though it was known from another one before; and who was told then is not told again."""
    watches = """
[[watch]]
name = "everywhere"
any = ["steel"]
to = ["bot"]

[[watch]]
name = "trade only"
any = ["steel"]
sources = ["trade"]
"""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        boards = [source("all", site.url("all-releases")), source("trade", site.url("fta"))]
        channels = bot(receiver.url), bot(receiver.url, name="other")
        stage = Stage(tmp_path, *boards, watches, *channels)
        stage.once()
        post = site.publish(STEEL, DAY, boards=["all-releases"])
        stage.once()
        site.reorder("fta", [post.article_id, *site.boards["fta"]])
        stage.once()
        stage.once()
    told = [json.loads(body)["data"] for _, _, body in receiver.got]
    assert [(one["channel"], one["items"][0]["watches"]) for one in told] == [
        ("bot", ["everywhere"]),
        ("other", ["trade only"]),
    ]
    assert "its readers had heard" not in stage.run("explain", "11", "trade only").out


def test_an_entry_in_the_middle_of_the_page_is_found(tmp_path: Path) -> None:
    """Late, and with an earlier date: it is news all the same."""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.publish("Steel, Announced Late", DAY - timedelta(days=90), at=5)
        summary = stage.once()
    assert (summary["sources"][0]["new"], summary["delivered"]) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Korea–Canada Steel Talks", "Korea-Canada Steel Talks"),
        ("Canada’s Steel", "Canada's Steel"),
    ],
)
def test_another_spelling_of_a_mark_is_no_new_release(
    tmp_path: Path, before: str, after: str
) -> None:
    """Not even under another article id."""
    with Site() as site, receiving(Receiver()) as receiver:
        post = site.publish(before, DAY)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.edit(post.article_id, title=after)
        assert stage.once()["sources"][0]["new"] == 0
        site.withdraw(post.article_id)
        site.publish(after, DAY, article_id=900)
        summary = stage.once()
    assert (summary["sources"][0]["new"], summary["sources"][0]["revised"]) == (0, 0)
    assert receiver.got == []


def test_a_fortnights_outage_is_caught_up_in_one_check(tmp_path: Path) -> None:
    """Forty new releases on five pages: all found, one message, each in it once."""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        for number in range(40):
            site.publish(f"Steel, part {number}", DAY + timedelta(days=number // 3))
        assert stage.once()["sources"][0]["new"] == 40
    ((_, _, body),) = receiver.got
    titles = [item["release"]["title"] for item in json.loads(body)["data"]["items"]]
    assert titles == [f"Steel, part {number}" for number in reversed(range(40))]


def test_an_outage_longer_than_a_check_may_read_is_caught_up_by_the_next_ones(
    tmp_path: Path,
) -> None:
    """The stretch that could not be read is remembered, and closed; nothing in it is missed."""
    with Site() as site, receiving(Receiver()) as receiver:
        ten_releases(site)
        limits = source("trade", site.url(), max_pages=2, sweep_pages=2)
        stage = Stage(tmp_path, limits, WATCHES, bot(receiver.url))
        stage.once()
        for number in range(55):
            site.publish(f"Steel, part {number}", DAY, body="Quotas.")
        found = [stage.once()["sources"][0]["new"] for _ in range(6)]
        assert sum(found) == 55
        assert found[-1] == 0
        assert stage.rows("SELECT gap_page FROM sources") == [(None,)]
    items = [item for _, _, body in receiver.got for item in json.loads(body)["data"]["items"]]
    told = [item["release"]["title"] for item in items]
    assert sorted(told) == sorted({f"Steel, part {number}" for number in range(55)})


def test_what_comes_into_view_below_known_ground_is_archive(tmp_path: Path) -> None:
    """A release withdrawn above brings an old one into view: it is kept, and nobody is told."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish("Old Steel", DAY - timedelta(days=300))
        ten_releases(site)
        limits = source("trade", site.url(), sweep_pages=1)
        stage = Stage(tmp_path, limits, WATCHES, bot(receiver.url))
        stage.once()
        site.withdraw(5)
        summary = stage.once()
        assert summary["sources"][0]["new"] == 0
        assert receiver.got == []
    assert stage.rows("SELECT origin FROM releases WHERE title = 'Old Steel'") == [("archive",)]


def test_first_run_alert_tells_of_what_is_there(tmp_path: Path) -> None:
    """For who wants to be told of the baseline too."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish(STEEL, DAY)
        parts = [source("trade", site.url(), first_run="alert"), WATCHES, bot(receiver.url)]
        assert Stage(tmp_path, *parts).once()["delivered"] == 1
    assert len(receiver.got) == 1


def test_a_page_that_did_not_change_is_not_taken_in_again(tmp_path: Path) -> None:
    """Whether the server says so, or the list looks as it did within a frame that moves."""
    with Site(validators=True, moving_frame=False) as site:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        stage.once()
        assert stage.once()["sources"][0]["status"] == "not-modified"
    with Site(moving_frame=True) as site:
        ten_releases(site)
        (tmp_path / "other").mkdir()
        stage = Stage(tmp_path / "other", source("trade", site.url()), WATCHES)
        stage.once()
        again = stage.once()["sources"][0]
        assert (again["status"], again["entries"], again["new"]) == ("ok", 10, 0)
        pages = "SELECT count(*) FROM snapshots WHERE release_id IS NULL"
        assert stage.rows(pages) == [(2,)]


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (faults.status(500), "failed", "500 Internal Server Error"),
        (faults.reset(), "failed", "broke off"),
        (faults.maintenance, "suspect", "maintenance"),
        (faults.login, "suspect", ""),
        (faults.renamed_classes, "suspect", ""),
        (faults.empty_list, "suspect", "no entries"),
        (faults.half_page, "suspect", ""),
        (faults.without("title"), "suspect", "title"),
        (faults.without("date"), "suspect", "date"),
    ],
)
def test_a_broken_source_is_told_and_the_others_go_on(
    tmp_path: Path, fault: faults.Fault, status: str, words: str
) -> None:
    """Nothing of the broken one is stored or sent; the next good check catches up."""
    with Site() as site, Site() as broken, receiving(Receiver()) as receiver:
        ten_releases(site)
        ten_releases(broken)
        parts = [source("bad", broken.url()), source("good", site.url()), WATCHES]
        stage = Stage(tmp_path, *parts, bot(receiver.url))
        stage.once()
        broken.publish("Steel One", DAY)
        site.publish("Steel Two", DAY)
        broken.misbehave(fault)
        bad, good = stage.once()["sources"]
        assert (bad["status"], bad["new"]) == (status, 0)
        assert words in bad["error"]
        assert (good["status"], good["new"]) == ("ok", 1)
        assert len(alerts(receiver)) == 1
        assert stage.rows("SELECT count(*) FROM releases WHERE title = 'Steel One'") == [(0,)]
        broken.behave()
        assert [one["new"] for one in stage.once()["sources"]] == [1, 0]
    assert len(alerts(receiver)) == 2


def alerts(receiver: Receiver) -> list[bytes]:
    """Return the messages that tell of releases."""
    return [body for _, _, body in receiver.got if json.loads(body)["type"] != "health"]


def test_a_page_that_repeats_itself_is_suspect(tmp_path: Path) -> None:
    """A site that shows page 1 for every pageIndex is not read for ever."""
    with Site() as site:
        for number in range(30):
            site.publish(f"Release {number}", DAY)
        site.misbehave(faults.repeated)
        summary = Stage(tmp_path, source("trade", site.url())).once()
    assert summary["sources"][0]["status"] == "suspect"
    assert "same entries as page 1" in summary["sources"][0]["error"]
    assert len(site.requests) == 2


def test_accept_takes_a_page_as_it_is(tmp_path: Path) -> None:
    """And says what it overruled, where there was nothing, and where it cannot help."""
    with Site() as site:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        stage.once()
        site.misbehave(faults.empty_list)
        refused = stage.run("--once")
        assert "if it is right, run: monitor --once --accept --source trade" in refused.err
        accepted = stage.run("--once", "--accept", "--source", "trade")
        assert (accepted.code, accepted.err) == (
            0,
            "trade: accepted, though the first page of the listing holds no entries (no-entries)\n",
        )
        assert "0 entries, nothing new" in accepted.out
        again = stage.run("--once", "--accept")
        assert again.err == "trade: nothing to accept: the page is valid\n"
        site.behave()
        site.misbehave(faults.maintenance)
        helpless = stage.run("--once", "--accept")
        assert helpless.code == 1
        assert "trade: --accept cannot help here: no entries can be read from this page" in (
            helpless.err
        )
    daemon = stage.run("--accept")
    assert daemon.code == 2
    assert "--accept go with --once" in daemon.err


def test_source_checks_one_alone(tmp_path: Path) -> None:
    """`--source NAME`; and a name that is not there is told, with those that are."""
    with Site() as site:
        ten_releases(site)
        parts = [source("all", site.url("all-releases")), source("trade", site.url())]
        stage = Stage(tmp_path, *parts, WATCHES)
        assert [one["name"] for one in stage.once("--source", "trade")["sources"]] == ["trade"]
        wrong = stage.run("--once", "--source", "nope")
    assert wrong.code == 2
    assert "all, trade" in wrong.err


def test_what_a_person_reads(tmp_path: Path) -> None:
    """A line a source, what the baseline holds, the alert, and what was sent."""
    with Site() as site:
        ten_releases(site)
        site.publish("Steel, Already There", DAY)
        terminal = '[[channel]]\nname = "terminal"\nkind = "terminal"\n'
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, terminal)
        first = stage.run("--once")
        assert "trade: first check: 11 entries on 3 pages recorded" in first.out
        assert "matching: steel 1" in first.out
        assert "2025-12-01  Steel, Already There  [steel]" in first.out
        site.publish(STEEL, DAY)
        second = stage.run("--once")
        assert "trade: 12 entries, 1 new" in second.out or "1 new" in second.out
        assert "TRQ" in second.out
        assert "sent 1 message" in second.out
        quiet = stage.run("--once", "-q")
        assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
        site.misbehave(faults.status(500))
        failed = stage.run("--once", "-q")
        assert (failed.code, failed.out) == (1, "")
        assert failed.err.startswith("trade: failed: the server answered 500")


def test_verbose_says_what_is_tried_again(tmp_path: Path) -> None:
    """Who runs it by hand sees why it takes its time."""
    with Site() as site:
        ten_releases(site)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        text = stage.config.read_text()
        stage.config.write_text(text.replace("attempts = 1", "attempts = 2\nbudget = 9"))
        site.misbehave(faults.status(503), times=1)
        done = stage.run("--once", "-v")
    assert done.code == 0
    assert "503 Service Unavailable; again in" in done.err


def test_no_trouble_is_ever_a_traceback(tmp_path: Path) -> None:
    """A config that is missing or wrong, a database that is none: a sentence and an exit code."""
    stage = Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    stage.db.write_bytes(b"not a database at all\n" * 99)
    foreign = stage.run("--once")
    assert foreign.code == 1
    assert "not a SQLite database" in foreign.err
    stage.config.write_text(
        '[[source]]\nname = "x"\nkind = "motir"\nurl = "http://h/"\nevry = "1h"'
    )
    wrong = stage.run("--once")
    assert wrong.code == 2
    assert 'did you mean "every"' in wrong.err
    stage.config.unlink()
    missing = stage.run("--once")
    assert missing.code == 2
    assert "monitor init" in missing.err
    usage = stage.run("--onec")
    assert usage.code == 2
