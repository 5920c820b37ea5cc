"""`monitor init`, which writes a first config.toml, and `monitor help`."""

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

from monitor.app import App, create_system_clock
from monitor.cli.common import is_set, load_config, print_message
from monitor.cli.digest import preview_since, print_previews
from monitor.cli.once import choose_exit_code, print_reports
from monitor.config.loader import load_config_file, read_template
from monitor.errors import UsageError
from monitor.store import releases as store_releases
from monitor.store.database import open_database
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import pluralize, safe_dumps


def show_help(args: Namespace) -> int:
    """Show the help of a command, as its `--help` does."""
    from monitor.cli.command_line import parse_arguments

    parse_arguments([*args.command, "--help"])  # --help exits
    return 0


def init_config(args: Namespace) -> int:
    """Write a commented config.toml; never overwrite a file."""
    path: Path = getattr(args, "config", None) or Path("config.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)  # it may hold passwords later
            file.write(read_template())
    except FileExistsError as error:
        raise UsageError(f"{path} already exists and was not changed") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    if not is_set(args, "quiet"):
        config_option = f"--config {quote(str(path))} " if hasattr(args, "config") else ""
        print_message(f"wrote {path}, with one source and two watches; it works unedited")
        print_message(f"next, read the listing for the first time:  monitor {config_option}--once")
    return 0


def run_backup(args: Namespace) -> int:
    """Copy the database while it is in use; never overwrite a file."""
    settings = load_config(args)
    path = args.file
    if not settings.store_path.exists():
        raise UsageError(f"{settings.store_path} is not there yet; make it with: monitor --once")
    with open_read_only(settings.store_path) as db:
        try:
            db.copy_to(path)
        except FileExistsError as error:
            raise UsageError(f"{path} already exists and was not changed") from error
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    with open_database(path) as copy, copy.begin_read() as conn:
        releases = store_releases.count_releases(conn)
    size = path.stat().st_size
    if is_set(args, "json"):
        print(safe_dumps({"file": str(path), "bytes": size, "releases": releases}))
    elif not is_set(args, "quiet"):
        releases_text = pluralize(releases, "release")
        print_message(
            f"copied {releases_text} to {path} ({size / 1e6:.1f} MB), and found the copy whole"
        )
        print_message(
            f"to go back to it: stop monitor, and put it in the place of {settings.store_path}"
        )
    return 0


_BUNDLE_FOLDER = Path(__file__).parent
_LISTING_PATH = "/eng/15/topics/4"
_DIGEST_SINCE = date(2025, 11, 1)
_PUBLISHED_RELEASE_ID = 11  # id of the release that the demo publishes

_DEMO_CONFIG = """\
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


class DemoListing:
    """A listing of one page, to which a release can be added."""

    def __init__(self) -> None:
        self._listing_html = (_BUNDLE_FOLDER / "demo_listing.html").read_text(encoding="utf-8")

    def publish_release(self) -> None:
        """Add the bundled release at the top of the listing."""
        entry_html = (_BUNDLE_FOLDER / "demo_release.html").read_text(encoding="utf-8")
        self._listing_html = self._listing_html.replace("<ul>\n", f"<ul>\n{entry_html}", 1)

    def get_page(self, number: str) -> bytes:
        """Return a page; pages after the first have no entries."""
        if number == "1":
            return self._listing_html.encode()
        return self._empty_page.encode()

    @cached_property
    def _empty_page(self) -> str:
        before, _, rest = self._listing_html.partition("<ul>\n")
        return before + "<ul>\n" + rest[rest.index("      </ul>") :]


@contextmanager
def serve_listing(listing: DemoListing) -> Iterator[str]:
    """Serve a listing on loopback; yield its URL."""

    class ListingHandler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = urlsplit(self.path)
            if target.path != _LISTING_PATH:
                self.send_error(404)
                return
            query = parse_qs(target.query)
            body = listing.get_page(query.get("pageIndex", ["1"])[0])
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), ListingHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{_LISTING_PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_demo(args: Namespace) -> int:
    """Run the demo."""
    if args.keep is None:
        with TemporaryDirectory(prefix="monitor-demo-") as folder:
            return _show_demo(Path(folder), is_kept=False)
    return _show_demo(_prepare_folder(args.keep), is_kept=True)


def _prepare_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: the folder cannot be made: {error.strerror}") from error
    for name in ("config.toml", "monitor.db"):
        if (folder / name).exists():
            raise UsageError(f"{folder / name} already exists and was not changed")
    return folder


def _show_demo(folder: Path, *, is_kept: bool) -> int:
    listing = DemoListing()
    with serve_listing(listing) as url:
        path = folder / "config.toml"
        path.write_text(_DEMO_CONFIG.format(url=url), encoding="utf-8")
        config = load_config_file(path, {})
        app = App(config, create_system_clock(), sys.stdout)
        print(f"A listing is served on this machine: {url}")
        print("\nThe first check records the releases on the site, and sends no alerts:\n")
        first = app.check_sources(config.sources)
        print_reports(first, quiet=False)
        print("\nThe ministry publishes a release. The next check:\n")
        listing.publish_release()
        second = app.check_sources(config.sources)
        print_reports(second, quiet=False)
        print("\nand the alert:\n", flush=True)
        send_summary = app.dispatcher.send_due()
        print("A digest of all that the watches found since November would say:\n", flush=True)
        with app.open_db() as db, db.begin_read() as conn:
            print_previews(preview_since(conn, config.channels[0], _DIGEST_SINCE, app))
    _print_next_steps(folder if is_kept else None)
    return choose_exit_code([*first, *second], send_summary)


def _print_next_steps(folder: Path | None) -> None:
    steps = [("to watch the real listing", "monitor init"), ("and read it", "monitor --once")]
    if folder is None:
        steps.append(("to keep and look at this", "monitor demo --keep DIR"))
    else:
        command = f"monitor --config {quote(str(folder / 'config.toml'))}"
        steps.append(("to look at this archive", f"{command} releases"))
        steps.append(("for words in it", f"{command} search semiconductors"))
        steps.append(("for a release, whole", f"{command} show {_PUBLISHED_RELEASE_ID}"))
    steps.append(("for all there is", "monitor --help"))
    print("Where to look next:\n")
    for purpose, step_command in steps:
        print(f"  {purpose + ':':<26}  {step_command}")
