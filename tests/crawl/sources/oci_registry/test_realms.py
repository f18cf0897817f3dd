"""Where a token may be asked for, and whether the login goes there."""

import base64

import pytest

from tests.simulators.registry import PASSWORD, USER
from trustui.core.oci.requests import manifest_request
from trustui.crawl.addresses import Refusal, Target
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry.realms import Realm, judge_realm

ASK = manifest_request("1.0")
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


REGISTRY = Target("https", "registry.example", 443, "/")


def login(token_host: str) -> Login:
    return Login(USER, Secret(PASSWORD), token_host)


@pytest.mark.parametrize(
    ("realm", "token_host", "is_sent"),
    [
        ("https://registry.example/token", "", True),
        ("https://REGISTRY.example.:443/token", "", True),
        ("https://registry.example:5001/token", "", False),
        ("https://auth.example/token", "", False),
        ("https://auth.example/token", "auth.example", True),
        ("https://auth.example/token", "Auth.Example:443", True),
        ("https://auth.example:8443/token", "auth.example", False),
        ("https://auth.example:8443/token", "auth.example:8443", True),
        ("https://evil-auth.example/token", "auth.example", False),
        ("https://auth.example.evil.test/token", "auth.example", False),
        ("https://sub.auth.example/token", "auth.example", False),
        ("https://xn--auth-example-x/token", "auth.example", False),
        ("https://auth.example/token", "auth.example/x@", False),
    ],
)
def test_the_login_goes_to_the_registry_and_to_a_named_token_host_only(
    realm: str, token_host: str, is_sent: bool
) -> None:
    judged = judge_realm(realm, REGISTRY, login(token_host))
    assert isinstance(judged, Realm)
    assert (judged.withheld == "") is is_sent


def test_a_named_token_host_never_gets_it_without_tls() -> None:
    judged = judge_realm("http://auth.example/token", REGISTRY, login("auth.example"))
    assert isinstance(judged, Refusal)


def test_no_realm_is_longer_than_any_is() -> None:
    judged = judge_realm("https://a.test/" + "a" * 3_000, REGISTRY, None)
    assert isinstance(judged, Refusal)
    assert "2,048" in judged.because
