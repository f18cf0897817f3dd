"""Asking authorities through the real door: whom, how, and what becomes of bad answers."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

import msgspec
import pytest
from cryptography.x509 import ocsp

from tests.simulators.authority_server import CRL_PATH, OCSP_PATH, AuthorityServer
from tests.simulators.fault_server import (
    Behaviour,
    Client,
    FaultServer,
    answer,
    gzip_bomb,
    head,
    raw,
    redirect,
    silent,
)
from tests.simulators.memory import measured
from tests.simulators.revoking import List, Response, make_list, make_response
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.limits import MIB
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.revocation import CertificateStatus, Enquiry, Status, statuses_of
from trustui.crawl.fetch import Fetch
from trustui.crawl.revocation_asking import (
    LIMITS,
    MAX_ASKED,
    MAX_SECONDS,
    AskedAuthorities,
    RevocationHosts,
    ask_all,
)
from trustui.demo.images.certifying import AUTHORITY, SIGNED, Issued, Wish, issue

HERE = RevocationHosts(frozenset({"127.0.0.1"}))
QUICK = msgspec.structs.replace(
    LIMITS, stall_seconds=0.3, total_seconds=0.8, rate_grace_seconds=0.2, backoff_seconds=0.01
)
HOW = "say it to allow it"
ROOT = issue(replace(AUTHORITY, subject="root"), None)


@pytest.fixture
def authority() -> Iterator[AuthorityServer]:
    with AuthorityServer() as server:
        yield server


@dataclass
class Asked:
    """A certificate that names places on a server, and what came of asking about it."""

    server: AuthorityServer
    leaf: Issued

    def by(self, hosts: RevocationHosts) -> CertificateStatus:
        chain = [parse_certificate(one.der) for one in (self.leaf, ROOT)]
        authorities = AskedAuthorities(hosts, HOW, limits=QUICK)
        (found,) = statuses_of(chain, authorities, SIGNED)
        authorities.close()
        return found

    def told(self, behaviour: Behaviour) -> CertificateStatus:
        """What is known where every place behaves so."""
        for path in (OCSP_PATH, CRL_PATH):
            self.server.on(path, behaviour)
        return self.by(HERE)


def responder(server: AuthorityServer) -> Asked:
    """A certificate whose responder says that it is good."""
    leaf = ROOT.issue(Wish("leaf", extensions=server.places(responder=True)))
    server.tells(OCSP_PATH, make_response(Response(), leaf, ROOT))
    return Asked(server, leaf)


def listed(server: AuthorityServer) -> Asked:
    """A certificate that stands on no list."""
    server.tells(CRL_PATH, make_list(List(), ROOT))
    return Asked(server, ROOT.issue(Wish("leaf", extensions=server.places(listed=True))))


EITHER = pytest.mark.parametrize("asked_of", [responder, listed])
AskedOf = Callable[[AuthorityServer], Asked]


# How it is asked


def test_a_short_request_stands_in_the_address(authority: AuthorityServer) -> None:
    asked = responder(authority)
    assert asked.by(HERE).status is Status.GOOD
    (request,) = authority.requests
    encoded = request.path.removeprefix(f"{OCSP_PATH}/")
    assert (request.method, "/" in encoded) == ("GET", False)
    der = base64.b64decode(unquote(encoded), validate=True)
    serial = asked.leaf.certificate.serial_number
    assert ocsp.load_der_ocsp_request(der).serial_number == serial
    assert request.headers["accept"] == "application/ocsp-response"


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_responder_that_wants_no_get_is_asked_by_post(
    authority: AuthorityServer, status: int
) -> None:
    asked = responder(authority)
    authority.by_get = answer(status)
    assert asked.by(HERE).status is Status.GOOD
    get, post = authority.requests
    assert (get.method, post.method, post.path) == ("GET", "POST", OCSP_PATH)
    assert post.headers["content-type"] == "application/ocsp-request"
    serial = asked.leaf.certificate.serial_number
    assert ocsp.load_der_ocsp_request(post.body).serial_number == serial


def test_a_long_request_and_an_address_with_a_query_are_posted(
    authority: AuthorityServer,
) -> None:
    authority.on(OCSP_PATH, answer(200, b"x"))
    authority.on(f"{OCSP_PATH}?a=b", answer(200, b"x"))
    long, short = authority.url(OCSP_PATH), authority.url(f"{OCSP_PATH}?a=b")
    with Fetch(HERE.policy, QUICK) as door:
        found = dict(ask_all(door, [(long, bytes(300)), (short, b"request")]))
    assert all(isinstance(one, Document) for one in found.values())
    sent = {(one.method, one.path): one.body for one in authority.requests}
    assert sent == {("POST", OCSP_PATH): bytes(300), ("POST", f"{OCSP_PATH}?a=b"): b"request"}


def test_a_list_is_read_from_its_address(authority: AuthorityServer) -> None:
    assert listed(authority).by(HERE).status is Status.GOOD
    (request,) = authority.requests
    assert (request.method, request.path) == ("GET", CRL_PATH)


def test_many_are_asked_side_by_side_and_told_apart(authority: AuthorityServer) -> None:
    for name in ("a", "b", "c"):
        authority.on(f"/{name}", answer(200, name.encode()))
    questions = [(authority.url(f"/{name}"), None) for name in ("a", "x", "b", "c")]
    with Fetch(HERE.policy, QUICK) as door:
        found = dict(ask_all(door, questions))
    bodies = [one.body if isinstance(one, Document) else None for _, one in sorted(found.items())]
    assert bodies == [b"a", None, b"b", b"c"]
    missing = found[1]
    assert isinstance(missing, Problem)
    assert missing.because == "it answered 404"


# Who is asked


@EITHER
def test_without_leave_a_hostile_certificate_causes_no_request(
    authority: AuthorityServer, asked_of: AskedOf
) -> None:
    asked = asked_of(authority)
    for entries in ((), ("crl.example.org",), ("10.0.0.0/8", "127.0.0.2")):
        found = asked.by(RevocationHosts(frozenset(entries)))
        assert found.status is Status.NOT_ASKED
        assert "127.0.0.1 is not among the hosts that may be asked" in found.because
        assert HOW in found.because
    assert authority.connections() == 0


@pytest.mark.parametrize(
    ("address", "entries", "words"),
    [
        ("http://localhost/a.crl", {"localhost"}, "localhost means this machine"),
        ("http://a.example:6379/a.crl", {"a.example"}, "port 6379 is not among"),
        ("http://a.example@b.example/", {"a.example"}, "a user name or password"),
        ("http://b.example/a.crl", {"a.example"}, "b.example is not among the hosts"),
        ("http://sub.a.example/a.crl", {"a.example"}, "sub.a.example is not among the hosts"),
        ("http://169.254.169.254/a", {"169.254.0.0/16"}, "cloud metadata"),
        ("http://127.1/a", {"127.0.0.1"}, "four decimal numbers"),
    ],
)
def test_what_is_not_meant_is_refused(address: str, entries: set[str], words: str) -> None:
    assert words in RevocationHosts(frozenset(entries)).refusal(address)


@pytest.mark.parametrize(
    ("address", "entries"),
    [
        ("http://A.Example./a.crl", {"a.example"}),
        ("http://a.example:8080/a.crl", {"A.example"}),
        ("http://10.1.2.3:9999/a.crl", {"10.0.0.0/8"}),
        ("http://[fd00::1]/a.crl", {"fd00::/8"}),
    ],
)
def test_what_was_allowed_may_be_asked(address: str, entries: set[str]) -> None:
    assert RevocationHosts(frozenset(entries)).refusal(address) == ""


def test_a_name_opens_no_private_address() -> None:
    """Whoever answers for the name could else send us to any machine of ours."""
    named = RevocationHosts(frozenset({"a.example"})).policy
    assert named.check_address("10.0.0.1", "a.example") is not None
    assert named.check_address("93.184.215.14", "a.example") is None
    both = RevocationHosts(frozenset({"a.example", "10.0.0.0/8"})).policy
    assert both.check_address("10.0.0.1", "a.example") is None


@pytest.mark.parametrize(
    "entry", ["", "http://a.example", "a example", "a.example:80", "*.a.example"]
)
def test_what_is_no_host_cannot_be_allowed(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host name"):
        RevocationHosts(frozenset({entry}))


def test_no_redirect_is_followed(authority: AuthorityServer, canary: FaultServer) -> None:
    for asked_of in (responder, listed):
        found = asked_of(authority).told(redirect(canary.url("/internal")))
        assert found.status is Status.UNKNOWN
        assert "no redirect is followed from here" in found.because
    assert canary.connections() == 0


# What bad servers answer


def endless(client: Client) -> None:
    """A gigabyte, said or not, if anybody reads on."""
    client.send(head(200, {"Connection": "close"}))
    for _ in range(1024):
        client.send(bytes(1024 * 1024))


BAD: list[tuple[str, Behaviour, str]] = [
    ("silent", silent, "no answer|silent|nothing"),
    ("a gigabyte announced", raw(head(200, {"Content-Length": str(1 << 30)})), "allowed"),
    ("a gigabyte", endless, "allowed|more than"),
    ("a bomb", gzip_bomb, "allowed|more than|times|compress"),
    ("an error", answer(500), "it answered 500"),
    ("a page", answer(200, b"<html>Please log in</html>"), "cannot be read"),
    ("nothing", answer(200, b""), "cannot be read"),
    ("cut off", raw(head(200, {"Content-Length": "100"}) + b"0"), "asked 2 times"),
    ("no http", raw(b"SSH-2.0-x\r\n"), "HTTP"),
]


@EITHER
@pytest.mark.parametrize("case", BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_server_is_survived_and_explained(
    authority: AuthorityServer, asked_of: AskedOf, case: tuple[str, Behaviour, str]
) -> None:
    _, behaviour, words = case
    began_at = time.monotonic()
    with measured() as growth:
        found = asked_of(authority).told(behaviour)
    assert found.status is Status.UNKNOWN
    assert re.search(words, found.because), found.because
    assert time.monotonic() - began_at < 30
    assert growth.bytes < 120 * MIB


@EITHER
def test_a_lie_counts_for_nothing(authority: AuthorityServer, asked_of: AskedOf) -> None:
    other = issue(replace(AUTHORITY, subject="root"), None)
    asked = asked_of(authority)
    lies = {
        OCSP_PATH: make_response(Response(), asked.leaf, ROOT, signer=other),
        CRL_PATH: make_list(List(), ROOT, other),
    }
    for path, lie in lies.items():
        authority.tells(path, lie)
    found = asked.by(HERE)
    assert found.status is Status.UNKNOWN
    assert "signed by" in found.because


# How much is asked


def test_each_place_is_asked_once_and_not_too_many(authority: AuthorityServer) -> None:
    asked = listed(authority)
    chain = [parse_certificate(one.der) for one in (asked.leaf, ROOT)]
    enquiry = Enquiry(authority.url(CRL_PATH), None, *chain)
    authorities = AskedAuthorities(HERE, HOW, limits=QUICK)
    first = authorities(enquiry)
    assert authorities(enquiry) is first
    assert len(authority.requests) == 1
    for number in range(MAX_ASKED - 1):
        authorities(msgspec.structs.replace(enquiry, address=authority.url(f"/{number}")))
    assert len(authority.requests) == MAX_ASKED
    last = authorities(msgspec.structs.replace(enquiry, address=authority.url("/last")))
    assert isinstance(last, Problem)
    assert (last.kind, last.because) == (ProblemKind.TOO_LONG, "more than 32 places are named")
    authorities.close()
    assert len(authority.requests) == MAX_ASKED


def test_all_of_them_together_have_a_limit_of_time(authority: AuthorityServer) -> None:
    asked = listed(authority)
    chain = [parse_certificate(one.der) for one in (asked.leaf, ROOT)]
    times = iter([0.0, MAX_SECONDS + 1])
    authorities = AskedAuthorities(HERE, HOW, limits=QUICK, clock=lambda: next(times))
    answered = authorities(Enquiry(authority.url(CRL_PATH), None, *chain))
    assert isinstance(answered, Problem)
    assert answered.because == "others took more than 60 s to answer"
    authorities.close()
    assert authority.requests == []
