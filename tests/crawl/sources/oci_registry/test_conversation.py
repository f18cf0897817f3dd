"""Limits that a registry states, and what it says besides."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crawl.sources.oci_registry.conftest import (
    HERE,
    LOGIN,
    NAME,
    UNHURRIED,
    Open,
    Serve,
    problem,
)
from tests.servers import wait_until
from tests.simulators.fault_server import answer, silent
from tests.simulators.registry import RegistryServer
from trustui.core.facts import Document, ProblemKind
from trustui.core.oci.requests import manifest_request
from trustui.crawl.fetch import AddressPolicy, Door
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.sources.oci_registry import OciRegistry
from trustui.crawl.sources.oci_registry.repository import OciRepository
from trustui.crawl.switchboard import Line, Switchboard

NOWHERE = f"sha256:{'0' * 64}"
TAGS = [manifest_request(tag) for tag in ("1.0", "1.0", "2.0")]


def test_too_many_requests_are_said_with_the_time_and_the_next_ones_not_sent(
    serve: Serve, open_at: Open
) -> None:
    server = serve()
    server.on("/v2/team/app/manifests/1.0", answer(429, headers={"Retry-After": "120"}))
    source = open_at(server).open(NAME)
    first = problem(source.ask(manifest_request("1.0")))
    second = problem(source.ask(manifest_request("2.0")))
    assert (first.kind, first.retry_after) == (ProblemKind.UNREADABLE, 120.0)
    assert second.because.startswith("not asked: 127.0.0.1 wants no requests for")
    assert len(server.requests) == 1


def test_a_used_up_quota_is_obeyed_before_it_is_exceeded(serve: Serve, open_at: Open) -> None:
    server = serve(headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "60"})
    source = open_at(server).open(NAME)
    assert isinstance(source.ask(manifest_request("1.0")), Document)
    assert problem(source.ask(manifest_request("1.0"))).retry_after is not None
    assert len(server.requests) == 1


def test_what_the_registry_says_of_its_limits_and_its_warnings_are_shown(
    serve: Serve, open_at: Open
) -> None:
    server = serve(
        headers={
            "RateLimit-Limit": "100;w=21600",
            "RateLimit-Remaining": "76;w=21600",
            "Warning": '299 - "your \u202e plan ends"'.encode().decode("latin-1"),
        }
    )
    registry = open_at(server)
    registry.open(NAME).ask_many([manifest_request("1.0")] * 3)
    warning, quota = registry.notices()
    assert warning.startswith("it warns: your ")
    assert quota == "requests left at the registry: 76 of 100 in 6 hours"


@pytest.mark.parametrize(
    ("left", "most", "told"),
    [
        ("7", None, "7"),
        ("7", "9", "7 of 9"),
        ("1;w=90", "2;w=90", "1 of 2 in 90 seconds"),
        ("1", "2;w=60", "1 of 2 in 1 minute"),
        ("many", "9;w=0", "many of 9"),
        ("1;w=x", "most", "1;w=x of most"),
    ],
)
def test_limits_are_told_in_words_and_what_is_none_as_it_came(
    serve: Serve, open_at: Open, left: str, most: str | None, told: str
) -> None:
    headers = {"RateLimit-Remaining": left} | ({} if most is None else {"RateLimit-Limit": most})
    registry = open_at(serve(headers=headers))
    registry.open(NAME).ask(manifest_request("1.0"))
    assert registry.notices() == (f"requests left at the registry: {told}",)


# What is under way --------------------------------------------------------------------------------


def by_switchboard(server: RegistryServer, line: Door, **options: Any) -> OciRepository:
    given = ImageOptions(allowed_hosts=HERE, door=line, **options)
    return OciRegistry(server.location, given).open(NAME)


@pytest.fixture
def line() -> Iterator[Line]:
    policy = AddressPolicy(allowed_hosts=HERE)
    with Switchboard(UNHURRIED) as switchboard, switchboard.line(policy) as opened:
        yield opened


def test_questions_that_were_begun_are_answered_meanwhile(serve: Serve, line: Line) -> None:
    server = serve()
    source = by_switchboard(server, line)
    early = source.begin(TAGS)
    assert server.requests == [], "the first question finds out what the registry wants"
    assert isinstance(early()[0], Document)
    before = len(server.requests)
    coming = source.begin(TAGS)
    wait_until(lambda: len(server.requests) == before + 3, "the questions are under way")
    assert isinstance(source.ask(TAGS[0]), Document), "others are asked in between"
    answers = coming()
    assert [isinstance(one, Document) for one in answers] == [True, True, False]
    assert problem(answers[2]).kind is ProblemKind.ABSENT
    assert len(server.requests) == before + 4


def test_who_is_refused_meanwhile_takes_the_token_that_others_got(serve: Serve, line: Line) -> None:
    server = serve()
    source = by_switchboard(server, line, login=LOGIN)
    assert isinstance(source.ask(TAGS[0]), Document)
    server.manners.login = "bearer"
    coming = source.begin(TAGS)
    assert isinstance(source.ask(TAGS[0]), Document)
    assert [isinstance(one, Document) for one in coming()] == [True, True, False]
    assert server.tokens == 1


def test_a_token_that_is_refused_again_ends_what_was_begun(serve: Serve, line: Line) -> None:
    server = serve(login="bearer")
    source = by_switchboard(server, line, login=LOGIN)
    assert isinstance(source.ask(TAGS[0]), Document)
    server.manners.takes_tokens = False
    coming = source.begin(TAGS)
    refused = problem(source.ask(TAGS[0]))
    assert {problem(one).because for one in coming()} == {refused.because}
    again = len(server.requests)
    assert problem(source.begin(TAGS)()[0]).because == refused.because
    assert len(server.requests) == again, "the scope was given up"


def test_nobody_waits_for_what_was_begun_and_is_not_called_for(serve: Serve, line: Line) -> None:
    server = serve()
    source = by_switchboard(server, line)
    assert isinstance(source.ask(TAGS[0]), Document)
    server.on("/v2/team/app/manifests/2.0", silent)
    coming = source.begin([*TAGS, *[TAGS[2]] * 5])
    del coming
    assert isinstance(source.ask(TAGS[0]), Document)
