"""`monitor digest` and `deliveries`: what is sent."""

from monitor.cli.arguments.making import Commands, count

TITLE = "what is sent"


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    _add_digest(commands)
    _add_deliveries(commands)


def _add_digest(commands: Commands) -> None:
    digest = commands.add(
        "digest",
        "show what is waiting for each channel, as it will look",
        "digest.run",
        "digest",
        "digest --channel desk --format html > digest.html",
        "digest --send",
    )
    digest.add_argument(
        "--format", choices=("text", "html", "json"), default="text", help="how to show it (text)"
    )
    digest.add_argument("--channel", metavar="NAME", help="this channel alone")
    digest.add_argument(
        "--since",
        metavar="DATE",
        help="what was found since 2025-11-03 or 'last week', told or not",
    )
    digest.add_argument("--send", action="store_true", help="send what is waiting, now")


def _add_deliveries(commands: Commands) -> None:
    deliveries = commands.add(
        "deliveries",
        "look at what was sent",
        "deliveries.list_",
        "deliveries list --status given-up",
        "deliveries retry",
    )
    deliveries.set_defaults(channel=None, status=None, limit=20)
    actions = commands.actions(deliveries)
    listed = actions.add(
        "list",
        "list messages, newest first",
        "deliveries.list_",
        "deliveries list --channel desk --limit 5",
    )
    listed.add_argument("--channel", metavar="NAME", help="to this channel alone")
    listed.add_argument("--status", choices=("owed", "sent", "given-up"), help="only these")
    listed.add_argument("--limit", type=count, metavar="N", default=20, help="at most N (20)")
    retry = actions.add(
        "retry",
        "send again, under the same id, what failed or was given up",
        "deliveries.retry",
        "deliveries retry",
        "deliveries retry --channel desk",
    )
    retry.add_argument("id", nargs="*", metavar="ID", help="these alone; a beginning is enough")
    retry.add_argument("--channel", metavar="NAME", help="to this channel alone")
