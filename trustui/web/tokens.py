"""`/account/tokens/`: one's own API tokens. Each act is an event; the text is shown once."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import ApiToken, Scope, User
from trustui.accounts.needs import Whom
from trustui.accounts.services import AccountError
from trustui.accounts.tokens import make_token, revoke_token
from trustui.events.services import PERSON, record
from trustui.pages.calendar import calendars
from trustui.pages.tokens import tokens as tokens_page
from trustui.web.asking import Asking, page

DAYS = (7, 30, 90, 365)


@page(get=Whom.PERSON, post=Whom.PERSON, is_fresh=True)
def tokens(request: Asking) -> HttpResponse:
    """The list and the form; after posting it, the new token, this once."""
    if request.method != "POST":
        return _show(request)
    try:
        text = _make(request)
    except AccountError as error:
        return _show(request, wrong=str(error), status=400)
    answer = _show(request, made=text)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(get=Whom.PERSON, post=Whom.PERSON)
def revoke(request: Asking, token_id: int) -> HttpResponse:
    """End one of one's own tokens at once."""
    token = ApiToken.objects.filter(pk=token_id, owner_id=request.viewer.user_id).first()
    if token is None:
        raise Http404
    if request.method != "POST":
        return render(request, "account/revoke.html", {"token": token})
    if token.revoked_at is None:
        with transaction.atomic():
            revoke_token(token=token, now=request.moment.now)
            _record(request, "token.revoked", token)
        messages.success(request, f"The token {token.name} opens nothing any more.")
    return HttpResponseRedirect(reverse("tokens"))


def _make(request: Asking) -> str:
    """The new token's text. Raises AccountError."""
    owner = request.user
    assert isinstance(owner, User)
    scope, days = request.POST.get("scope", ""), request.POST.get("days", "")
    if scope not in Scope.values or days not in {str(one) for one in DAYS}:
        raise AccountError("expected one of the offered uses and one of the offered lengths")
    now = request.moment.now
    with transaction.atomic():
        token, text = make_token(
            owner=owner,
            name=request.POST.get("name", ""),
            scope=Scope(scope),
            expires_at=now + timedelta(days=int(days)),
            now=now,
        )
        _record(request, "token.made", token)
    return text


def _record(request: Asking, kind: str, token: ApiToken) -> None:
    record(
        kind=kind,
        at=request.moment.now,
        actor=f"{PERSON}{request.viewer.name}",
        subject=token.name,
        detail={"hint": token.hint, "scope": token.scope},
    )


def _show(request: Asking, *, made: str = "", wrong: str = "", status: int = 200) -> HttpResponse:
    shown = {
        "page": tokens_page(request.viewer, request.moment.now),
        "calendars": calendars(request.viewer).valid,
        "scopes": Scope.choices,
        "days": DAYS,
        "made": made,
        "wrong": wrong,
        "name": request.POST.get("name", "") if wrong else "",
    }
    return render(request, "account/tokens.html", shown, status=status)
