"""`monitor`: the daemon, in the foreground, until SIGTERM or Ctrl-C."""

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from monitor.cli.aside import Aside
from monitor.cli.log import JsonLines, Lines, Printer
from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.config import load
from monitor.daemon import Daemon
from monitor.model.configured import Config
from monitor.wiring import real_world
from monitor.zones import zone_named

if TYPE_CHECKING:
    from monitor.daemon.log import Log

_LAST_WORDS = 1.0  # seconds for the log, at the end


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    world = real_world()
    as_json = flag(args, "json")
    aside = Aside(Printer() if as_json else say)
    log: Log = (
        JsonLines(world.now, aside.put)
        if as_json
        else Lines(
            world.now, lambda: zone_named(settings.timezone), aside.put, quiet=flag(args, "quiet")
        )
    )

    def again() -> Config:
        return load(settings.path, os.environ)

    # With --json, standard output holds JSON lines: messages go beside them.
    out = sys.stderr if as_json else sys.stdout
    ended = False
    try:
        ended = Daemon(settings, again, world=world, out=out, log=log).run()
    finally:
        told = aside.close(_LAST_WORDS)
    if not (ended and told):
        # Threads still wait for servers, or for who reads what is printed. What they did is in no
        # transaction, and a message whose outcome is not recorded is sent again under its id:
        # leaving loses nothing.
        os._exit(0)
    return 0
