"""`monitor status`, `doctor` and `service`: whether the watching itself works."""

from monitor.cli.arguments.making import Commands

TITLE = "is it working"


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    commands.add(
        "status",
        "show how each source and channel is, what is wrong first; exit code 1 if anything is",
        "status.run",
        "status",
        "status --json",
    )
    doctor = commands.add(
        "doctor",
        "try config, database, each source and each channel, and say what to do about each problem",
        "doctor.run",
        "doctor",
        "doctor --json",
    )
    doctor.add_argument("--send", action="store_true", help="send a test message on each channel")
    service = commands.add(
        "service",
        "print a systemd unit for this config, or what else can keep monitor running",
        "service.run",
        "service > monitor.service",
        "service --docker > compose.yaml",
        "service --cron",
    )
    form = service.add_mutually_exclusive_group()
    form.add_argument("--docker", action="store_true", help="a compose.yaml, image and all")
    form.add_argument("--cron", action="store_true", help="a line for crontab -e")
    service.add_argument("--user", metavar="NAME", help="who runs it (whose the database is)")
