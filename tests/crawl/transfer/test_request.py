"""What one request sends, which doors of libcurl's own are shut, and which sockets it opens."""

import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pycurl
import pytest

from tests.crawl.conftest import STAND_IN
from tests.simulators.fault_server import FaultServer, answer, raw
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import AddressPolicy, Target
from trustui.crawl.fetch import Fetch
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.request import Terms, Transfer


def test_it_sends_no_more_than_it_must(server: FaultServer, door: Fetch) -> None:
    door.get(server.on("/x?y=%20", answer(200)), max_length=1, accept="application/json")
    assert server.paths() == ["/x?y=%20"]
    headers = dict(server.requests[0].headers)
    assert headers.pop("user-agent").startswith("trustui/")
    assert headers == {
        "host": f"127.0.0.1:{server.port}",
        "accept": "application/json",
        "accept-encoding": "gzip",
    }


def test_dots_in_a_path_are_sent_as_they_were_checked(server: FaultServer, door: Fetch) -> None:
    door.get(server.url("/a/../%2e%2e/b"), max_length=1)
    assert server.paths() == ["/a/../%2E%2E/b"]


@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY", "all_proxy"])
def test_proxies_of_the_environment_are_not_used(
    server: FaultServer, canary: FaultServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, canary.url())
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Fetch(AddressPolicy(allowed_hosts=frozenset({"127.0.0.1"}))) as door:
        assert isinstance(door.get(server.on("/", answer(200)), max_length=1), Document)
    assert canary.connections() == 0


def test_saved_logins_are_not_read(
    server: FaultServer, door: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    door.get(server.on("/", answer(200)), max_length=1)
    assert "authorization" not in server.requests[0].headers


def test_cookies_are_not_kept(server: FaultServer, door: Fetch) -> None:
    url = server.on("/", answer(200, headers={"Set-Cookie": "a=b; Path=/"}))
    for _ in range(2):
        door.get(url, max_length=1)
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize(
    "answered",
    [b"just text", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", b""],
    ids=["HTTP/0.9", "ssh", "a transfer encoding", "nothing"],
)
def test_what_is_not_plain_http_is_unreadable(
    server: FaultServer, door: Fetch, answered: bytes
) -> None:
    result = door.get(server.on("/", raw(answered)), max_length=100)
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.UNREADABLE


def transfer_to(host: str, *allowed: str) -> Transfer:
    terms = Terms(AddressPolicy(allowed_hosts=frozenset(allowed)), FetchLimits(), ca_file=None)
    target = Target("https", host, 443, "/")
    return Transfer(target, terms, max_length=1, deadline=1e9)


def peer(address: str) -> SimpleNamespace:
    """As libcurl describes the address that it is about to connect."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return SimpleNamespace(
        family=family, socktype=socket.SOCK_STREAM, protocol=0, addr=(address, 443)
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "fe80::1"])
def test_no_socket_is_made_for_an_internal_address(address: str) -> None:
    transfer = transfer_to("a.test")
    assert transfer._open_socket(0, peer(address)) == pycurl.SOCKET_BAD
    transfer.finish(pycurl.E_COULDNT_CONNECT, "")
    assert transfer.fault is not None
    assert transfer.fault.kind is ProblemKind.REFUSED


def test_a_socket_is_made_for_a_public_address_and_goes_when_it_was_taken_over() -> None:
    """pycurl duplicates the descriptor at once: one is enough for each connection."""
    transfer = transfer_to("a.test")
    opened = transfer._open_socket(0, peer("93.184.215.14"))
    descriptor = opened.fileno()
    os.fstat(descriptor)
    del opened
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    transfer.finish(pycurl.E_COULDNT_CONNECT, "")
    assert transfer.fault is None


def test_a_kept_connection_to_an_internal_address_is_not_used_either() -> None:
    """libcurl asks for no socket then, so the peer is judged again before each request."""
    transfer = transfer_to("a.test", STAND_IN)
    assert transfer._connected(STAND_IN, "", 443, 0) == pycurl.PREREQFUNC_OK
    assert transfer._connected("127.0.0.1", "", 443, 0) == pycurl.PREREQFUNC_ABORT
    transfer.finish(pycurl.E_ABORTED_BY_CALLBACK, "")
    assert transfer.fault is not None
    assert transfer.fault.kind is ProblemKind.REFUSED


def test_a_body_nobody_wants_is_read_to_an_end_only(server: FaultServer, door: Fetch) -> None:
    server.on("/short", answer(404, bytes(1000)))
    server.on("/long", answer(404, bytes(1 << 20)))
    for path in ("/short", "/long", "/short"):
        result = door.get(server.url(path), max_length=10)
        assert isinstance(result, Problem)
        assert result.kind is ProblemKind.ABSENT
    assert server.connections() == 2


@pytest.mark.parametrize("packed", [True, False])
def test_an_announced_length_that_is_too_long_is_not_read(
    server: FaultServer, door: Fetch, packed: bool
) -> None:
    encoding = {"Content-Encoding": "gzip"} if packed else {}
    url = server.on("/", raw(faked_head(5000, encoding)))
    result = door.get(url, max_length=100)
    assert isinstance(result, Problem)
    assert result.because == "5000 bytes announced, 100 are allowed"


def faked_head(length: int, headers: dict[str, str]) -> bytes:
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{named}\r\n".encode()
