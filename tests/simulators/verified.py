"""A client in memory: what it makes of a publisher's repository."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.reading import Ask, Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import TufLimits
from trustui.core.trace import Trace, collect, trace
from trustui.demo.publisher import Publisher


def ask_from(files: Mapping[str, bytes], seen_at: datetime | None = None) -> Ask:
    """A place that serves these files by their names."""

    def ask(request: Request) -> Document | Problem:
        role = quote(request.role, safe="")
        version = "" if request.version is None else f"{request.version}."
        name = f"{version}{role}.json"
        if name not in files:
            return Problem(name, ProblemKind.ABSENT, "there is no such file")
        return Document(name, files[name], seen_at=seen_at)

    return ask


def verified(
    repo: Publisher,
    at: datetime | None = None,
    *,
    paths: tuple[str, ...] = (),
    origin: AnchorOrigin = AnchorOrigin.PINNED,
    seen_at: datetime | None = None,
    limits: TufLimits | None = None,
    files: Mapping[str, bytes] | None = None,
) -> tuple[Repository, Trace]:
    """What a client that pinned the first root finds, at an instant or at the last publication."""
    instant = repo.now if at is None else at
    anchor = Anchor(Document("1.root.json", repo.document("root", 1)), origin)
    question = Question(anchor, instant, limits=limits or TufLimits())
    served = repo.metadata if files is None else files
    events, repository = collect(verify, question, ask_from(served, seen_at), paths)
    return repository, trace("a repository in memory", instant, instant, events)


def facts(repo: Publisher, role: str, version: int | None = None) -> Metadata:
    """The facts of a published document, the newest or a numbered one."""
    body = repo.document(role, version)
    published = next(one for one in reversed(repo.versions) if one.body == body)
    return parse(Document(published.file_name, body, seen_at=published.at))
