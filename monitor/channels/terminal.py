"""Messages on standard output, in colour and fitted to the window if it is a terminal."""

import os
import shutil
from typing import TextIO

from monitor.errors import DeliveryError
from monitor.models.notification import Delivery
from monitor.render.terminal import paint_text

_DEFAULT_WIDTH = 80
_MAX_WIDTH = 110  # longer lines are hard to read, even in a wider window


def send(delivery: Delivery, out: TextIO) -> None:
    """Print a message; a reader that has closed the stream is a temporary failure."""
    try:
        is_terminal = out.isatty()
        width = _get_window_width() if is_terminal else _DEFAULT_WIDTH
        text = paint_text(
            delivery.payload.decode(), colour=is_terminal and _is_colour_enabled(), width=width
        )
        out.write(_replace_unencodable(text, out.encoding) + "\n")
        out.flush()
    except (OSError, ValueError) as error:  # ValueError: the stream was closed
        reason = getattr(error, "strerror", None) or error
        raise DeliveryError(f"standard output cannot be written: {reason}") from error


def _is_colour_enabled() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _get_window_width() -> int:
    return min(shutil.get_terminal_size((_DEFAULT_WIDTH, 24)).columns, _MAX_WIDTH)


def _replace_unencodable(text: str, encoding: str | None) -> str:
    """Replace characters that the terminal's encoding lacks, as they would make printing fail."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
