"""The provider that the environment names."""

import pytest

from trustui.settings.environment import Misconfigured, read_environment
from trustui.settings.single_sign_on import PROVIDER, providers

GIVEN = {
    "HOME": "/home/alice",
    "TRUSTUI_OIDC_ISSUER": "https://id.example/realm/",
    "TRUSTUI_OIDC_CLIENT_ID": "trustui",
    "TRUSTUI_OIDC_CLIENT_SECRET": "of a test",
}


def test_there_is_none_without_an_issuer() -> None:
    assert providers(read_environment({"HOME": "/home/alice"})) == {"openid_connect": {"APPS": []}}


def test_it_is_asked_with_pkce_below_its_issuer() -> None:
    found = providers(read_environment(GIVEN))["openid_connect"]
    (app,) = found["APPS"]
    assert found["OAUTH_PKCE_ENABLED"] is True
    assert (app["provider_id"], app["client_id"], app["secret"]) == (
        PROVIDER,
        "trustui",
        "of a test",
    )
    assert app["settings"]["server_url"] == "https://id.example/realm"
    assert app["name"] == "single sign-on"


@pytest.mark.parametrize("missing", ["TRUSTUI_OIDC_CLIENT_ID", "TRUSTUI_OIDC_CLIENT_SECRET"])
def test_half_of_what_it_needs_is_told(missing: str) -> None:
    given = {name: text for name, text in GIVEN.items() if name != missing}
    with pytest.raises(Misconfigured, match=missing):
        providers(read_environment(given))


@pytest.mark.parametrize(
    "issuer", ["http://id.example/", "id.example", "http://localhost.evil.example"]
)
def test_a_provider_is_asked_through_tls(issuer: str) -> None:
    with pytest.raises(Misconfigured, match="TRUSTUI_OIDC_ISSUER: expected https"):
        read_environment({**GIVEN, "TRUSTUI_OIDC_ISSUER": issuer})
