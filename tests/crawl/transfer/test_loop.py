"""libcurl on a selector."""

import resource
import threading
import time
from pathlib import Path

import pycurl
import pytest

from tests.simulators.fault_server import FaultServer, answer
from trustui.crawl.transfer.loop import Loop, Multi

FD_SETSIZE = 1024


def finish_one(loop: Loop, multi: Multi, url: str) -> int:
    """Runs one bare handle to its end and gives its status."""
    handle = pycurl.Curl()
    handle.setopt(pycurl.URL, url)
    handle.setopt(pycurl.WRITEFUNCTION, len)
    multi.add(handle)
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        assert loop.turn(0.05) <= {multi}
        for done, error, _ in multi.finished():
            assert (done, error) == (handle, 0)
            multi.remove(handle)
            return int(handle.getinfo(pycurl.RESPONSE_CODE))
    raise AssertionError("the loop did not finish")


def test_connections_are_kept_between_handles(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    loop = Loop()
    with Multi(loop, 4) as multi:
        assert [finish_one(loop, multi, server.url()) for _ in range(3)] == [200] * 3
    loop.close()
    assert server.connections() == 1


def test_a_turn_without_anything_to_do_takes_the_time_given() -> None:
    loop = Loop()
    before = time.monotonic()
    loop.turn(0.03)
    assert 0.02 < time.monotonic() - before < 5.0
    loop.close()


def test_a_ring_ends_the_present_or_the_next_wait() -> None:
    loop = Loop()
    for _ in range(3):
        for _ in range(1000):
            loop.ring()
        before = time.monotonic()
        loop.turn(60.0)
        assert time.monotonic() - before < 20.0
    ringer = threading.Timer(0.05, loop.ring)
    ringer.start()
    before = time.monotonic()
    loop.turn(60.0)
    assert 0.03 < time.monotonic() - before < 20.0
    ringer.join()
    loop.close()


def test_a_ring_after_the_end_reaches_nobody(tmp_path: Path) -> None:
    """The descriptor may be somebody else's by then."""
    loop = Loop()
    loop.close()
    loop.close()
    with (tmp_path / "a").open("wb"), (tmp_path / "b").open("wb"):
        loop.ring()
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"", b""]


def test_multis_of_one_loop_share_no_connections(server: FaultServer) -> None:
    server.on("/", answer(200, b"x"))
    loop = Loop()
    with Multi(loop, 4) as one, Multi(loop, 4) as other:
        for multi in (one, other, one, other):
            assert finish_one(loop, multi, server.url()) == 200
    loop.close()
    assert server.connections() == 2


def test_descriptors_above_those_of_select_work(server: FaultServer, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < FD_SETSIZE + 200:
        pytest.skip(f"this system allows {hard} descriptors only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FD_SETSIZE + 200), hard))
    (tmp_path / "x").touch()
    held = [(tmp_path / "x").open() for _ in range(FD_SETSIZE)]
    try:
        loop = Loop()
        with Multi(loop, 1) as multi:
            assert finish_one(loop, multi, server.on("/", answer(200))) == 200
        loop.close()
    finally:
        for one in held:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
