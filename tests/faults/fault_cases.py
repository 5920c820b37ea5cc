"""Everything that goes wrong, by the name under which the README tells of it."""

import re
import sqlite3
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import trustme

from monitor.store import database
from monitor.store.transactions import SCHEMA_VERSION
from tests.channels.peers import free_port
from tests.faults.fault_bench import Stand
from tests.support import site_faults as faults
from tests.support.site import Site
from tests.support.site_pages import BOARDS, PER_PAGE, board_list, framed
from tests.support.site_wire import Exchange, Response


@dataclass(frozen=True)
class Case:
    """A fault: its name, and what lays it. `is_fine`: monitor reads the listing all the same."""

    name: str
    lay: Callable[[Stand], object]
    is_fine: bool = False


def over(fault: faults.Fault) -> Callable[[Stand], object]:
    """Lay a fault over the listing."""
    return lambda stand: stand.lay(fault)


def altered(change: Callable[[str], str]) -> Callable[[Stand], object]:
    """Lay a change of its text over the listing."""
    return lambda stand: stand.alter(change)


def hasty(fault: faults.Fault) -> Callable[[Stand], object]:
    """Lay a fault over the listing that takes time, and have little."""

    def lay(stand: Stand) -> None:
        text = stand.stage.config.read_text().replace("timeout = 5", "timeout = 0.3")
        before = stand.stage.config.read_text()
        stand.stage.config.write_text(text)
        stand.undo.append(lambda: stand.stage.config.write_text(before))
        stand.lay(fault)

    return lay


# ------------------------------------------------------------------ certificates


def _secure(stand: Stand, context: ssl.SSLContext, fault: faults.Fault | None = None) -> None:
    secure = Site(ssl_context=context)
    if fault is not None:
        secure.misbehave(fault)
    secure.__enter__()
    secure.posts, secure.boards = stand.site.posts, stand.site.boards
    stand.undo.append(secure.__exit__)
    stand.point(secure.url())


def _context(leaf: trustme.LeafCert, *, chain: bool = True) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if chain:
        leaf.configure_cert(made)
        return made
    alone = leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()
    with trustme.Blob(alone).tempfile() as path:
        made.load_cert_chain(path)
    return made


def _trust(stand: Stand, authority: trustme.CA) -> None:
    """Let the machine know this authority, as it knows those of the world."""
    place = stand.stage.folder / "roots.pem"
    authority.cert_pem.write_to_path(place)
    stand.patch.setenv("SSL_CERT_FILE", str(place))


def expired(stand: Stand) -> None:
    """Show a certificate that was good until yesterday."""
    authority = trustme.CA()
    _trust(stand, authority)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    _secure(stand, _context(authority.issue_cert("127.0.0.1", not_after=yesterday)))


def self_signed(stand: Stand) -> None:
    """Show a certificate that vouches for itself."""
    own = trustme.CA()
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(own.private_key_pem.bytes() + own.cert_pem.bytes()).tempfile() as path:
        made.load_cert_chain(path)
    _secure(stand, made)


def incomplete(stand: Stand) -> None:
    """Leave out the certificate between the site's and the root."""
    root = trustme.CA()
    _trust(stand, root)
    leaf = root.create_child_ca().issue_cert("127.0.0.1")
    _secure(stand, _context(leaf, chain=False))


def another_name(stand: Stand) -> None:
    """Show a certificate of another site."""
    authority = trustme.CA()
    _trust(stand, authority)
    _secure(stand, _context(authority.issue_cert("www.example.com")))


def to_plain_http(stand: Stand) -> None:
    """Redirect from https to http."""
    authority = trustme.CA()
    _trust(stand, authority)
    _secure(stand, _context(authority.issue_cert("127.0.0.1")), faults.redirect(stand.site.url()))


def no_tls(stand: Stand) -> None:
    """Speak plain HTTP where TLS is expected."""
    stand.point(stand.site.url().replace("http:", "https:"))


# ------------------------------------------------------------------ pages


def another_board(exchange: Exchange) -> Response:
    """Show another board's list at this address."""
    target = exchange.request.target.replace(BOARDS["fta"].path, BOARDS["energy"].path)
    return exchange.site.answer(replace(exchange.request, target=target))


def three_entries(exchange: Exchange) -> Response:
    """Show three of the ten entries of page 1."""
    if exchange.request.page > 1:
        return exchange.response
    assert isinstance(exchange.site, Site)
    ids = exchange.site.boards["fta"][:3]
    posts = [exchange.site.posts[one] for one in ids]
    return Response(framed("FTA", board_list(BOARDS["fta"], posts)).encode())


def oldest_first(exchange: Exchange) -> Response:
    """Show the list from its other end."""
    assert isinstance(exchange.site, Site)
    start = (exchange.request.page - 1) * PER_PAGE
    ids = exchange.site.boards["fta"][::-1][start : start + PER_PAGE]
    posts = [exchange.site.posts[one] for one in ids]
    return Response(framed("FTA", board_list(BOARDS["fta"], posts)).encode())


def inside(tag: str, text: str) -> Callable[[str], str]:
    """Put another text into all tags of a kind."""
    pattern = re.compile(rf"(<{tag}>)[^<]*(</)")
    return lambda html: pattern.sub(lambda found: found[1] + text + found[2], html)


def dated(day: str) -> Callable[[str], str]:
    """Put another date into all entries."""
    return lambda html: re.sub(r"(<i>date</i>)[0-9-]+", rf"\g<1>{day}", html)


def before_titles(label: str) -> Callable[[str], str]:
    """Put a label in front of all titles."""
    tag = '<strong class="title">'
    return lambda html: html.replace(tag, tag + label)


def a_day_late(html: str) -> str:
    """Date all entries to the day after."""

    def later(found: re.Match[str]) -> str:
        return f"{found[1]}{date.fromisoformat(found[2]) + timedelta(days=1)}"

    return re.sub(r"(<i>date</i>)([0-9-]+)", later, html)


def garbled(html: str) -> str:
    """Take UTF-8 for windows-1252 and send that as UTF-8."""
    start, end = html.index('<div class="board-list">'), html.index('<div class="paging">')
    middle = html[start:end].encode().decode("cp1252", "replace")
    return html[:start] + middle + html[end:]


def cut_in_the_list(html: str) -> str:
    """End in the middle of the fourth entry."""
    return "<li>\n".join(html.split("<li>\n")[:4])


def mistyped_year(html: str) -> str:
    """Date the newest entry two centuries ahead."""
    return html.replace("<i>date</i>2025", "<i>date</i>2205", 1)


# ------------------------------------------------------------------ this machine


def full_disk(stand: Stand) -> None:
    """Let the database not grow by a single page."""
    connect = database.connect_read_write

    def small(path: Path, *, create: bool = True) -> sqlite3.Connection:
        conn = connect(path, create=create)
        (size,) = conn.execute("PRAGMA page_count").fetchone()
        conn.execute(f"PRAGMA max_page_count = {size}")
        return conn

    stand.patch.setattr(database, "connect_read_write", small)


def locked(stand: Stand) -> None:
    """Hold the database locked, and have little patience."""
    stand.patch.setattr(database, "_BUSY_TIMEOUT_SECONDS", 0.1)
    conn = sqlite3.connect(stand.stage.db, isolation_level=None)
    conn.execute("BEGIN IMMEDIATE")
    stand.undo.append(conn.close)


def _damage(stand: Stand, change: Callable[[bytes], bytes]) -> None:
    good = stand.stage.db.read_bytes()
    stand.stage.db.write_bytes(change(good))

    def restore() -> None:
        for one in stand.stage.folder.glob("monitor.db*"):
            one.unlink()
        stand.stage.db.write_bytes(good)

    stand.undo.append(restore)


def damaged(stand: Stand) -> None:
    """Overwrite most of the database."""
    _damage(stand, lambda good: good[: 4096 * 2] + b"\xff" * (len(good) - 4096 * 2))


def no_database(stand: Stand) -> None:
    """Put something else in its place."""
    _damage(stand, lambda _: b"not a database at all\n" * 99)


def newer(stand: Stand) -> None:
    """Let a newer monitor have worked on the database."""

    def version(number: int) -> None:
        with sqlite3.connect(stand.stage.db) as conn:
            conn.execute(f"PRAGMA user_version = {number}")
        conn.close()

    version(SCHEMA_VERSION + 95)
    stand.undo.append(lambda: version(SCHEMA_VERSION))


def no_folder(stand: Stand) -> None:
    """Let the config name a folder that is not there, as of a disk that is not mounted."""
    before = stand.stage.config.read_text()
    stand.stage.config.write_text(before + '\n[store]\npath = "/srv/nowhere/monitor.db"\n')
    stand.undo.append(lambda: stand.stage.config.write_text(before))


def articles_down(stand: Stand) -> None:
    """Let every article page fail."""
    stand.site.misbehave(faults.status(500), path="/eng/article/")


def refused(stand: Stand) -> None:
    """Let nobody listen where the site was."""
    stand.point(f"http://127.0.0.1:{free_port()}/eng/15/topics/4")


def unresolved(stand: Stand) -> None:
    """Let the name lead nowhere."""
    stand.point("http://nowhere.invalid/eng/15/topics/4")
