"""What several commands need: the config that the command line names, and words beside."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from monitor.config import find, load
from monitor.model import Config


def config(args: Namespace) -> Config:
    """Return the config that the command line names; its warnings go to standard error."""
    given: Path | None = getattr(args, "config", None)
    found = load(find(given, os.environ, Path.cwd(), Path.home()), os.environ)
    if not flag(args, "quiet"):
        for warning in found.warnings:
            say(f"monitor: {warning}")
    return found


def flag(args: Namespace, name: str) -> bool:
    """Tell whether an option that stands before or after the command was given."""
    return bool(getattr(args, name, False))


def say(text: str) -> None:
    """Tell the person something, beside what is printed for scripts."""
    print(text, file=sys.stderr, flush=True)
