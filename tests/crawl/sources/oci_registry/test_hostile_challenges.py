"""A registry that wants the login of its callers to go elsewhere, and listeners that wait for it there.

Both addresses are allowed by name: nothing but the rules about credentials keeps them apart. Classes of
CVE-2020-15157 (containerd), CVE-2021-41092 (docker cli), CVE-2024-3727 (containers/image),
CVE-2025-27403 (Ratify) and their like.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawl.conftest import QUICK, STAND_IN
from tests.crawl.sources.oci_registry.conftest import HERE, LOGIN, NAME, UNHURRIED, Serve
from tests.simulators.authority import Authority
from tests.simulators.fault_server import Behaviour, FaultServer, Request, answer, redirect
from tests.simulators.image_repository import Repository
from tests.simulators.registry import PASSWORD, TOKEN, USER, RegistryServer
from trustui.core.facts import Document, Problem
from trustui.core.oci.requests import blob_request, manifest_request, referrers_request
from trustui.crawl.fetch import AddressPolicy, Fetch, FetchLimits
from trustui.crawl.image_source import ImageOptions, Listing, Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry import OciRegistry

BOTH = HERE | {STAND_IN}
MANIFEST = f"/v2/{NAME}/manifests/1.0"
SECRETS = (PASSWORD, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(), TOKEN, USER)
REFRESH = Login("", Secret(PASSWORD), is_refresh_token=True)


class Canary(FaultServer):
    """Answers everything so that a careless client goes on: with a token, and with a challenge."""

    def __init__(self) -> None:
        super().__init__(STAND_IN)
        self.says = answer(200, b'{"token":"canary","access_token":"canary"}')

    def otherwise(self, request: Request) -> Behaviour:
        del request
        return self.says

    def stolen(self) -> list[str]:
        """Whatever came that only the registry may know."""
        sent = [
            f"{one.path} {dict(one.headers)} {one.body.decode(errors='replace')}"
            for one in self.requests
        ]
        return [
            text
            for text in sent
            if "authorization" in text or any(secret in text for secret in SECRETS)
        ]


@pytest.fixture
def trap() -> Iterator[Canary]:
    with Canary() as running:
        yield running


def everything(registry: OciRegistry, digest: str) -> list[object]:
    """All that is ever asked of a registry."""
    source = registry.open(NAME)
    requests = [manifest_request("1.0"), referrers_request(digest), blob_request(digest, 10_000)]
    return [
        *source.heads(["1.0", digest]),
        *source.ask_many(requests),
        source.tags(),
        registry.repositories(),
        source.ask(manifest_request("1.0")),
    ]


def asked(
    server: FaultServer,
    digest: str,
    login: Login = LOGIN,
    *,
    limits: FetchLimits = UNHURRIED,
    ca_file: str | None = None,
) -> list[object]:
    scheme = "oci" if server.url().startswith("https") else "oci+http"
    with Fetch(AddressPolicy(allowed_hosts=BOTH), limits, ca_file=ca_file) as door:
        options = ImageOptions(allowed_hosts=BOTH, login=login, door=door)
        registry = OciRegistry(f"{scheme}://127.0.0.1:{server.port}", options)
        return everything(registry, digest)


def because(answers: list[object]) -> str:
    return " | ".join(one.because for one in answers if isinstance(one, Problem))


Set = Callable[[RegistryServer, Canary], None]


def bearer(realm: str, more: str = "") -> Callable[[RegistryServer, Canary], None]:
    def setting(server: RegistryServer, trap: Canary) -> None:
        named = realm.format(trap=f"{STAND_IN}:{trap.port}", own=f"127.0.0.1:{server.port}")
        server.manners.challenge = f'Bearer realm="{named}",service="s"{more}'

    return setting


def challenge(text: str) -> Set:
    def setting(server: RegistryServer, trap: Canary) -> None:
        named = text.replace("TRAP", f"http://{STAND_IN}:{trap.port}/token")
        server.manners.challenge = named

    return setting


def token_redirect(status: int) -> Set:
    def setting(server: RegistryServer, trap: Canary) -> None:
        server.manners.login = "bearer"
        for path in ("/token", *(f"/token?service=registry.example&scope={one}" for one in SCOPES)):
            server.on(path, redirect(trap.url("/token"), status))

    return setting


SPEAKS_NO_TLS = "realm on another host by https"
"""Where the listener is waited for until the limit."""
SCOPES = ("repository%3Ateam%2Fapp%3Apull", "registry%3Acatalog%3A%2A")


def content_redirect(login: str, *, wants_login: bool) -> Set:
    def setting(server: RegistryServer, trap: Canary) -> None:
        server.manners.login = login
        if wants_login:
            trap.says = answer(401, headers={"WWW-Authenticate": 'Basic realm="give it to me"'})
        server.on(MANIFEST, redirect(trap.url("/x"), 307))

    return setting


def bounce(server: RegistryServer, trap: Canary) -> None:
    server.manners.login = "basic"
    server.on(MANIFEST, redirect(trap.url("/x"), 302))
    trap.says = redirect(server.on("/log", answer(200, b"{}")))


def token_of_the_trap(text: str) -> Set:
    def setting(server: RegistryServer, trap: Canary) -> None:
        server.manners.login = "bearer"
        body = json.dumps({"token": text.replace("TRAP", trap.url("/"))}).encode()
        for scope in SCOPES:
            server.on(f"/token?service=registry.example&scope={scope}", answer(200, body))

    return setting


def link(server: RegistryServer, trap: Canary) -> None:
    server.manners.login = "basic"
    server.manners.page = 0
    server.manners.link_form = f"<{trap.url('/tags')}?{{query}}>; rel=next"
    headers = {"Link": f"<{trap.url('/tags')}?n=1>; rel=next"}
    server.on(f"/v2/{NAME}/tags/list?n=1000", answer(200, b'{"tags":["1.0"]}', headers))


TRICKS: dict[str, tuple[Set, str]] = {
    "realm on another host": (
        bearer("http://{trap}/token"),
        "a token is asked for by https, or else where the registry itself is",
    ),
    SPEAKS_NO_TLS: (bearer("https://{trap}/token"), "its token service:"),
    "realm on another port": (bearer("http://127.0.0.1:1/token"), "asked for by https"),
    "user name in the realm": (bearer("http://{own}@{trap}/token"), "a user name or password"),
    "password in the realm": (bearer("http://a:b@{trap}/token"), "a user name or password"),
    "backslash in the realm": (bearer("http://{own}\\\\@{trap}/token"), "backslash"),
    "realm without a scheme": (bearer("//{trap}/token"), "no scheme and host"),
    "realm without a host": (bearer("/token"), "no scheme and host"),
    "realm of another protocol": (bearer("gopher://{trap}/token"), "only http and https"),
    "realm that is a file": (bearer("file:///etc/passwd"), "only http and https"),
    "realm at a metadata address": (
        bearer("https://169.254.169.254/latest/token"),
        "cloud metadata service",
    ),
    "realm in a number": (bearer("http://2130706434/token"), "four decimal numbers"),
    "realm twice": (
        challenge('Bearer realm="TRAP",realm="TRAP"'),
        "a challenge names realm twice",
    ),
    "Basic first, Bearer elsewhere": (
        challenge('Basic realm="registry", Bearer realm="TRAP",service="s"'),
        "asked for by https",
    ),
    "a quote that does not end": (challenge('Bearer realm="TRAP'), "does not follow its grammar"),
    "an endless challenge": (challenge('Bearer realm="TRAP' + "a" * 9_000 + '"'), "characters"),
    "a crowd of challenges": (
        challenge(", ".join(['Bearer realm="TRAP"'] * 40)),
        "more than 10 challenges",
    ),
    "another scheme": (challenge('Digest realm="TRAP", nonce="a"'), "only Basic and Bearer"),
    "no challenge": (challenge(" "), "it wants nothing that it names"),
    "a challenge without a realm": (challenge('Bearer service="s"'), "does not say where from"),
    "an endless service": (
        challenge(f'Bearer realm="TRAP",service="{"s" * 300}"'),
        "longer than any is",
    ),
    "token service that redirects": (token_redirect(302), ""),
    "token service that redirects by 307": (token_redirect(307), ""),
    "content that is elsewhere": (content_redirect("basic", wants_login=False), ""),
    "content elsewhere that wants the login": (
        content_redirect("basic", wants_login=True),
        f"it sent us to '{STAND_IN}', which wants credentials",
    ),
    "content elsewhere that wants the token": (
        content_redirect("bearer", wants_login=True),
        f"it sent us to '{STAND_IN}', which wants credentials",
    ),
    "a redirect there and back": (bounce, ""),
    "a token with a line of its own": (
        token_of_the_trap("a\r\nX-Evil: TRAP"),
        "without a token that can be sent",
    ),
    "a token of another alphabet": (token_of_the_trap("ä"), "without a token that can be sent"),
    "an endless token": (token_of_the_trap("a" * 20_000), "without a token that can be sent"),
    "pages elsewhere": (link, ""),
}


@pytest.mark.parametrize("name", TRICKS)
def test_no_trick_brings_the_login_to_another_host(
    name: str, serve: Serve, trap: Canary, digest: str
) -> None:
    setting, words = TRICKS[name]
    server = serve()
    setting(server, trap)
    answers = asked(server, digest, limits=QUICK if name == SPEAKS_NO_TLS else UNHURRIED)
    assert trap.stolen() == []
    assert words in because(answers)
    assert not any(secret in repr(answers) for secret in (PASSWORD, SECRETS[1], TOKEN))


@pytest.mark.parametrize("name", TRICKS)
def test_no_trick_brings_a_refresh_token_to_another_host(
    name: str, serve: Serve, trap: Canary, digest: str
) -> None:
    server = serve()
    TRICKS[name][0](server, trap)
    limits = QUICK if name == SPEAKS_NO_TLS else UNHURRIED
    answers = asked(server, digest, REFRESH, limits=limits)
    assert trap.stolen() == []
    assert PASSWORD not in repr(answers)


def test_after_a_redirect_there_and_back_the_login_is_not_sent_again(
    serve: Serve, trap: Canary, digest: str
) -> None:
    server = serve()
    bounce(server, trap)
    asked(server, digest)
    assert {one.headers.get("authorization") for one in server.asked("/log")} == {None}
    assert trap.requests != []


def test_a_store_that_wants_the_login_hides_nothing_else(
    serve: Serve, trap: Canary, digest: str
) -> None:
    server = serve()
    content_redirect("bearer", wants_login=True)(server, trap)
    answers = asked(server, digest)
    found = [one for one in answers if not isinstance(one, Problem)]
    assert len(found) == len(answers) - 3, "all but the three questions for that tag"


def test_a_posted_token_request_is_redirected_nowhere(
    serve: Serve, trap: Canary, digest: str
) -> None:
    server = serve()
    token_redirect(307)(server, trap)
    answers = asked(server, digest, REFRESH)
    assert trap.requests == []
    assert "what was posted goes nowhere else" in because(answers)


@pytest.fixture
def secure(
    tmp_path: Path, repository: Repository, digest: str
) -> Iterator[tuple[RegistryServer, str]]:
    """A registry with TLS, and the file of its authority."""
    del digest
    authority = Authority(tmp_path)
    server = RegistryServer({NAME: repository}, login="bearer")
    server._tls = authority.server()
    with server:
        yield server, authority.ca_file


def test_a_registry_with_tls_and_a_login_is_read(
    secure: tuple[RegistryServer, str], digest: str
) -> None:
    server, ca_file = secure
    answers = asked(server, digest, ca_file=ca_file)
    assert isinstance(answers[-1], Document)
    assert server.tokens == 2, "one for the repository, one for the catalogue"


def test_no_login_is_sent_on_without_tls(
    secure: tuple[RegistryServer, str], trap: Canary, digest: str
) -> None:
    server, ca_file = secure
    for realm in (trap.url("/token"), f"http://127.0.0.1:{server.port}/token"):
        server.manners.realm = realm
        answers = asked(server, digest, ca_file=ca_file)
        assert "a token is asked for by https" in because(answers)
    server.manners.realm = ""
    server.on(MANIFEST, redirect(trap.url("/x")))
    assert "redirected from https to http" in because(asked(server, digest, ca_file=ca_file))
    assert trap.requests == []


def test_a_loop_of_challenges_ends_after_two_tokens(serve: Serve, digest: str) -> None:
    """Scenario h12: 401 again and again, each time with a fresh challenge."""
    server = serve(login="bearer", takes_tokens=False)
    answers = asked(server, digest)
    assert server.tokens == 4, "two for the repository, two for the catalogue"
    assert len(server.asked("/manifests/")) == 3, "what was given up is not asked again"
    assert "it refuses what was given for 'repository:team/app:pull'" in because(answers)
    assert not any(isinstance(one, Document | Listing) for one in answers)


def test_a_wrong_password_is_sent_once(serve: Serve, digest: str) -> None:
    server = serve(login="basic")
    answers = asked(server, digest, Login(USER, Secret("wrong")))
    assert "it refuses the user name or the password" in because(answers)
    assert len(server.secrets_seen()) <= 3, "each scope learns it once"


def test_a_registry_cannot_ask_for_a_token_of_another_repository(serve: Serve, digest: str) -> None:
    server = serve(login="bearer")
    server.manners.challenge = (
        f'Bearer realm="{server.url("/token")}",service="s",scope="repository:other/app:pull,push"'
    )
    asked(server, digest)
    scopes = {one.path.partition("scope=")[2] for one in server.asked("/token")}
    assert scopes == set(SCOPES)
