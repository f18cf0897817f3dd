"""What a verification means, before anybody writes it down. No database here."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from trustui.core.answer import as_json
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.states import EXPIRY_CHECK, expires_soon, next_change, signing_begins
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.trace import Outcome, Trace, TrustState
from trustui.inventory.values import CrawlResult
from trustui.verdicts.evidence import Looked, digest_of, documents_in_force
from trustui.verdicts.models import Cause

MAX_CHANGES = 20
"""Sentences that one verdict keeps about what made it; the rest is counted."""
_FAST = 1
"""Of zlib: traces repeat themselves so much that more effort gains a tenth."""


class Basis(msgspec.Struct, frozen=True):
    """What was in force when evidence was read from the store, so that a newer look wins."""

    verdict_id: int | None
    held_crawl_id: int | None = None


class Conclusion(msgspec.Struct, frozen=True):
    """One verification of one source, as it may become a verdict. Times in UTC."""

    source_id: int
    anchor_id: int | None
    crawl_id: int | None
    """The crawl that gave the evidence."""
    cause: Cause
    evidence: str
    trace: Trace
    state: TrustState
    valid_until: datetime | None
    repository: Repository
    changes: tuple[str, ...] = ()
    """What changed in the evidence, as far as it is known already."""
    basis: Basis | None = None
    """What must still be in force; None for a crawl, which has seen the place itself."""

    @property
    def at(self) -> datetime:
        """The instant that it was judged at."""
        return self.trace.valid_at

    @property
    def first_failing(self) -> str:
        """The id of the first failing check, or empty."""
        first = self.trace.first_failing
        return "" if first is None else first.check

    @property
    def depends_on_time(self) -> bool:
        """Whether another instant may give another verdict: all but failures of other kinds."""
        is_failed = self.trace.outcome is Outcome.FAILED
        return not is_failed or self.first_failing.endswith(EXPIRY_CHECK)

    def packed_trace(self) -> bytes:
        """zlib of the JSON that `trustui verify --json` prints."""
        return zlib.compress(as_json(self.trace, "tuf", self.state), _FAST)


def concluded(
    *,
    source_id: int,
    anchor_id: int | None,
    crawl_id: int | None,
    cause: Cause,
    trace: Trace,
    state: TrustState,
    repository: Repository,
    looked: Looked,
    changes: Sequence[str] = (),
    basis: Basis | None = None,
) -> Conclusion:
    """Sum up a verification."""
    return Conclusion(
        source_id=source_id,
        anchor_id=anchor_id,
        crawl_id=crawl_id,
        cause=cause,
        evidence=digest_of(anchor_id, repository, looked),
        trace=trace,
        state=state,
        valid_until=next_change(trace, repository),
        repository=repository,
        changes=capped(changes),
        basis=basis,
    )


def concluded_from_crawl(
    result: CrawlResult, crawl_id: int, changes: Sequence[str]
) -> Conclusion | None:
    """What a crawl means; None where it found everything as before and verified nothing."""
    if result.trace is None or result.state is None or result.repository is None:
        return None
    order = result.order
    looked = Looked(
        tuple((seen.place, sha256(seen.document.body)) for seen in result.seen),
        tuple(
            (place, problem.kind)
            for place, problem in zip(result.problem_places, result.problems, strict=True)
        ),
    )
    return concluded(
        source_id=order.source_id,
        anchor_id=order.anchor_id,
        crawl_id=crawl_id,
        cause=Cause.EVIDENCE,
        trace=result.trace,
        state=result.state,
        repository=result.repository,
        looked=looked,
        changes=changes,
    )


def capped(sentences: Sequence[str]) -> tuple[str, ...]:
    """At most as many as are kept, and how many more there were."""
    more = len(sentences) - MAX_CHANGES
    if more <= 0:
        return tuple(sentences)
    return (*sentences[:MAX_CHANGES], f"and {counted(more, 'more change')}")


def what_time_did(repository: Repository, since: datetime, at: datetime) -> Iterator[str]:
    """What expired, or came to expire soon, after `since` and up to `at`."""
    for name, metadata in documents_in_force(repository):
        what = f"{visible(name, 80)} v{quoted(metadata.version, 40)}"
        begins = signing_begins(repository.root, name, metadata)
        if since < metadata.expires <= at:
            yield f"{what} expired {write_instant(metadata.expires)}"
        elif expires_soon(metadata, at, begins) and not expires_soon(metadata, since, begins):
            yield f"{what} expires soon, {write_instant(metadata.expires)}"
