"""Settled sources over HTTP, each with two requests: is there a next root, another timestamp?

All their requests are one stream through the door; where nothing changed, nothing is parsed and
nothing verified.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, cast

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import DEFAULT_LIMITS
from trustui.crawl.fetch import AddressPolicy, Result, Unchanged, Wanted
from trustui.crawl.source import served_name
from trustui.crawl.switchboard import SwitchboardClosed
from trustui.inventory.asking import Answer, Place
from trustui.inventory.crawling import (
    TIMESTAMP,
    TIMESTAMP_PLACE,
    Clock,
    is_known,
    next_root,
    same_root,
)
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.values import CrawlOrder, CrawlResult

HTTP = "tuf_http"
FIRST_ROOT = Request("root", 1, DEFAULT_LIMITS.root_bytes)
NO_TURN = "no answer in the time that one crawl may take; its host may be asked too much"


Each: TypeAlias = Callable[[Sequence[Wanted]], Iterator[tuple[int, Result]]]
"""`Door.each` of a door that many share."""


class Look(msgspec.Struct, frozen=True):
    """A source that has to be crawled after all, and what was fetched for it, by place."""

    in_hand: Mapping[str, Answer]
    started_at: datetime | None = None
    """When the fetching began; None where nothing was fetched."""


def may_probe(order: CrawlOrder) -> bool:
    """Whether two requests may be enough for this source."""
    is_known_well = order.is_settled and TIMESTAMP_PLACE in order.known
    return order.kind == HTTP and is_known_well and next_root(order) is not None


def policy_of(order: CrawlOrder) -> AddressPolicy:
    """Where requests for this source may go."""
    return AddressPolicy(allowed_hosts=frozenset(order.allow_addresses))


def probe(
    orders: Sequence[CrawlOrder], each: Each, clock: Clock
) -> Iterator[tuple[int, CrawlResult | Look]]:
    """Look at sources that `may_probe`, of one address policy; as they come.

    Gives the place in `orders`, and a `CrawlResult` where nothing changed. What is left when the
    door is closed meanwhile gets a `Look` with problems.
    """
    started_at = clock()
    probes = [_Probe(order) for order in orders]
    wanted = [one for probe in probes for one in probe.wanted]
    try:
        for number, result in each(wanted):
            place, second = divmod(number, 2)
            probes[place].results[second] = result
            if None not in probes[place].results:
                yield place, probes[place].conclude(started_at, clock())
    except SwitchboardClosed:
        for place, one in enumerate(probes):
            if None in one.results:
                yield place, Look(one.in_hand(), started_at)


class _Probe:
    """The next root, then the timestamp, of one source."""

    __slots__ = ("_order", "_root", "results", "wanted")

    def __init__(self, order: CrawlOrder) -> None:
        root, base = next_root(order), _base_of(order.location)
        assert root is not None
        self._order = order
        self._root = served_name(root)
        self.wanted = (
            Wanted(base + self._root, root.max_length),
            Wanted(
                base + TIMESTAMP_PLACE,
                TIMESTAMP.max_length,
                order.known[TIMESTAMP_PLACE].validator,
            ),
        )
        self.results: list[Result | None] = [None, None]

    def conclude(self, started_at: datetime, finished_at: datetime) -> CrawlResult | Look:
        """Both are there: nothing changed, or it has to be crawled."""
        root, timestamp = self.results
        if isinstance(root, Document | Problem) and isinstance(timestamp, Document | Unchanged):
            known = self._order.known[TIMESTAMP_PLACE]
            is_same = isinstance(timestamp, Unchanged) or is_known(known, timestamp)
            confirmed = same_root(self._order, self._root, root) if is_same else None
            if confirmed is not None:
                return CrawlResult(
                    self._order,
                    started_at,
                    finished_at,
                    CrawlOutcome.UNCHANGED,
                    confirmed=(known.sighting_id, *confirmed),
                    requests=len(self.wanted),
                    received_bytes=_received(timestamp),
                    served_at=timestamp.served_at,
                )
        return Look(self.in_hand(), started_at)

    def in_hand(self) -> dict[str, Answer]:
        """What came, or why nothing did, by place."""
        found: dict[str, Answer] = {}
        for place, result in zip((self._root, TIMESTAMP_PLACE), self.results, strict=True):
            if result is None:
                found[place] = Problem(place, ProblemKind.UNREADABLE, NO_TURN)
            elif not isinstance(result, Unchanged):
                found[place] = result
            elif (kept := self._kept()) is not None:
                found[place] = msgspec.structs.replace(kept, served_at=result.served_at)
        return found

    def _kept(self) -> Document | None:
        """The timestamp that the place says is still its newest, where it is kept with the order."""
        known, kept = self._order.known[TIMESTAMP_PLACE], self._order.trusted.get("timestamp")
        return kept if kept is not None and is_known(known, kept) else None


def _received(result: Document | Unchanged) -> int:
    return len(result.body) if isinstance(result, Document) else 0


# One source through the door ---------------------------------------------------------------------


def place_behind(each: Each, location: str) -> Place:
    """A repository over HTTP, through a door that many share.

    A door that is closed meanwhile makes what was not answered yet a problem.
    """
    base = _base_of(location)

    def wanted(request: Request) -> Wanted:
        return Wanted(base + served_name(request), request.max_length)

    def ask(request: Request) -> Answer:
        return ask_many([request])[0]

    def ask_many(requests: Sequence[Request]) -> list[Answer]:
        answers: list[Answer] = [
            Problem(base + served_name(one), ProblemKind.UNREADABLE, NO_TURN) for one in requests
        ]
        with contextlib.suppress(SwitchboardClosed):
            for number, result in each([wanted(one) for one in requests]):
                # Without a validator nothing is said to be unchanged.
                answers[number] = cast("Answer", result)
        return answers

    return Place(ask, lambda: ask(FIRST_ROOT), ask_many)


def _base_of(location: str) -> str:
    return location if location.endswith("/") else f"{location}/"
