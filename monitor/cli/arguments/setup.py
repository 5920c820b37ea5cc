"""`monitor demo`, `init`, `backup` and `help`: around the work itself."""

from pathlib import Path

from monitor.cli.arguments.making import Commands

TITLE = "setting up"


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    demo = commands.add(
        "demo", "show the whole job, with no network", "demo.run", "demo", "demo --keep tried"
    )
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave the demo's config and database there"
    )
    commands.add(
        "init",
        "write a commented config.toml",
        "setup.init",
        "init",
        "--config ~/.config/monitor/config.toml init",
    )
    backup = commands.add(
        "backup",
        "copy the database while it is in use",
        "backup.run",
        "backup monitor-monday.db",
        'backup "monitor-$(date +%F).db"',
    )
    backup.add_argument(
        "file", type=Path, metavar="FILE", help="the copy; nothing is ever written over"
    )
    help_ = commands.add(
        "help",
        "show what a command does, and how it is written",
        "setup.help_",
        "help watch",
        "help watch add",
    )
    help_.add_argument("command", nargs="*", metavar="COMMAND", help="the command, or none for all")
