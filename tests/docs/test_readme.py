"""The README cannot lie: its picture is drawn, its settings are read, its commands are there."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from monitor.check.alerts import AlertRouter
from monitor.cli.command_line import parse_arguments
from monitor.config.loader import parse_config
from monitor.models.config import TerminalChannel
from monitor.models.notification import MessageItem, ReleaseMessage
from monitor.models.release import Event, Release
from monitor.query.parser import parse
from monitor.render import terminal
from tests.support.installation import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
NOW = datetime(2025, 12, 1, 8, 0, tzinfo=UTC)


def picture() -> str:
    """Return the alert of the README, as the terminal shows it."""
    config = parse_config(
        (ROOT / "config.toml").read_text(encoding="utf-8"), path=Path("config.toml"), environ={}
    )
    release = Release(
        id=1,
        title="Korea and Canada Discuss Economic and Trade Issues, Including Canada’s Steel TRQ"
        " Measures",
        date=date(2025, 12, 1),
        category="FTA/Economic Cooperation",
        body="The deputy minister for trade met his Canadian counterpart in Seoul. He regretted the"
        " announcement that the tariff rate quota (TRQ) on steel will be tightened for partners in"
        " free trade agreements, and asked Canada to think again before Korean investment suffers.",
        url="https://english.motir.go.kr/eng/article/EATCLdfa319ada/2650/view?pageIndex=1&bbsCdN=2",
        source="trade",
        first_seen_at=NOW,
    )
    desk = AlertRouter(config.watches, (TerminalChannel(name="terminal"),))
    event = Event(kind="new", release=release, origin="news", sources=("trade",))
    (match,) = desk.find_new_matches(event).matches
    item = MessageItem(event="new", release=release, watches=(match.watch,), snippet=match.snippet)
    digest = ReleaseMessage(
        id="msg_1", channel="terminal", kind="releases.matched", created_at=NOW, items=(item,)
    )
    return terminal.render(digest, colour=False, width=84).strip()


def test_the_picture_is_what_the_terminal_shows() -> None:
    """Drawn by the program from the repo's own config."""
    shown = re.search(r"^```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert shown[1].strip() == picture()


def test_the_settings_are_read() -> None:
    """The TOML of the README, put together, is a config."""
    blocks = re.findall(r"^```toml\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    text = "\n".join(['[[source]]\nname = "t"\nkind = "motir"\nurl = "https://h/"', *blocks])
    assert tomllib.loads(text)
    config = parse_config(text, path=Path("config.toml"), environ={})
    assert [channel.name for channel in config.channels] == ["desk", "bot"]


def test_the_commands_are_there() -> None:
    """Each `monitor …` line is understood."""
    lines = re.findall(r"^    monitor (.*?)(?: *#.*)?$", README, re.MULTILINE)
    assert len(lines) > 7
    for line in lines:
        assert parse_arguments(line.partition(" > ")[0].split()).run


def test_the_queries_are_understood() -> None:
    """Those of the table, too."""
    table = README[README.index("| write |") : README.index("Whole words are found")]
    cells = [row.split("|")[1] for row in table.splitlines()[2:] if row]
    queries = [query for cell in cells for query in re.findall(r"`([^`]+)`", cell)]
    assert len(queries) > 9
    for query in queries:
        parse(query if not query.endswith(":") else f"{query}steel")
