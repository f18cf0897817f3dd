"""One document that somebody wants, through all its redirects and attempts.

Pure but for the request it holds: times and chance are arguments.
"""

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.crawl.addresses import Refusal, Target, masked
from trustui.crawl.transfer.answers import Answer, Passing, Redirect
from trustui.crawl.transfer.headers import shown
from trustui.crawl.transfer.request import Terms

Result = Document | Problem


class Errand:
    """Until it ``is_over``, ``target`` is what to ask next.

    ``deadline`` is None until the first request starts: waiting for a free lane costs nothing.
    """

    def __init__(self, url: str, max_length: int, terms: Terms) -> None:
        self.location = masked(url)
        self.max_length = max_length
        self.deadline: float | None = None
        self.not_before = 0.0
        self.is_over = False
        self.result: Result = Problem(self.location, ProblemKind.UNREADABLE, "not asked yet")
        self._terms = terms
        self._attempts = 1
        self._visited: list[str] = []
        checked = terms.policy.check_url(url)
        if isinstance(checked, Refusal):
            self._refuse(checked.because)
        else:
            self._go(checked)

    @property
    def host(self) -> str:
        return self.target.host

    def begin(self, now: float) -> float:
        """The deadline, which starts to run with the first request."""
        if self.deadline is None:
            self.deadline = now + self._terms.limits.total_seconds
        return self.deadline

    def take(self, answer: Answer, *, now: float, chance: float) -> None:
        """Go on with what came: the end, another URL, or another attempt at ``not_before``."""
        match answer:
            case Document():
                self.is_over, self.result = True, answer
            case Problem():
                self._end(answer)
            case Redirect():
                self._follow(answer.url)
            case Passing():
                self._try_again(answer.problem, now, chance)

    def give_up(self, kind: ProblemKind, because: str) -> None:
        self._end(Problem(self.location, kind, because))

    def _refuse(self, because: str) -> None:
        self.give_up(ProblemKind.REFUSED, because)

    def _go(self, target: Target) -> None:
        self.target = target
        self._visited.append(target.url)

    def _follow(self, url: str) -> None:
        checked = self._terms.policy.check_url(url)
        if isinstance(checked, Refusal):
            self._refuse(f"redirected to {shown(masked(url))}: {checked.because}")
        elif self.target.scheme == "https" and checked.scheme == "http":
            self._refuse(f"redirected from https to http, to {shown(checked.url)}")
        elif checked.url in self._visited:
            self._refuse(f"redirected in a circle, back to {shown(checked.url)}")
        elif len(self._visited) > self._terms.limits.max_redirects:
            self._refuse(f"redirected more than {self._terms.limits.max_redirects} times")
        else:
            self._go(checked)

    def _try_again(self, problem: Problem, now: float, chance: float) -> None:
        limits = self._terms.limits
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
