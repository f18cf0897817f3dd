"""Signing in and one's own account: our pages, and those of django-allauth that are offered.

Not offered, so not routed: sign-up, mail addresses, passwords by mail.
"""

from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from allauth.socialaccount import views as social_views
from allauth.socialaccount.providers.openid_connect import views as oidc_views
from allauth.usersessions import views as session_views
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from trustui.accounts.needs import Whom
from trustui.web import account, teams, tokens
from trustui.web.asking import Route, page, public
from trustui.web.signing_in import oidc_callback


def _open(view: Any) -> Route[Any]:
    """One of django-allauth's views, for anybody."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found: HttpResponse = view(request, *args, **kwargs)
        return found

    return public(answer, posts=True)


def _own(view: Any) -> Route[Any]:
    """One of django-allauth's views, for people who signed in; it is about their own account."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found: HttpResponse = view(request, *args, **kwargs)
        return found

    return page(get=Whom.PERSON, post=Whom.PERSON)(answer)


ROUTES: list[URLPattern] = [
    path("account/", account.account, name="account"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team_id>/", teams.team, name="team"),
    path("teams/<int:team_id>/members/<int:user_id>/", teams.member, name="team-member"),
    # ---- signing in
    path("account/sign-in/", _open(account_views.login), name="account_login"),
    path("account/sign-in/second/", _open(mfa_views.authenticate), name="mfa_authenticate"),
    path(
        "account/sign-in/passkey/", _open(webauthn_views.login_webauthn), name="mfa_login_webauthn"
    ),
    path("account/sign-out/", _open(account_views.logout), name="account_logout"),
    path("account/closed/", _open(account_views.account_inactive), name="account_inactive"),
    path(
        "account/oidc/<slug:provider_id>/login/",
        _open(oidc_views.login),
        name="openid_connect_login",
    ),
    path(
        "account/oidc/<slug:provider_id>/login/callback/",
        _open(oidc_callback),
        name="openid_connect_callback",
    ),
    path(
        "account/oidc/cancelled/",
        _open(social_views.login_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path("account/oidc/error/", _open(social_views.login_error), name="socialaccount_login_error"),
    path("account/oidc/name/", _open(social_views.signup), name="socialaccount_signup"),
    # ---- once more, before acts that change trust
    path("account/confirm/", _own(account_views.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", _own(mfa_views.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        _own(webauthn_views.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    # ---- one's own account
    path("account/password/", _own(account_views.password_change), name="account_change_password"),
    path("account/password/set/", _own(account_views.password_set), name="account_set_password"),
    path("account/sessions/", _own(session_views.list_usersessions), name="usersessions_list"),
    path("account/oidc/", _own(social_views.connections), name="socialaccount_connections"),
    path("account/second/", account.second, name="mfa_index"),
    path("account/second/app/", _own(totp_views.activate_totp), name="mfa_activate_totp"),
    path(
        "account/second/app/remove/", _own(totp_views.deactivate_totp), name="mfa_deactivate_totp"
    ),
    path("account/passkeys/", _own(webauthn_views.list_webauthn), name="mfa_list_webauthn"),
    path("account/passkeys/add/", _own(webauthn_views.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/",
        _own(webauthn_views.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/passkeys/<int:pk>/", _own(webauthn_views.edit_webauthn), name="mfa_edit_webauthn"
    ),
    path(
        "account/codes/", _own(recovery_views.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "account/codes/new/",
        _own(recovery_views.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/codes/download/",
        _own(recovery_views.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
