"""Refusals of a registry in words."""

import pytest

from tests.crawl.sources.oci_registry.conftest import NAME, Open, Serve, problem
from tests.simulators.fault_server import answer
from trustui.core.facts import ProblemKind
from trustui.core.oci.requests import manifest_request

NOWHERE = f"sha256:{'0' * 64}"


def test_what_is_not_there_is_absent_with_the_registrys_own_code(
    serve: Serve, open_at: Open
) -> None:
    registry = open_at(serve())
    missing = problem(registry.open(NAME).ask(manifest_request("2.0")))
    assert (missing.kind, missing.because) == (
        ProblemKind.ABSENT,
        "it answered 404, MANIFEST_UNKNOWN: manifest_unknown",
    )
    unknown = problem(registry.open("team/other").ask(manifest_request("1.0")))
    assert "NAME_UNKNOWN" in unknown.because


def test_that_access_is_denied_does_not_mean_absent(serve: Serve, open_at: Open) -> None:
    server = serve()
    body = b'{"errors":[{"code":"DENIED","message":"\\u202eno"}]}'
    server.on("/v2/team/app/manifests/1.0", answer(403, body))
    denied = problem(open_at(server).open(NAME).ask(manifest_request("1.0")))
    assert denied.kind is ProblemKind.UNREADABLE
    assert "DENIED: \\u{202E}no" in denied.because


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors":[]}', b'{"errors":[1]}'])
def test_a_refusal_without_the_specified_form_is_told_by_its_status(
    serve: Serve, open_at: Open, body: bytes
) -> None:
    server = serve()
    server.on("/v2/team/app/manifests/1.0", answer(400, body))
    refused = problem(open_at(server).open(NAME).ask(manifest_request("1.0")))
    assert (refused.kind, refused.because) == (ProblemKind.UNREADABLE, "it answered 400")
