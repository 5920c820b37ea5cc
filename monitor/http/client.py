"""HTTP client whose requests end by a deadline.

The timeouts of httpx are per read, so a server that sends a byte a second never exceeds them. Here
each read and write, from the connection to the last byte, gets only the remaining time.
"""

import ssl
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpcore

if "httpx" not in sys.modules:
    # `import httpx` loads its command line (click, and rich where installed), a tenth of a one-shot
    # run. httpx works without it, so that import is made to fail. Import httpx from this module.
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # makes its import fail
    import httpx

    del sys.modules["httpx._main"]
else:
    import httpx

__all__ = ["Deadline", "HttpClient", "httpx"]

SocketOptions = Iterable[httpcore.SOCKET_OPTION]


class Deadline:
    """The time by which the current request must end."""

    def __init__(self) -> None:
        self._ends_at = 0.0

    def start(self, limit: timedelta) -> None:
        """Set the deadline to `limit` from now."""
        self._ends_at = time.monotonic() + limit.total_seconds()

    def get_seconds_left(self) -> float:
        """Return the remaining seconds; raise httpcore.ReadTimeout if there are none."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the time for this request is up")
        return seconds


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.get_seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.get_seconds_left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        seconds_left = self._deadline.get_seconds_left()
        return _DeadlineStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds_left), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _DeadlineBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._sockets, self._deadline = httpcore.SyncBackend(), deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        seconds_left = self._deadline.get_seconds_left()
        stream = self._sockets.connect_tcp(host, port, seconds_left, local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _ResponseBody(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _translate_errors():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _DeadlineTransport(httpx.BaseTransport):
    """A replacement for httpx.HTTPTransport whose sockets observe the deadline."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        with _translate_errors():
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
            stream=_ResponseBody(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise errors of httpcore as the httpx errors of the same name."""
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


class HttpClient:
    """HTTP client for a single thread; `context` is called for the first https URL."""

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
        """Send a request and yield its open response; all of it must end within the limit.

        Redirects are not followed. Raises httpx.HTTPError and httpx.InvalidURL.
        """
        self._deadline.start(self._limit)
        client = self._get_client(httpx.URL(url).scheme)
        with client.stream(method, url, headers=headers, content=content) as response:
            yield response

    def _get_client(self, scheme: str) -> httpx.Client:
        if scheme not in self._clients:
            context = self._context() if scheme == "https" else _build_unused_context()
            transport = _DeadlineTransport(
                _build_pool(_DeadlineBackend(self._deadline), context, self._proxy)
            )
            self._clients[scheme] = httpx.Client(
                transport=transport,
                headers=self._headers,
                timeout=None,  # noqa: S113 - the deadline is the timeout
                trust_env=False,
            )
        return self._clients[scheme]

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()


def _build_unused_context() -> ssl.SSLContext:
    """Return a cheap context without roots; given None, httpcore would build an expensive one."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _build_pool(
    backend: httpcore.NetworkBackend, context: ssl.SSLContext, proxy: str | None
) -> httpcore.ConnectionPool:
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=context, network_backend=backend)
    proxy_config = httpx.Proxy(proxy)
    return httpcore.HTTPProxy(
        proxy_url=str(proxy_config.url),
        proxy_auth=proxy_config.raw_auth,
        ssl_context=context,
        network_backend=backend,
    )


if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # makes its import fail
    import httpx

    del sys.modules["httpx._main"]
else:
    import httpx

__all__ = ["httpx"]
