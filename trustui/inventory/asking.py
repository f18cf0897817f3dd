"""One crawl's questions: each place is asked once, within bounds, and every answer is kept."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Repository
from trustui.core.limits import MIB
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import counted
from trustui.crawl.source import Source, served_name
from trustui.inventory.reading_ahead import ReadingAhead
from trustui.inventory.values import CrawlOrder

Answer: TypeAlias = Document | Problem
Told: TypeAlias = Callable[[int, int, str], object]
"""Hears how far a crawl is: documents read, documents known of so far, the place at hand."""


class CrawlLimits(msgspec.Struct, frozen=True):
    """What one crawl may take; what is left out makes it partial, and the next one goes on."""

    documents: int = 20_000
    """16,384 bins and the roles above them."""
    bytes: int = 512 * MIB
    """Twice the longest document that is read at all."""
    seconds: float = 150.0
    """Half the time limit of the job: the batch at hand may still take 30 seconds for each four
    documents, and what was read has to be recorded."""
    ahead: int = 16
    """Documents that are asked for side by side; a host's own lanes may be fewer."""


@dataclass(frozen=True)
class Place:
    """What a crawl reads from. `ask_many` gives answers in order, None where nothing is gained."""

    ask: Callable[[Request], Answer]
    first_root: Callable[[], Answer]
    ask_many: Callable[[Sequence[Request]], Sequence[Answer]] | None = None

    @classmethod
    def of(cls, source: Source) -> "Place":
        """A source that is read directly."""
        return cls(source.ask, source.first_root)


class Asking:
    """How a verification reads a place for a crawl; `ask` is its `Ask`.

    `in_hand` holds answers that were fetched already, by place. What was seen before keeps the
    time at which it was first seen, as a document's lifetime is counted from there.
    """

    def __init__(
        self,
        order: CrawlOrder,
        place: Place,
        limits: CrawlLimits,
        *,
        in_hand: Mapping[str, Answer],
        told: Told,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.answers: dict[str, Answer] = {}
        """By place, in the order of asking."""
        self.roles: dict[str, str] = {}
        """Whose metadata each place holds."""
        self.latest = ""
        """The place that was asked for last, again or not."""
        self.count = 0
        """How often a place was asked for, again or not."""
        self.requests = len(in_hand)
        self.received_bytes = 0
        self.because = ""
        """Which bound was reached; empty while none is."""
        self._order = order
        self._place = place
        self._limits = limits
        self._in_hand = dict(in_hand)
        self._told = told
        self._monotonic = monotonic
        self._ends_at = monotonic() + limits.seconds
        self._ahead: ReadingAhead | None = None

    def ask(self, request: Request) -> Answer:
        """The place's answer, or why it was not asked."""
        name = served_name(request)
        if name not in self.answers:
            self._take(self._batch(request))
        self.latest = name
        self.count += 1
        return self.answers[name]

    def first_root(self) -> Answer:
        """The place's own first root, kept under the name that the place has for it."""
        answer = self._place.first_root()
        self.requests += 1
        self.latest = answer.location.rpartition("/")[2]
        self.count += 1
        self._keep(self.latest, "root", answer)
        return self.answers[self.latest]

    @contextmanager
    def reading_ahead(self, repository: Repository) -> Iterator[None]:
        """Meanwhile fetch side by side what its delegations will need, where the place can.

        No longer than that: each would hold the other, and all that was read, until Python looks
        for cycles, which in a process of this size is hundreds of crawls later.
        """
        if self._place.ask_many is not None:
            self._ahead = ReadingAhead(repository, self._limits.ahead)
        try:
            yield
        finally:
            self._ahead = None

    def _batch(self, request: Request) -> list[Request]:
        if self._ahead is None:
            return [request]
        return self._ahead.batch(request, self.answers)

    def _take(self, requests: Sequence[Request]) -> None:
        names = [served_name(request) for request in requests]
        left = 0 if self._ahead is None else self._ahead.left
        self._told(len(self.answers), len(self.answers) + len(requests) + left, names[0])
        asked_for = zip(requests, names, strict=True)
        unasked = [one for one, name in asked_for if name not in self._in_hand]
        answers = iter(self._ask_place(unasked) if unasked else ())
        for name, request in zip(names, requests, strict=True):
            in_hand = self._in_hand.pop(name, None)
            self._keep(name, request.role, next(answers) if in_hand is None else in_hand)

    def _ask_place(self, requests: Sequence[Request]) -> Sequence[Answer]:
        self.because = self.because or self._bound_reached(len(requests))
        if self.because:
            refused = ProblemKind.REFUSED
            return [Problem(served_name(one), refused, self.because) for one in requests]
        self.requests += len(requests)
        if self._place.ask_many is not None and len(requests) > 1:
            return self._place.ask_many(requests)
        return [self._place.ask(request) for request in requests]

    def _bound_reached(self, more: int) -> str:
        limits = self._limits
        if self.requests + more > limits.documents:
            return f"one crawl reads at most {counted(limits.documents, 'document')}"
        if self.received_bytes > limits.bytes:
            return f"one crawl reads at most {counted(limits.bytes, 'byte')}"
        if self._monotonic() > self._ends_at:
            return f"one crawl takes at most {limits.seconds:,.0f} seconds"
        return ""

    def _keep(self, name: str, role: str, answer: Answer) -> None:
        if isinstance(answer, Document):
            self.received_bytes += len(answer.body)
            answer = self._as_first_seen(name, answer)
        self.answers[name] = answer
        self.roles[name] = role

    def _as_first_seen(self, name: str, document: Document) -> Document:
        known = self._order.known.get(name)
        if known is None or known.first_seen_at is None or known.sha256 != sha256(document.body):
            return document
        since = min(document.seen_at or known.first_seen_at, known.first_seen_at)
        return msgspec.structs.replace(document, seen_at=since)
