"""`monitor demo` and `init`: to begin with."""

from pathlib import Path

from monitor.cli.arguments.making import Commands


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    demo = commands.add(
        "demo", "show the whole job, with no network", "demo.run", "demo", "demo --keep tried"
    )
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave the demo's config and database there"
    )
    commands.add("init", "write a commented config.toml", "setup.init", "init")
