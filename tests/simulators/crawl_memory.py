"""What the store gives a crawl and takes from it, in memory, for tests that need no database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count

import msgspec

from tests.simulators.tuf_places import TufPlace
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.limits import TufLimits
from trustui.core.primitives.digests import sha256
from trustui.inventory.asking import Answer, CrawlLimits, Place
from trustui.inventory.crawling import crawl
from trustui.inventory.models import CrawlOutcome
from trustui.inventory.values import CrawlOrder, CrawlResult, Known


def place_of(served: TufPlace, batches: list[list[str]] | None = None) -> Place:
    """A repository in memory as a crawl reads it; with `batches` one that answers many at once."""

    def first_root() -> Answer:
        answer = served(Request("root", 1, TufLimits().root_bytes))
        return msgspec.structs.replace(answer, location="memory:/1.root.json")

    def ask_many(requests: Sequence[Request]) -> Sequence[Answer]:
        assert batches is not None
        batches.append([request.role for request in requests])
        return [served(request) for request in requests]

    return Place(served, first_root, None if batches is None else ask_many)


class CrawlMemory:
    """One source's past: makes the order of its next crawl from the results of those before."""

    def __init__(self, root: bytes | None) -> None:
        self.root = None if root is None else Document("pinned root", root)
        self.origin = AnchorOrigin.NOBODY if root is None else AnchorOrigin.PINNED
        self.trusted: dict[str, Document] = {}
        self.known: dict[str, Known] = {}
        self.is_settled = False
        self.location = "https://updates.example/"
        self._number = count(1)

    def order(self) -> CrawlOrder:
        return CrawlOrder(
            source_id=1,
            kind="tuf_http",
            location=self.location,
            allow_addresses=(),
            anchor_id=None if self.root is None else 1,
            root=self.root,
            root_origin=self.origin,
            trusted=dict(self.trusted),
            known=dict(self.known),
            is_settled=self.is_settled,
            root_version=None if self.root is None else parse(self.root).version,
        )

    def crawl(
        self,
        served: TufPlace | Mapping[str, bytes],
        at: datetime,
        *,
        limits: CrawlLimits | None = None,
        in_hand: Mapping[str, Answer] | None = None,
    ) -> CrawlResult:
        """Crawl at an instant and remember what came of it."""
        place = served if isinstance(served, TufPlace) else TufPlace(served, seen_at=at)
        result = crawl(self.order(), place_of(place), lambda: at, limits=limits, in_hand=in_hand)
        self.take(result)
        return result

    def take(self, result: CrawlResult) -> None:
        for one in result.seen:
            digest = sha256(one.document.body)
            before = self.known.get(one.place)
            if before is None or before.sha256 != digest:
                self.known[one.place] = Known(
                    next(self._number),
                    digest,
                    one.document.validator,
                    one.standing,
                    result.started_at,
                )
        for role in result.dropped:
            self.trusted.pop(role, None)
        if result.repository is not None:
            self.trusted |= result.repository.trusted
            newest = self.trusted.pop("root", None)
            if newest is not None and self.origin is not AnchorOrigin.NOBODY:
                self.root, self.origin = newest, AnchorOrigin.KEPT
        self.is_settled = result.outcome in {CrawlOutcome.COMPLETE, CrawlOutcome.UNCHANGED}


def standings(result: CrawlResult) -> dict[str, str]:
    """What was made of each document, by place."""
    return {one.place: str(one.standing) for one in result.seen}


def first_failing(result: CrawlResult) -> str | None:
    """The id of the first failing check of a crawl's verification."""
    first = None if result.trace is None else result.trace.first_failing
    return None if first is None else first.check


def problems_by_place(result: CrawlResult) -> dict[str, Problem]:
    return dict(zip(result.problem_places, result.problems, strict=True))
