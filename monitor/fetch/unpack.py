"""Taking a body in while it unpacks, so that no answer can fill the memory.

Counting what httpx has unpacked is too late: a kilobyte of stacked gzip becomes half a gigabyte in
one piece. So only plain and gzip bodies are taken, and zlib is given a bound for each step.
"""

import zlib
from collections.abc import Iterable

from monitor.errors import FetchError
from monitor.fetch.advice import COMPARE, TRIED_AGAIN

_GZIP = 16 + zlib.MAX_WBITS


def unpacked(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Return the body of `chunks` in the given Content-Encoding; FetchError past `max_bytes`."""
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return _bounded(chunks, max_bytes)
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(chunks, max_bytes)
    raise FetchError(
        f"the server answered in the encoding “{coding[:40]}”, though only gzip was offered",
        advice=COMPARE,
        passing=False,
    )


def _bounded(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _gunzipped(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            # One byte more than allowed is enough to know.
            body += unpacker.decompress(chunk, max_bytes + 1 - len(body))
            if len(body) > max_bytes:
                raise _too_large(max_bytes)
    except zlib.error as error:
        raise FetchError(
            "the answer's gzip encoding is broken", advice=TRIED_AGAIN, passing=True
        ) from error
    if not unpacker.eof:
        raise FetchError(
            "the answer ended before it was complete", advice=TRIED_AGAIN, passing=True
        )
    return bytes(body)


def _too_large(max_bytes: int) -> FetchError:
    return FetchError(
        f"the answer is larger than {max_bytes:,} bytes ([fetch] max_bytes)",
        advice=COMPARE,
        passing=False,
    )
