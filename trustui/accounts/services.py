"""What is done to people and teams. The caller writes the event, in the same transaction."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from trustui.accounts.models import Membership, Role, Team, User
from trustui.core.primitives.text import has_hidden_characters, visible

MOST_TEAM_NAME = 100


class AccountError(ValueError):
    """What was asked for cannot be done; the message says what was expected and found."""


@transaction.atomic
def create_user(*, name: str, password: str, email: str = "") -> User:
    """A new account. Raises AccountError for a name that is taken or a password that is weak."""
    user = User(username=name, email=email)
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise AccountError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save()
    return user


def team_of(name: str, now: datetime) -> tuple[Team, bool]:
    """The team of this name, and whether it is new. Raises AccountError for what is no name."""
    name = name.strip()
    if not name or len(name) > MOST_TEAM_NAME or has_hidden_characters(name):
        raise AccountError(
            f"expected the name of a team, of 1 to {MOST_TEAM_NAME} characters that can be shown, "
            f"found {visible(name, MOST_TEAM_NAME)!r}"
        )
    return Team.objects.get_or_create(name=name, defaults={"created_at": now})


@transaction.atomic
def join(*, user: User, team: Team, role: Role) -> Membership:
    """Give a person a role in a team, instead of the one before."""
    membership, _ = Membership.objects.update_or_create(
        user=user, team=team, defaults={"role": role}
    )
    return membership


@transaction.atomic
def leave(*, user: User, team: Team) -> None:
    """Take a person's role in a team. Raises AccountError for the last administrator."""
    _keep_an_administrator(user, team)
    Membership.objects.filter(user=user, team=team).delete()


@transaction.atomic
def change_role(*, user: User, team: Team, role: Role) -> Role | None:
    """Give a person another role, or a first one; gives the role before, None for no role.

    Raises AccountError when that would leave the team without an administrator.
    """
    before = Membership.objects.filter(user=user, team=team).first()
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(user, team)
    join(user=user, team=team, role=role)
    return None if before is None else Role(before.role)


def _keep_an_administrator(user: User, team: Team) -> None:
    """Locks the team, so that two administrators cannot dismiss one another at once."""
    Team.objects.select_for_update().get(pk=team.pk)
    others = Membership.objects.filter(
        team=team, role=Role.ADMINISTRATOR, user__is_active=True
    ).exclude(user=user)
    is_one = Membership.objects.filter(team=team, user=user, role=Role.ADMINISTRATOR).exists()
    if is_one and not others.exists():
        raise AccountError("expected another administrator in the team; this is the last one")
