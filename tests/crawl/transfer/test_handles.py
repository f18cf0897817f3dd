"""Handles that carry one request after another."""

import socket
from typing import Any

import pycurl
import pytest

from tests.simulators.fault_server import FaultServer, answer
from trustui.crawl.transfer.handles import NO_ADDRESSES, Handle, milliseconds


def nothing_set(handle: Handle) -> list[tuple[int, object]]:
    """The options that are given to libcurl from now on."""
    given: list[tuple[int, object]] = []

    class Recorder:
        def setopt(self, option: int, value: object) -> None:
            given.append((option, value))

    handle.curl = Recorder()
    return given


def test_a_handle_without_a_request_opens_no_connection(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    handle = Handle(None)
    handle.set(pycurl.URL, server.url())
    with pytest.raises(pycurl.error):
        handle.curl.perform()
    assert server.connections() == 0


def test_what_is_the_same_is_not_set_again() -> None:
    handle = Handle(None)
    given = nothing_set(handle)
    for value in (["a"], ["a"], ["b"], ["a"]):
        handle.set(pycurl.HTTPHEADER, value)
    assert given == [(pycurl.HTTPHEADER, value) for value in (["a"], ["b"], ["a"])]


def test_addresses_of_one_request_are_not_those_of_the_next(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    handle = Handle(None)
    handle.set(pycurl.RESOLVE, [f"a.invalid:{server.port}:127.0.0.1"])
    handle.set(pycurl.RESOLVE, NO_ADDRESSES)
    handle.set(pycurl.URL, f"http://a.invalid:{server.port}/")
    handle.set(pycurl.TIMEOUT_MS, 200)
    handle.arm(a_socket, lambda *_: pycurl.PREREQFUNC_OK, lambda _: None, lambda _: None)
    with pytest.raises(pycurl.error):
        handle.curl.perform()
    assert server.connections() == 0


def a_socket(_purpose: int, peer: Any) -> socket.socket:
    return socket.socket(peer.family, peer.socktype, peer.protocol)


@pytest.mark.parametrize(("seconds", "given"), [(1.5, 1500), (0.0004, 1), (0.0, 1), (-1.0, 1)])
def test_no_limit_is_ever_none_at_all(seconds: float, given: int) -> None:
    """libcurl reads 0 milliseconds as "no limit"."""
    assert milliseconds(seconds) == given
