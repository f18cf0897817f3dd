"""libcurl on a selector."""

import resource
import time
from pathlib import Path

import pycurl
import pytest

from tests.simulators.fault_server import FaultServer, answer
from trustui.crawl.transfer.loop import Loop

FD_SETSIZE = 1024


def finish_one(loop: Loop, url: str) -> int:
    """Runs one bare handle to its end and gives its status."""
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.WRITEFUNCTION, len)
    loop.add(handle)
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        loop.turn(0.05)
        for done, error, _ in loop.finished():
            assert (done, error) == (handle, 0)
            loop.remove(handle)
            return int(handle.getinfo(pycurl.RESPONSE_CODE))
    raise AssertionError("the loop did not finish")


def test_connections_are_kept_between_handles(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    loop = Loop(4)
    assert [finish_one(loop, server.url()) for _ in range(3)] == [200] * 3
    loop.close()
    assert server.connections() == 1


def test_a_turn_without_anything_to_do_takes_the_time_given() -> None:
    loop = Loop(1)
    before = time.monotonic()
    loop.turn(0.03)
    assert 0.02 < time.monotonic() - before < 1.0
    loop.close()


def test_descriptors_above_those_of_select_work(server: FaultServer, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < FD_SETSIZE + 200:
        pytest.skip(f"this system allows {hard} descriptors only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FD_SETSIZE + 200), hard))
    (tmp_path / "x").touch()
    held = [(tmp_path / "x").open() for _ in range(FD_SETSIZE)]
    try:
        loop = Loop(1)
        assert finish_one(loop, server.on("/", answer(200))) == 200
        loop.close()
    finally:
        for one in held:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
