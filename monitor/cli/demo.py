"""`monitor demo`: the whole job on this machine alone, in a few seconds.

Nothing is pretended: a real server on loopback, the real checks, a real database and the real
terminal channel. Only the ministry is played, from a bundled copy of a listing.
"""

import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from monitor.cli.digest import found_since, print_text
from monitor.cli.once import exit_code, tell_reports
from monitor.config import load
from monitor.errors import UsageError
from monitor.wiring import Works, real_world

_HERE = Path(__file__).parent
_PATH = "/eng/15/topics/4"
_SINCE = date(2025, 11, 1)
_SHOWN = 11  # the release that is published

_CONFIG = """\
# The config of `monitor demo`. Its listing is served only while the demo runs.

[store]
path = "monitor.db"

[fetch]
user_agent = "monitor demo"
delay = "0s"

[[source]]
name = "trade"
kind = "motir"
url = "{url}"

[[watch]]
name = "steel"
any = ["steel", "TRQ", "anti-dumping"]

[[watch]]
name = "gulf"
query = '(UAE OR Qatar OR "Saudi Arabia") NOT football'

[[channel]]
name = "terminal"
kind = "terminal"
"""


class Ministry:
    """A listing of one page, to which a release can be added."""

    def __init__(self) -> None:
        self._listing = (_HERE / "demo_listing.html").read_text(encoding="utf-8")

    def publish(self) -> None:
        """Put the bundled release on top of the listing."""
        release = (_HERE / "demo_release.html").read_text(encoding="utf-8")
        self._listing = self._listing.replace("<ul>\n", f"<ul>\n{release}", 1)

    def page(self, number: str) -> bytes:
        """Return a page; past the first there are no entries."""
        if number == "1":
            return self._listing.encode()
        return self._past_the_end.encode()

    @cached_property
    def _past_the_end(self) -> str:
        before, _, rest = self._listing.partition("<ul>\n")
        return before + "<ul>\n" + rest[rest.index("      </ul>") :]


@contextmanager
def served(ministry: Ministry) -> Iterator[str]:
    """Serve a ministry on loopback; gives the address of its listing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if target.path != _PATH:
                self.send_error(404)
                return
            asked = parse_qs(target.query)
            body = ministry.page(asked.get("pageIndex", ["1"])[0])
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{_PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(args: Namespace) -> int:
    """Show the whole job."""
    if args.keep is None:
        with TemporaryDirectory(prefix="monitor-demo-") as folder:
            return _show(Path(folder), kept=False)
    return _show(_empty_folder(args.keep), kept=True)


def _empty_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: the folder cannot be made: {error.strerror}") from error
    for name in ("config.toml", "monitor.db"):
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already, and stays as it is")
    return folder


def _show(folder: Path, *, kept: bool) -> int:
    ministry = Ministry()
    with served(ministry) as url:
        path = folder / "config.toml"
        path.write_text(_CONFIG.format(url=url), encoding="utf-8")
        config = load(path, {})
        works = Works(config, real_world(), sys.stdout)
        print(f"A listing is served on this machine: {url}")
        print("\nThe first check takes in what is there, and alerts nobody:\n")
        first = works.check(config.sources)
        tell_reports(first, quiet=False)
        print("\nThe ministry publishes a release. The next check:\n")
        ministry.publish()
        second = works.check(config.sources)
        tell_reports(second, quiet=False)
        print("\nand the alert:\n", flush=True)
        tally = works.post.send_due()
        print("A digest of all that the watches found since November would say:\n", flush=True)
        with works.open_db() as db, db.reading() as conn:
            print_text(found_since(conn, config.channels[0], _SINCE, works))
    _tell_next(folder if kept else None)
    return exit_code([*first, *second], tally)


def _tell_next(folder: Path | None) -> None:
    steps = [("to watch the real listing", "monitor init"), ("and read it", "monitor --once")]
    if folder is None:
        steps.append(("to keep and look at this", "monitor demo --keep DIR"))
    else:
        command = f"monitor --config {quote(str(folder / 'config.toml'))}"
        steps.append(("to look at this archive", f"{command} releases"))
        steps.append(("for words in it", f"{command} search semiconductors"))
        steps.append(("for a release, whole", f"{command} show {_SHOWN}"))
    steps.append(("for all there is", "monitor --help"))
    print("Where to look next:\n")
    for what, how in steps:
        print(f"  {what + ':':<26}  {how}")
