"""How people sign in: what django-allauth asks this project about.

There is no public sign-up: accounts are made by `trustui createuser`, or for whoever the configured
provider vouches for where TRUSTUI_OIDC_NEW_ACCOUNTS says so.
"""

import base64
import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, NamedTuple

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as asked
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from trustui.accounts.models import User
from trustui.events.services import PERSON, record
from trustui.pages.kept_query import KeptQuery
from trustui.settings.single_sign_on import PROVIDER
from trustui.web.asking import SAFE
from trustui.web.qr_code import qr_code

TOLD = {
    "account/email/password_changed": "the password was changed",
    "account/email/password_set": "a password was set",
    "mfa/email/totp_activated": "an authenticator app was added",
    "mfa/email/totp_deactivated": "the authenticator app was removed",
    "mfa/email/recovery_codes_generated": "new recovery codes were made",
    "mfa/email/webauthn_added": "a passkey was added",
    "mfa/email/webauthn_removed": "a passkey was removed",
    "socialaccount/email/account_connected": "single sign-on was connected",
    "socialaccount/email/account_disconnected": "single sign-on was disconnected",
}
"""What a person did to the own account, by the mail that django-allauth would send about it."""

_QUIET = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}
"""Said by the page that follows."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names and passwords."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are made by administrators."""
        del request
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Only what the next page does not say anyway."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in _QUIET:
            super().add_message(request, level, *args, **kwargs)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """An event, instead of a mail: what was done to an account is told to everybody's log."""
        del context, email
        with transaction.atomic():
            record(
                kind="account.secured",
                at=datetime.now(UTC),
                actor=f"{PERSON}{user.get_username()}",
                subject=user.get_username(),
                detail={"what": TOLD.get(template_prefix, template_prefix)},
            )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors; their secrets are sealed with a key that is not in the database."""

    def is_mfa_enabled(self, user: Any, types: Collection[str] | None = None) -> bool:
        """Whether this person has a second factor, or one of these types; asked often on each page
        of the account, so read once for a request that changes nothing.
        """
        if user.is_anonymous:
            return False
        request = asked.request
        if request is None or request.method not in SAFE:
            return _has_one(_factors.rows(about=(user.pk,)), types)
        known: dict[int, list[_Factor]] = request.__dict__.setdefault(_FACTORS, {})
        if user.pk not in known:
            known[user.pk] = _factors.rows(about=(user.pk,))
        return _has_one(known[user.pk], types)

    def build_totp_svg(self, url: str) -> str:
        """The address of a secret, to be read by a camera."""
        return qr_code(url)

    def encrypt(self, text: str) -> str:
        """For the database."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was sealed; a secret nobody knows when TRUSTUI_SECRET_KEY is another by now."""
        try:
            return _seal().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


class _Factor(NamedTuple):
    type: str


_FACTORS = "_second_factors"
"""Where a request has them, by account."""


def _has_one(factors: Collection[_Factor], types: Collection[str] | None) -> bool:
    return any(types is None or one.type in types for one in factors)


def _of_user(_viewer: None, _moment: object, _chosen: None, user: int) -> "QuerySet[Any, Any]":
    found: QuerySet[Any, Any] = Authenticator.objects.filter(user__pk=user)
    return found


_factors = KeptQuery(_of_user, _Factor._fields, _Factor)


def _seal() -> Fernet:
    derived = hashlib.blake2b(
        settings.SECRET_KEY.encode(), digest_size=32, person=b"second factors"
    )
    return Fernet(base64.urlsafe_b64encode(derived.digest()))


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Whether somebody that the provider vouches for gets an account."""
        del request, sociallogin
        return bool(settings.TRUSTUI.oidc_new_accounts)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account, in no team until an administrator says so."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            name = user.get_username()
            record(
                kind="user.created",
                at=datetime.now(UTC),
                actor=f"{PERSON}{name}",
                subject=name,
                reason="signed in through the provider for the first time",
                detail={"provider": sociallogin.account.provider, "role": ""},
            )
        return user


class OidcAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The code flow of OpenID Connect Core 1.0 §3.1."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Checks the signature even though §3.1.3.7 lets TLS stand in for it."""
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return found


def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back to."""
    if provider_id != PROVIDER or not settings.TRUSTUI.oidc_issuer:
        raise Http404
    answer: HttpResponse = OAuth2CallbackView.adapter_view(OidcAdapter(request, provider_id))(
        request
    )
    return answer
