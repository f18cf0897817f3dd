"""Signing in: by password, with a second factor, through a provider."""

import hmac
import logging
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from functools import lru_cache, partial

import msgspec
import pytest
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import (
    DjangoAssertNumQueries,
    DjangoCaptureOnCommitCallbacks,
    Settings,
)

from tests.simulators.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Provider,
    openid_provider,
)
from tests.simulators.people import new_user, sign_in
from trustui.accounts.models import Team, User
from trustui.events.models import Event
from trustui.settings.single_sign_on import providers
from trustui.web.signing_in import MfaAdapter

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"  # noqa: S105  of a test
SIGN_IN = "/account/sign-in/"


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def alice(platform: Team) -> User:
    user = new_user("alice", platform)
    user.password = hashed(PASSWORD)
    user.save()
    return user


@lru_cache
def hashed(password: str) -> str:
    """Once: argon2id is slow by design."""
    return make_password(password)


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def try_password(client: Client, password: str, name: str = "alice") -> int:
    return client.post(SIGN_IN, {"login": name, "password": password}).status_code


# ---- by password


def test_the_password_is_kept_as_argon2id(alice: User) -> None:
    assert alice.password.startswith("argon2$argon2id$")


def test_a_person_comes_back_to_the_page_that_was_asked_for(client: Client, alice: User) -> None:
    asked = client.get("/now/?at=2026-06-01T00:00:00Z")
    assert asked.headers["Location"] == f"{SIGN_IN}?next=/now/%3Fat%3D2026-06-01T00%3A00%3A00Z"
    given = {"login": "alice", "password": PASSWORD, "next": "/now/?at=2026-06-01T00:00:00Z"}
    answer = client.post(SIGN_IN, given)
    assert answer.headers["Location"] == "/now/?at=2026-06-01T00:00:00Z"
    assert who(client) == str(alice.pk)


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client: Client, alice: User, there: str) -> None:
    del alice
    given = {"login": "alice", "password": PASSWORD, "next": there}
    assert client.post(SIGN_IN, given).headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_what_is_wrong_is_told_the_same_for_names_that_exist(
    client: Client, alice: User, name: str, password: str
) -> None:
    del alice
    answer = client.post(SIGN_IN, {"login": name, "password": password})
    assert answer.status_code == 200
    assert who(client) is None
    assert b"no account" not in answer.content


def test_guessing_ends_after_five_attempts_on_one_name(client: Client, alice: User) -> None:
    del alice
    for number in range(5):
        try_password(client, f"guess {number}")
    answer = client.post(SIGN_IN, {"login": "alice", "password": PASSWORD})
    assert who(client) is None
    assert b"Too many" in answer.content


def test_a_closed_account_is_told_so_after_its_right_password_alone(
    client: Client, alice: User
) -> None:
    alice.is_active = False
    alice.save()
    answer = client.post(SIGN_IN, {"login": "alice", "password": PASSWORD}, follow=True)
    assert b"closed" in answer.content
    assert b"closed" not in client.post(SIGN_IN, {"login": "alice", "password": "x"}).content


@pytest.mark.parametrize("path", ["/accounts/signup/", "/account/sign-up/", "/signup/"])
def test_there_is_no_sign_up(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_signing_out_takes_a_form(client: Client, alice: User) -> None:
    sign_in(client, alice)
    assert client.get("/account/sign-out/").status_code == 200
    assert who(client) is not None
    client.post("/account/sign-out/")
    assert who(client) is None


# ---- second factors


def code_of(secret: str, at: float) -> str:
    """RFC 6238 §4.2, with SHA-1 and six digits as every app does it."""
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.digest(b32decode(secret + "=" * (-len(secret) % 8)), counter, "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"


def add_app(client: Client) -> str:
    """The secret of a new authenticator app."""
    page = client.get("/account/second/app/")
    secret: str = page.context["form"].secret
    answer = client.post("/account/second/app/", {"code": code_of(secret, time.time())})
    assert answer.status_code == 302, answer.content
    return secret


def test_an_authenticator_app_is_asked_for_after_the_password(client: Client, alice: User) -> None:
    sign_in(client, alice)
    secret = add_app(client)
    cache.clear()  # a code works once; this is another day
    browser = Client()
    answer = browser.post(SIGN_IN, {"login": "alice", "password": PASSWORD})
    assert answer.headers["Location"].startswith("/account/sign-in/second/")
    assert who(browser) is None
    browser.post("/account/sign-in/second/", {"code": "000000"})
    assert who(browser) is None
    browser.post("/account/sign-in/second/", {"code": code_of(secret, time.time())})
    assert who(browser) == str(alice.pk)


def test_secrets_of_second_factors_are_sealed_in_the_database(
    client: Client,
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sign_in(client, alice)
    with django_capture_on_commit_callbacks(execute=True):
        secret = add_app(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    event = Event.objects.get(kind="account.secured", detail__what="an authenticator app was added")
    assert (event.actor, event.subject) == ("person:alice", "alice")
    assert secret not in str(event.detail)


def test_a_secret_sealed_with_another_key_opens_nothing(settings: Settings) -> None:
    sealed = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    assert MfaAdapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY = "another-key-of-a-test-that-is-long-enough"  # noqa: S105  of a test
    once, again = MfaAdapter().decrypt(sealed), MfaAdapter().decrypt(sealed)
    assert once != again
    assert min(len(b32decode(once)), len(b32decode(again))) == 20


def test_a_factor_counts_once_it_is_added_and_only_for_whose_it_is(
    client: Client, alice: User
) -> None:
    adapter = MfaAdapter()
    assert not adapter.is_mfa_enabled(alice)
    sign_in(client, alice)
    add_app(client)
    assert adapter.is_mfa_enabled(alice)
    assert adapter.is_mfa_enabled(alice, ["totp"])
    assert not adapter.is_mfa_enabled(alice, ["webauthn"])
    assert not adapter.is_mfa_enabled(AnonymousUser())
    assert not adapter.is_mfa_enabled(new_user("bob"))


def test_whoever_only_looks_has_second_factors_read_once(
    alice: User, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    adapter, bob = MfaAdapter(), new_user("bob")
    add_factor = partial(Authenticator.objects.create, type="totp", data={})
    with request_context(rf.get("/account/")), django_assert_num_queries(2):
        assert not any(adapter.is_mfa_enabled(alice) for _ in range(3))
        assert not adapter.is_mfa_enabled(bob)
    with request_context(rf.post("/account/")):
        assert not adapter.is_mfa_enabled(alice)
        add_factor(user=alice)
        assert adapter.is_mfa_enabled(alice)
    with request_context(rf.get("/account/")):
        assert adapter.is_mfa_enabled(alice)


def test_removing_a_factor_asks_for_the_password_again(client: Client, alice: User) -> None:
    sign_in(client, alice)
    add_app(client)
    sign_in(client, alice, is_fresh=False)
    answer = client.post("/account/second/app/remove/")
    assert answer.headers["Location"].startswith("/account/confirm/")
    assert Authenticator.objects.filter(type="totp").exists()


# ---- through a provider


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with openid_provider() as found:
        settings.TRUSTUI = msgspec.structs.replace(
            settings.TRUSTUI,
            oidc_issuer=found.address,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=CLIENT_SECRET,
            oidc_name="Example SSO",
        )
        settings.SOCIALACCOUNT_PROVIDERS = providers(settings.TRUSTUI)
        yield found


def through(provider: Provider, client: Client, process: str = "login") -> str:
    """As a browser does it; gives the address that the site sends to in the end."""
    begun = client.post(f"/account/oidc/sso/login/?process={process}")
    to_provider = begun.headers["Location"]
    assert to_provider.startswith(f"{provider.address}/authorize?")
    back = provider.authorize(to_provider.partition("?")[2])
    path = "/" + back.split("/", 3)[3]
    answer = client.get(path)
    return answer.headers.get("Location", "") or answer.content.decode()


def test_the_sign_in_page_names_the_provider(client: Client, provider: Provider) -> None:
    del provider
    assert b"Use Example SSO" in client.get(SIGN_IN).content


def test_without_a_provider_there_is_none(client: Client) -> None:
    assert b"/account/oidc/" not in client.get(SIGN_IN).content
    assert client.get("/account/oidc/sso/login/callback/?code=a&state=b").status_code == 404


def test_strangers_get_no_account_by_default(client: Client, provider: Provider) -> None:
    assert "There is no account for you yet" in through(provider, client)
    assert who(client) is None
    assert not User.objects.exists()


def test_strangers_get_one_in_no_team_where_the_settings_say_so(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, oidc_new_accounts=True)
    assert through(provider, client) == "/"
    user = User.objects.get()
    assert (user.username, who(client)) == ("alice", str(user.pk))
    assert not user.has_usable_password()
    assert not user.memberships.exists()
    assert Event.objects.filter(kind="user.created", subject="alice").count() == 1
    assert provider.asked == [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
        "/token",
        "/keys",
    ]


@pytest.mark.parametrize("path", ["/account/second/app/", "/account/passkeys/add/"])
def test_an_address_that_the_provider_does_not_vouch_for_hinders_no_second_factor(
    client: Client, provider: Provider, settings: Settings, path: str
) -> None:
    """Nothing here goes by addresses, and nobody could verify one."""
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, oidc_new_accounts=True)
    provider.claims = {"email": "alice@example.org", "email_verified": False}
    through(provider, client)
    assert client.get(path).status_code == 200


def test_a_person_connects_the_provider_and_signs_in_with_it(
    client: Client, provider: Provider, alice: User
) -> None:
    provider.username = "somebody-else-entirely"
    sign_in(client, alice)
    assert through(provider, client, "connect") == "/account/oidc/"
    browser = Client()
    assert through(provider, browser) == "/"
    assert who(browser) == str(alice.pk)


def test_the_same_name_at_the_provider_is_not_the_same_person(
    client: Client, provider: Provider, alice: User
) -> None:
    provider.claims = {"email": "alice@example.org", "email_verified": True}
    alice.email = "alice@example.org"
    alice.save()
    through(provider, client)
    assert who(client) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [{"iss": "https://evil.example"}, {"aud": "another-site"}, {"exp": 1}],
    ids=["issuer", "audience", "expiry"],
)
def test_a_token_with_wrong_claims_is_refused(
    client: Client, provider: Provider, settings: Settings, claims: dict[str, object]
) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, oidc_new_accounts=True)
    provider.claims = claims
    through(provider, client)
    assert (who(client), User.objects.count()) == (None, 0)


def test_a_token_signed_by_another_key_is_refused(
    client: Client, provider: Provider, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, oidc_new_accounts=True)
    provider.signs_with_another_key = True
    with caplog.at_level(logging.CRITICAL):
        said = through(provider, client)
    assert "did not sign you in" in said
    assert (who(client), User.objects.count()) == (None, 0)


def test_an_answer_that_nobody_asked_for_is_refused(client: Client, provider: Provider) -> None:
    del provider
    answer = client.get("/account/oidc/sso/login/callback/?code=a&state=forged")
    assert b"did not sign you in" in answer.content
    assert who(client) is None
