"""Doors for many threads: one thread runs the requests of all of them (docs/sources/fetch.md).

Lanes per host and the wishes of places to be left alone hold for the whole process, while
connections are shared only between lines with the same policy and authorities.
"""

import math
import resource
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from queue import SimpleQueue
from typing import Self

import msgspec

from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.fetch import Door, outcome_of
from trustui.crawl.transfer.answers import Reply
from trustui.crawl.transfer.engine import Engine
from trustui.crawl.transfer.errand import Errand, Result, Wanted
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.names import Names, Resolve, system_addresses
from trustui.crawl.transfer.request import Terms

AT_ONCE = 512
"""So high that silent hosts, each waited for until its limit, leave room for all others."""
_LEAST_AT_ONCE = 16
_HANDFUL = 256
_HANDFUL_SECONDS = 0.05
"""What is over waits so long for others to be handed over with it.

To wake a thread for each costs more than the request did: both would take turns at one interpreter.
"""


class SwitchboardClosed(Exception):  # noqa: N818 - it is no error of anybody
    """Nobody answers any more: nothing was learned about the place that was asked."""


class SwitchboardFailed(Exception):  # noqa: N818 - reads as what happened
    """A mistake of ours ended all requests; the next one starts afresh. Its cause says more."""


class Switchboard:
    """Use `line` for each source. All methods may be called from any thread.

    The thread that runs the requests starts with the first one and ends, with all connections,
    after ``idle_seconds`` without any; connections of one policy likewise. ``resolve`` is called
    in threads of its own.
    """

    def __init__(
        self,
        limits: FetchLimits | None = None,
        *,
        idle_seconds: float = 60.0,
        resolve: Resolve = system_addresses,
    ) -> None:
        self.limits = limits or FetchLimits(at_once=affordable(AT_ONCE))
        self._idle_seconds = idle_seconds
        self._resolve = resolve
        self._lock = threading.Lock()
        self._operator: _Operator | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def line(
        self,
        policy: AddressPolicy | None = None,
        *,
        ca_file: str | None = None,
        account: str = "",
    ) -> "Line":
        """A `Door` for one source; ``ca_file`` (PEM) replaces the system's authorities.

        Lines with credentials name whose they are by ``account``: no others use their connections.
        """
        return Line(self, Terms(policy or AddressPolicy(), self.limits, ca_file, account))

    def close(self, seconds: float = 5.0) -> None:
        """End everything, waiting at most so long; who waits for a result gets
        `SwitchboardClosed` raised, and so does who asks later.
        """
        with self._lock:
            self._is_closed = True
            operator = self._operator
        if operator is not None:
            operator.stop()
            operator.join(seconds)

    def submit(self, call: "_Call", wanted: Sequence[Wanted], terms: Terms, accept: str) -> None:
        """For `Line`. Raises SwitchboardClosed."""
        errands = [
            Errand(one, terms, call, number=number, accept=accept)
            for number, one in enumerate(wanted)
        ]
        with self._lock:
            if self._is_closed:
                raise SwitchboardClosed("the switchboard is closed")
            # After a fork the thread has stayed with the parent.
            if self._operator is None or not self._operator.is_alive():
                self._operator = _Operator(self._new_engine(), self._idle_seconds, self._retire)
                self._operator.start()
            self._operator.submit(call, errands)

    def _new_engine(self) -> Engine:
        return Engine(self.limits, names=lambda ring: Names(self._resolve, ring))

    def _retire(self, operator: "_Operator") -> bool:
        """Whether an idle operator may end: nobody can have given it anything afterwards."""
        with self._lock:
            if operator.has_messages:
                return False
            if self._operator is operator:
                self._operator = None
            return True


class Line(Door):
    """The `Door` of one source through a `Switchboard`.

    Besides what a place cannot be blamed for, `SwitchboardClosed` and `SwitchboardFailed`, its
    methods raise nothing. They block, and may be called from several threads.
    """

    def __init__(self, switchboard: Switchboard, terms: Terms) -> None:
        self.requests = 0
        self.received_bytes = 0
        self._switchboard = switchboard
        self._terms = terms
        self._lock = threading.Lock()
        self._calls: set[_Call] = set()
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the calls of this line in other threads, with SwitchboardClosed, and later ones.

        Its connections stay with the switchboard.
        """
        with self._lock:
            self._is_closed = True
            calls = list(self._calls)
        for call in calls:
            call.end(SwitchboardClosed("the line was closed"))

    def run(
        self, requests: Sequence[Wanted], *, accept: str = "*/*"
    ) -> Generator[tuple[int, Result | Reply], None, None]:
        """As `Door.run`. Requests go on meanwhile: what came is kept until it is taken."""
        call = self._begin()
        try:
            self._switchboard.submit(call, requests, self._terms, accept)
            for _ in requests:
                yield self._count(call.next())
        finally:
            call.cancel()
            with self._lock:
                self._calls.discard(call)

    def _begin(self) -> "_Call":
        with self._lock:
            if self._is_closed:
                raise SwitchboardClosed("the line is closed")
            call = _Call()
            self._calls.add(call)
            return call

    def _count(self, errand: Errand) -> tuple[int, Result | Reply]:
        with self._lock:
            self.requests += errand.requests
            self.received_bytes += errand.received_bytes
        return errand.number, outcome_of(errand)


class _Call:
    """What one call of a line wants: the meeting point of its thread and the operator's."""

    def __init__(self) -> None:
        self.operator: _Operator | None = None
        self.left = 0
        self._over: list[Errand] = []
        self._over_since = 0.0
        self._ended: SimpleQueue[Sequence[Errand] | Exception] = SimpleQueue()
        self._taken: deque[Errand] = deque()

    def take(self, errand: Errand) -> None:
        """By the operator: an errand is over, and is handed over with the next others."""
        if not self._over:
            assert self.operator is not None
            self._over_since = self.operator.hold(self)
        self.left -= 1
        self._over.append(errand)

    def hand_over(self, now: float) -> float:
        """By the operator: a handful, the last ones, or those that waited long enough.

        Gives when to ask again at the latest; infinity when nothing is held back any more.
        """
        held_until = self._over_since + _HANDFUL_SECONDS
        if self.left and len(self._over) < _HANDFUL and now < held_until:
            return held_until
        over, self._over = self._over, []
        self._ended.put(over)
        return math.inf

    def end(self, because: Exception) -> None:
        """By anybody: nothing more will come."""
        self._ended.put(because)

    def next(self) -> Errand:
        """By the caller: the next errand that is over. Raises what ended the call."""
        if not self._taken:
            ended = self._ended.get()
            if isinstance(ended, Exception):
                raise ended
            self._taken.extend(ended)
        return self._taken.popleft()

    def cancel(self) -> None:
        """By the caller: nobody waits any more for what is left."""
        if self.operator is not None and self.left:
            self.operator.cancel(self)


class _Operator(threading.Thread):
    """Runs the engine. Others only leave it messages."""

    def __init__(
        self, engine: Engine, idle_seconds: float, may_retire: Callable[["_Operator"], bool]
    ) -> None:
        super().__init__(name="trustui-switchboard", daemon=True)
        self._engine = engine
        self._idle_seconds = idle_seconds
        self._may_retire = may_retire
        self._messages: deque[_Message] = deque()
        self._calls: set[_Call] = set()
        self._holding: set[_Call] = set()
        """Those of which something is over; all calls may be hundreds, and a turn is short."""
        self._is_stopping = False

    @property
    def has_messages(self) -> bool:
        return bool(self._messages)

    def submit(self, call: _Call, errands: Sequence[Errand]) -> None:
        """Takes effect as long as the thread lives, which the switchboard's lock ensures."""
        call.operator, call.left = self, len(errands)
        self._leave(_Message(call, errands))

    def cancel(self, call: _Call) -> None:
        self._leave(_Message(call, None))

    def hold(self, call: _Call) -> float:
        """Something of this call is over and not handed over yet; gives the time."""
        self._holding.add(call)
        return time.monotonic()

    def stop(self) -> None:
        self._is_stopping = True
        self._engine.ring()

    def run(self) -> None:
        because: Exception = SwitchboardClosed("the switchboard was closed")
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - raised again in every thread that waits
            because = SwitchboardFailed("the switchboard failed")
            because.__cause__ = error
        finally:
            self._say_goodbye(because)

    def _work(self) -> None:
        idle_since = time.monotonic()
        while not self._is_stopping:
            while self._messages:
                self._obey(self._messages.popleft())
            now = time.monotonic()
            self._engine.turn(min(self._idle_seconds, self._hand_over(now) - now))
            self._engine.close_idle(self._idle_seconds)
            now = time.monotonic()
            if self._calls or self._messages:
                idle_since = now
            elif now - idle_since >= self._idle_seconds and self._may_retire(self):
                return

    def _hand_over(self, now: float) -> float:
        """As the calls do; when to do it again at the latest."""
        soonest = math.inf
        for call in list(self._holding):
            held_until = call.hand_over(now)
            soonest = min(soonest, held_until)
            if held_until == math.inf:
                self._holding.remove(call)
            if not call.left:
                self._calls.discard(call)
        return soonest

    def _say_goodbye(self, because: Exception) -> None:
        """Whoever waits is told; nobody can come any more once the switchboard knows."""
        while not self._may_retire(self):
            self._calls.add(self._messages.popleft().call)
        self._hand_over(math.inf)
        for call in self._calls:
            call.end(because)
        self._engine.close()

    def _leave(self, message: "_Message") -> None:
        self._messages.append(message)
        self._engine.ring()

    def _obey(self, message: "_Message") -> None:
        call = message.call
        if message.errands is None:
            self._engine.cancel(call)
            self._calls.discard(call)
            self._holding.discard(call)
            return
        if message.errands:
            self._calls.add(call)
        for errand in message.errands:
            self._engine.add(errand)


class _Message(msgspec.Struct, frozen=True):
    """Errands of a call to run; None to forget the call."""

    call: _Call
    errands: Sequence[Errand] | None


def affordable(at_once: int) -> int:
    """So many requests, or as many as half of the descriptors that this process may open."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return at_once
    return max(_LEAST_AT_ONCE, min(at_once, allowed // 2))
