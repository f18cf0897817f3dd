"""One look at one repository: where its tags point, and what hangs on each artefact. No SQL here.

What is known and complete is only confirmed: by what tags and digests stand for, and what refers to
them. The rest is discovered and verified anew.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec

from trustui.core.facts import Problem, ProblemKind
from trustui.core.oci.discovery import place_answer
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import helper_tag, is_tag
from trustui.core.oci.requests import referrers_request
from trustui.core.primitives.text import counted, visible
from trustui.crawl.image_source import Head, ImageSource, Listing, Referrers
from trustui.crawl.switchboard import SwitchboardClosed
from trustui.images.ahead import Together
from trustui.images.asking import Asking, Heads, still_stands
from trustui.images.budget import Budget
from trustui.images.discovering import (
    helper_tags,
    is_as_known,
    judged,
    look_at,
    platforms_of,
)
from trustui.images.values import (
    Answer,
    Found,
    KnownLook,
    KnownRepository,
    Memory,
    SeenRepository,
    SeenTag,
    Verify,
)

AT_ONCE = 100
"""Names that are asked for side by side."""
MAX_TAGS = 50_000
MAX_PROBLEMS = 200
"""Of one repository that are told one by one."""
Clock: TypeAlias = Callable[[], datetime]
T = TypeVar("T")


class Task(msgspec.Struct, frozen=True):
    """A repository that is to be looked at.

    What was looked at since `confirmed_since`, in the round that goes on, is not asked for again.
    """

    name: str
    full_name: str
    known: KnownRepository | None
    confirmed_since: datetime | None
    verify: Verify | None


class RepositoryLook:
    """The look at one repository.

    When its `budget` is over it ends where it is, after one artefact at least.
    """

    def __init__(
        self,
        task: Task,
        source: ImageSource,
        memory: Memory,
        clock: Clock,
        budget: Budget,
    ) -> None:
        self._task = task
        self._known = task.known
        self._source = source
        self._memory = memory
        self._clock = clock
        self._budget = budget
        self._heads = Heads(source)
        self._tags: dict[str, str] = {}
        self._missing: list[str] = []
        self._listed: frozenset[str] | None = None
        self._found: list[Found] = []
        self._confirmed: list[str] = []
        self._problems: list[tuple[str, Problem]] = []
        self._because = ""
        self._is_whole = True
        self._is_gone = False
        self._may_probe = source.referrers is not Referrers.NOT_OFFERED
        self._is_probed = False

    def look(self) -> SeenRepository:
        """Until everything was seen, or the time is up."""
        try:
            self._look()
        except SwitchboardClosed:
            self._is_whole = False
        return self._result()

    def _result(self) -> SeenRepository:
        return SeenRepository(
            name=self._task.name,
            full_name=self._task.full_name,
            at=self._clock(),
            tags=tuple(SeenTag(name, digest) for name, digest in self._tags.items()),
            missing=tuple(self._missing),
            all_listed=self._listed,
            found=tuple(self._found),
            confirmed=tuple(self._confirmed),
            problems=tuple(self._problems[:MAX_PROBLEMS]),
            referrers=self._source.referrers,
            is_probed=self._is_probed,
            is_whole=self._is_whole,
            is_gone=self._is_gone,
            because=self._because,
        )

    def _look(self) -> None:
        listing = self._source.tags()
        if isinstance(listing, Problem):
            self._is_gone = listing.kind is ProblemKind.ABSENT
            self._note("tags", listing)
            self._because = f"its tags could not be read: {visible(listing.because)}"
            return
        self._read_tags(listing)
        tagged = {one: "" for name, one in self._tags.items() if helper_tag(name) is None}
        indexes = self._look_at_all(tagged)
        platforms = {
            platform: index
            for index, several in indexes.items()
            for platform in several
            if platform not in tagged
        }
        self._look_at_all(self._with_attachments(platforms))

    def _read_tags(self, listing: Listing) -> None:
        odd = [name for name in listing.names if not is_tag(name)]
        names = [name for name in listing.names if is_tag(name)][:MAX_TAGS]
        for name in odd:
            because = "the place lists this, which is no tag"
            self._note(f"tag {visible(name, 80)}", _unreadable(because))
        is_cut = len(odd) + len(names) < len(listing.names)
        self._because = listing.because
        if is_cut:
            self._because = f"more tags are listed than the {MAX_TAGS:,} that are read"
        if not self._because:
            self._listed = frozenset(names)
        silent = 0
        for several in _portions(names, AT_ONCE):
            for name, head in zip(several, self._heads.ask(several), strict=True):
                if isinstance(head, Head):
                    self._tags[name] = head.digest
                    self._heads.say(head.digest, head)
                elif head.kind is ProblemKind.ABSENT:
                    self._missing.append(name)
                    self._note(f"tag {name}", head)
                else:
                    silent += 1
                    self._note(f"tag {name}", head)
        if silent:
            self._because = self._because or f"{counted(silent, 'tag')} gave no usable answer"

    def _look_at_all(self, wanted: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Artefacts, each with the index that it is looked at for; gives the platforms of each."""
        platforms = {one: self._known_platforms(one) for one in wanted}
        waiting = [one for one in wanted if not self._is_done(one)]
        fresh = [one for one in waiting if self._complete_look(one) is None]
        old = [look for one in waiting if (look := self._complete_look(one)) is not None]
        for looks in _portions(old, AT_ONCE):
            if self._must_stop():
                return platforms
            fresh += self._confirm(looks)
        return platforms | self._discover_all(fresh, wanted)

    def _must_stop(self) -> bool:
        has_gained = bool(self._found or self._confirmed)
        if has_gained and self._budget.is_over:
            self._is_whole = False
        return not self._is_whole

    def _is_done(self, digest: str) -> bool:
        """Whether an earlier portion of the round has looked at it."""
        look, since = self._look_of(digest), self._task.confirmed_since
        return look is not None and since is not None and look.looked_at >= since

    def _known_platforms(self, digest: str) -> tuple[str, ...]:
        return () if self._known is None else self._known.platforms.get(digest, ())

    def _look_of(self, digest: str) -> KnownLook | None:
        return None if self._known is None else self._known.looks.get(digest)

    def _complete_look(self, digest: str) -> KnownLook | None:
        look = self._look_of(digest)
        return look if look is not None and look.is_complete else None

    # What is known ------------------------------------------------------------------------------

    def _confirm(self, looks: Sequence[KnownLook]) -> list[str]:
        """Ask whether stored answers stand; gives the digests of those that have to be read anew."""
        told = [one for look in looks for one in look.told]
        names = [one.name for one in told if one.kind == "manifest"]
        self._say_absent(names)
        self._heads.ask(names)
        referrers = self._referrers([one.name for one in told if one.kind == "referrers"])
        changed = []
        for look in looks:
            stands = [still_stands(one, self._heads, referrers) for one in look.told]
            if False in stands:
                changed.append(look.digest)
            elif None in stands:
                self._note(look.digest, _unreadable("not all that is known of it was confirmed"))
                self._because = self._because or "not everything that is known was confirmed"
            else:
                self._confirmed.append(look.digest)
        return changed

    def _say_absent(self, names: Iterable[str]) -> None:
        """A whole list of tags tells which tags there are not."""
        if self._listed is None:
            return
        for name in names:
            if ":" not in name and name not in self._listed:
                absent = Problem(self._source.location, ProblemKind.ABSENT, "no such tag is listed")
                self._heads.say(name, absent)

    def _referrers(self, digests: Iterable[str]) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        for several in _portions(list(dict.fromkeys(digests)), AT_ONCE):
            answers = self._source.ask_many([referrers_request(one) for one in several])
            found.update(zip(several, answers, strict=True))
            self._is_probed = self._may_probe
        return found

    # What is new --------------------------------------------------------------------------------

    def _discover_all(
        self, digests: Sequence[str], indexes: Mapping[str, str]
    ) -> dict[str, tuple[str, ...]]:
        """Several at a time: what the next of them ask is under way while these are judged."""
        platforms: dict[str, tuple[str, ...]] = {}
        left = deque(digests)
        several = self._begin(left) if left and not self._must_stop() else None
        while several is not None:
            read = self._read(several, indexes)
            unread = list(several.askings)[len(read) :]
            left.extendleft(reversed(unread))
            self._is_whole = not (left and self._budget.is_over)
            try:
                several = self._begin(left) if left and self._is_whole else None
            finally:
                for found, asking in read:
                    platforms[found.digest] = platforms_of(found)
                    self._conclude(found, asking)
        return platforms

    def _begin(self, left: deque[str]) -> Together:
        """Take the next ones that are read together."""
        digests = [left.popleft() for _ in range(min(len(left), self._budget.ahead))]
        self._is_probed = self._may_probe
        askings = {
            one: Asking(self._source, self._heads, self._known, self._memory) for one in digests
        }
        looks = {one: look.told for one in digests if (look := self._look_of(one)) is not None}
        return Together(self._source, askings, looks)

    def _read(self, several: Together, indexes: Mapping[str, str]) -> list[tuple[Found, Asking]]:
        """As many of them, from the first on, as may wait in memory."""
        read: list[tuple[Found, Asking]] = []
        budget = self._budget
        with budget.timed():
            discoveries = several.discover(self._task.full_name, budget.bytes_left)
            for digest, discovery in discoveries.items():
                if read and budget.bytes_left <= 0:
                    break
                asking = several.askings[digest]
                found = look_at(digest, discovery, asking, self._clock(), indexes[digest])
                budget.take(size=asking.size)
                read.append((found, asking))
        return read

    def _conclude(self, found: Found, asking: Asking) -> None:
        if not found.is_complete:
            self._tell_incomplete(found)
        if is_as_known(found, self._look_of(found.digest)):
            self._confirmed.append(found.digest)
            return
        self._found.append(judged(found, self._task.full_name, asking, self._task.verify))

    def _tell_incomplete(self, found: Found) -> None:
        self._because = self._because or "not every question about its artefacts was answered"
        for told in found.told:
            if not told.is_settled:
                kind = ProblemKind(told.problem or ProblemKind.UNREADABLE)
                problem = Problem(told.location, kind, told.because or told.shortfall)
                self._note(f"{told.kind} {told.name} of {found.digest}", problem)

    def _with_attachments(self, platforms: Mapping[str, str]) -> dict[str, str]:
        """The platforms of indexes on which something hangs, or may hang, of its own."""
        if not platforms or self._must_stop():
            return {}
        listed = self._listed
        by_tag = {
            one for one in platforms if listed is None or not listed.isdisjoint(helper_tags(one))
        }
        known = {one for one in platforms if self._look_of(one) is not None}
        others = [one for one in platforms if one not in by_tag | known]
        answers = self._referrers(others)
        hung = {one for one in others if _may_list(answers[one])}
        return {one: platforms[one] for one in platforms if one in by_tag | known | hung}

    def _note(self, place: str, problem: Problem) -> None:
        self._problems.append((f"{self._task.name}: {place}", problem))


def _may_list(answer: Answer) -> bool:
    """Whether the referrers interface lists something, or what it lists cannot be known."""
    if isinstance(answer, Problem):
        return answer.kind is not ProblemKind.ABSENT
    told, _ = place_answer(Place.REFERRERS, answer, PlaceState.NOT_OFFERED, "")
    return told.state is not PlaceState.EMPTY


def _unreadable(because: str) -> Problem:
    return Problem("", ProblemKind.UNREADABLE, because)


def _portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]
