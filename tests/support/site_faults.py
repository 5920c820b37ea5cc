"""What can be wrong with the site: faults for `Site.misbehave`, each named for what a client sees.

A fault returns another response, or None where it has sent all that it will and the connection is
to end.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tests.support import site_wire
from tests.support.site_pages import BOARDS, LOGIN, MAINTENANCE, board_list, framed
from tests.support.site_wire import Exchange, Response

Fault = site_wire.Fault
_HEADER_END = b"\r\n\r\n"


def status(code: int, *, retry_after: str | None = None, body: bytes = b"Trouble.") -> Fault:
    """Answer with this status code, with Retry-After if one is given."""

    def fault(_: Exchange) -> Response:
        response = Response(body, status=code)
        return response if retry_after is None else response.but(Retry_After=retry_after)

    return fault


# ------------------------------------------------------------------ the connection


def reset(*, after: int = 0) -> Fault:
    """Reset the connection after this many bytes of the answer; 0 is before any."""

    def fault(exchange: Exchange) -> None:
        exchange.connection.sendall(exchange.raw()[:after])
        exchange.abort()

    return fault


def reset_in_body(exchange: Exchange) -> None:
    """Reset the connection in the middle of the body."""
    raw = exchange.raw()
    start = raw.index(_HEADER_END)
    exchange.connection.sendall(raw[: (start + len(raw)) // 2])
    exchange.abort()


def hang_up_in_body(exchange: Exchange) -> None:
    """Close the connection in good order, in the middle of the body."""
    raw = exchange.raw()
    start = raw.index(_HEADER_END)
    exchange.connection.sendall(raw[: (start + len(raw)) // 2])


def hang(*, after: int = 0) -> Fault:
    """Send this many bytes of the answer, then nothing until the site is closed."""

    def fault(exchange: Exchange) -> None:
        exchange.connection.sendall(exchange.raw()[:after])
        exchange.closing.wait()

    return fault


def drip(*, every: float, size: int = 1, in_body: bool = True) -> Fault:
    """Send `size` bytes each `every` seconds, of the body alone or from the status line on."""

    def fault(exchange: Exchange) -> None:
        raw = exchange.raw()
        at = raw.index(_HEADER_END) + len(_HEADER_END) if in_body else 0
        exchange.connection.sendall(raw[:at])
        while at < len(raw) and not exchange.closing.wait(every):
            exchange.connection.sendall(raw[at : at + size])
            at += size

    return fault


def endless(exchange: Exchange) -> None:
    """Send a body that never ends."""
    head = replace(exchange.response, body=b"").but(Transfer_Encoding="chunked")
    exchange.connection.sendall(head.packed(compress=False))
    chunk = b"10000\r\n" + b"<p>More." * 8192 + b"\r\n"
    while not exchange.closing.is_set():
        exchange.connection.sendall(chunk)


# ------------------------------------------------------------------ the answer


def redirect(to: str, *, code: int = 302) -> Fault:
    """Redirect to `to`; to the request's own target for a loop, if `to` is empty."""

    def fault(exchange: Exchange) -> Response:
        return Response(b"", status=code).but(Location=to or exchange.request.target)

    return fault


def bomb(size: int = 64 * 2**20) -> Fault:
    """Answer with gzip that unpacks to `size` bytes."""
    return lambda exchange: replace(exchange.response, body=_zeros(size)).but(
        Content_Encoding="gzip"
    )


@cache
def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(_packed(packer, size)) + packer.flush()


def _packed(packer: "zlib._Compress", size: int) -> Iterator[bytes]:
    block = bytes(2**20)
    for _ in range(size // len(block)):
        yield packer.compress(block)


def stacked(times: int = 2) -> Fault:
    """Answer in gzip within gzip, as often as asked."""

    def fault(exchange: Exchange) -> Response:
        body = exchange.response.body
        for _ in range(times):
            body = gzip.compress(body, mtime=0)
        encoding = ", ".join(["gzip"] * times)
        return replace(exchange.response, body=body).but(Content_Encoding=encoding)

    return fault


def encoded(name: str) -> Fault:
    """Claim a content encoding that nobody asked for; the body is as it was."""
    return lambda exchange: exchange.response.but(Content_Encoding=name)


def charset(label: str, codec: str = "utf-8") -> Fault:
    """Claim one charset and send another."""

    def fault(exchange: Exchange) -> Response:
        text = exchange.response.body.decode()
        return replace(exchange.response, body=text.encode(codec, "replace")).but(
            Content_Type=f"text/html; charset={label}"
        )

    return fault


# ------------------------------------------------------------------ the page


def half_page(exchange: Exchange) -> Response:
    """Send half of the page as if it were all."""
    body = exchange.response.body
    return replace(exchange.response, body=body[: len(body) // 2])


def page(html: str) -> Fault:
    """Answer with this page instead, status 200."""
    return lambda _: Response(html.encode())


def maintenance(_: Exchange) -> Response:
    """Answer as the site does at night: a notice, with status 200."""
    return Response(MAINTENANCE.encode())


def login(_: Exchange) -> Response:
    """Ask for a login, with status 200."""
    return Response(LOGIN.encode())


def empty_list(exchange: Exchange) -> Response:
    """Show the listing with no entries at all."""
    boards = (b for b in BOARDS.values() if b.path == exchange.request.path)
    board = next(boards, BOARDS["fta"])
    return Response(framed(board.heading, board_list(board, [])).encode())


def renamed_classes(exchange: Exchange) -> Response:
    """Show the entries under other class names: a changed layout."""
    body = exchange.response.body
    for name in (b'"title"', b'"info"', b'"cont"', b'"date"'):
        body = body.replace(b"class=" + name, b'class="news-' + name[1:])
    return replace(exchange.response, body=body)


def without(part: str, *, entry: int = 1) -> Fault:
    """Leave the `title` or the `date` out of one entry of the listing, counted from 1."""
    mark = {"title": b'<strong class="title">', "date": b'<span class="date">'}[part]

    end = {"title": b"</strong>", "date": b"</span>"}[part]

    def fault(exchange: Exchange) -> Response:
        parts = exchange.response.body.split(mark)
        rest = parts[entry].partition(end)[2]
        body = mark.join(parts[:entry]) + mark.join([rest, *parts[entry + 1 :]])
        return replace(exchange.response, body=body)

    return fault


def repeated(exchange: Exchange) -> Response:
    """Show the first page whatever page is asked for."""
    target = exchange.request.path + "?pageIndex=1"
    return exchange.site.answer(replace(exchange.request, target=target))
