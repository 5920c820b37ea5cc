"""What the doctor's tests need."""

from tests.channels.conftest import authority
from tests.support.site import site_fixture

__all__ = ["authority", "site_fixture"]
