"""`monitor status`, from the outside."""

from datetime import date, timedelta
from pathlib import Path

from tests.channels.peers import Receiver, receiving
from tests.daemon.running import running
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, source
from tests.support.site import Site

DAY = date(2025, 12, 1)


def test_all_well_is_said_first_and_is_0(site: Site, tmp_path: Path) -> None:
    """With when it was checked, what is known, how often it comes, and what waits."""
    for weeks in range(12):
        site.publish(f"Talks {weeks}", date.today() - timedelta(weeks=12 - weeks))  # noqa: DTZ011
    stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
    stage.once()
    done = stage.run("status")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "all well"
    assert "  trade     ok, checked " in done.out
    assert "; about 1 a week, mostly 7 days apart" in done.out
    assert "article pages still to be read" in done.out
    assert "  terminal  terminal, immediately: 0 waiting, nothing sent yet" in lines
    assert "daemon    not running" in lines
    assert stage.run("status", "-q").out == ""


def test_what_is_wrong_comes_first_and_is_1(site: Site, tmp_path: Path) -> None:
    """Each trouble on a line of its own; with -q nothing else."""
    site.publish("Talks", DAY)
    with receiving(Receiver(status=500)) as receiver:
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.publish("Steel", DAY)
        stage.once()
        site.misbehave(faults.maintenance)
        stage.once()
    done = stage.run("status")
    assert done.code == 1
    first, second, third, fourth, *rest = done.out.splitlines()
    assert first == "2 things are wrong:"
    assert second.startswith("  trade: suspect since ")
    assert third == "  bot: 1 message was not taken: http://127.0.0.1 answered 500"
    assert (fourth, rest[0]) == ("to find the cause: monitor doctor", "")
    assert "last successful check: 20" in done.out
    assert "1 not accepted yet, next try 20" in done.out
    quiet = stage.run("status", "-q")
    assert (quiet.code, len(quiet.out.splitlines())) == (1, 2)


def test_json_is_one_document(site: Site, tmp_path: Path) -> None:
    """For scripts: what is wrong, and all the numbers."""
    site.publish("Talks", DAY)
    stage = Stage(tmp_path, source("trade", site.url()))
    before = stage.run("status", "--json")
    assert before.code == 1
    assert before.json["sources"][0]["last_check_at"] is None
    stage.once()
    found = stage.run("status", "--json").json
    assert (found["well"], found["troubles"]) == (True, [])
    assert found["sources"][0].items() >= {"name": "trade", "status": "ok", "releases": 1}.items()
    assert found["daemon"] == {"state": "none", "since": None}
    assert found["database"]["bytes"] > 10_000


def test_the_daemon_is_seen_and_missed(site: Site, tmp_path: Path) -> None:
    """Running while it runs, not running when it was stopped, and dead when it was killed."""
    site.publish("Talks", DAY)
    stage = Stage(tmp_path, source("trade", site.url(), every="1h"))
    with running(stage) as daemon:
        daemon.wait_for(daemon.checks(baseline=True))
        assert "\ndaemon    running since " in stage.run("status").out
        daemon.stop()
    assert "\ndaemon    not running\n" in stage.run("status").out
    with running(stage) as daemon:
        daemon.wait_for(lambda event: event["event"] == "note")
        daemon.kill()
    assert "ended without a goodbye" in stage.run("status").out
