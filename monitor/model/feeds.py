"""Releases as feeds show them."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from monitor.model.stored import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A release in a feed; its first title and date name it for ever, whatever becomes of them.

    `updated_at` is when it was last revised, withdrawn, or else first seen.
    """

    release: Release
    first_title: str
    first_date: date
    updated_at: datetime

    @property
    def heading(self) -> str:
        """The title as it was scraped; a withdrawn release says so."""
        withdrawn = "" if self.release.withdrawn_at is None else "Withdrawn: "
        return f"{withdrawn}{self.release.title}"

    @property
    def address(self) -> str | None:
        """The release's page as it was scraped, None for anything that is not on the web."""
        url = self.release.url
        return url if url and url.casefold().startswith(("http://", "https://")) else None

    def text(self, zone: tzinfo) -> str:
        """Return the text as it was scraped; on top of a withdrawn release's stands since when."""
        at = self.release.withdrawn_at
        if at is None:
            return self.release.body
        seen = f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
        return f"The ministry has withdrawn this, as seen on {seen}.\n{self.release.body}"

    def published_at(self, zone: tzinfo) -> datetime:
        """Return the beginning of the release's day."""
        return datetime.combine(self.release.date, time(), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Posts, the newest first. `watch` is whose finds they are, None for everybody's.

    `address` is where the feed will be served, None where that is not known.
    """

    watch: str | None
    posts: tuple[Post, ...]
    updated_at: datetime
    address: str | None = None

    @property
    def title(self) -> str:
        """The name of the feed, for readers."""
        return "monitor: every release" if self.watch is None else f"monitor: {self.watch}"
