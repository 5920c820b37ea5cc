"""Messages on standard output."""

import contextlib
import io
import os
from dataclasses import replace

import pytest

from monitor.channels import terminal
from monitor.errors import DeliveryError
from monitor.render.terminal import compose_message, render
from tests.channels.peers import DELIVERY
from tests.render.samples import ONE

SENT = replace(DELIVERY, payload=compose_message(ONE).encode())


class Screen(io.StringIO):
    """An output that somebody is looking at."""

    def isatty(self) -> bool:
        """Say that this is a terminal."""
        return True


@pytest.fixture(autouse=True)
def _window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_terminal_gets_colours_and_its_own_width() -> None:
    """Colour and width are those of the window at the moment of showing."""
    screen = Screen()
    terminal.send(SENT, screen)
    assert screen.getvalue() == render(ONE, colour=True, width=90) + "\n"


def test_very_wide_window_is_not_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines stay readable in a window of any width."""
    monkeypatch.setenv("COLUMNS", "400")
    screen = Screen()
    terminal.send(SENT, screen)
    assert screen.getvalue() == render(ONE, colour=True, width=110) + "\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colour_can_be_declined(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """NO_COLOR and a dumb terminal get plain signs."""
    monkeypatch.setenv(name, value)
    screen = Screen()
    terminal.send(SENT, screen)
    assert screen.getvalue() == render(ONE, colour=False, width=90) + "\n"


def test_file_gets_plain_text() -> None:
    """What is not a terminal gets 80 columns and no colours, whatever the window."""
    out = io.StringIO()
    terminal.send(SENT, out)
    assert out.getvalue() == render(ONE, colour=False, width=80) + "\n"


def test_encoding_without_a_character_still_shows_the_rest() -> None:
    """An ASCII terminal shows a question mark, not an error."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    terminal.send(SENT, out)
    assert b"Canada?s *Steel*" in raw.getvalue()


def test_reader_who_went_away_is_a_passing_failure() -> None:
    """A broken pipe loses nothing: the message is tried again."""
    reader, writer = os.pipe()
    os.close(reader)
    raw = os.fdopen(writer, "wb", buffering=0)
    out = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
    with pytest.raises(DeliveryError, match="standard output cannot be written") as caught:
        terminal.send(SENT, out)
    assert not caught.value.is_permanent
    raw.close()
    with contextlib.suppress(ValueError, OSError):
        out.close()


def test_closed_output_is_a_passing_failure() -> None:
    """A program started without standard output says so in words."""
    out = io.StringIO()
    out.close()
    with pytest.raises(DeliveryError, match="standard output cannot be written"):
        terminal.send(SENT, out)
