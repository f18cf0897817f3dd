"""`/account/`: how one signs in and how pages look, all in one place."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.needs import Whom
from trustui.accounts.permissions import Act
from trustui.pages.tokens import tokens
from trustui.web.asking import Asking, page


@page(get=Whom.PERSON)
def account(request: Asking) -> HttpResponse:
    """What is set up, and the page that changes each of it."""
    user = request.user
    assert user.is_authenticated
    factors = list(Authenticator.objects.filter(user=user))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    viewer = request.viewer
    shown = {
        "person": user,
        "memberships": [
            {"team": viewer.team_names[team], "role": role.label}
            for team, role in viewer.roles.items()
        ],
        "has_password": user.has_usable_password(),
        "has_app": any(one.type == Authenticator.Type.TOTP for one in factors),
        "passkeys": sum(one.type == Authenticator.Type.WEBAUTHN for one in factors),
        "codes_left": None if codes is None else len(codes.wrap().get_unused_codes()),
        "tokens": len(tokens(viewer, request.moment.now).valid),
        "manages": viewer.may_anywhere(Act.MANAGE_TEAM),
        "sessions": UserSession.objects.filter(user=user).count(),
        "single_sign_on": settings.TRUSTUI.oidc_name if settings.TRUSTUI.oidc_issuer else "",
        "is_connected": SocialAccount.objects.filter(user=user).exists(),
    }
    return render(request, "account/show.html", shown)


@page(get=Whom.PERSON)
def second(request: Asking) -> HttpResponse:
    """Where django-allauth goes after a change of second factors: they stand on the account page."""
    del request
    return HttpResponseRedirect(reverse("account"))
