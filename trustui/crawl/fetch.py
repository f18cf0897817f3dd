"""The one door to the network: every request of the product goes through a `Door`.

`Fetch` is the door of one thread; a `Switchboard` gives doors to many. What they promise, with
their limits: `docs/sources/fetch.md`.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Protocol, Self, overload

from trustui.core.facts import Document, Problem
from trustui.crawl.addresses import AddressPolicy
from trustui.crawl.transfer.answers import Reply
from trustui.crawl.transfer.conditional import Unchanged
from trustui.crawl.transfer.engine import Engine
from trustui.crawl.transfer.errand import Errand, Exchange, Result, Wanted
from trustui.crawl.transfer.limits import FetchLimits
from trustui.crawl.transfer.names import BlockingNames, Resolve
from trustui.crawl.transfer.request import Terms

__all__ = [
    "AddressPolicy",
    "Door",
    "Exchange",
    "Fetch",
    "FetchLimits",
    "Reply",
    "Resolve",
    "Result",
    "Unchanged",
    "Wanted",
]

_LONGEST_TURN = 60.0


class Door(Protocol):
    """What a source asks for documents. Nothing here raises for what the remote does."""

    requests: int
    """Sent so far, with redirects and further attempts."""
    received_bytes: int
    """Of all bodies so far, as they were sent."""

    @overload
    def get(self, url: str, *, max_length: int, accept: str = "*/*") -> Document | Problem: ...
    @overload
    def get(
        self, url: str, *, max_length: int, validator: str, accept: str = "*/*"
    ) -> Document | Problem | Unchanged: ...
    def get(
        self, url: str, *, max_length: int, validator: str = "", accept: str = "*/*"
    ) -> Document | Problem | Unchanged:
        """The document at ``url``, of at most ``max_length`` bytes once decoded, or why not.

        With the ``validator`` of a document that the caller has, the answer may be `Unchanged`;
        without one, or with "", never. `Document.seen_at` is when the answer was complete.
        """
        return self.get_many([Wanted(url, max_length, validator)], accept=accept)[0]

    def each(
        self, requests: Sequence[Wanted], *, accept: str = "*/*"
    ) -> Generator[tuple[int, Result], None, None]:
        """As `get` for each, side by side: (place in ``requests``, result) as they come.

        What is left is cancelled when the generator is closed.
        """
        with closing(self.run(requests, accept=accept)) as answers:
            for number, result in answers:
                assert not isinstance(result, Reply), "only an exchange gets a reply"
                yield number, result

    def get_many(self, requests: Sequence[Wanted], *, accept: str = "*/*") -> list[Result]:
        """As `each`, in the order asked. All bodies are in memory at the end."""
        return [result for _, result in sorted(self.each(requests, accept=accept), key=_number)]

    def exchange_many(self, questions: Sequence[Exchange]) -> list[Reply | Unchanged | Problem]:
        """What each was answered, side by side, in the order asked."""
        answers: list[Reply | Unchanged | Problem] = []
        for _, result in sorted(self.run(questions), key=_number):
            assert not isinstance(result, Document), "an exchange gets a reply"
            answers.append(result)
        return answers

    def run(
        self, requests: Sequence[Wanted], *, accept: str = "*/*"
    ) -> Generator[tuple[int, Result | Reply], None, None]:
        """As `each`, of documents and exchanges; the latter say themselves what they accept."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def _number(numbered: tuple[int, object]) -> int:
    return numbered[0]


class Fetch(Door):
    """The door of one thread: one policy, one set of limits, connections kept between requests.

    Connections are never shared between different policies or credentials: make one `Fetch` for
    each. Use it as a context manager, from one thread at a time.

    ``ca_file`` (PEM) replaces the system's authorities. ``resolve`` replaces libcurl's own
    resolver, which runs beside the transfers and within the limit for connecting; another one
    blocks. ``sleep`` and ``jitter`` (a number from 0 to 1) are for tests.
    """

    def __init__(
        self,
        policy: AddressPolicy | None = None,
        limits: FetchLimits | None = None,
        *,
        ca_file: str | None = None,
        resolve: Resolve | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.requests = 0
        self.received_bytes = 0
        self._terms = Terms(policy or AddressPolicy(), limits or FetchLimits(), ca_file)
        self._sleep = sleep
        names = None if resolve is None else lambda _ring: BlockingNames(resolve)
        self._engine = Engine(self._terms.limits, names=names, jitter=jitter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all kept connections."""
        self._engine.close()

    def run(
        self, requests: Sequence[Wanted], *, accept: str = "*/*"
    ) -> Generator[tuple[int, Result | Reply], None, None]:
        """As `Door.run`. Requests go on only while the caller waits for the next result."""
        batch = _Batch()
        for number, wanted in enumerate(requests):
            self._engine.add(Errand(wanted, self._terms, batch, number=number, accept=accept))
        try:
            for _ in requests:
                yield self._next(batch)
        finally:
            self._engine.cancel(batch)

    def _next(self, batch: "_Batch") -> tuple[int, Result | Reply]:
        while not batch.ended:
            pause = self._engine.pause
            if pause is None:
                self._engine.turn(_LONGEST_TURN)
            else:
                self._sleep(pause)
                self._engine.wake()
                self._engine.turn(0.0)
        errand = batch.ended.popleft()
        self.requests += errand.requests
        self.received_bytes += errand.received_bytes
        return errand.number, outcome_of(errand)


class _Batch:
    """What one call wants, and what has ended of it."""

    def __init__(self) -> None:
        self.ended: deque[Errand] = deque()

    def take(self, errand: Errand) -> None:
        self.ended.append(errand)


def outcome_of(errand: Errand) -> Result | Reply:
    """The result of an errand that is over. Raises what was a mistake of ours."""
    if errand.error is not None:
        raise errand.error
    return errand.result
