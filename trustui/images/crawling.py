"""One portion of a look at a registry: repository after repository, until the time is up. No SQL here."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.oci.references import parse_reference
from trustui.core.primitives.text import visible
from trustui.crawl.image_source import Referrers, Registry
from trustui.images.budget import Budget, ImageLimits
from trustui.images.looking import RepositoryLook, Task
from trustui.images.names import is_chosen, named_exactly
from trustui.images.values import (
    ImageOrder,
    ImageResult,
    KnownRepository,
    Memory,
    SeenRepository,
)

Clock: TypeAlias = Callable[[], datetime]
Told: TypeAlias = Callable[[int, int, str], object]
"""Hears how far a round is: repositories looked at, of how many, the one at hand."""

PROBE_AGAIN = timedelta(days=1)
"""After which a repository without the referrers interface is asked for it again."""
NOBODY = "localhost"
"""The host of a place that has no name of its own, as for `trustui verify image`."""
MAX_NAMES = 100_000
MAX_NAME = 400
"""Characters of host and name; clients allow 255 for both."""
MAX_PROBLEMS = 200


def crawl_images(
    order: ImageOrder,
    registry: Registry,
    memory: Memory,
    clock: Clock,
    *,
    limits: ImageLimits | None = None,
    told: Told = lambda *_: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> ImageResult:
    """Look at repositories that this round has not looked at, and tell what was seen.

    What is wrong with the place is a value. `clock` gives aware times in UTC. The result says
    whether the round is over.
    """
    limits = limits or ImageLimits()
    started_at = clock()
    catalogue = _catalogue(order, registry)
    left = _left(order, catalogue.names)
    budget = Budget(limits, monotonic)
    portion = _Portion(order, catalogue.host, registry, memory, clock, budget)
    for batch in _batches(left, limits.batch):
        known = memory.known(batch)
        for name in batch:
            told(len(order.done) + len(portion.seen), len(order.done) + len(left), name)
            portion.look_at(name, known.get(name))
            if portion.must_end:
                break
        if portion.must_end:
            break
    requests, received = registry.requests()
    result = ImageResult(
        order=order,
        started_at=started_at,
        finished_at=clock(),
        repositories=tuple(portion.seen),
        gone=catalogue.gone,
        total=len(order.done) + len(left),
        problems=catalogue.problems,
        requests=requests,
        received_bytes=received,
        notices=registry.notices(),
    )
    return _concluded(result, left, catalogue)


class _Portion:
    """The repositories that were looked at so far, and what every look is made with."""

    def __init__(
        self,
        order: ImageOrder,
        host: str,
        registry: Registry,
        memory: Memory,
        clock: Clock,
        budget: Budget,
    ) -> None:
        self.seen: list[SeenRepository] = []
        self._order = order
        self._host = host
        self._registry = registry
        self._memory = memory
        self._clock = clock
        self._budget = budget

    def look_at(self, name: str, known: KnownRepository | None) -> None:
        """One more repository, as far as the budget allows."""
        source = self._registry.open(name, _hint(known, self._clock()))
        order = self._order
        task = Task(name, f"{self._host}/{name}", known, order.began_at, order.verify)
        look = RepositoryLook(task, source, self._memory, self._clock, self._budget)
        self.seen.append(look.look())
        self._budget.take(repositories=1)

    @property
    def must_end(self) -> bool:
        """Whether the next repository has to wait for the next portion."""
        return self._budget.is_over or not self.seen[-1].is_whole


def _hint(known: KnownRepository | None, now: datetime) -> Referrers:
    """What is known of the referrers interface, unless it is time to ask for it again."""
    if known is None or known.referrers_probed_at is None:
        return Referrers.UNKNOWN
    is_old = now - known.referrers_probed_at >= PROBE_AGAIN
    return Referrers.UNKNOWN if is_old else known.referrers


def _concluded(result: ImageResult, left: Sequence[str], catalogue: "_Catalogue") -> ImageResult:
    done = {one.name for one in result.repositories if one.is_whole}
    problems = [*result.problems, *(p for one in result.repositories for p in one.problems)]
    waits = [problem.retry_after or 0.0 for _, problem in problems]
    has_gained = any(one.tags or one.is_whole for one in result.repositories)
    is_silent = all(_is_silent(one) for one in result.repositories)
    failed = ""
    if catalogue.because and not result.repositories:
        failed = catalogue.because
    elif result.repositories and is_silent:
        failed = next(
            (one.because for one in result.repositories if one.because), "no usable answer"
        )
    elif left and not has_gained:
        failed = "no answer in the time that one portion of a crawl may take"
    return msgspec.structs.replace(
        result,
        is_over=done.issuperset(left),
        failed=failed,
        retry_after=max(waits, default=0.0) or None,
    )


def _is_silent(one: SeenRepository) -> bool:
    """Nothing usable was learned about it, not even that it is gone."""
    return not (one.tags or one.missing or one.is_gone or one.all_listed is not None)


# Which repositories -------------------------------------------------------------------------------


class _Catalogue(msgspec.Struct, frozen=True):
    """The repositories of a round, and why they may be fewer than there are."""

    host: str
    names: tuple[str, ...]
    gone: tuple[str, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    because: str = ""


def _catalogue(order: ImageOrder, registry: Registry) -> _Catalogue:
    """Names that were given, and of what the place lists those that fit; known ones go on.

    What a whole list lacks is gone. A place without a list, or that gives none now, is read by what
    is known of it.
    """
    if registry.host == "":
        return _of_directory(order, registry)
    host = registry.host
    given = tuple(dict.fromkeys(one for one in order.repositories if named_exactly(one)))
    if given and len(given) == len(order.repositories):
        return _Catalogue(host, given)
    listing = registry.repositories()
    known = [one for one in order.known if is_chosen(one, order.repositories)]
    if isinstance(listing, Problem):
        problem = (("catalogue", listing),)
        return _Catalogue(host, _once(given, known), (), problem, visible(listing.because))
    good, odd = _sorted_out(host, listing.names)
    names = _once(given, [one for one in good if is_chosen(one, order.repositories)])
    problems = [(f"catalogue: {visible(name, 100)}", _no_name(name)) for name in odd[:MAX_PROBLEMS]]
    because = listing.because
    if len(names) > MAX_NAMES:
        because = f"more repositories are listed than the {MAX_NAMES:,} that are read"
    if not because:
        gone = set(known).difference(names)
        return _Catalogue(host, names, tuple(sorted(gone)), tuple(problems))
    cut = Problem(registry.location, ProblemKind.UNREADABLE, because)
    return _Catalogue(host, _once(names[:MAX_NAMES], known), (), (*problems, ("catalogue", cut)))


def _once(*several: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in several for name in names))


def _of_directory(order: ImageOrder, registry: Registry) -> _Catalogue:
    """A directory is one repository, which may have been given the name that policies see."""
    listing = registry.repositories()
    host, _, name = order.repositories[0].partition("/") if order.repositories else (NOBODY, "", "")
    if isinstance(listing, Problem):
        problem = (("index.json", listing),)
        return _Catalogue(host, (), (), problem, visible(listing.because))
    return _Catalogue(host, (name,) if name else listing.names[:1])


def _sorted_out(host: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    good: list[str] = []
    odd: list[str] = []
    for name in names:
        (good if _is_name(host, name) else odd).append(name)
    return good, odd


def _is_name(host: str, name: str) -> bool:
    try:
        named = parse_reference(f"{host}/{name}")
    except ParseError:
        return False
    return named.repository == name and len(named.name) <= MAX_NAME


def _no_name(name: str) -> Problem:
    because = "the place lists this, which is no name of a repository"
    return Problem(visible(name, 100), ProblemKind.REFUSED, because)


def _left(order: ImageOrder, names: Sequence[str]) -> list[str]:
    """What this round has not looked at: what nobody ever looked at first, then the longest ago."""
    rank = {name: place for place, name in enumerate(order.known, 1)}
    waiting = [name for name in names if name not in order.done]
    return sorted(waiting, key=lambda name: rank.get(name, 0))


def _batches(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(names), size):
        yield names[first : first + size]
