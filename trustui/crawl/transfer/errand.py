"""One document that somebody wants, through all its redirects and attempts.

Pure but for the request it holds: times and chance are arguments.
"""

from typing import Literal, Protocol

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import Refusal, Target, masked
from trustui.crawl.secrets import Secret
from trustui.crawl.transfer.answers import Answer, Passing, Redirect, Reply
from trustui.crawl.transfer.conditional import Unchanged, condition
from trustui.crawl.transfer.headers import shown
from trustui.crawl.transfer.request import Terms

Result = Document | Unchanged | Problem


_NOT_YET = Problem("", ProblemKind.UNREADABLE, "not asked yet")


class Wanted(msgspec.Struct, frozen=True):
    """A document at a URL, of at most ``max_length`` bytes once decoded.

    ``validator`` is `Document.validator` of the one that the caller has, or "": it makes the
    request conditional, and only then may the answer be `Unchanged`.
    """

    url: str
    max_length: int
    validator: str = ""


class Exchange(Wanted, frozen=True):
    """A question in a protocol above HTTP: the answer is a `Reply`, whatever its status.

    ``authorization`` is the value of that field; it goes to the origin of ``url``, and never again
    once a redirect led away from there. ``form`` or ``message`` is the body of a POST, which follows
    no redirect; ``message_type`` is the media type of the latter. Raises ValueError for a secret that
    is no header's value.
    """

    method: Literal["GET", "HEAD", "POST"] = "GET"
    accept: str = "*/*"
    authorization: Secret | None = None
    form: Secret | None = None
    message: bytes = b""
    message_type: str = ""

    def __post_init__(self) -> None:
        value = "" if self.authorization is None else self.authorization.reveal()
        if not (value.isascii() and (value.isprintable() or not value)):
            raise ValueError("expected visible ASCII characters as the value of Authorization")


class Party(Protocol):
    """Whoever wants a number of documents together."""

    def take(self, errand: "Errand") -> None:
        """The errand is over; called from the thread that runs the requests."""
        ...


class Errand:
    """Until it ``is_over``, ``target`` is what to ask next.

    ``deadline`` is None until the first request starts: waiting for a free lane costs nothing.
    ``number`` is the party's own. ``error`` is a mistake of ours, to be raised to the party.
    """

    def __init__(
        self, wanted: Wanted, terms: Terms, party: Party, *, number: int = 0, accept: str = "*/*"
    ) -> None:
        self.location = masked(wanted.url)
        self.wanted = wanted
        self.terms = terms
        self.party = party
        self.number = number
        self.accept = wanted.accept if isinstance(wanted, Exchange) else accept
        self.deadline: float | None = None
        self.not_before = 0.0
        self.named_from: float | None = None
        self.was_held = False
        self.requests = 0
        self.received_bytes = 0
        self.is_over = False
        self.error: Exception | None = None
        self.result: Result | Reply = _NOT_YET
        self._attempts = 1
        self._visited: list[str] = []
        self._has_left = False
        checked = terms.policy.check_url(wanted.url)
        if isinstance(checked, Refusal):
            self._refuse(checked.because)
        else:
            self._origin = checked.origin
            self._go(checked)

    @property
    def host(self) -> str:
        return self.target.host

    @property
    def condition(self) -> str:
        """The header line that makes the next request conditional, or "".

        A validator is a secret of the place that gave it: it could tell the next one who asks.
        """
        validator = self.wanted.validator
        return condition(validator) if validator and self._is_at_home else ""

    @property
    def exchange(self) -> Exchange | None:
        """The question to ask next, where this is one; without its secret where that may not go."""
        if not isinstance(self.wanted, Exchange):
            return None
        if self._has_left:
            return msgspec.structs.replace(self.wanted, authorization=None)
        return self.wanted

    @property
    def _is_at_home(self) -> bool:
        """Not redirected to another origin."""
        return len(self._visited) == 1 or self.target.origin == self._origin

    def begin(self, now: float) -> float:
        """The deadline, which starts to run with the first request."""
        if self.deadline is None:
            self.deadline = now + self.terms.limits.total_seconds
        return self.deadline

    def take(self, answer: Answer, *, now: float, chance: float) -> None:
        """Go on with what came: the end, another URL, or another attempt at ``not_before``."""
        match answer:
            case Document() | Unchanged():
                self.is_over, self.result = True, self._without_others_secrets(answer)
            case Reply():
                self.is_over, self.result = True, answer
            case Problem():
                self._end(answer)
            case Redirect():
                self._follow(answer.url)
            case Passing():
                self._try_again(answer.problem, now, chance)

    def hold(self, seconds: float, now: float) -> None:
        """The place wants no requests for so long: wait once if that is short, or end."""
        is_too_long = seconds > self.terms.limits.max_backoff_seconds
        is_too_late = self.deadline is not None and now + seconds >= self.deadline
        if self.was_held or is_too_long or is_too_late:
            because = f"not asked: {self.host} wants no requests for {seconds:.0f} s"
            self._end(Problem(self.location, ProblemKind.UNREADABLE, because, seconds))
            return
        self.was_held = True
        self.not_before = now + seconds

    def give_up(self, kind: ProblemKind, because: str) -> None:
        self._end(Problem(self.location, kind, because))

    def fail(self, error: Exception) -> None:
        """End with a mistake of ours."""
        self.is_over, self.error = True, error

    def _refuse(self, because: str) -> None:
        self.give_up(ProblemKind.REFUSED, because)

    def _go(self, target: Target) -> None:
        self.target = target
        self._has_left |= target.origin != self._origin
        self._visited.append(target.url)

    def _without_others_secrets(self, result: Document | Unchanged) -> Document | Unchanged:
        """A validator of another origin would be sent to ours next time."""
        if self._is_at_home:
            return result
        return msgspec.structs.replace(result, validator="")

    def _follow(self, url: str) -> None:
        checked = self.terms.policy.check_url(url)
        if isinstance(self.wanted, Exchange) and self.wanted.method == "POST":
            self._refuse(f"redirected to {shown(masked(url))}: what was posted goes nowhere else")
        elif isinstance(checked, Refusal):
            self._refuse(f"redirected to {shown(masked(url))}: {checked.because}")
        elif self.target.scheme == "https" and checked.scheme == "http":
            self._refuse(f"redirected from https to http, to {shown(checked.url)}")
        elif self.terms.limits.max_redirects == 0:
            self._refuse(f"redirected to {shown(checked.url)}: no redirect is followed from here")
        elif checked.url in self._visited:
            self._refuse(f"redirected in a circle, back to {shown(checked.url)}")
        elif len(self._visited) > self.terms.limits.max_redirects:
            self._refuse(f"redirected more than {self.terms.limits.max_redirects} times")
        else:
            self._go(checked)

    def _try_again(self, problem: Problem, now: float, chance: float) -> None:
        limits = self.terms.limits
        longest = limits.backoff_seconds * 2.0 ** (self._attempts - 1)
        pause = min(longest, limits.max_backoff_seconds) * (0.5 + chance / 2)
        pause = max(pause, problem.retry_after or 0.0)
        is_too_late = now + pause >= self.begin(now)
        if self._attempts >= limits.attempts or pause > limits.max_backoff_seconds or is_too_late:
            self._end(problem)
            return
        self._attempts += 1
        self.not_before = now + pause

    def _end(self, problem: Problem) -> None:
        because = problem.because
        if self._attempts > 1:
            because += f"; asked {self._attempts} times"
        if len(self._visited) > 1:
            because += f"; redirected to {shown(self.target.url)}"
        self.is_over = True
        self.result = Problem(problem.location, problem.kind, because, problem.retry_after)
