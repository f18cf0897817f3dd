"""TUF repositories that are served from memory, and a client that keeps what it has trusted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Ask, Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.verify import refresh, verify
from trustui.core.limits import TufLimits
from trustui.core.trace import Event, Outcome, Step, Trace, collect, trace


@dataclass
class TufPlace:
    """Answers what a client asks from files named as `Publisher.files` names them.

    `problems` gives some names an answer of another kind; `obeys` is false for a place that sends
    more bytes than it was asked for; `other_forms` is what a past says that it did not keep.
    """

    files: Mapping[str, bytes]
    problems: Mapping[str, ProblemKind] = field(default_factory=dict)
    seen_at: datetime | None = None
    obeys: bool = True
    other_forms: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """The file names that were asked for, in order."""
        return [file_name(request) for request in self.requests]

    def __call__(self, request: Request) -> Document | Problem:
        self.requests.append(request)
        name = file_name(request)
        location = f"memory:{name}"
        if name in self.problems:
            return Problem(location, self.problems[name], "the test wants it so")
        if name not in self.files:
            return Problem(location, ProblemKind.ABSENT, "there is no such file")
        body = self.files[name]
        if self.obeys and len(body) > request.max_length:
            return Problem(location, ProblemKind.TOO_LONG, f"over {request.max_length} bytes")
        return Document(location, body, seen_at=self.seen_at, other_forms=self.other_forms)


def file_name(request: Request) -> str:
    """As served: the role percent-encoded, so that it cannot lead elsewhere."""
    prefix = "" if request.version is None else f"{request.version}."
    return f"{prefix}{quote(request.role, safe='')}.json"


class Verdict(NamedTuple):
    """A finished verification, and the questions that tests ask about it."""

    trace: Trace
    repository: Repository
    events: list[Event]

    @property
    def outcome(self) -> Outcome:
        return self.trace.outcome

    @property
    def first(self) -> str | None:
        """The id of the first failing check."""
        first = self.trace.first_failing
        return None if first is None else first.check

    @property
    def findings(self) -> set[str]:
        return {finding.id for finding in self.trace.findings}

    def steps(self, check: str, on: str = "") -> list[Step]:
        """All steps of a check, in order; `on` is how their subject begins."""
        return [step for step in self.trace.steps if step.check == check and step.on.startswith(on)]

    def step(self, check: str, on: str = "") -> Step:
        """The only step of a check."""
        (step,) = self.steps(check, on)
        return step


class Client:
    """A client that was given its first root, and keeps what it has verified since."""

    def __init__(
        self,
        root: bytes | Problem,
        at: datetime,
        *,
        origin: AnchorOrigin = AnchorOrigin.PINNED,
        goes_on: bool = True,
        limits: TufLimits | None = None,
    ) -> None:
        self.at = at
        self.limits = limits or TufLimits()
        self.goes_on = goes_on
        self.origin = origin
        self.root = Document("pinned root", root) if isinstance(root, bytes) else root
        self.trusted: dict[str, Document] = {}

    def refresh(self, place: Ask | Mapping[str, bytes]) -> Verdict:
        """Only the top-level roles."""
        ask = TufPlace(place) if isinstance(place, Mapping) else place
        return self._conclude(*collect(refresh, self._question(), ask))

    def verify(
        self,
        place: Ask | Mapping[str, bytes],
        *paths: str,
        artifact: Document | Problem | None = None,
    ) -> Verdict:
        """The refresh, then all delegations, or the lookup of each path."""
        ask = TufPlace(place) if isinstance(place, Mapping) else place
        return self._conclude(*collect(verify, self._question(), ask, paths, artifact))

    def _question(self) -> Question:
        anchor = Anchor(self.root, self.origin)
        return Question(
            anchor,
            self.at,
            trusted=dict(self.trusted),
            goes_on=self.goes_on,
            limits=self.limits,
        )

    def _conclude(self, events: list[Event], repository: Repository) -> Verdict:
        self.trusted |= repository.trusted
        self.root = self.trusted.pop("root", self.root)
        return Verdict(trace("a repository", self.at, self.at, events), repository, events)
