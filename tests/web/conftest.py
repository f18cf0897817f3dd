"""Who asks for pages."""

import pytest
from django.test import Client

from tests.simulators.people import Cast, make_cast, new_user, sign_in
from tests.simulators.watched import START
from trustui.accounts.models import Role, Team, User


@pytest.fixture
def cast(db: None) -> Cast:
    """Two teams with a source each, and a person of each role."""
    del db
    return make_cast()


@pytest.fixture
def cast_with_images(db: None) -> Cast:
    """The same, and each team has a registry."""
    del db
    return make_cast(has_images=True)


@pytest.fixture
def platform(db: None) -> Team:
    """A team without anything."""
    del db
    return Team.objects.create(name="Platform", created_at=START)


@pytest.fixture
def mira(platform: Team) -> User:
    """Its administrator."""
    return new_user("mira", platform, Role.ADMINISTRATOR)


@pytest.fixture
def signed_in(mira: User) -> Client:
    """The administrator's browser, just after signing in."""
    return sign_in(Client(), mira)
