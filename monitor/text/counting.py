"""Counts in words."""


def counted(count: int, one: str, more: str = "") -> str:
    """Return "1 page", "0 pages", "1,200 pages"; `more` where an s does not make it many."""
    return f"1 {one}" if count == 1 else f"{count:,} {more or f'{one}s'}"
