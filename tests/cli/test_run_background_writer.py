"""Lines that are written by a thread of their own."""

import threading

from monitor.cli.run import BackgroundWriter


def test_lines_are_written_in_their_order_and_all_of_them() -> None:
    """By the time it is closed."""
    written: list[str] = []
    aside = BackgroundWriter(written.append)
    for number in range(100):
        aside.put_line(f"{number}")
    assert aside.close(5)
    assert written == [f"{number}" for number in range(100)]


def test_who_does_not_read_holds_up_nobody() -> None:
    """However much there is to tell; and at the end it is not waited for, but said."""
    read = threading.Event()

    def write(_: str) -> None:
        read.wait(10)

    aside = BackgroundWriter(write)
    for number in range(2000):
        aside.put_line(f"{number}")
    assert not aside.close(0.01)
    read.set()
    assert aside.close(5)
