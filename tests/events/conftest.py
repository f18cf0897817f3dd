"""The log in a database, with its triggers."""

import pytest
from pytest_django import DjangoDbBlocker

from tests.simulators.append_only import create_triggers, drop_triggers


@pytest.fixture(scope="session")
def log_with_triggers(
    django_db_setup: None,  # noqa: ARG001  the tables come first
    django_db_blocker: DjangoDbBlocker,
) -> None:
    with django_db_blocker.unblock():
        create_triggers()


@pytest.fixture
def without_triggers(db: None) -> None:  # noqa: ARG001  inside the test's transaction
    """Dropped inside the transaction of the test, so they are back after it."""
    drop_triggers()
