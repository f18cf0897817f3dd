"""What the verification that saw a document made of it."""

from collections.abc import Container, Iterator

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import Repository
from trustui.core.primitives.digests import sha256
from trustui.core.trace import Event, Outcome, Planned, Step, Verification
from trustui.inventory.asking import Asking
from trustui.inventory.models import Standing
from trustui.inventory.values import CrawlOrder, Seen


class Blame:
    """Of which places a check failed.

    A step tells of the document that was asked for just before it. Steps of another group are of
    a document that was kept, which nobody asked for.
    """

    def __init__(self, asking: Asking) -> None:
        self.failed: set[str] = set()
        self._asking = asking
        self._count = 0
        self._place: str | None = None
        self._group: str | None = None

    def follow(self, running: Verification[Repository]) -> tuple[list[Event], Repository]:
        """Run the verification to its end, as `collect` does."""
        events: list[Event] = []
        try:
            while True:
                event = next(running)
                self._take(event)
                events.append(event)
        except StopIteration as end:
            repository: Repository = end.value
        return events, repository

    def _take(self, event: Event) -> None:
        if self._count != self._asking.count:
            self._count = self._asking.count
            self._place, self._group = self._asking.latest, None
        elif isinstance(event, Planned) and self._group is not None:
            self._place = None
        if isinstance(event, Step) and self._place is not None:
            self._group = self._group or event.group
            if event.group != self._group:
                self._place = None
            elif event.outcome is Outcome.FAILED and event.evidence.get("enforced", True):
                self.failed.add(self._place)


def seen_documents(
    asking: Asking, repository: Repository, failed: Container[str]
) -> Iterator[Seen]:
    """Every document that came, in the order of asking."""
    versions = {one.digest: one.version for one in _read(repository)}
    trusted = _trusted_digests(repository)
    for name, document in asking.answers.items():
        if isinstance(document, Problem):
            continue
        role, digest = asking.roles[name], sha256(document.body)
        standing = Standing.SEEN
        is_trusted = (role, digest) in trusted
        # A root of before under the number of the next one is trusted only where it belongs.
        if is_trusted and not (role == "root" and name in failed):
            standing = Standing.TRUSTED
        elif name in failed:
            standing = Standing.REFUSED
        version = versions[digest] if digest in versions else version_of(document)
        yield Seen(name, role, _text(version), document, standing)


def _read(repository: Repository) -> Iterator[Metadata]:
    """Everything that the verification parsed and still holds."""
    single = (repository.timestamp, repository.snapshot)
    yield from repository.roots
    yield from (one for one in single if one is not None)
    yield from repository.roles.values()


def _trusted_digests(repository: Repository) -> set[tuple[str, str]]:
    """Role and digest of what a client keeps, and of the roots on its way to the newest."""
    trusted = {(role, sha256(one.body)) for role, one in repository.trusted.items()}
    if "root" in repository.trusted:
        trusted |= {("root", root.digest) for root in repository.roots}
    return trusted


def pinned_root(root: Document | None, answer: Document | Problem | None) -> Iterator[Seen]:
    """The root that was started from, where the place says that its own is another, or none."""
    if root is None or answer is None:
        return
    if isinstance(answer, Problem) and answer.kind is not ProblemKind.ABSENT:
        return
    if isinstance(answer, Problem) or answer.body != root.body:
        version = _text(version_of(root))
        place = f"pinned/{version}.root.json"
        yield Seen(place, "root", version, root, Standing.TRUSTED, "anchor")


def is_seen(order: CrawlOrder, document: Document) -> bool:
    """Whether these bytes were seen at any place of the source."""
    digest = sha256(document.body)
    return any(known.sha256 == digest for known in order.known.values())


def version_of(document: Document) -> int | None:
    """The version that a document states; None where it cannot be read."""
    try:
        return parse(document).version
    except ParseError:
        return None


def _text(version: int | None) -> str:
    return "" if version is None else str(version)
