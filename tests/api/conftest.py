"""Who asks the API."""

import pytest

from tests.simulators.people import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Two teams with a source each, and a person of each role."""
    del db
    return make_cast()
