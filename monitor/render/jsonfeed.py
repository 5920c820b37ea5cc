"""Releases as a JSON Feed (version 1.1)."""

from datetime import tzinfo

from monitor.identity import lasting_name
from monitor.jsontext import dumps
from monitor.model.feeds import Feed, Post
from monitor.text.cleaning import clean, clean_lines
from monitor.times import to_iso, to_iso_if


def render(feed: Feed, zone: tzinfo) -> str:
    """Return the feed as one JSON document; a release's day begins at midnight in `zone`."""
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
    }
    if feed.address is not None:
        document["feed_url"] = feed.address
    document["items"] = [_item(post, zone) for post in feed.posts]
    return f"{dumps(document, indent=1)}\n"


def _item(post: Post, zone: tzinfo) -> dict[str, object]:
    release = post.release
    withdrawn_at = to_iso_if(release.withdrawn_at)
    item: dict[str, object] = {
        "id": lasting_name("release", post.first_title, post.first_date.isoformat()),
        "title": clean(post.heading),
        "content_text": clean_lines(post.text(zone)),
        "date_published": post.published_at(zone).isoformat(),
        "date_modified": to_iso(post.updated_at),
        "authors": [{"name": clean(release.source) or "monitor"}],
        "tags": [clean(tag) for tag in (release.category, *release.watches) if tag],
        "_monitor": {"watches": list(release.watches), "withdrawn_at": withdrawn_at},
    }
    return item if post.address is None else item | {"url": clean(post.address)}
