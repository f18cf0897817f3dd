"""Who looks."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import new_user
from trustui.accounts.models import Membership, Role, Team
from trustui.accounts.permissions import Act
from trustui.pages.viewer import teams_of, viewer_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_person_has_the_roles_of_all_teams_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second, third = (Team.objects.create(name=name, created_at=NOW) for name in "abc")
    alice = new_user("alice", first, Role.VIEWER)
    Membership.objects.create(user=alice, team=third, role=Role.ADMINISTRATOR)
    with django_assert_num_queries(1):
        viewer = viewer_of(alice)
        assert sorted(viewer.teams) == [first.pk, third.pk]
        assert not viewer.may(Act.MANAGE_TEAM, first.pk)
        assert viewer.may(Act.MANAGE_TEAM, third.pk)
        assert not viewer.may(Act.SEE, second.pk)
        assert viewer.may_anywhere(Act.MANAGE_JOBS)
        assert viewer.only_team == ""
    assert [team.name for team in teams_of(viewer)] == ["a", "c"]


def test_the_only_team_is_named() -> None:
    team = Team.objects.create(name="Platform", created_at=NOW)
    assert viewer_of(new_user("alice", team)).only_team == "Platform"


def test_nobody_and_a_closed_account_see_nothing() -> None:
    team = Team.objects.create(name="Platform", created_at=NOW)
    closed = new_user("alice", team, Role.ADMINISTRATOR)
    closed.is_active = False
    for user in (AnonymousUser(), closed):
        viewer = viewer_of(user)
        assert (viewer.user_id, viewer.teams) == (0, [])
        assert not viewer.may_anywhere(Act.SEE)
