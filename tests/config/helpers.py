"""What the tests of config/ share: reading a text, and the least text that is right."""

from collections.abc import Mapping
from pathlib import Path

from monitor.config.loader import parse_config
from monitor.errors import ConfigError
from monitor.models.config import Config

FOLDER = Path("/etc/monitor")
PATH = FOLDER / "config.toml"

SOURCE = '[[source]]\nname = "trade"\nkind = "motir"\nurl = "https://example.org/news"\n'
WATCH = '[[watch]]\nname = "steel"\nany = ["steel"]\n'
LEAST = SOURCE + WATCH
EMAIL = """[[channel]]
name = "desk"
kind = "email"
to = ["desk@example.com"]
from = "monitor@example.com"
host = "smtp.example.com"
"""
HOOK = '[[channel]]\nname = "bot"\nkind = "webhook"\nurl = "https://example.com/T000"\n'
PHONE = '[[channel]]\nname = "phone"\nkind = "apprise"\nurl = "tgram://token/chat"\n'


def read(text: str, environ: Mapping[str, str] | None = None) -> Config:
    """Parse a text as if it stood in /etc/monitor/config.toml, which only its owner can read."""
    return parse_config(text, path=PATH, environ={} if environ is None else environ)


def mistake(text: str, environ: Mapping[str, str] | None = None) -> ConfigError:
    """Return the error that a text is answered with."""
    try:
        config = read(text, environ)
    except ConfigError as error:
        return error
    raise AssertionError(f"no mistake was found: {config}")


def told(text: str) -> list[str]:
    """Return the lines of the error for a text, without the folder of the file."""
    return str(mistake(text)).replace(f"{PATH}", "config.toml").splitlines()


def with_line(text: str, line: str) -> tuple[str, int]:
    """Put a line into the last section of a text, in place of the one with its key if any.

    Returns the new text, and where the line stands in it, from 1.
    """
    rows = text.splitlines()
    last = max((n for n, row in enumerate(rows) if row.startswith("[")), default=0)
    key = line.partition(" ")[0]
    for n, row in enumerate(rows[last:], last):
        if row.partition(" ")[0] == key:
            return "\n".join((*rows[:n], line, *rows[n + 1 :])), n + 1
    return "\n".join((*rows, line)), len(rows) + 1


def told_of_line(text: str, line: str, section: str) -> str:
    """Return what is told of a line put into the last section, without its place.

    The place (file, line and key) is checked here.
    """
    changed, number = with_line(text, line)
    (only,) = told(changed)
    start = f"config.toml:{number}: {section}.{line.partition(' ')[0]}"
    assert only.startswith(start)
    return only.removeprefix(start)
