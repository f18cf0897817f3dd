"""The OpenID Connect provider of the environment, as django-allauth reads it."""

from typing import Any
from urllib.parse import urlsplit

from trustui.settings.environment import Environment, Misconfigured

PROVIDER = "sso"
"""Our own name for the one provider; it stands in the address that is registered there."""


def providers(environment: Environment) -> dict[str, Any]:
    """For SOCIALACCOUNT_PROVIDERS; none when no issuer is named. Raises Misconfigured."""
    if not environment.oidc_issuer:
        return {"openid_connect": {"APPS": []}}
    if not (environment.oidc_client_id and environment.oidc_client_secret):
        raise Misconfigured(
            "TRUSTUI_OIDC_ISSUER: expected TRUSTUI_OIDC_CLIENT_ID and TRUSTUI_OIDC_CLIENT_SECRET "
            "beside it, found one or both empty"
        )
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": PROVIDER,
                    "name": environment.oidc_name,
                    "client_id": environment.oidc_client_id,
                    "secret": environment.oidc_client_secret,
                    "settings": {
                        "server_url": environment.oidc_issuer,
                        "fetch_userinfo": False,
                    },
                }
            ],
        }
    }


def origin(environment: Environment) -> list[str]:
    """The origin that the sign-in form leads to, as a content security policy names it."""
    parts = urlsplit(environment.oidc_issuer)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
