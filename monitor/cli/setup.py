"""`monitor init`, a config.toml to begin with, and `help`."""

from argparse import Namespace
from pathlib import Path
from shlex import quote

from monitor.cli.output import say
from monitor.cli.parts import flag
from monitor.config import template
from monitor.errors import UsageError


def help_(args: Namespace) -> int:
    """Show the help of a command, as its `--help` does."""
    from monitor.cli.arguments import parse

    parse([*args.command, "--help"])  # ends there
    return 0


def init(args: Namespace) -> int:
    """Write a commented config.toml, never over another."""
    path: Path = getattr(args, "config", None) or Path("config.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)  # passwords may come to stand in it
            file.write(template())
    except FileExistsError as error:
        raise UsageError(f"{path} is there already, and stays as it is") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    if not flag(args, "quiet"):
        named = f"--config {quote(str(path))} " if hasattr(args, "config") else ""
        say(f"wrote {path}, with a listing and two watches; it works as it is")
        say(f"next, read the listing for the first time:  monitor {named}--once")
    return 0
