"""Releases as an Atom feed (RFC 4287).

Texts are HTML with paragraphs only, so that feed readers keep them apart. Characters that XML
forbids are left out and the rest is escaped: scraped text never becomes markup.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo
from html import escape

from monitor.clock import to_iso, to_iso_or_none
from monitor.domain.changes import make_stable_urn
from monitor.models.release import Feed, FeedEntry
from monitor.text.sanitize import safe_dumps, sanitize_line, sanitize_text

_XML_NONCHARACTERS = re.compile("[\ufffe\uffff]")  # XML forbids these two
_INVALID_IN_URL = re.compile(r"[ <>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
_CATEGORY_SCHEME, _WATCH_SCHEME, _STATE_SCHEME = (
    "urn:monitor:category",
    "urn:monitor:watch",
    "urn:monitor:state",
)


def render_atom(feed: Feed, zone: tzinfo) -> str:
    """Return the feed as one XML document; a release's day begins at midnight in `zone`."""
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            *_iter_atom_head(feed),
            *(line for post in feed.entries for line in _iter_atom_entry(post, zone)),
            "</feed>",
            "",
        )
    )


def _iter_atom_head(feed: Feed) -> Iterator[str]:
    yield f"<id>{make_stable_urn('feed', feed.watch or '')}</id>"
    yield f"<title>{_escape_line(feed.title)}</title>"
    yield f"<updated>{to_iso(feed.updated_at)}</updated>"
    yield "<author><name>monitor</name></author>"
    if feed.feed_url is not None:
        yield f'<link rel="self" type="application/atom+xml" href="{_escape_line(feed.feed_url)}"/>'


def _iter_atom_entry(post: FeedEntry, zone: tzinfo) -> Iterator[str]:
    release = post.release
    yield "<entry>"
    yield f"<id>{make_stable_urn('release', post.first_title, post.first_date.isoformat())}</id>"
    yield f"<title>{_escape_line(post.heading)}</title>"
    yield f"<updated>{to_iso(post.updated_at)}</updated>"
    yield f"<published>{post.get_published_at(zone).isoformat()}</published>"
    yield f"<author><name>{_escape_line(release.source) or 'monitor'}</name></author>"
    if post.web_url is not None:
        yield f'<link rel="alternate" href="{_escape_url(post.web_url)}"/>'
    yield from _iter_atom_categories(post)
    yield f'<content type="html">{escape(_build_html(post, zone))}</content>'
    yield "</entry>"


def _iter_atom_categories(post: FeedEntry) -> Iterator[str]:
    release = post.release
    terms = [(_CATEGORY_SCHEME, release.category)] if release.category else []
    terms += [(_WATCH_SCHEME, watch) for watch in release.watches]
    if release.withdrawn_at is not None:
        terms.append((_STATE_SCHEME, "withdrawn"))
    for scheme, term in terms:
        yield f'<category scheme="{scheme}" term="{_escape_line(term)}"/>'


def _build_html(post: FeedEntry, zone: tzinfo) -> str:
    lines = sanitize_text(_XML_NONCHARACTERS.sub("", post.format_text(zone))).split("\n")
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _escape_line(text: str) -> str:
    return escape(sanitize_line(_XML_NONCHARACTERS.sub("", text)))


def _escape_url(url: str) -> str:
    """Return an address with invalid characters percent-encoded."""
    return escape(_INVALID_IN_URL.sub(lambda match: f"%{ord(match[0]):02X}", sanitize_line(url)))


def render_json_feed(feed: Feed, zone: tzinfo) -> str:
    """Return the feed as one JSON document; a release's day begins at midnight in `zone`."""
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": sanitize_line(feed.title),
    }
    if feed.feed_url is not None:
        document["feed_url"] = feed.feed_url
    document["items"] = [_build_json_item(post, zone) for post in feed.entries]
    return f"{safe_dumps(document, indent=1)}\n"


def _build_json_item(post: FeedEntry, zone: tzinfo) -> dict[str, object]:
    release = post.release
    withdrawn_at = to_iso_or_none(release.withdrawn_at)
    item: dict[str, object] = {
        "id": make_stable_urn("release", post.first_title, post.first_date.isoformat()),
        "title": sanitize_line(post.heading),
        "content_text": sanitize_text(post.format_text(zone)),
        "date_published": post.get_published_at(zone).isoformat(),
        "date_modified": to_iso(post.updated_at),
        "authors": [{"name": sanitize_line(release.source) or "monitor"}],
        "tags": [sanitize_line(tag) for tag in (release.category, *release.watches) if tag],
        "_monitor": {"watches": list(release.watches), "withdrawn_at": withdrawn_at},
    }
    return item if post.web_url is None else item | {"url": sanitize_line(post.web_url)}
