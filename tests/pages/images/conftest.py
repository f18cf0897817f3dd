"""Registries of a team, lived through once for each file; each test undoes what it does to them."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.simulators.kept import kept
from tests.simulators.port import Port, make_port


@pytest.fixture(autouse=True)
def in_a_transaction_of_its_own(db: None) -> None:
    """Within that of the file."""


def _lived(blocker: DjangoDbBlocker, name: str) -> Iterator[Port]:
    with blocker.unblock(), transaction.atomic():
        yield kept(("port", name), lambda: make_port(name))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def crane(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    """Signed by a key, until nobody signed any more; all in cosign's tag format."""
    del django_db_setup
    yield from _lived(django_db_blocker, "crane_controller")


@pytest.fixture(scope="module")
def suite(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    """Indexes signed by a workflow in bundles, with bills; one candidate by somebody else."""
    del django_db_setup
    yield from _lived(django_db_blocker, "terminal_suite")


@pytest.fixture(scope="module")
def berth(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    """Signed and attested; once built where it should not be."""
    del django_db_setup
    yield from _lived(django_db_blocker, "berth_planner")


@pytest.fixture(scope="module")
def bare(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Port]:
    """A repository that no policy covers."""
    del django_db_setup
    yield from _lived(django_db_blocker, "port_simulator")
