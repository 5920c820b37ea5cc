"""Time zones by name, and the machine's own; what they are read with is imported when needed."""

from datetime import UTC, datetime, tzinfo


def zone_named(name: str | None) -> tzinfo:
    """Return a time zone of the IANA's; None means the machine's, with its clock changes."""
    if name is not None:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - only where times are told

        return ZoneInfo(name)
    import tzlocal  # noqa: PLC0415 - the same

    try:
        return tzlocal.get_localzone()
    except (LookupError, ValueError):  # the machine contradicts itself about its zone
        return datetime.now(UTC).astimezone().tzinfo or UTC  # noqa: TID251 - for the zone alone
