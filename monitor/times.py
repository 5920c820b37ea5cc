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
