"""Names turned into addresses beside the requests."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from trustui.crawl.transfer.names import (
    BlockingNames,
    Names,
    Resolve,
    checked_addresses,
    system_addresses,
)


class Asker:
    """Asks and waits for the ring, as the engine does."""

    def __init__(self, resolve: Resolve, max_threads: int = 256) -> None:
        self.rung = threading.Event()
        self.names = Names(resolve, self.rung.set, max_threads)

    def ask(self, host: str, now: float | None = None) -> tuple[str, ...]:
        give_up = time.monotonic() + 5
        while time.monotonic() < give_up:
            found = self.names.addresses(host, 80, time.monotonic() if now is None else now)
            if found is not None:
                return found
            self.rung.wait(0.1)
            self.rung.clear()
            self.names.take()
        raise AssertionError("no answer")


def answering(calls: list[str], addresses: list[str]) -> Resolve:
    def resolve(host: str, _port: int) -> list[str]:
        calls.append(host)
        return addresses

    return resolve


def refusing(host: str, _port: int) -> list[str]:
    raise OSError(f"no such name: {host}")


def test_a_name_is_asked_for_once_and_remembered_for_a_minute() -> None:
    calls: list[str] = []
    asker = Asker(answering(calls, ["192.0.2.1", "2001:db8::1"]))
    assert asker.ask("a.test") == asker.ask("a.test") == ("192.0.2.1", "2001:db8::1")
    assert calls == ["a.test"]
    assert asker.names.addresses("a.test", 80, time.monotonic() + 61) is None
    asker.names.close()


def test_a_failure_is_told_to_all_who_wait_and_soon_forgotten() -> None:
    asker = Asker(refusing)
    for _ in range(2):
        with pytest.raises(OSError, match="no such name"):
            asker.ask("a.test")
    assert asker.names.addresses("a.test", 80, time.monotonic() + 2) is None
    asker.names.close()


@pytest.mark.parametrize("addresses", [[], ["127.0.0.1,evil"], ["a.test"]])
def test_only_addresses_are_passed_on(addresses: list[str]) -> None:
    asker = Asker(answering([], addresses))
    with pytest.raises(OSError, match=r"has none|not appear"):
        asker.ask("a.test")
    with pytest.raises(OSError, match=r"has none|not appear"):
        BlockingNames(answering([], addresses)).addresses("a.test", 80, 0.0)
    asker.names.close()


def test_a_resolver_that_breaks_is_a_failure_of_the_name_alone() -> None:
    def broken(_host: str, _port: int) -> list[str]:
        raise RuntimeError

    asker = Asker(broken)
    with pytest.raises(OSError, match="RuntimeError"):
        asker.ask("a.test")
    asker.names.close()


def test_names_that_hang_hold_back_no_other() -> None:
    released = threading.Event()

    def resolve(host: str, _port: int) -> list[str]:
        if host.startswith("hang"):
            released.wait(10)
        return ["192.0.2.1"]

    asker = Asker(resolve)
    for n in range(200):
        assert asker.names.addresses(f"hang{n}.test", 80, 0.0) is None
    began = time.monotonic()
    assert asker.ask("a.test") == ("192.0.2.1",)
    assert time.monotonic() - began < 5.0
    released.set()
    asker.names.close()


def test_one_name_that_hangs_takes_one_thread_however_often_it_is_asked_for() -> None:
    calls: list[str] = []
    released = threading.Event()

    def resolve(host: str, _port: int) -> list[str]:
        calls.append(host)
        released.wait(10)
        return ["192.0.2.1"]

    asker = Asker(resolve)
    for _ in range(100):
        assert asker.names.addresses("a.test", 80, 0.0) is None
    released.set()
    asker.ask("a.test", 0.0)
    assert calls == ["a.test"]
    asker.names.close()


def test_threads_are_few_and_end() -> None:
    busy = most = 0
    lock = threading.Lock()

    def resolve(_host: str, _port: int) -> list[str]:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.002)
        with lock:
            busy -= 1
        return ["192.0.2.1"]

    before = threading.active_count()
    asker = Asker(resolve, max_threads=3)
    for n in range(50):
        asker.names.addresses(f"{n}.test", 80, 0.0)
    for n in range(50):
        asker.ask(f"{n}.test", 0.0)
    assert most <= 3
    asker.names.close()
    eventually(lambda: threading.active_count() <= before)


def eventually(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def test_the_systems_answer_has_each_address_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, port: int, **_wanted: object) -> list[tuple[object, ...]]:
        assert (host, port) == ("a.test", 443)
        return [
            (2, 1, 6, "", (address, 443)) for address in ("192.0.2.2", "192.0.2.1", "192.0.2.2")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert system_addresses("a.test", 443) == ["192.0.2.2", "192.0.2.1"]
    assert checked_addresses(system_addresses, "a.test", 443) == ("192.0.2.2", "192.0.2.1")
