"""Every scenario of the shared collection `hostile/http-scenarios`, on real sockets.

Limits are made small; `test_fetch.py` checks that the defaults are those the scenarios name.
"""

import gzip
import json
import ssl
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.crawl.conftest import QUICK
from tests.simulators.authority import Authority, Sha1Authority
from tests.simulators.fault_server import (
    Behaviour,
    Client,
    FaultServer,
    answer,
    gzip_bomb,
    head,
    raw,
    silent,
)
from tests.simulators.memory import measured
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.fetch import AddressPolicy, Fetch

MIB = 1 << 20
PAYLOAD = b'{"signed": {}}'

ELSEWHERE = {
    "h12": "a door asks once; challenges are answered by oci_registry (test_hostile_challenges)",
    "h15": "pages are followed by oci_registry (test_repository)",
    "h16": "links are followed by oci_registry (test_repository)",
    "h17": "digests belong to the verifier; oci_registry hands the bytes on (test_repository)",
    "h18": "versions belong to the verifier",
}


def problem_of(result: Document | Problem) -> Problem:
    assert isinstance(result, Problem), result
    return result


def kind_of(result: Document | Problem) -> ProblemKind:
    return problem_of(result).kind


def test_h00_every_scenario_is_tested_here_or_has_its_place(
    shared_data: Callable[[str], Path],
) -> None:
    scenarios = json.loads((shared_data("hostile/http-scenarios") / "scenarios.json").read_bytes())
    here = {name.split("_")[1] for name in globals() if name.startswith("test_h")} - {"h00"}
    assert {scenario["id"] for scenario in scenarios} == here | set(ELSEWHERE)


def test_h01_a_silent_server_is_left(server: FaultServer, quick_door: Fetch) -> None:
    problem = problem_of(quick_door.get(server.on("/", silent), max_length=100))
    assert problem.kind is ProblemKind.TOO_SLOW
    assert problem.because == "nothing came for 0.3 s"
    assert len(server.requests) == 1


def test_h02_headers_that_drip_meet_the_deadline(server: FaultServer) -> None:
    def drip(client: Client) -> None:
        lines = b"".join(b"X-%d: y\r\n" % n for n in range(1000))
        client.drip(b"HTTP/1.1 200 OK\r\n" + lines, 0.01)

    policy = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    terms = msgspec.structs.replace(
        QUICK, stall_seconds=10.0
    )  # it shall be the deadline that ends it
    with Fetch(policy, terms) as patient:
        problem = problem_of(patient.get(server.on("/", drip), max_length=100))
    assert problem.kind is ProblemKind.TOO_SLOW
    assert "1 s in all" in problem.because


def test_h03_a_body_that_drips_is_below_the_minimum_rate(
    server: FaultServer, quick_door: Fetch
) -> None:
    def drip(client: Client) -> None:
        client.send(head(200, {"Content-Length": "1000000"}))
        client.drip(bytes(1000), 0.01)

    problem = problem_of(quick_door.get(server.on("/", drip), max_length=MIB))
    assert problem.kind is ProblemKind.TOO_SLOW
    assert problem.because.startswith("slower than 1024 bytes per second")


def test_h04_an_endless_body_stops_at_the_cap(server: FaultServer, door: Fetch) -> None:
    def endless(client: Client) -> None:
        client.send(head(200, {"Connection": "close"}))
        while True:
            client.send(bytes(64 * 1024))

    with measured() as growth:
        result = door.get(server.on("/", endless), max_length=5 * MIB)
    assert kind_of(result) is ProblemKind.TOO_LONG
    assert growth.bytes < 50 * MIB


def test_h05_a_truncated_body_is_no_document(server: FaultServer, door: Fetch) -> None:
    cut = raw(head(200, {"Content-Length": "10"}) + b"12345")
    assert kind_of(door.get(server.on("/", cut), max_length=100)) is ProblemKind.UNREADABLE
    assert len(server.requests) == QUICK.attempts


def test_h06_surplus_bytes_are_not_read_and_end_the_connection(
    server: FaultServer, door: Fetch
) -> None:
    def surplus(client: Client) -> None:
        client.send(head(200, {"Content-Length": "10"}) + b"0123456789" + b"x" * 10)

    url = server.on("/", surplus)
    results = [door.get(url, max_length=100) for _ in range(2)]
    bodies = [result.body for result in results if isinstance(result, Document)]
    assert bodies == [b"0123456789"] * 2
    assert server.connections() == 2


@pytest.mark.parametrize("max_length", [5 * MIB, 1000 * MIB])
def test_h07_a_gzip_bomb_stops_at_the_length_or_the_ratio(
    server: FaultServer, door: Fetch, max_length: int
) -> None:
    with measured() as growth:
        result = door.get(server.on("/", gzip_bomb), max_length=max_length)
    assert kind_of(result) is ProblemKind.TOO_LONG
    assert growth.bytes < 20 * MIB


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "x" * 9999]
)
def test_h08_no_other_encoding_is_read(server: FaultServer, door: Fetch, encoding: str) -> None:
    twice = gzip.compress(gzip.compress(PAYLOAD))
    url = server.on("/", answer(200, twice, {"Content-Encoding": encoding}))
    problem = problem_of(door.get(url, max_length=1000))
    assert problem.kind is ProblemKind.UNREADABLE
    assert "only gzip, once, is read" in problem.because
    assert len(problem.because) < 200


def test_h08_only_one_layer_is_taken_off(server: FaultServer, door: Fetch) -> None:
    inner = gzip.compress(PAYLOAD)
    url = server.on("/", answer(200, gzip.compress(inner), {"Content-Encoding": "gzip"}))
    result = door.get(url, max_length=1000)
    assert isinstance(result, Document)
    assert result.body == inner


def test_h09_a_server_error_is_asked_again_with_growing_pauses(server: FaultServer) -> None:
    url = server.on("/", answer(500), answer(500), answer(200, PAYLOAD))
    pauses: list[float] = []
    policy = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    with Fetch(policy, QUICK, sleep=pauses.append, jitter=lambda: 0.5) as door:
        result = door.get(url, max_length=100)
    assert isinstance(result, Document)
    assert server.paths() == ["/"] * 3
    assert pauses == pytest.approx([0.0075, 0.015], abs=0.002)


def test_h10_too_many_requests_is_said_and_not_waited_for(server: FaultServer) -> None:
    url = server.on("/", answer(429, headers={"Retry-After": "3600"}))
    pauses: list[float] = []
    policy = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    with Fetch(policy, QUICK, sleep=pauses.append) as door:
        problem = problem_of(door.get(url, max_length=100))
    assert (problem.kind, problem.retry_after) == (ProblemKind.UNREADABLE, 3600.0)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("-1", 0.0),
        ("1e99", 3600.0),
        ("inf", 3600.0),
        ("nan", None),
        ("soon", None),
        ("Fri, 01 Mar 2999 00:00:00 GMT", 3600.0),
        ("Fri, 01 Mar 1999 00:00:00 GMT", 0.0),
        ("Fri, 99 Mar 99999999999 00:00:00 GMT", None),
    ],
)
def test_h11_an_odd_retry_after_is_clamped(
    server: FaultServer, door: Fetch, said: str, meant: float | None
) -> None:
    url = server.on("/", answer(429, headers={"Retry-After": said}))
    assert problem_of(door.get(url, max_length=100)).retry_after == meant


def test_h12_a_demand_for_credentials_is_not_repeated(server: FaultServer, door: Fetch) -> None:
    challenge = {"WWW-Authenticate": 'Bearer realm="http://169.254.169.254/"'}
    problem = problem_of(door.get(server.on("/", answer(401, headers=challenge)), max_length=100))
    assert problem.because == "it answered 401: it wants credentials"
    assert len(server.requests) == 1


def test_h13_html_is_handed_on_with_its_media_type(server: FaultServer, door: Fetch) -> None:
    """The parser refuses it; the door only says what it was called."""
    url = server.on("/", answer(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"}))
    result = door.get(url, max_length=100)
    assert isinstance(result, Document)
    assert result.media_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "lines",
    [b"".join(b"X-%d: y\r\n" % n for n in range(10_000)), b"X: " + b"y" * MIB + b"\r\n"],
    ids=["10,000 headers", "1 MB header"],
)
def test_h14_headers_have_a_cap(server: FaultServer, door: Fetch, lines: bytes) -> None:
    url = server.on("/", raw(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n"))
    assert kind_of(door.get(url, max_length=100)) is ProblemKind.TOO_LONG
    assert len(server.requests) == 1


def ancient(authority: Authority) -> ssl.SSLContext:
    """TLS 1.0 and 1.1 only."""
    context = authority.server()
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.mark.parametrize(
    ("kind", "context", "because"),
    [
        (Authority, lambda one: one.server(days=(-9, -2)), "expired"),
        (Authority, lambda one: one.server(days=(2, 9)), "not yet valid"),
        (Authority, lambda one: one.server("127.0.0.9"), "127.0.0.1"),
        (Authority, lambda one: one.server(self_signed=True), "self-signed"),
        (Sha1Authority, lambda one: one.server(), "too weak"),
        (Authority, ancient, "protocol version"),
    ],
    ids=["expired", "not yet valid", "wrong host", "self-signed", "SHA-1", "TLS 1.1"],
)
def test_h19_bad_tls_is_refused_with_its_reason(
    tmp_path: Path,
    kind: type[Authority],
    context: Callable[[Authority], ssl.SSLContext],
    because: str,
) -> None:
    authority = kind(tmp_path)
    policy = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    with (
        FaultServer(tls=context(authority)) as server,
        Fetch(policy, QUICK, ca_file=authority.ca_file) as door,
    ):
        problem = problem_of(door.get(server.on("/", answer(200)), max_length=100))
        assert server.requests == []
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.because.startswith("TLS: ")
    assert because in problem.because


def test_h19_only_the_given_authority_counts(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ours, other = Authority(tmp_path), Authority(tmp_path / "other")
    policy = AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))
    with FaultServer(tls=ours.server()) as server:
        url = server.on("/", answer(200, PAYLOAD))
        with Fetch(policy, QUICK, ca_file=ours.ca_file) as door:
            assert isinstance(door.get(url, max_length=100), Document)
        for ca_file in (other.ca_file, None, str(tmp_path / "no such file")):
            with Fetch(policy, QUICK, ca_file=ca_file) as door:
                assert kind_of(door.get(url, max_length=100)) is ProblemKind.UNREADABLE


def cut_short(client: Client) -> None:
    client.send(head(200, {"Content-Length": "1000"}) + b"12345")
    client.reset()


@pytest.mark.parametrize(
    ("behaviours", "is_document"),
    [((cut_short,), False), ((cut_short, answer(200, PAYLOAD)), True)],
    ids=["always", "once"],
)
def test_h20_a_reset_is_asked_again_then_a_problem(
    server: FaultServer, door: Fetch, behaviours: tuple[Behaviour, ...], is_document: bool
) -> None:
    result = door.get(server.on("/", *behaviours), max_length=2000)
    assert isinstance(result, Document) is is_document
    assert len(server.requests) == (2 if is_document else QUICK.attempts)
