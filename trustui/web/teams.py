"""`/teams/`: who is what in a team, for its administrators. Each act is an event."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import Membership, Role, Team, User
from trustui.accounts.permissions import Act
from trustui.accounts.services import AccountError, change_role, leave
from trustui.core.primitives.text import visible
from trustui.events.services import PERSON, record
from trustui.pages.teams import managed_teams
from trustui.pages.teams import team as team_page
from trustui.web.asking import Asking, must, page


@page(get=Act.MANAGE_TEAM)
def teams(request: Asking) -> HttpResponse:
    """The teams that this person manages."""
    return render(request, "account/teams.html", {"teams": managed_teams(request.viewer)})


@page(get=Act.MANAGE_TEAM, post=Act.MANAGE_TEAM)
def team(request: Asking, team_id: int) -> HttpResponse:
    """Its members; posting adds somebody who has an account."""
    must(request, Act.MANAGE_TEAM, team_id)
    if request.method != "POST":
        return _show(request, team_id)
    name = request.POST.get("name", "").strip()
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        because = f"There is no account named {visible(name, 100)}. `trustui createuser` makes one."
        return _show(request, team_id, because, 400)
    if Membership.objects.filter(user=user, team_id=team_id).exists():
        return _show(request, team_id, f"{visible(name, 100)} is in the team already.", 400)
    return _change(request, team_id, user)


@page(get=Act.MANAGE_TEAM, post=Act.MANAGE_TEAM)
def member(request: Asking, team_id: int, user_id: int) -> HttpResponse:
    """Change a member's role, or take it (`role` is empty)."""
    must(request, Act.MANAGE_TEAM, team_id)
    membership = (
        Membership.objects.select_related("user").filter(team_id=team_id, user_id=user_id).first()
    )
    if membership is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(reverse("team", args=[team_id]))
    return _change(request, team_id, membership.user)


def _change(request: Asking, team_id: int, user: User) -> HttpResponse:
    role = request.POST.get("role", "")
    if role and role not in Role.values:
        return _show(request, team_id, "expected one of the offered roles", 400)
    found = Team.objects.get(pk=team_id)
    try:
        with transaction.atomic():
            kind, detail = _done(found, user, Role(role) if role else None)
            record(
                kind=kind,
                at=request.moment.now,
                actor=f"{PERSON}{request.viewer.name}",
                subject=user.get_username(),
                team_id=team_id,
                reason=request.POST.get("reason", "").strip(),
                detail={"team": found.name, **detail},
            )
    except AccountError as error:
        return _show(request, team_id, str(error), 400)
    messages.success(
        request,
        f"{user.get_username()} is {Role(role).label if role else 'not in the team any more'}.",
    )
    return HttpResponseRedirect(reverse("team", args=[team_id]))


def _done(found: Team, user: User, role: Role | None) -> tuple[str, dict[str, str]]:
    """The event of the change. Raises AccountError."""
    if role is None:
        leave(user=user, team=found)
        return "team.left", {}
    before = change_role(user=user, team=found, role=role)
    if before is None:
        return "team.joined", {"role": str(role)}
    return "team.role_changed", {"role": str(role), "before": str(before)}


def _show(request: Asking, team_id: int, wrong: str = "", status: int = 200) -> HttpResponse:
    shown = {"page": team_page(request.viewer, team_id), "wrong": wrong, "given": request.POST}
    return render(request, "account/team.html", shown, status=status)
