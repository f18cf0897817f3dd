"""Who may do what: one function, and nothing is allowed that it does not allow.

A permission is an act in a team. What belongs to another team does not exist for a person (404).
"""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from trustui.accounts.models import Membership, Role, Team, User


class Act(StrEnum):
    """What a person may be allowed to do in a team."""

    SEE = "see"
    CRAWL = "crawl"
    TAKE = "take"
    """Take a failure as one's own."""
    ACCEPT_FINDING = "accept_finding"
    EDIT_SOURCE = "edit_source"
    SET_POLICY = "set_policy"
    """Say what is expected of images, and give the keys and roots that this names."""
    PIN_ROOT = "pin_root"
    ALLOW_ADDRESS = "allow_address"
    MANAGE_TEAM = "manage_team"
    MANAGE_JOBS = "manage_jobs"


WORDS: dict[Act, str] = {
    Act.SEE: "see what the team looks after",
    Act.CRAWL: "crawl a source now",
    Act.TAKE: "take a failure",
    Act.ACCEPT_FINDING: "accept a finding",
    Act.EDIT_SOURCE: "add and change sources",
    Act.SET_POLICY: "set policies and what they name",
    Act.PIN_ROOT: "pin a root of trust",
    Act.ALLOW_ADDRESS: "let a source reach private addresses",
    Act.MANAGE_TEAM: "give roles in the team",
    Act.MANAGE_JOBS: "look after jobs and quarantine",
}
"""Each act as it is told to people: "you may not …"."""

CHANGES_TRUST = frozenset({Act.SET_POLICY, Act.PIN_ROOT, Act.ALLOW_ADDRESS, Act.MANAGE_TEAM})
"""Acts before which a person has to prove once more to be that person."""

_SEES = frozenset({Act.SEE})
_WATCHES = _SEES | {Act.CRAWL, Act.TAKE}
_RELEASES = _WATCHES | {Act.EDIT_SOURCE, Act.SET_POLICY}
_SECURES = _RELEASES | {Act.ACCEPT_FINDING, Act.PIN_ROOT}

ALLOWED: dict[Role, frozenset[Act]] = {
    Role.VIEWER: _SEES,
    Role.ON_CALL: _WATCHES,
    Role.RELEASE_MANAGER: _RELEASES,
    Role.SECURITY_ENGINEER: _SECURES,
    Role.ADMINISTRATOR: frozenset(Act),
}
"""The whole policy."""


def role_in(user: User | AnonymousUser, team: Team) -> Role | None:
    """What a person is in a team; None for a stranger or a closed account."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return None
    found = Membership.objects.filter(user=user, team=team).values_list("role", flat=True).first()
    return None if found is None else Role(found)


def may(user: User | AnonymousUser, act: Act, team: Team) -> bool:
    """Whether a person may do this in a team."""
    role = role_in(user, team)
    return role is not None and act in ALLOWED[role]


def teams_where(user: User | AnonymousUser, act: Act) -> list[int]:
    """Ids of the teams in which a person may do this."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return []
    roles = [role for role, acts in ALLOWED.items() if act in acts]
    return list(
        Membership.objects.filter(user=user, role__in=roles).values_list("team_id", flat=True)
    )
