"""Releases as an Atom feed (RFC 4287).

Texts go in as HTML of mere paragraphs, so that readers keep them apart. What XML cannot hold is
left out, and everything else is escaped: nothing scraped is ever markup.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo
from html import escape

from monitor.identity import lasting_name
from monitor.model.feeds import Feed, Post
from monitor.text.cleaning import clean, clean_lines
from monitor.times import to_iso

_NONCHARACTERS = re.compile("[\ufffe\uffff]")  # XML has no place for these two
_NO_ADDRESS = re.compile(r"[ <>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
_CATEGORY, _WATCH, _STATE = "urn:monitor:category", "urn:monitor:watch", "urn:monitor:state"


def render(feed: Feed, zone: tzinfo) -> str:
    """Return the feed as one XML document; a release's day begins at midnight in `zone`."""
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            *_head(feed),
            *(line for post in feed.posts for line in _entry(post, zone)),
            "</feed>",
            "",
        )
    )


def _head(feed: Feed) -> Iterator[str]:
    yield f"<id>{lasting_name('feed', feed.watch or '')}</id>"
    yield f"<title>{_line(feed.title)}</title>"
    yield f"<updated>{to_iso(feed.updated_at)}</updated>"
    yield "<author><name>monitor</name></author>"
    if feed.address is not None:
        yield f'<link rel="self" type="application/atom+xml" href="{_line(feed.address)}"/>'


def _entry(post: Post, zone: tzinfo) -> Iterator[str]:
    release = post.release
    yield "<entry>"
    yield f"<id>{lasting_name('release', post.first_title, post.first_date.isoformat())}</id>"
    yield f"<title>{_line(post.heading)}</title>"
    yield f"<updated>{to_iso(post.updated_at)}</updated>"
    yield f"<published>{post.published_at(zone).isoformat()}</published>"
    yield f"<author><name>{_line(release.source) or 'monitor'}</name></author>"
    if post.address is not None:
        yield f'<link rel="alternate" href="{_address(post.address)}"/>'
    yield from _categories(post)
    yield f'<content type="html">{escape(_html(post, zone))}</content>'
    yield "</entry>"


def _categories(post: Post) -> Iterator[str]:
    release = post.release
    named = [(_CATEGORY, release.category)] if release.category else []
    named += [(_WATCH, watch) for watch in release.watches]
    if release.withdrawn_at is not None:
        named.append((_STATE, "withdrawn"))
    for scheme, term in named:
        yield f'<category scheme="{scheme}" term="{_line(term)}"/>'


def _html(post: Post, zone: tzinfo) -> str:
    lines = clean_lines(_NONCHARACTERS.sub("", post.text(zone))).split("\n")
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _line(text: str) -> str:
    return escape(clean(_NONCHARACTERS.sub("", text)))


def _address(url: str) -> str:
    """Return an address without the spaces and signs that no address has."""
    return escape(_NO_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", clean(url)))
