"""One look at one source: what it serves, what a client makes of it. No database here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.delegations import walk
from trustui.core.formats.tuf.lint import lint
from trustui.core.formats.tuf.reading import Ask, Request, Signer
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.states import trust_state
from trustui.core.formats.tuf.verify import refresh
from trustui.core.limits import DEFAULT_LIMITS
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Event, Step, Verification, trace
from trustui.crawl.source import served_name
from trustui.inventory.asking import Answer, Asking, CrawlLimits, Place, Told
from trustui.inventory.models import CrawlOutcome, Standing
from trustui.inventory.standings import Blame, is_seen, pinned_root, seen_documents, version_of
from trustui.inventory.values import CrawlOrder, CrawlResult, Known, Seen

TIMESTAMP = Request("timestamp", None, DEFAULT_LIMITS.timestamp_bytes)
TIMESTAMP_PLACE = served_name(TIMESTAMP)
ROTATION = "tuf.root.recovery.keys_rotated"
MAX_SUBJECT = 4096
"""Characters of a location that a trace shows; the longest path that Linux takes."""

Clock = Callable[[], datetime]


def crawl(
    order: CrawlOrder,
    place: Place,
    clock: Clock,
    *,
    limits: CrawlLimits | None = None,
    in_hand: Mapping[str, Answer] | None = None,
    told: Told = lambda *_: None,
) -> CrawlResult:
    """Read what a client would, verify it, and tell what was seen; the place's faults are values.

    Of a settled source the next root and the timestamp are looked at first: when both are as they
    were, that is all. `in_hand` are answers that were fetched already, by place; nothing is
    fetched twice. `clock` gives aware times in UTC.
    """
    started_at = clock()
    asking = Asking(order, place, limits or CrawlLimits(), in_hand=in_hand or {}, told=told)
    if order.is_settled:
        confirmed = _as_before(order, asking)
        if confirmed is not None:
            outcome = CrawlOutcome.UNCHANGED
            result = CrawlResult(order, started_at, clock(), outcome, confirmed=confirmed)
            return _counted(result, asking)
    question = Question(_anchor(order, asking), started_at, order.trusted)
    blame = Blame(asking)
    events, repository = blame.follow(_verification(question, asking))
    own_root = _ask_for_own_root(order, asking)
    problems = _problems(asking, {own_root, _end_of_chain(repository)})
    seen = (
        *pinned_root(order.root, asking.answers.get(own_root)),
        *seen_documents(asking, repository, blame.failed),
    )
    outcome, because = _outcome(question.anchor.document, asking, problems, seen)
    found = trace(visible(order.location, MAX_SUBJECT), started_at, started_at, events)
    result = CrawlResult(
        order,
        started_at,
        clock(),
        outcome,
        seen=seen,
        problems=tuple(problems.values()),
        problem_places=tuple(problems),
        because=because,
        dropped=_dropped(order, events, repository),
        trace=found,
        state=trust_state(found, repository),
        repository=repository,
        retry_after=max((one.retry_after or 0 for one in problems.values()), default=0) or None,
    )
    return _counted(result, asking)


def _counted(result: CrawlResult, asking: Asking) -> CrawlResult:
    timestamp = asking.answers.get(TIMESTAMP_PLACE)
    return msgspec.structs.replace(
        result,
        requests=asking.requests,
        received_bytes=asking.received_bytes,
        served_at=timestamp.served_at if isinstance(timestamp, Document) else None,
    )


# Unchanged -----------------------------------------------------------------------------------


def next_root(order: CrawlOrder) -> Request | None:
    """The root after the one that is trusted, as a client asks for it; None where none is."""
    version = _root_version(order)
    if version is None:
        return None
    return Request("root", version + 1, DEFAULT_LIMITS.root_bytes, version + 1)


def _root_version(order: CrawlOrder) -> int | None:
    """Of the root that is started from, if there is one that can be read."""
    if order.root_version is None and order.root is not None:
        return version_of(order.root)
    return order.root_version


def same_root(order: CrawlOrder, place: str, answer: Answer) -> tuple[int, ...] | None:
    """What is confirmed when there is still no next root, or the one that was refused before."""
    known = order.known.get(place)
    if known is None:
        return () if isinstance(answer, Problem) and answer.kind is ProblemKind.ABSENT else None
    return (known.sighting_id,) if is_known(known, answer) else None


def is_known(known: Known | None, answer: Answer) -> bool:
    """Whether these are the very bytes of the newest sighting."""
    if known is None or isinstance(answer, Problem):
        return False
    return known.sha256 == sha256(answer.body)


def _as_before(order: CrawlOrder, asking: Asking) -> tuple[int, ...] | None:
    """The sightings that still stand, or None where anything is new."""
    known, root = order.known.get(TIMESTAMP_PLACE), next_root(order)
    if known is None or root is None:
        return None
    confirmed = same_root(order, served_name(root), asking.ask(root))
    if confirmed is None or not is_known(known, asking.ask(TIMESTAMP)):
        return None
    return (known.sighting_id, *confirmed)


# The verification ----------------------------------------------------------------------------


def _ask_for_own_root(order: CrawlOrder, asking: Asking) -> str:
    """A client never asks for the root that it starts from; the inventory wants it once.

    Every root stays served under its number (§6.1). Gives the place.
    """
    is_there = isinstance(asking.answers.get(TIMESTAMP_PLACE), Document)
    if order.root is None or not is_there or is_seen(order, order.root):
        return ""
    version = _root_version(order)
    assert version is not None, "a timestamp is asked for only below a root that was read"
    request = Request("root", version, DEFAULT_LIMITS.root_bytes, version)
    asking.ask(request)
    return served_name(request)


def _end_of_chain(repository: Repository) -> str:
    """The place of the root after the newest, which nobody expects."""
    version = None if repository.root is None else repository.root.version + 1
    return served_name(Request("root", version, 0))


def _anchor(order: CrawlOrder, asking: Asking) -> Anchor:
    if order.root is not None:
        return Anchor(order.root, order.root_origin)
    return Anchor(asking.first_root(), AnchorOrigin.NOBODY)


def _verification(question: Question, asking: Asking) -> Verification[Repository]:
    """`verify` without paths, stopping in between to read ahead what the walk is going to need."""
    ask: Ask = asking.ask
    repository = yield from refresh(question, ask)
    with asking.reading_ahead(repository):
        yield from walk(repository)
    yield from lint(repository)
    return repository


# What came of it -----------------------------------------------------------------------------


def _outcome(
    start: Answer, asking: Asking, problems: Mapping[str, Problem], seen: Sequence[Seen]
) -> tuple[CrawlOutcome, str]:
    for answer in (start, asking.answers.get(TIMESTAMP_PLACE)):
        if isinstance(answer, Problem):
            return CrawlOutcome.FAILED, f"{visible(answer.location)}: {visible(answer.because)}"
    if asking.because:
        return CrawlOutcome.PARTIAL, asking.because
    if problems:
        name, first = next(iter(problems.items()))
        what = f"{counted(len(problems), 'document')} could not be read, first {visible(name)}"
        return CrawlOutcome.PARTIAL, f"{what}: {visible(first.because)}"
    refused = _may_be_better_next_time(seen)
    if refused:
        what = f"{counted(len(refused), 'document')} had to be refused"
        return CrawlOutcome.PARTIAL, f"{what}, first {visible(refused[0])}"
    return CrawlOutcome.COMPLETE, ""


def _may_be_better_next_time(seen: Sequence[Seen]) -> list[str]:
    """Places of refused documents that a good timestamp leads to.

    A mirror that was only half updated will serve the right bytes under the same timestamp. The
    timestamp and the next root are looked at anyway.
    """
    refused = [one for one in seen if one.standing is Standing.REFUSED and one.role != "root"]
    if any(one.place == TIMESTAMP_PLACE for one in refused):
        return []
    return [one.place for one in refused]


def _problems(asking: Asking, may_be_absent: set[str]) -> dict[str, Problem]:
    """By place. That there is no next root is how the chain ends (§5.3.3), nothing is missing."""
    return {
        name: answer
        for name, answer in asking.answers.items()
        if isinstance(answer, Problem)
        and not (name in may_be_absent and answer.kind is ProblemKind.ABSENT)
    }


def _dropped(order: CrawlOrder, events: list[Event], repository: Repository) -> tuple[str, ...]:
    """§5.3.11, where the client came so far: roles whose kept documents no key of today signed."""
    is_reached = any(
        isinstance(event, Step) and event.check == ROTATION and event.moot_because is None
        for event in events
    )
    root = repository.root
    if not is_reached or root is None:
        return ()
    return tuple(
        role
        for role in ("timestamp", "snapshot")
        if role in order.trusted
        and repository.kept(role, Signer(root.role(role), root), role) is None
    )
