"""`monitor status`: whether the watching itself works."""

from monitor.cli.arguments.making import Commands


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    commands.add(
        "status",
        "show how each source and channel is, what is wrong first; exit code 1 if anything is",
        "status.run",
        "status",
        "status --json",
    )
