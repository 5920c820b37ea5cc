"""`monitor service`: what keeps monitor running, for this very config and installation."""

import os
import pwd
import shutil
import sys
from argparse import Namespace
from pathlib import Path

from monitor.cli.installation import Installation, variables
from monitor.cli.parts import config
from monitor.errors import UsageError
from monitor.model.configured import Config


def run(args: Namespace) -> int:
    """Print a systemd unit, a compose.yaml or a line for cron."""
    args.quiet = True  # what is printed is a file: nothing beside it
    settings = config(args)
    here = _installation(settings, args.user)
    if args.docker:
        from monitor.cli.compose import compose

        print(compose(here, settings), end="")
    elif args.cron:
        from monitor.cli.crontab import crontab

        print(crontab(here, settings), end="")
    else:
        from monitor.cli.unit import unit

        print(unit(here), end="")
    return 0


def _installation(settings: Config, user: str | None) -> Installation:
    python = Path(sys.executable)
    script = python.with_name("monitor")
    folder = settings.store_path.parent
    owner = folder.stat().st_uid if folder.is_dir() else os.getuid()
    try:
        entry = pwd.getpwuid(owner) if user is None else pwd.getpwnam(user)
    except KeyError as error:
        who = f"no user is called “{user}”" if user else f"user {owner} has no name"
        raise UsageError(f"{who} on this machine; name one with --user") from error
    return Installation(
        command=(str(script),) if shutil.which(script) else (str(python), "-P", "-m", "monitor"),
        config=settings.path,
        folder=folder.absolute(),
        user=entry.pw_name,
        uid=entry.pw_uid,
        gid=entry.pw_gid,
        variables=variables(settings),
    )
