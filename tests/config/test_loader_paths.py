"""What a config means beside its words: paths start from the file, and warnings are given."""

from pathlib import Path

import pytest

from monitor.config.loader import parse_config
from monitor.query.lint import lint_query
from tests.config.helpers import EMAIL, HOOK, LEAST, PATH, PHONE, SOURCE, WATCH, read

# ------------------------------------------------------------------ paths


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("news.db", "/etc/monitor/news.db"),
        ("../news.db", "/etc/monitor/../news.db"),
        ("/var/lib/news.db", "/var/lib/news.db"),
        ("~/news.db", "/home/ann/news.db"),
        ("~", "/home/ann"),
    ],
)
def test_paths_start_from_the_file(written: str, meant: str) -> None:
    """And `~` is the home folder."""
    config = read(f'{LEAST}[store]\npath = "{written}"', {"HOME": "/home/ann"})
    assert config.store_path == Path(meant)


def test_the_path_of_a_config_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later change of folder does not move the database."""
    monkeypatch.chdir(tmp_path)
    config = parse_config(LEAST, path=Path("config.toml"), environ={})
    assert config.path == tmp_path / "config.toml"
    assert config.store_path == tmp_path / "monitor.db"


def test_certificates_are_found_beside_the_file(tmp_path: Path) -> None:
    """A relative ca_file starts from the config file's folder."""
    ca_file = tmp_path / "ca.pem"
    ca_file.touch()
    text = f'{LEAST}[fetch]\nca_file = "ca.pem"'
    assert parse_config(text, path=tmp_path / "config.toml", environ={}).fetch.ca_file == ca_file


# ------------------------------------------------------------------ warnings

OFTEN = "is often for a public site; be polite, 5m or more will do"


@pytest.mark.parametrize(
    ("when", "warned"),
    [
        ('every = "1s"', (f"source trade: every 1s {OFTEN}",)),
        ('every = "4m59s"', (f"source trade: every 4m59s {OFTEN}",)),
        ('every = "5m"', ()),
        ('cron = "* * * * *"', (f"source trade: every 1m {OFTEN}",)),
        ('cron = "0,3,30 * * * *"', (f"source trade: every 3m {OFTEN}",)),
        ('cron = "*/5 * * * *"', ()),
        ('cron = "7 8 * * *"', ()),
    ],
)
def test_asking_too_often_warns(when: str, warned: tuple[str, ...]) -> None:
    """Under five minutes is allowed, with a word."""
    assert read(f"{SOURCE}{when}\n{WATCH}").warnings == warned


def test_a_config_without_a_watch_warns() -> None:
    """Releases are archived then, and nobody hears of them."""
    assert read(SOURCE).warnings == (
        "no [[watch]] in the config: releases are stored, but no alerts are sent",
    )


def test_a_config_whose_watches_are_all_paused_warns() -> None:
    """One that waits is enough."""
    paused = f"{WATCH}paused = true\n"
    assert read(SOURCE + paused).warnings == (
        "every [[watch]] is paused: releases are stored, but no alerts are sent",
    )
    other = f"{WATCH}paused = false\n".replace("steel", "other")
    assert read(SOURCE + paused + other).warnings == ()


def test_a_query_that_may_not_mean_what_it_looks_like_warns() -> None:
    """By the name of its watch; keywords have no operators."""
    query = WATCH.replace(WATCH[WATCH.index("any") :], 'query = "UAE or Qatar"\n')
    assert read(SOURCE + query).warnings == (f"watch steel: {next(lint_query('UAE or Qatar'))}",)
    keywords = WATCH.replace(WATCH[WATCH.index("any") :], 'any = ["UAE or Qatar"]\n')
    assert read(SOURCE + keywords).warnings == ()


@pytest.mark.parametrize(
    ("query", "warned"),
    [
        ("steel source:trdae", ['source:trdae is no source of this config; did you mean "trade"?']),
        ("steel NOT source:zzz", ["source:zzz is no source of this config"]),
        ("steel source:TRADE", []),
    ],
)
def test_a_query_for_a_listing_that_nobody_reads_warns(query: str, warned: list[str]) -> None:
    """Nothing new would ever be found there; a listing of long ago may still be looked for."""
    watch = WATCH.replace(WATCH[WATCH.index("any") :], f'query = "{query}"\n')
    found = read(SOURCE + watch).warnings
    assert list(found) == [f"watch steel: {one}" for one in warned]


LOGIN = 'username = "monitor"\npassword = "hunter2"\n'


@pytest.mark.parametrize(
    ("text", "is_warned"),
    [
        (EMAIL + LOGIN, True),
        (EMAIL + LOGIN.replace('"hunter2"', '{ env = "PASSWORD" }'), False),
        (EMAIL, False),
        (HOOK, False),
        (PHONE, True),
        (PHONE.replace('"tgram://token/chat"', '{ env = "PHONE" }'), False),
        (f'{HOOK}secret = "whsec_x"', True),
        ('[fetch]\nproxy = "http://ann:hunter2@example.com"', True),
        ('[fetch]\nproxy = "http://example.com"', False),
    ],
)
def test_a_password_that_others_can_read_warns(text: str, is_warned: bool) -> None:
    """A secret as text wants a file that only its owner can read."""
    config = parse_config(LEAST + text, path=PATH, environ={}, is_private=False)
    warning = f"{PATH} holds a password and others can read it; run: chmod 600 {PATH}"
    assert config.warnings == ((warning,) if is_warned else ())
    assert parse_config(LEAST + text, path=PATH, environ={}).warnings == ()
