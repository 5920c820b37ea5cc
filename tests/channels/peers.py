"""Real peers on loopback: a mail server, a webhook receiver, and a server that follows a script."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from monitor.models.config import Secret
from monitor.models.notification import Delivery

Play = Callable[[socket.socket, threading.Event], None]

NOW = datetime(2025, 12, 1, 3, 30, 0, 500000, tzinfo=UTC)
DELIVERY = Delivery(id="5f0c9c1e", channel="desk", attempt=1, payload=b"{}")


def secret(value: str, where: str = "$TEST_SECRET") -> Secret:
    """Return a secret that stands in an environment variable."""
    return Secret(where, lambda: value)


@dataclass
class Authority:
    """A certificate authority of our own, and where its certificate lies."""

    ca: trustme.CA
    ca_file: Path

    def context(self, name: str) -> ssl.SSLContext:
        """Return the TLS context of a server of that name."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(name).configure_cert(made)
        return made


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ------------------------------------------------------------------ mail


@dataclass
class Mailbox:
    """What a mail server took, and what it answers: a hook gives an answer or None for "yes"."""

    taken: list[Envelope] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    on_data: str = "250 taken"
    on_mail: str | None = None
    hello: str = ""
    taken_back: int = 0
    secure: bool = False

    async def handle_EHLO(  # noqa: N802
        self, _server: object, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        """Note who says hello, and whether TLS was on."""
        self.hello, session.host_name = name, name
        self.secure = session.ssl is not None
        return answers

    async def handle_MAIL(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope, sender: str, _options: object
    ) -> str:
        """Answer to the sender."""
        envelope.mail_from = sender
        return self.on_mail or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope, to: str, _options: object
    ) -> str:
        """Answer to a recipient."""
        if to in self.said:
            return self.said[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_RSET(  # noqa: N802
        self, _server: object, _session: Session, _envelope: Envelope
    ) -> str:
        """Count that what was begun is taken back."""
        self.taken_back += 1
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: object, _session: Session, envelope: Envelope
    ) -> str:
        """Take the message, or not."""
        if self.on_data.startswith("2"):
            self.taken.append(envelope)
        return self.on_data


def login(_server: object, _session: object, _envelope: object, _how: str, data: Any) -> AuthResult:
    """Let in who knows the password."""
    known = isinstance(data, LoginPassword) and data.password == b"open sesame"
    return AuthResult(success=known, handled=False)


@contextlib.contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """Run a mail server; returns its port."""
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        server_hostname="mail.example.com",
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


# ------------------------------------------------------------------ webhooks


@dataclass
class Receiver:
    """A webhook's receiver: what came, and what is answered."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Return a handler class that notes and answers for this receiver."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(length)
                if len(body) < length:  # whoever sent it was killed: no message came
                    self.close_connection = True
                    return
                receiver.got.append((self.path, headers, body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@contextlib.contextmanager
def receiving(receiver: Receiver, trust: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run the receiver; `url` says where it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), receiver.handler())
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients break off
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    receiver.url = f"http{'s' if trust else ''}://127.0.0.1:{server.server_port}/T000/B000/hush"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# ------------------------------------------------------------------ misbehaviour


@contextlib.contextmanager
def scripted(play: Play) -> Iterator[int]:
    """Run a server that does to its one caller what `play` says; returns its port.

    The event is set at the end of the test, so that `play` can wait for it.
    """
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            with contextlib.suppress(OSError):
                caller, _ = listener.accept()
                with caller, contextlib.suppress(OSError):
                    play(caller, over)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            with contextlib.suppress(OSError):  # nobody may have called
                socket.create_connection(listener.getsockname(), 1).close()
            thread.join()


def drip(data: bytes) -> Play:
    """Return a play that sends `data` a byte at a time, over and over, slowly."""

    def play(caller: socket.socket, over: threading.Event) -> None:
        while not over.is_set():
            for byte in data:
                caller.sendall(bytes([byte]))
                if over.wait(0.05):
                    break

    return play


def silent(_caller: socket.socket, over: threading.Event) -> None:
    """Say nothing until the test ends."""
    over.wait()


def lines(*answers: str) -> Play:
    """Return a play that speaks first, answers each line (or message) in turn, and hangs up."""

    def play(caller: socket.socket, _over: threading.Event) -> None:
        with caller.makefile("rb") as said:
            for answer in answers:
                caller.sendall(answer.encode() + b"\r\n")
                if answer.startswith("354"):
                    while said.readline() not in (b".\r\n", b""):
                        pass
                elif answer is not answers[-1]:
                    said.readline()

    return play
