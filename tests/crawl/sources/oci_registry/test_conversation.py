"""Limits that a registry states, and what it says besides."""

import pytest

from tests.crawl.sources.oci_registry.conftest import NAME, Open, Serve, problem
from tests.simulators.fault_server import answer
from trustui.core.facts import Document, ProblemKind
from trustui.core.oci.requests import manifest_request

NOWHERE = f"sha256:{'0' * 64}"


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
