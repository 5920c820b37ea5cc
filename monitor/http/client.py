"""An httpx client whose requests end by a deadline.

httpx's time-outs are per read: a server that drips a byte a second never trips them. Here every
read and write of a request, from the connection to the last byte, gets only the time that is left.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpcore

from monitor.http.lean import httpx

Options = Iterable[httpcore.SOCKET_OPTION]


class Deadline:
    """The moment by which the request under way must have ended."""

    def __init__(self) -> None:
        self._at = 0.0

    def start(self, limit: timedelta) -> None:
        """Begin to count."""
        self._at = time.monotonic() + limit.total_seconds()

    def left(self) -> float:
        """Return the seconds left; httpcore's ReadTimeout where there are none."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the time for this request is up")
        return seconds


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        left = self._deadline.left()
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._sockets, self._deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left()
        stream = self._sockets.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Transport(httpx.BaseTransport):
    """What httpx.HTTPTransport is, on sockets that know the deadline."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        with _as_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Give httpcore's errors their httpx names, which are the same."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx, type(error).__name__)(str(error)) from error


class Client:
    """One httpx client for one thread; `context` is called when the first https address comes."""

    def __init__(
        self,
        *,
        user_agent: str,
        limit: timedelta,
        context: Callable[[], ssl.SSLContext],
        proxy: str | None = None,
    ) -> None:
        self._limit, self._context, self._proxy = limit, context, proxy
        self._headers = {"user-agent": user_agent, "accept-encoding": "gzip"}
        self._deadline = Deadline()
        self._clients: dict[str, httpx.Client] = {}

    @contextmanager
    def request(
        self, method: str, url: str, *, headers: dict[str, str], content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        """Send a request and hold its answer open; all of it ends within the limit.

        Redirects are answers like any other. Raises httpx.HTTPError and httpx.InvalidURL.
        """
        self._deadline.start(self._limit)
        client = self._client(httpx.URL(url).scheme)
        with client.stream(method, url, headers=headers, content=content) as response:
            yield response

    def _client(self, scheme: str) -> httpx.Client:
        if scheme not in self._clients:
            context = self._context() if scheme == "https" else _unused_context()
            transport = _Transport(_pool(_Backend(self._deadline), context, self._proxy))
            self._clients[scheme] = httpx.Client(
                transport=transport, headers=self._headers, timeout=None, trust_env=False
            )
        return self._clients[scheme]

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()


def _unused_context() -> ssl.SSLContext:
    """Return a context that costs nothing and trusts nobody: httpcore makes a dear one for None."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _pool(
    backend: httpcore.NetworkBackend, context: ssl.SSLContext, proxy: str | None
) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=context, network_backend=backend)
    given = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(
        proxy_url=str(given.url),
        proxy_auth=given.raw_auth,
        ssl_context=context,
        network_backend=backend,
    )
