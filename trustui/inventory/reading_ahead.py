"""Delegated roles that a walk is going to ask for, a batch at a time, so that they come together."""

from collections.abc import Container, Iterator

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata
from trustui.core.formats.tuf.reading import Request, Signer
from trustui.core.formats.tuf.repository import Repository
from trustui.crawl.source import served_name


class ReadingAhead:
    """Looks at the delegator whose edges are being walked, and at which of their documents miss.

    The requests are those that the walk makes anyway, only sooner: what the verified snapshot
    lists and no kept document answers.
    """

    def __init__(self, repository: Repository, size: int) -> None:
        self.left = 0
        """Edges known of that were not looked at yet."""
        self._repository = repository
        self._size = size
        self._edges: dict[str, Iterator[DelegatedRole]] = {}

    def batch(self, request: Request, answered: Container[str]) -> list[Request]:
        """The request that is made now, and those that its neighbours will make."""
        wanted = {served_name(request): request}
        delegator, _ = next(reversed(self._repository.edges), ("", ""))
        metadata = self._repository.roles.get(delegator)
        if metadata is None:
            return [request]
        for edge in self._edges_left(delegator, metadata):
            self.left -= 1
            missing = self._missing(metadata, edge)
            if missing is not None and served_name(missing) not in answered:
                wanted[served_name(missing)] = missing
            if len(wanted) >= self._size:
                break
        return list(wanted.values())

    def _edges_left(self, name: str, metadata: Metadata) -> Iterator[DelegatedRole]:
        """A role's edges in the order of the walk, each once."""
        if name not in self._edges:
            edges = _edges(metadata, self._repository.question.limits.max_walk_edges)
            self.left += len(edges)
            self._edges[name] = iter(edges)
        return self._edges[name]

    def _missing(self, delegator: Metadata, edge: DelegatedRole) -> Request | None:
        """What `Repository.read` asks for this edge; None where a kept document serves."""
        repository, name = self._repository, edge.role.name
        listed = None if repository.snapshot is None else repository.snapshot.meta(f"{name}.json")
        if listed is None:
            return None
        asked: list[Request] = []

        def only_note(request: Request) -> Document | Problem:
            asked.append(request)
            return Problem(name, ProblemKind.UNREADABLE, "not asked yet")

        kept = repository.kept(name, Signer(edge.role, delegator), "targets")
        ask, repository.ask = repository.ask, only_note
        try:
            repository.read(name, listed, repository.question.limits.targets_bytes, kept)
        finally:
            repository.ask = ask
        return asked[0] if asked else None


def _edges(metadata: Metadata, most: int) -> list[DelegatedRole]:
    delegations = metadata.delegations
    if delegations is None:
        return []
    bins = delegations.succinct
    if bins is None or bins.count > most:
        return list(delegations.roles)
    return [*delegations.roles, *(bins.bin(number) for number in range(bins.count))]
