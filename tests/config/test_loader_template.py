"""The config that `monitor init` writes works as it stands, and says what is true."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.config.loader import load_config_file, parse_config, read_template
from monitor.config.schedules import parse_send_schedule
from monitor.config.sections import WEBHOOK_FORMATS
from monitor.models.config import (
    AppriseChannel,
    Config,
    EmailChannel,
    TerminalChannel,
    WebhookChannel,
)
from tests.config.helpers import LEAST, SOURCE, WATCH, read

REPOSITORY = Path(__file__).parents[2]
OPTION = re.compile(r"^# ([a-z_]+ = .*|\[\[[a-z]+\]\])$", re.MULTILINE)


def test_the_repository_has_the_same_config() -> None:
    """What stands in the repo is what `monitor init` writes."""
    assert (REPOSITORY / "config.toml").read_text(encoding="utf-8") == read_template()


def test_the_repositorys_config_loads_without_a_warning() -> None:
    """The real listing, two example watches, the terminal."""
    config = load_config_file(REPOSITORY / "config.toml", {})
    (source,) = config.sources
    assert (source.name, source.kind) == ("trade", "motir")
    assert source.url == "https://english.motir.go.kr/eng/15/topics/4"
    assert [watch.name for watch in config.watches] == ["steel", "gulf"]
    assert config.channels == (TerminalChannel(name="terminal"),)
    assert config.warnings == ()


def test_it_is_the_least_config_for_the_rest() -> None:
    """Unedited it changes no default."""
    config, least = read(read_template()), read(LEAST)
    assert (config.fetch, config.health) == (least.fetch, least.health)
    assert (config.store_path, config.timezone) == (least.store_path, least.timezone)


@pytest.fixture
def uncommented(tmp_path: Path) -> Config:
    """Return the template with every option in it switched on."""
    (tmp_path / "ca.pem").touch()
    text = OPTION.sub(r"\1", read_template())
    return parse_config(text, path=tmp_path / "config.toml", environ={})


def test_every_option_in_it_is_right(uncommented: Config) -> None:
    """Taking away the # in front of each of them gives a config that loads."""
    assert uncommented.timezone == "Asia/Seoul"
    kinds = [type(channel) for channel in uncommented.channels]
    assert kinds == [TerminalChannel, EmailChannel, WebhookChannel, AppriseChannel]
    assert uncommented.fetch.proxy is not None
    assert uncommented.health.heartbeat is not None


def _options(value: Any) -> set[str]:
    if isinstance(value, list):
        return set[str]().union(*map(_options, value))
    if isinstance(value, dict):
        return set(value).union(*map(_options, value.values()))
    return set()


EXAMPLES = ("user_agent", "proxy", "ca_file")
FETCH = OPTION.findall(read_template().partition("[fetch]")[2])
SOURCE_OPTIONS = OPTION.findall(
    read_template().partition("[[source]]")[2].partition("[[watch]]")[0]
)


@pytest.mark.parametrize("line", [line for line in FETCH if not line.startswith(EXAMPLES)])
def test_the_defaults_of_fetch_are_what_it_names(line: str) -> None:
    """Switching one on changes nothing."""
    assert read(f"{LEAST}[fetch]\n{line}").fetch == read(LEAST).fetch


def test_the_default_of_keep_is_what_it_names() -> None:
    """Switching it on changes nothing."""
    (line,) = re.findall(r"^# (keep = [0-9]+)", read_template(), re.MULTILINE)
    assert read(f"{LEAST}[store]\n{line}").retention == read(LEAST).retention


def test_the_defaults_of_health_are_what_it_names() -> None:
    """After so many failures; and the channels are an example."""
    after, to, heartbeat = OPTION.findall(
        read_template().partition("[health]")[2].partition("[fetch]")[0]
    )
    assert read(f"{LEAST}[health]\n{after}").health == read(LEAST).health
    assert to.startswith("to = ")
    assert heartbeat.startswith("heartbeat = ")


@pytest.mark.parametrize("line", SOURCE_OPTIONS)
def test_the_defaults_of_a_source_are_what_it_names(line: str) -> None:
    """Switching one on changes nothing."""
    assert read(f"{SOURCE}{line}\n{WATCH}").sources == read(LEAST).sources


@pytest.mark.parametrize("form", WEBHOOK_FORMATS)
def test_every_format_of_a_webhook_is_named_in_it(form: str) -> None:
    """Nobody need look elsewhere."""
    assert f'"{form}"' in read_template()


@pytest.mark.parametrize(
    "written", re.findall(r'"((?:hourly|daily|weekly|cron) ?[^"]*)"', read_template())
)
def test_every_schedule_in_it_is_right(written: str) -> None:
    """And is written in its one spelling."""
    assert parse_send_schedule(written) == written


def test_what_does_not_work_yet_is_not_in_it() -> None:
    """It promises nothing."""
    names = _options(tomllib.loads(OPTION.sub(r"\1", read_template())))
    assert not names & {"web", "listen"}
    for word in ("feed", "listing ="):
        assert word not in read_template()
