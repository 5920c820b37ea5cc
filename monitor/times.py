"""Instants as the store and JSON write them: UTC, ISO 8601 (RFC 3339), milliseconds, `Z`.

One width for all, so that text sorts as time does.
"""

from datetime import UTC, datetime


def to_iso(moment: datetime) -> str:
    """Return an aware moment as `2026-11-24T03:47:07.250Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Return the aware UTC moment that `to_iso` wrote; ValueError where it is none."""
    return datetime.fromisoformat(text).astimezone(UTC)


def to_iso_if(moment: datetime | None) -> str | None:
    """Return the same of a moment that may not have come, None where it has not."""
    return None if moment is None else to_iso(moment)


def from_iso_if(text: str | None) -> datetime | None:
    """Return the moment that `to_iso_if` wrote, if any."""
    return None if text is None else from_iso(text)
