"""`monitor backup`: a copy of the database, made while it is in use."""

from argparse import Namespace

from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.store import archive
from monitor.store.database import open_database
from monitor.store.reading import open_to_read
from monitor.text.counting import counted


def run(args: Namespace) -> int:
    """Copy the database while it is in use; nothing is ever written over."""
    settings = config(args)
    path = args.file
    if not settings.store_path.exists():
        raise UsageError(f"{settings.store_path} is not there yet; make it with: monitor --once")
    with open_to_read(settings.store_path) as db:
        try:
            db.copy(path)
        except FileExistsError as error:
            raise UsageError(f"{path} is there already, and stays as it is") from error
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    with open_database(path) as copy, copy.reading() as conn:
        releases = archive.count(conn)
    size = path.stat().st_size
    if flag(args, "json"):
        print(dumps({"file": str(path), "bytes": size, "releases": releases}))
    elif not flag(args, "quiet"):
        what = counted(releases, "release")
        say(f"copied {what} to {path} ({size / 1e6:.1f} MB), and found the copy whole")
        say(f"to go back to it: stop monitor, and put it in the place of {settings.store_path}")
    return 0
