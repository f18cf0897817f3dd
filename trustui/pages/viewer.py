"""Who looks: the teams whose things exist for this person, and what may be done in each."""

from typing import NamedTuple

import msgspec
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from trustui.accounts.models import Membership, Role, Team, User
from trustui.accounts.permissions import ALLOWED, Act
from trustui.pages.kept_query import KeptQuery


class Viewer(msgspec.Struct, frozen=True):
    """A person with the roles of all teams; read once for a request."""

    name: str
    user_id: int
    roles: dict[int, Role]
    """By team id."""
    team_names: dict[int, str]

    @property
    def teams(self) -> list[int]:
        """Ids of the teams whose things this person sees."""
        return [team for team in self.roles if self.may(Act.SEE, team)]

    @property
    def only_team(self) -> str:
        """The name of the team of a person who is in one; else empty."""
        return next(iter(self.team_names.values())) if len(self.team_names) == 1 else ""

    def may(self, act: Act, team_id: int) -> bool:
        """Whether this person may do this in a team."""
        role = self.roles.get(team_id)
        return role is not None and act in ALLOWED[role]

    def may_anywhere(self, act: Act) -> bool:
        """Whether there is a team in which this person may do this."""
        return any(self.may(act, team) for team in self.roles)


class _Membership(NamedTuple):
    """A role of a person in a team."""

    team_id: int
    team: str
    role: str


def _memberships(
    _viewer: None, _moment: object, _chosen: None, user: int
) -> "QuerySet[Membership]":
    return Membership.objects.filter(user__pk=user)


_roles = KeptQuery(_memberships, ("team_id", "team__name", "role"), _Membership)


def viewer_of(user: User | AnonymousUser) -> Viewer:
    """Read a person's teams: one query."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Viewer("", 0, {}, {})
    rows = _roles.rows(order=("team_id",), about=(user.pk,))
    return Viewer(
        name=user.get_username(),
        user_id=user.pk,
        roles={one.team_id: Role(one.role) for one in rows},
        team_names={one.team_id: one.team for one in rows},
    )


def teams_of(viewer: Viewer) -> list[Team]:
    """The teams themselves, by name."""
    return list(Team.objects.filter(pk__in=viewer.teams).order_by("name"))
