"""Bodies while they unpack."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.http.fetcher import read_body


def cut(body: bytes, size: int) -> list[bytes]:
    """Return a body in pieces, as a network gives it."""
    return [body[i : i + size] for i in range(0, len(body), size)]


@given(st.binary(max_size=3000), st.integers(1, 500), st.sampled_from(["gzip", "x-gzip", "GZIP "]))
def test_a_gzip_body_comes_out_whole(body: bytes, size: int, encoding: str) -> None:
    """However the network cuts it."""
    assert read_body(cut(gzip.compress(body), size), encoding, 3000) == body
    assert read_body(cut(body, size), "", 3000) == body
    assert read_body(cut(body, size), "identity", 3000) == body


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """Only gzip was offered; stacked encodings are how bombs are built."""
    with pytest.raises(FetchError, match="encoding") as caught:
        read_body([b""], encoding, 100)
    assert not caught.value.is_transient


@pytest.mark.parametrize(
    ("chunks", "encoding"),
    [([b"x" * 101], ""), ([b"x"] * 101, ""), ([gzip.compress(b"x" * 101, mtime=0)], "gzip")],
)
def test_a_body_over_the_limit_is_refused(chunks: list[bytes], encoding: str) -> None:
    """The limit counts what has unpacked, one byte too many being too many."""
    assert read_body([b"x" * 100], "", 100) == b"x" * 100
    with pytest.raises(FetchError, match="larger than 100 bytes"):
        read_body(chunks, encoding, 100)


def test_a_bomb_fills_no_memory() -> None:
    """Half a gigabyte of zeros in half a megabyte of gzip costs no more than the limit."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(2**20)) for _ in range(512)) + packer.flush()
    tracemalloc.start()
    with pytest.raises(FetchError):
        read_body([bomb], "gzip", 10**6)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 10**6


@pytest.mark.parametrize(
    "body", [gzip.compress(b"text" * 99, mtime=0)[:-9], b"", b"\x1f\x8b no gzip"]
)
def test_a_broken_or_cut_gzip_body_may_pass(body: bytes) -> None:
    """It is an error, and one that trying again may mend."""
    with pytest.raises(FetchError) as caught:
        read_body([body], "gzip", 10**6)
    assert caught.value.is_transient
