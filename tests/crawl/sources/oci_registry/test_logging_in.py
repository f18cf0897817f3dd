"""Logging in as registries want it: Basic and Bearer; and where that ends."""

import base64
from urllib.parse import parse_qs

import pytest

from tests.crawl.sources.oci_registry.conftest import HERE, LOGIN, NAME, Open, Serve
from tests.simulators.fault_server import FaultServer, answer
from tests.simulators.registry import PASSWORD, USER
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.requests import manifest_request
from trustui.crawl.fetch import AddressPolicy, Reply
from trustui.crawl.image_source import ImageOptions, Listing, Login
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry import OciRegistry
from trustui.crawl.sources.oci_registry.location import parse_location
from trustui.crawl.sources.oci_registry.logging_in import Doorkeeper
from trustui.crawl.sources.oci_registry.realms import Realm, judge_realm

ASK = manifest_request("1.0")
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def because(answer: object) -> str:
    assert isinstance(answer, Problem), answer
    return answer.because


def test_basic_is_sent_when_it_is_asked_for_and_then_at_once(serve: Serve, open_at: Open) -> None:
    server = serve(login="basic")
    registry = open_at(server, login=LOGIN)
    for _ in range(2):
        assert isinstance(registry.open(NAME).ask(ASK), Document)
    assert isinstance(registry.repositories(), Listing)
    sent = [one.headers.get("authorization", "") for one in server.requests]
    assert sent == ["", BASIC, BASIC, BASIC]


def test_a_token_is_asked_for_with_the_login_and_used_for_its_scope(
    serve: Serve, open_at: Open
) -> None:
    server = serve(login="bearer")
    registry = open_at(server, login=LOGIN)
    source = registry.open(NAME)
    answers = source.ask_many([ASK] * 5)
    assert all(isinstance(one, Document) for one in answers)
    assert isinstance(source.ask(ASK), Document)
    (token,) = server.asked("/token")
    assert token.headers["authorization"] == BASIC
    assert parse_qs(token.path.partition("?")[2]) == {
        "service": ["registry.example"],
        "scope": ["repository:team/app:pull"],
    }
    refused = [one for one in server.asked("/manifests/") if "authorization" not in one.headers]
    assert len(refused) == 1, "only the first question finds out what is wanted"
    assert isinstance(registry.repositories(), Listing)
    assert server.tokens == 2
    assert all("authorization" in one.headers for one in server.asked("_catalog"))


def test_without_a_login_an_anonymous_token_is_asked_for(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    assert isinstance(open_at(server).open(NAME).ask(ASK), Document)
    (token,) = server.asked("/token")
    assert "authorization" not in token.headers


@pytest.mark.parametrize(("seconds", "tokens"), [(5, 3), (300, 1), (None, 1), (10**9, 1)])
def test_a_token_is_used_as_long_as_it_lives(
    serve: Serve, open_at: Open, seconds: int | None, tokens: int
) -> None:
    server = serve(login="bearer", seconds=seconds)
    source = open_at(server, login=LOGIN).open(NAME)
    for _ in range(3):
        assert isinstance(source.ask(ASK), Document)
    assert server.tokens == tokens


def test_a_token_that_lapsed_early_is_replaced_once(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    source = open_at(server, login=LOGIN).open(NAME)
    assert isinstance(source.ask(ASK), Document)
    path = f"/v2/{NAME}/manifests/1.0"
    headers = {"WWW-Authenticate": server._challenge(path)}
    asked = server.paths().count(path)
    server.on(path, *[answer(404)] * asked, answer(401, headers=headers), answer(200, b"{}"))
    assert isinstance(source.ask(ASK), Document)
    assert server.tokens == 2


@pytest.mark.parametrize(
    ("manners", "login", "words"),
    [
        ({"login": "basic"}, None, "it wants a user name and password, and none was given"),
        ({"login": "bearer", "gives_tokens": False}, LOGIN, "its token service gave no token"),
        (
            {"login": "basic"},
            Login("", Secret("x"), is_refresh_token=True),
            "a refresh token was given",
        ),
        ({"login": "basic"}, Login("a:b", Secret("x")), "a user name with a colon"),
        ({"login": "bearer"}, Login("a:b", Secret("x")), "a user name with a colon"),
    ],
)
def test_a_login_that_does_not_fit_is_explained(
    serve: Serve, open_at: Open, manners: dict[str, object], login: Login | None, words: str
) -> None:
    problem = open_at(serve(**manners), login=login).open(NAME).ask(ASK)
    assert words in because(problem)
    assert because(problem).startswith("it answered 401: ")


def test_a_scope_of_the_registrys_own_kind_is_asked_for(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    server.manners.challenge = f'Bearer realm="{server.url("/token")}",scope="aws"'
    open_at(server).open(NAME).ask(ASK)
    assert {one.path for one in server.asked("/token")} == {"/token?scope=aws"}


def test_a_silent_token_service_is_given_up_for_the_scope(serve: Serve, open_at: Open) -> None:
    server = serve(login="bearer")
    path = "/token?service=registry.example&scope=repository%3Ateam%2Fapp%3Apull"
    server.on(path, answer(500))
    source = open_at(server).open(NAME)
    assert "its token service: it answered 500" in because(source.ask(ASK))
    asked = len(server.requests)
    assert "its token service: it answered 500" in because(source.ask(ASK))
    assert len(server.requests) == asked


def test_a_token_service_that_wants_us_to_wait_is_asked_again_later(
    serve: Serve, open_at: Open
) -> None:
    server = serve(login="bearer")
    path = "/token?service=registry.example&scope=repository%3Ateam%2Fapp%3Apull"
    server.on(path, answer(429, headers={"Retry-After": "60"}))
    problem = open_at(server).open(NAME).ask(ASK)
    assert isinstance(problem, Problem)
    assert problem.retry_after == 60.0


def test_a_login_that_was_withheld_is_said_where_the_registry_then_refuses(
    serve: Serve, open_at: Open
) -> None:
    """A token service on another host gets no login; the anonymous token is not enough."""
    server = serve(login="bearer")
    judged = judge_realm("https://127.0.0.1:1/token", parse_location(server.location).target, LOGIN)
    assert isinstance(judged, Realm)
    server.manners.realm = "https://127.0.0.1:1/token"
    problem = open_at(server, login=LOGIN).open(NAME).ask(ASK)
    assert "the login was not sent to its token service '127.0.0.1' port 1" in because(problem)


def test_without_tls_a_login_goes_only_to_a_host_that_was_allowed_by_name() -> None:
    where = parse_location("oci+http://registry.example")
    keeper = Doorkeeper(where, LOGIN, AddressPolicy(), lambda _exchange: pytest.fail("asked"))
    for text in ('Basic realm="a"', 'Bearer realm="http://registry.example/token"'):
        refused = Reply("x", where.target, 401, {"www-authenticate": [text]}, b"", None)  # type: ignore[arg-type]
        keeper = Doorkeeper(where, LOGIN, AddressPolicy(), lambda _exchange: pytest.fail("asked"))
        problem = keeper.next_secret("scope", refused, 1)
        assert isinstance(problem, Problem)
        assert problem.kind is ProblemKind.REFUSED
        assert "not sent without TLS to registry.example" in problem.because


def test_two_registries_of_one_process_know_nothing_of_each_others_login(
    serve: Serve, open_at: Open
) -> None:
    first, second = serve(login="basic"), serve(login="basic")
    assert isinstance(open_at(first, login=LOGIN).open(NAME).ask(ASK), Document)
    assert "none was given" in because(open_at(second).open(NAME).ask(ASK))
    assert second.secrets_seen() == []


def test_a_location_without_a_door_opens_one_of_its_own_and_closes_it(serve: Serve) -> None:
    registry = OciRegistry(serve().location, ImageOptions(allowed_hosts=HERE))
    assert isinstance(registry.open(NAME).ask(ASK), Document)
    registry.open(NAME).close()
    registry.close()
    with FaultServer() as other:
        assert other.requests == []
