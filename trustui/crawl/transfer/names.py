"""Names turned into addresses by threads of our own.

libcurl's threads for this are 20 for all transfers together: so many names whose name servers
never answer would hold back everybody else's for as long as the system waits (30 s and more).
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import msgspec

Resolve = Callable[[str, int], Sequence[str]]
"""From a host name and port to addresses as text; OSError where there is no answer."""

MAX_THREADS = 256
"""One for each name that hangs; they cost little while they wait."""
_IDLE_SECONDS = 10.0
_KEEP_SECONDS = 60.0
"""As libcurl does. What is connected is judged each time anew, whatever is remembered here."""
_KEEP_FAILURES_SECONDS = 1.0
"""All that wait for a name learn of its failure; who comes later asks anew."""
_MAX_KEPT = 1024

Name = tuple[str, int]


class Answer(msgspec.Struct, frozen=True):
    """Addresses, or why there are none; ``at`` on a clock that never goes back."""

    at: float
    addresses: tuple[str, ...]
    because: str = ""

    @property
    def keep_seconds(self) -> float:
        return _KEEP_FAILURES_SECONDS if self.because else _KEEP_SECONDS


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver says, in the order it would try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(resolve: Resolve, host: str, port: int) -> tuple[str, ...]:
    """As ``resolve`` says, but only what is an address. Raises OSError, for none at all too."""
    try:
        addresses = tuple(str(ip_address(address)) for address in resolve(host, port))
    except ValueError as error:  # UnicodeError for an odd name, too
        raise OSError(str(error)) from error
    if not addresses:
        raise OSError("the name has none")
    return addresses


class BlockingNames:
    """Asks in the caller's own thread."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def addresses(self, host: str, port: int, _now: float) -> tuple[str, ...]:
        """Raises OSError."""
        return checked_addresses(self._resolve, host, port)

    def take(self) -> bool:
        """Nothing ever comes later."""
        return False

    def close(self) -> None:
        """Nothing was begun."""


class Names:
    """Asked from one thread only; ``ring`` is called when there is an answer more to `take`."""

    def __init__(
        self, resolve: Resolve, ring: Callable[[], None], max_threads: int = MAX_THREADS
    ) -> None:
        self._resolve = resolve
        self._ring = ring
        self._max_threads = max_threads
        self._asked: set[Name] = set()
        self._known: dict[Name, Answer] = {}
        self._answers: deque[tuple[Name, Answer]] = deque()
        self._changed = threading.Condition()
        self._questions: deque[Name] = deque()
        self._threads = 0
        self._idle = 0
        self._is_closed = False

    def addresses(self, host: str, port: int, now: float) -> tuple[str, ...] | None:
        """None while nobody knows yet: ask again after the ring. Raises OSError."""
        name = (host, port)
        answer = self._known.get(name)
        if answer is not None and now - answer.at < answer.keep_seconds:
            if answer.because:
                raise OSError(answer.because)
            return answer.addresses
        if name not in self._asked:
            self._asked.add(name)
            self._ask(name)
        return None

    def take(self) -> bool:
        """Whether there are new answers, which `addresses` gives from now on."""
        count = len(self._answers)
        for _ in range(count):
            name, answer = self._answers.popleft()
            self._asked.discard(name)
            self._known.pop(name, None)
            self._known[name] = answer
        while len(self._known) > _MAX_KEPT:
            del self._known[next(iter(self._known))]
        return count > 0

    def close(self) -> None:
        """Ends the threads that wait for a question; one that waits for an answer ends later."""
        with self._changed:
            self._is_closed = True
            self._questions.clear()
            self._changed.notify_all()

    def _ask(self, name: Name) -> None:
        with self._changed:
            self._questions.append(name)
            if len(self._questions) <= self._idle:
                self._changed.notify()
                return
            if self._threads >= self._max_threads:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="trustui-names", daemon=True).start()

    def _work(self) -> None:
        while (name := self._next_question()) is not None:
            self._answers.append((name, self._answer(name)))
            self._ring()

    def _next_question(self) -> Name | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._questions or self._is_closed, _IDLE_SECONDS)
            self._idle -= 1
            if self._questions:
                return self._questions.popleft()
            self._threads -= 1
            return None

    def _answer(self, name: Name) -> Answer:
        try:
            return Answer(time.monotonic(), checked_addresses(self._resolve, *name))
        except Exception as error:  # noqa: BLE001 - a thread has nobody else to tell
            return Answer(time.monotonic(), (), str(error) or type(error).__name__)
