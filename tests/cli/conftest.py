"""What the tests of commands need."""

from tests.site import site_fixture

__all__ = ["site_fixture"]
