"""What the daemon's tests need."""

from tests.support.site import site_fixture

__all__ = ["site_fixture"]
