"""Who may do what: the whole table, and nothing beside it."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.simulators.people import new_user
from trustui.accounts.models import Role, Team
from trustui.accounts.permissions import (
    ALLOWED,
    CHANGES_TRUST,
    WORDS,
    Act,
    may,
    role_in,
    teams_where,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_every_role_may_what_the_one_before_it_may() -> None:
    roles = list(Role)
    for less, more in pairwise(roles):
        assert ALLOWED[less] < ALLOWED[more]


@pytest.mark.parametrize(
    ("act", "least"),
    [
        (Act.SEE, Role.VIEWER),
        (Act.CRAWL, Role.ON_CALL),
        (Act.TAKE, Role.ON_CALL),
        (Act.EDIT_SOURCE, Role.RELEASE_MANAGER),
        (Act.SET_POLICY, Role.RELEASE_MANAGER),
        (Act.ACCEPT_FINDING, Role.SECURITY_ENGINEER),
        (Act.PIN_ROOT, Role.SECURITY_ENGINEER),
        (Act.ALLOW_ADDRESS, Role.ADMINISTRATOR),
        (Act.MANAGE_TEAM, Role.ADMINISTRATOR),
        (Act.MANAGE_JOBS, Role.ADMINISTRATOR),
    ],
)
def test_an_act_is_allowed_from_a_role_on(act: Act, least: Role) -> None:
    assert min((role for role in Role if act in ALLOWED[role]), key=list(Role).index) is least


def test_every_act_has_its_words() -> None:
    assert set(WORDS) == set(Act)
    assert set(CHANGES_TRUST) <= set(Act)


@pytest.mark.django_db
def test_a_stranger_a_closed_account_and_nobody_may_nothing() -> None:
    team = Team.objects.create(name="Platform", created_at=NOW)
    closed = new_user("closed", team, Role.ADMINISTRATOR)
    closed.is_active = False
    for user in (AnonymousUser(), new_user("stranger"), closed):
        assert role_in(user, team) is None
        assert not any(may(user, act, team) for act in Act)
        assert teams_where(user, Act.SEE) == []


@pytest.mark.django_db
def test_a_role_holds_in_its_own_team_alone() -> None:
    own, other = (Team.objects.create(name=name, created_at=NOW) for name in ("a", "b"))
    alice = new_user("alice", own, Role.SECURITY_ENGINEER)
    assert may(alice, Act.PIN_ROOT, own)
    assert not may(alice, Act.SEE, other)
    assert not may(alice, Act.MANAGE_TEAM, own)
    assert teams_where(alice, Act.PIN_ROOT) == [own.pk]
