"""Teams and their members, for administrators."""

import msgspec
from django.db.models import Count, Q

from trustui.accounts.models import Membership, Role, Team
from trustui.accounts.permissions import ALLOWED, WORDS, Act
from trustui.pages.viewer import Viewer


class TeamLine(msgspec.Struct, frozen=True):
    """One team in the list."""

    team_id: int
    name: str
    members: int
    sources: int


class Member(msgspec.Struct, frozen=True):
    """One person in a team."""

    user_id: int
    name: str
    role: str
    role_word: str
    is_self: bool
    is_last_administrator: bool
    """Whose role cannot be taken: nobody could give it back."""


class RoleLine(msgspec.Struct, frozen=True):
    """A role, and what it allows in words."""

    role: str
    word: str
    may: list[str]


class TeamPage(msgspec.Struct, frozen=True):
    """A team: its people by name."""

    team_id: int
    name: str
    members: list[Member]
    roles: list[RoleLine]


def managed_teams(viewer: Viewer) -> list[TeamLine]:
    """The teams in which this person may give roles: one query."""
    ids = [team for team in viewer.roles if viewer.may(Act.MANAGE_TEAM, team)]
    rows = Team.objects.filter(pk__in=ids).annotate(
        people=Count("memberships", distinct=True),
        watched=Count("sources", filter=Q(sources__removed_at=None), distinct=True),
    )
    return [TeamLine(row.pk, row.name, row.people, row.watched) for row in rows.order_by("name")]


def team(viewer: Viewer, team_id: int) -> TeamPage:
    """One team that this person manages (the caller has asked `must`): one query."""
    rows = list(
        Membership.objects.filter(team_id=team_id).select_related("user").order_by("user__username")
    )
    administrators = [row for row in rows if row.role == Role.ADMINISTRATOR and row.user.is_active]
    return TeamPage(
        team_id=team_id,
        name=viewer.team_names[team_id],
        members=[
            Member(
                user_id=row.user_id,
                name=row.user.get_username(),
                role=row.role,
                role_word=Role(row.role).label,
                is_self=row.user_id == viewer.user_id,
                is_last_administrator=administrators == [row],
            )
            for row in rows
        ],
        roles=roles(),
    )


def roles() -> list[RoleLine]:
    """Every role with what it adds to the one before it."""
    lines, before = [], frozenset[Act]()
    for role in Role:
        added = [WORDS[act] for act in Act if act in ALLOWED[role] - before]
        lines.append(RoleLine(str(role), role.label, added))
        before = ALLOWED[role]
    return lines
