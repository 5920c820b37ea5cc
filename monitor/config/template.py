"""The config.toml that `monitor init` writes."""

from pathlib import Path


def template() -> str:
    """Return the text of a commented config.toml that works unedited."""
    return Path(__file__).with_name("template.toml").read_text(encoding="utf-8")
