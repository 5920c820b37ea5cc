"""The scene that the tests of checks play in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.check.scene import Scene, staged


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Give a test a ministry and a store of its own."""
    with staged(tmp_path) as made:
        yield made
