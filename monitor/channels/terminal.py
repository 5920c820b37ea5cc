"""Messages on standard output: in colour and as wide as the window where somebody is looking."""

import os
import shutil
from typing import TextIO

from monitor.errors import DeliveryError
from monitor.model.told import Delivery
from monitor.render.terminal import paint

_WIDTH = 80
_WIDEST = 110  # longer lines are hard to read, however wide the window


def send(delivery: Delivery, out: TextIO) -> None:
    """Print a message; a reader who has gone away is a passing failure."""
    try:
        seen = out.isatty()
        width = _window() if seen else _WIDTH
        text = paint(delivery.payload.decode(), colour=seen and _colour(), width=width)
        out.write(_printable(text, out.encoding) + "\n")
        out.flush()
    except (OSError, ValueError) as error:  # ValueError: the stream was closed
        why = getattr(error, "strerror", None) or error
        raise DeliveryError(f"standard output cannot be written: {why}") from error


def _colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _window() -> int:
    return min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDEST)


def _printable(text: str, encoding: str | None) -> str:
    """Return the text without what the terminal's encoding lacks, which would fail the print."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
