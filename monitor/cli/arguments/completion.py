"""`monitor completion`, and what its script calls."""

import argparse

from monitor.cli.arguments.making import Commands

TITLE = "your shell"
_SHELLS = ("bash", "zsh", "fish")


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    script = commands.add(
        "completion",
        "print the script that completes commands and names in your shell",
        "completion.script",
        "completion bash",
        "completion fish > ~/.config/fish/completions/monitor.fish",
    )
    script.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or fish")
    complete = commands.hidden("complete", "completion.complete")
    complete.add_argument("shell", choices=_SHELLS)
    complete.add_argument("typed", nargs=argparse.REMAINDER)
