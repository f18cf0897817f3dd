"""Questions to sources that hold a past, and what they answered."""

from typing import Protocol

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request


class Asked(Protocol):
    """A place that answers requests for documents."""

    def ask(self, request: Request) -> Document | Problem: ...


def newest(source: Asked, role: str) -> Document | Problem:
    """The newest document of a role, or why there is none."""
    return source.ask(Request(role, None, 100_000))


def body_of(answered: Document | Problem) -> bytes:
    """The bytes; fails where there are none."""
    assert isinstance(answered, Document)
    return answered.body


def problem_of(answered: Document | Problem) -> tuple[ProblemKind, str]:
    """Kind and sentence; fails where there is a document."""
    assert isinstance(answered, Problem)
    return answered.kind, answered.because
