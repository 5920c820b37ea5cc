"""`monitor`: the daemon, in the foreground, until SIGTERM or Ctrl-C."""

import os
import sys
from argparse import Namespace
from contextlib import suppress
from typing import TYPE_CHECKING

from monitor.cli.log import JsonLines, Lines
from monitor.cli.parts import config, flag
from monitor.config import load
from monitor.daemon import Daemon
from monitor.model.configured import Config
from monitor.wiring import real_world
from monitor.zones import zone_named

if TYPE_CHECKING:
    from monitor.daemon.log import Log


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    world = real_world()
    as_json = flag(args, "json")
    log: Log = (
        JsonLines(world.now)
        if as_json
        else Lines(world.now, lambda: zone_named(settings.timezone), quiet=flag(args, "quiet"))
    )

    def again() -> Config:
        return load(settings.path, os.environ)

    # With --json, standard output holds JSON lines: messages go beside them.
    out = sys.stderr if as_json else sys.stdout
    ended = Daemon(settings, again, world=world, out=out, log=log).run()
    if not ended:
        # Threads still wait for servers. What they did is in no transaction, and a message whose
        # outcome is not recorded is sent again under its id: leaving loses nothing.
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(0)
    return 0
