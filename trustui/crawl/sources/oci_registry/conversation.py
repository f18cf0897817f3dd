"""Questions to one registry, with whatever login they take, side by side through the door."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeGuard

import msgspec

from trustui.core.facts import Problem, ProblemKind
from trustui.core.primitives.text import counted, visible
from trustui.crawl.fetch import AddressPolicy, Door, Exchange, Fetch, Reply, Result
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.secrets import Secret
from trustui.crawl.sources.oci_registry.location import Where
from trustui.crawl.sources.oci_registry.logging_in import Doorkeeper
from trustui.crawl.sources.oci_registry.refusals import UNAUTHORIZED
from trustui.crawl.transfer.headers import shown

_MAX_NOTICES = 20
_MAX_WARNING = 300
_COUNT = re.compile(r"([0-9]{1,12})(?:;w=([0-9]{1,9}))?")
"""A count and the seconds it is over, as Docker Hub states its limits."""
_UNITS = ((3_600, "hour"), (60, "minute"), (1, "second"))
_WARNING = re.compile(r'299 [^ ]{1,100} "((?:[^"\\]|\\.)*)"')
"""Distribution specification 1.1, "Warnings": to be shown, never to be acted on."""


Coming: TypeAlias = "Callable[[], list[Reply | Problem]]"
"""Answers that are under way."""
Numbered: TypeAlias = "tuple[int, Result | Reply]"
"""A result of a door, and which of the questions it answers."""


class Question(msgspec.Struct, frozen=True):
    """One request. ``path`` begins with a slash and is made of checked parts only."""

    path: str
    max_length: int
    accept: str = "*/*"
    is_head: bool = False


class Conversation:
    """One opened registry. Use it from one thread at a time.

    Raises only what a door raises that is closed meanwhile: nothing was learned about the place.
    """

    def __init__(self, where: Where, options: ImageOptions) -> None:
        self.where = where
        policy = AddressPolicy(allowed_hosts=options.allowed_hosts)
        self._is_own_door = options.door is None
        self._door: Door = options.door or Fetch(policy, ca_file=options.ca_file)
        self._keeper = Doorkeeper(where, options.login, policy, self._ask_service)
        self._has_spoken = False
        self._notices: dict[str, None] = {}
        self._quota = ""

    @property
    def requests(self) -> tuple[int, int]:
        """Sent so far, and bytes of bodies received; those to token services among them."""
        return self._door.requests, self._door.received_bytes

    @property
    def notices(self) -> tuple[str, ...]:
        """Warnings, each once, and the newest word about how many requests are left."""
        return (*self._notices, *((self._quota,) if self._quota else ()))

    def ask(self, question: Question, scope: str) -> Reply | Problem:
        """As `ask_many` for one."""
        return self.ask_many([question], scope)[0]

    def ask_many(self, questions: Sequence[Question], scope: str) -> list[Reply | Problem]:
        """What each was answered, in their order; 401 is never among it, but the Problem it means.

        All of them need the same ``scope``, as token services know it.
        """
        return self.begin(questions, scope)()

    def begin(self, questions: Sequence[Question], scope: str) -> Coming:
        """As `ask_many`, whose answers are called for later, once.

        Through a door of a switchboard the questions are under way meanwhile, unless nobody asked
        this registry anything yet.
        """
        secret = self._keeper.secret(scope) if questions else None
        if secret is None and not self._has_spoken and len(questions) > 1:
            # Not all of them shall be refused before it is known what the registry wants.
            return lambda: [self.ask(questions[0], scope), *self.ask_many(questions[1:], scope)]
        self._has_spoken = True
        if not questions or isinstance(secret, Problem):
            return lambda: self._answered(questions, scope, secret, iter(()))
        coming = self._send([self._exchange(question, secret) for question in questions])
        return lambda: self._answered(questions, scope, secret, coming)

    def _answered(
        self,
        questions: Sequence[Question],
        scope: str,
        secret: Secret | Problem | None,
        coming: Iterator[Reply | Problem],
    ) -> list[Reply | Problem]:
        """What came; what was refused is asked again with another secret, as far as there is one."""
        answers: dict[int, Reply | Problem] = {}
        left = list(range(len(questions)))
        tries = 1 if secret is None else 2
        while left and not isinstance(secret, Problem):
            answers.update(zip(left, map(self._without_strangers, coming), strict=True))
            left = [number for number in left if _is_refused(answers[number])]
            if left:
                refused = answers[left[0]]
                assert _is_refused(refused)
                secret, tries = self._next_secret(scope, refused, secret, tries)
            if left and not isinstance(secret, Problem):
                coming = self._send([self._exchange(questions[number], secret) for number in left])
        if isinstance(secret, Problem):
            answers |= {number: self._told(questions[number], secret) for number in left}
        return [answers[number] for number in range(len(questions))]

    def _next_secret(
        self, scope: str, refused: Reply, sent: Secret | None, tries: int
    ) -> tuple[Secret | Problem, int]:
        """What to send after 401; what others learned while this was under way comes first."""
        newest = self._keeper.known_secret(scope)
        if newest is not None and newest is not sent:
            return newest, 2
        return self._keeper.next_secret(scope, refused, tries), tries + 1

    def close(self) -> None:
        """Close the door, if it is ours."""
        if self._is_own_door:
            self._door.close()

    def _exchange(self, question: Question, secret: Secret | None) -> Exchange:
        return Exchange(
            self.where.base + question.path,
            question.max_length,
            method="HEAD" if question.is_head else "GET",
            accept=question.accept,
            authorization=secret,
        )

    def _without_strangers(self, answer: Reply | Problem) -> Reply | Problem:
        """A store that content was redirected to gets no credentials of ours, whatever it wants."""
        if not _is_refused(answer) or answer.target.origin == self.where.target.origin:
            return answer
        because = f"it sent us to {shown(answer.target.host)}, which wants credentials"
        return Problem(answer.location, ProblemKind.UNREADABLE, because)

    def _told(self, question: Question, problem: Problem) -> Problem:
        return msgspec.structs.replace(problem, location=self.where.base + question.path)

    def _ask_service(self, exchange: Exchange) -> Reply | Problem:
        return next(self._send([exchange]))

    def _send(self, exchanges: Sequence[Exchange]) -> Iterator[Reply | Problem]:
        """The answers in the order of the questions, which are under way from now on."""
        running = self._door.run(exchanges)
        # A door begins when somebody waits for its first answer.
        return self._in_order([next(running)], running)

    def _in_order(
        self, first: list[Numbered], running: Iterator[Numbered]
    ) -> Iterator[Reply | Problem]:
        for _, result in sorted([*first, *running], key=lambda one: one[0]):
            assert isinstance(result, Reply | Problem), "an exchange that has no condition"
            if isinstance(result, Reply):
                self._note(result)
            yield result

    def _note(self, reply: Reply) -> None:
        if reply.target.origin != self.where.target.origin:
            return
        for text in reply.fields.get("warning", ()):
            said = _WARNING.fullmatch(text)
            if said and len(self._notices) < _MAX_NOTICES:
                self._notices[f"it warns: {visible(said[1], _MAX_WARNING)}"] = None
        left, most = reply.first("ratelimit-remaining"), reply.first("ratelimit-limit")
        if left:
            self._quota = f"requests left at the registry: {_quota(left, most)}"


def _quota(left: str, most: str) -> str:
    """`76 of 100 in 6 hours`; what is no number with its window is told as it came."""
    parts = [_COUNT.fullmatch(one) for one in (left, most)]
    of = f" of {parts[1][1] if parts[1] else visible(most, 40)}" if most else ""
    told = f"{parts[0][1] if parts[0] else visible(left, 40)}{of}"
    seconds = next((int(one[2]) for one in parts if one and one[2]), 0)
    if not seconds:
        return told
    size, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    return f"{told} in {counted(seconds // size, unit)}"


def _is_refused(answer: Reply | Problem) -> TypeGuard[Reply]:
    return isinstance(answer, Reply) and answer.status == UNAUTHORIZED
