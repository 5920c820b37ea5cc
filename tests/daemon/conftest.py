"""What the daemon's tests need."""

from tests.site import site_fixture

__all__ = ["site_fixture"]
