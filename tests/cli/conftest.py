"""What the tests of commands need."""

from tests.support.site import site_fixture

__all__ = ["site_fixture"]
