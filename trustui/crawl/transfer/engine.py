"""Runs any number of errands side by side, each to its end. One thread only, but for `ring`."""

import math
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Protocol

import msgspec

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.answers import answer_of, polite_pause
from trustui.crawl.transfer.connections import Connections
from trustui.crawl.transfer.errand import Errand, Party
from trustui.crawl.transfer.handles import Handle
from trustui.crawl.transfer.holds import Holds
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.loop import Loop
from trustui.crawl.transfer.request import Terms, Transfer
from trustui.crawl.transfer.schedule import Schedule

_REMEMBERED = 1024
_LEAST_SECONDS_BETWEEN_SWEEPS = 0.01
"""How late a time limit may be noticed; many transfers are looked at in one go."""


class Naming(Protocol):
    """Names turned into addresses, as `names.Names` or `names.BlockingNames` do it."""

    def addresses(self, host: str, port: int, now: float) -> tuple[str, ...] | None:
        """None while nobody knows yet. Raises OSError where there are none."""
        ...

    def take(self) -> bool:
        """Whether there are new answers."""
        ...

    def close(self) -> None:
        """End what was begun."""
        ...


class Trip(msgspec.Struct):
    """An errand under way."""

    errand: Errand
    transfer: Transfer
    connections: Connections
    handle: Handle
    due: float


class Engine:
    """``names`` resolves instead of libcurl; ``jitter`` gives a number from 0 to 1."""

    def __init__(
        self,
        limits: FetchLimits,
        *,
        names: Callable[[Callable[[], None]], Naming] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._jitter = jitter
        self._loop = Loop()
        self.ring = self._loop.ring
        self._names = names(self.ring) if names else None
        self._schedule = Schedule(limits)
        self._holds = Holds()
        self._connections: dict[Terms, Connections] = {}
        self._running: dict[Any, Trip] = {}
        self._unnamed: list[Errand] = []
        self._sweep_at = math.inf
        self._has_news = False

    @property
    def pause(self) -> float | None:
        """Seconds in which there is nothing to do but wait; None while something is under way."""
        if self._running or self._unnamed:
            return None
        return self._schedule.pause(time.monotonic())

    def add(self, errand: Errand) -> None:
        """Its party learns when it is over, which may be at once."""
        if errand.is_over:
            errand.party.take(errand)
        else:
            self._schedule.add(errand)

    def wake(self) -> None:
        """Let the first errand that was put off go, whatever the time."""
        self._schedule.wake()

    def turn(self, longest: float) -> None:
        """Start what is due, wait at most ``longest`` seconds for something to happen, act on it.

        A mistake of ours while an answer is judged ends its own errand and no other.
        """
        self._has_news = False
        self._start_due()
        for multi in self._loop.turn(0.0 if self._has_news else self._patience(longest)):
            for curl, error, words in multi.finished():
                self._arrive(curl, error, words)
        if self._names is not None and self._names.take():
            self._go_on_with_named()
        now = time.monotonic()
        if now >= self._sweep_at:
            self._sweep(now)

    def cancel(self, party: Party) -> None:
        """Stop and forget all errands of the party; it is told nothing."""
        self._schedule.drop(party)
        for curl, trip in list(self._running.items()):
            if trip.errand.party is party:
                self._leave(curl, 0, "")
                self._lose(trip.errand)
        for errand in [errand for errand in self._unnamed if errand.party is party]:
            self._unnamed.remove(errand)
            self._lose(errand)

    def close_idle(self, seconds: float) -> None:
        """Close the connections of terms that nobody used for so long."""
        now = time.monotonic()
        for terms, connections in list(self._connections.items()):
            if not connections.busy and now - connections.used_at >= seconds:
                del self._connections[terms]
                connections.close()

    def close(self) -> None:
        """Close all connections. To be asked once nothing is under way."""
        for curl in list(self._running):
            self._leave(curl, 0, "")
        if self._names is not None:
            self._names.close()
        self.close_idle(-math.inf)
        self._loop.close()

    def _patience(self, longest: float) -> float:
        now = time.monotonic()
        pause = self._schedule.pause(now)
        due = self._sweep_at - now
        return max(0.0, min(longest, due if pause is None else min(pause, due)))

    def _start_due(self) -> None:
        now = time.monotonic()
        for errand in self._schedule.due(now):
            self._try(self._start, errand, now)

    def _try(self, step: Callable[[Errand, float], None], errand: Errand, now: float) -> None:
        try:
            step(errand, now)
        except Exception as error:  # noqa: BLE001 - raised again to the one it belongs to
            errand.fail(error)
            self._end(errand, errand.host)

    def _start(self, errand: Errand, now: float) -> None:
        """Begin the errand's next request, or what has to come before it."""
        held = self._holds.remaining(errand.target.origin, now) if self._holds else 0.0
        if held:
            errand.hold(held, now)
            self._end(errand, errand.host)
        elif self._names is None or _is_address(errand.host):
            self._send(errand, (), errand.terms.limits.connect_seconds, now)
        else:
            errand.begin(now)
            errand.named_from = now
            self._name(errand, now)

    def _name(self, errand: Errand, now: float) -> None:
        """Send it if the name's addresses are known; else it waits for them, in its lane."""
        target, limit = errand.target, errand.terms.limits.connect_seconds
        spent = now - (errand.named_from or now)
        assert self._names is not None
        try:
            addresses = self._names.addresses(target.host, target.port, now)
        except OSError as error:
            self._give_up(errand, ProblemKind.UNREADABLE, f"no address for {target.host}: {error}")
            return
        if addresses is not None:
            self._send(errand, addresses, limit - spent, now)
        elif spent >= limit:
            because = f"no address for {target.host} within {limit:g} s"
            self._give_up(errand, ProblemKind.TOO_SLOW, because)
        else:
            self._unnamed.append(errand)
            self._sweep_at = min(self._sweep_at, now + limit - spent)

    def _go_on_with_named(self) -> None:
        waiting, self._unnamed = self._unnamed, []
        now = time.monotonic()
        for errand in waiting:
            self._try(self._name, errand, now)

    def _send(
        self, errand: Errand, addresses: tuple[str, ...], connect_seconds: float, now: float
    ) -> None:
        terms = errand.terms
        connections = self._connections.get(terms)
        if connections is None:
            connections = self._connections[terms] = Connections(self._loop, terms)
        transfer = _transfer(errand, errand.begin(now))
        handle = connections.handle()
        transfer.arm(handle, addresses, connect_seconds)
        connections.start(handle)
        errand.requests += 1
        trip = Trip(errand, transfer, connections, handle, transfer.due(now))
        self._running[handle.curl] = trip
        self._sweep_at = min(self._sweep_at, trip.due)

    def _arrive(self, curl: Any, error: int, words: str) -> None:
        trip = self._leave(curl, error, words)
        errand, transfer = trip.errand, trip.transfer
        try:
            self._judge(errand, transfer)
        except Exception as mistake:  # noqa: BLE001 - raised again to the one it belongs to
            errand.fail(mistake)
        finally:  # after an interruption, too
            self._end(errand, transfer.target.host)

    def _judge(self, errand: Errand, transfer: Transfer) -> None:
        at, now = datetime.now(UTC), time.monotonic()
        errand.received_bytes += transfer.received_bytes
        pause = polite_pause(transfer.headers, at)
        if pause:
            self._holds.put(transfer.target.origin, now + pause, now)
        answer = answer_of(transfer, errand.location, at)
        errand.take(answer, now=now, chance=self._jitter())

    def _leave(self, curl: Any, error: int, words: str) -> Trip:
        trip = self._running.pop(curl)
        trip.connections.end(trip.handle, time.monotonic())
        trip.transfer.finish(error, words)
        return trip

    def _give_up(self, errand: Errand, kind: ProblemKind, because: str) -> None:
        errand.give_up(kind, because)
        self._end(errand, errand.host)

    def _end(self, errand: Errand, host: str) -> None:
        """The request to ``host`` is over, and perhaps the errand."""
        self._schedule.leaves(errand, host)
        if errand.is_over:
            self._has_news = True
            errand.party.take(errand)

    def _lose(self, errand: Errand) -> None:
        errand.is_over = True
        self._schedule.leaves(errand, errand.host)

    def _sweep(self, now: float) -> None:
        """Stop what is too slow, and find out when to look again."""
        soonest = math.inf
        for curl, trip in list(self._running.items()):
            if trip.due <= now:
                if trip.transfer.is_too_slow(now):
                    self._arrive(curl, 0, "")
                    continue
                trip.due = trip.transfer.due(now)
            soonest = min(soonest, trip.due)
        self._sweep_at = max(soonest, now + _LEAST_SECONDS_BETWEEN_SWEEPS)
        if self._unnamed:
            self._go_on_with_named()


def _transfer(errand: Errand, deadline: float) -> Transfer:
    """The request that an errand makes next."""
    exchange = errand.exchange
    secret = exchange and exchange.authorization
    form = exchange and exchange.form
    return Transfer(
        errand.target,
        errand.terms,
        max_length=errand.wanted.max_length,
        deadline=deadline,
        accept=errand.accept,
        condition=errand.condition,
        is_exchange=exchange is not None,
        method=exchange.method if exchange else "GET",
        authorization=secret.reveal() if secret else "",
        body=form.reveal() if form else exchange.message if exchange else b"",
        body_type=exchange.message_type if exchange else "",
    )


@lru_cache(_REMEMBERED)
def _is_address(host: str) -> bool:
    """`Target.host` is either an address in its one spelling or a name, never both."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
