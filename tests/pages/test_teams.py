"""The values of the pages of teams."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import make_cast
from trustui.accounts.models import Role
from trustui.accounts.permissions import WORDS
from trustui.pages.teams import managed_teams, roles, team
from trustui.pages.viewer import viewer_of


@pytest.mark.django_db
def test_an_administrator_sees_the_teams_and_their_people(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    cast = make_cast()
    viewer = viewer_of(cast.own.administrator)
    with django_assert_num_queries(1):
        (line,) = managed_teams(viewer)
    assert (line.name, line.members, line.sources) == ("Platform", 5, 1)
    with django_assert_num_queries(1):
        page = team(viewer, cast.own.team.pk)
    assert [member.name for member in page.members] == sorted(
        user.username for user in cast.people.values()
    )
    last = [member.name for member in page.members if member.is_last_administrator]
    assert last == [member.name for member in page.members if member.is_self] == ["mira"]
    assert managed_teams(viewer_of(cast.people[Role.VIEWER])) == []


def test_every_role_says_what_it_adds() -> None:
    lines = roles()
    assert [line.word for line in lines] == [role.label for role in Role]
    assert sorted(word for line in lines for word in line.may) == sorted(WORDS.values())
