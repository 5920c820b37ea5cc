"""HTTP/1.1 on loopback, written out so that it can go wrong at every byte.

One thread accepts, one serves each connection and keeps it alive. Nothing sleeps: what hangs,
waits for the server to be closed.
"""

import gzip
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

_HELLO = b"\x16"  # how a client begins that speaks TLS
HTML = "text/html; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: header names in lower case, `at` on the monotonic clock."""

    method: str
    target: str
    headers: Mapping[str, str]
    at: float
    body: bytes = b""

    @property
    def path(self) -> str:
        """Return the target without its query."""
        return urlsplit(self.target).path

    @property
    def page(self) -> int:
        """Return the page of a listing that is asked for."""
        return int(parse_qs(urlsplit(self.target).query).get("pageIndex", ["1"])[0])


@dataclass(frozen=True, slots=True)
class Response:
    """What the site answers, before it is packed for the wire."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": HTML})

    def but(self, **headers: str) -> "Response":
        """Return the same with headers set: `but(Retry_After="3")`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def packed(self, *, compress: bool) -> bytes:
        """Return the bytes for the wire, in gzip if asked and not encoded already."""
        headers, body = dict(self.headers), self.body
        if compress and body and "Content-Encoding" not in headers:
            headers["Content-Encoding"], body = "gzip", _gzip(body)
        if "Transfer-Encoding" not in headers:
            headers.setdefault("Content-Length", str(len(body)))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        reason = HTTPStatus(self.status).phrase
        return f"HTTP/1.1 {self.status} {reason}\r\n{lines}\r\n".encode("latin-1") + body


@lru_cache(maxsize=64)
def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


class Answering(Protocol):
    """What a server serves."""

    compress: bool

    def answer(self, request: Request) -> Response:
        """Return the honest answer."""

    def receive(self, request: Request) -> "tuple[Response, Fault | None]":
        """Log a request; return the honest answer, and the fault to be laid over it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request under way, as a fault sees it: it may send bytes itself, wait, or break off."""

    site: Answering
    request: Request
    response: Response
    connection: socket.socket
    closing: Event

    def raw(self) -> bytes:
        """Return the bytes that the site would have sent."""
        takes = "gzip" in self.request.headers.get("accept-encoding", "")
        return self.response.packed(compress=self.site.compress and takes)

    def abort(self) -> None:
        """Let the connection end with a reset (RST) instead of an orderly close."""
        at_once = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)


# What a fault makes of an exchange: another response, or None where it saw to the wire itself.
Fault = Callable[[Exchange], Response | None]


class Server:
    """Sockets and threads around an `Answering`."""

    def __init__(self, site: Answering, ssl_context: ssl.SSLContext | None = None) -> None:
        self._site, self._ssl = site, ssl_context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._closing = Event()
        self._lock = Lock()
        self._open: dict[Thread, socket.socket] = {}
        self._accepting = Thread(target=self._accept, name="site", daemon=True)
        scheme = "http" if ssl_context is None else "https"
        self.origin = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        """Begin to accept connections."""
        self._accepting.start()

    def close(self) -> None:
        """Wake whatever waits, break what is open, and see every thread end."""
        self._closing.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self._accepting.join()
        self._listener.close()
        with self._lock:
            threads = dict(self._open)
        for thread, connection in threads.items():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _accept(self) -> None:
        while True:
            plain, _ = self._listener.accept()
            if self._closing.is_set():
                plain.close()
                return
            with suppress(OSError):
                connection = self._secured(plain)
                thread = Thread(target=self._serve, args=(connection,), daemon=True)
                with self._lock:
                    self._open[thread] = connection
                thread.start()

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self._ssl is None:
            return plain
        return self._ssl.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)

    def _serve(self, connection: socket.socket) -> None:
        """Serve one connection until either side has had enough of it."""
        with suppress(OSError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            with connection.makefile("rb") as stream:
                while not _refused_tls(connection) and self._serve_one(connection, stream):
                    pass
        with self._lock:
            del self._open[current_thread()]

    def _serve_one(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Answer one request; tell whether the connection may carry another."""
        request = read_request(stream)
        if request is None:
            return False
        response, fault = self._site.receive(request)
        exchange = Exchange(self._site, request, response, connection, self._closing)
        if fault is not None:
            changed = fault(exchange)
            if changed is None:
                return False
            exchange = replace(exchange, response=changed)
        connection.sendall(exchange.raw())
        return request.headers.get("connection", "").lower() != "close"


def _refused_tls(connection: socket.socket) -> bool:
    """Answer in plain HTTP to a client that speaks TLS to a server that does not."""
    if isinstance(connection, ssl.SSLSocket) or connection.recv(1, socket.MSG_PEEK) != _HELLO:
        return False
    connection.recv(65536)
    connection.sendall(Response(b"", status=400).packed(compress=False))
    return True


def read_request(stream: BinaryIO) -> Request | None:
    """Read one request, None where the client has hung up."""
    line = stream.readline(65536).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while (field_line := stream.readline(65536)) not in (b"\r\n", b"\n", b""):
        name, _, value = field_line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    return Request(line[0], line[1], headers, monotonic(), body)
