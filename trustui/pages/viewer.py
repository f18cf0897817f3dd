"""Who looks: the teams whose things exist for this person, and what may be done in each."""

import msgspec
from django.contrib.auth.models import AnonymousUser

from trustui.accounts.models import Membership, Role, Team, User
from trustui.accounts.permissions import ALLOWED, Act


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


def viewer_of(user: User | AnonymousUser) -> Viewer:
    """Read a person's teams: one query."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Viewer("", 0, {}, {})
    rows = Membership.objects.filter(user=user).values_list("team_id", "team__name", "role")
    return Viewer(
        name=user.get_username(),
        user_id=user.pk,
        roles={team: Role(role) for team, _, role in rows},
        team_names={team: name for team, name, _ in rows},
    )


def teams_of(viewer: Viewer) -> list[Team]:
    """The teams themselves, by name."""
    return list(Team.objects.filter(pk__in=viewer.teams).order_by("name"))
