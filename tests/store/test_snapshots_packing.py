"""Raw pages made small."""

import zlib
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from monitor.store.snapshots import decode_body, encode_body
from tests.support.site_pages import Post, article, framed

DAY = date(2025, 12, 1)
LINES = st.lists(
    st.sampled_from([b"", b"<a>", b"<b>", b"=1,2", b"+x", b"\r", b"\xff\x00"]), max_size=12
)
PAGES = LINES.map(b"\n".join)


@given(body=PAGES, base=st.none() | PAGES)
def test_what_was_packed_comes_back_byte_for_byte(body: bytes, base: bytes | None) -> None:
    """Whatever stands in the page, and whatever it is packed against."""
    assert decode_body(encode_body(body, base), base) == body


def test_of_a_page_in_a_known_frame_little_more_than_its_text_is_kept() -> None:
    """Though a token and a counter in the frame are others each time."""
    pages = []
    for number in (1, 2):
        body = "\n".join(f"Line {number * line} of what was said." for line in range(40))
        post = Post(article_id=number, title="Talks", date=DAY, category="", body=body, board="2")
        pages.append(framed("Press Releases", article(post), count=number).encode())
    base, page = pages
    small = encode_body(page, base)
    assert decode_body(small, base) == page
    assert len(small) * 5 < len(zlib.compress(page))
