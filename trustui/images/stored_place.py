"""An artefact that answers from the store, exactly as its place answered when it was looked at."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.limits import MIB
from trustui.core.oci.references import Reference, parse_reference
from trustui.core.oci.requests import ImageRequest
from trustui.images.models import ImageRepository, Look, PastLook
from trustui.images.values import Answer, Told
from trustui.images.writing import keys
from trustui.inventory import sql
from trustui.inventory.models import Blob

AT_ONCE = 200
"""Artefacts whose bytes are read together, unless their bytes are more than these:"""
BYTES_AT_ONCE = 64 * MIB
NOT_ASKED = "it was not asked when the place was looked at"


class TooMuch(Exception):  # noqa: N818  a size, and no fault
    """What is kept of an artefact has more bytes than were to be read."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class StoredArtefact(msgspec.Struct, frozen=True):
    """One look at an artefact; `ask` is a `core.oci.requests.Ask`."""

    repository_id: int
    source_id: int
    full_name: str
    digest: str
    evidence: str
    index_digest: str
    told: Mapping[tuple[str, str], Told]
    bodies: Mapping[str, bytes]
    """By SHA-256."""

    @property
    def reference(self) -> Reference:
        """The name that it was looked at by."""
        named = parse_reference(self.full_name)
        return Reference(named.host, named.repository, digest=self.digest)

    def ask(self, request: ImageRequest) -> Answer:
        """What the place answered; UNREADABLE where it was not asked this."""
        told = self.told.get((request.kind, request.name))
        if told is None:
            return Problem(request.name, ProblemKind.UNREADABLE, NOT_ASKED)
        if told.problem:
            return Problem(told.location, ProblemKind(told.problem), told.because)
        body = self.bodies[told.sha256]
        return Document(told.location, body, told.media_type, shortfall=told.shortfall)


def stored_artefacts(wanted: Iterable[tuple[int, str]]) -> Iterator[StoredArtefact]:
    """The artefacts of these repositories (row ids) and digests that were looked at, in that order.

    Two statements for each portion of a bounded number of bytes.
    """
    ordered = sorted(set(wanted))
    for first in range(0, len(ordered), AT_ONCE):
        looks = _looks(ordered[first : first + AT_ONCE])
        told = {look.pk: msgspec.convert(look.answers, list[Told]) for look in looks}
        sizes = _sizes({one.sha256 for several in told.values() for one in several if one.sha256})
        for portion in _portions(looks, told, sizes):
            shas = {one.sha256 for look in portion for one in told[look.pk] if one.sha256}
            bodies = _bodies(shas)
            for look in portion:
                yield _artefact(look, look.repository, told[look.pk], bodies)


def artefact_of(
    repository: ImageRepository, digest: str, evidence: str, most_bytes: int
) -> StoredArtefact | None:
    """An artefact as it answered when that was its evidence; None where this is not kept.

    Four statements. Raises TooMuch.
    """
    wanted = {"repository": repository, "digest": digest, "evidence": evidence}
    look = Look.objects.filter(**wanted).first() or PastLook.objects.filter(**wanted).first()
    if look is None:
        return None
    told = msgspec.convert(look.answers, list[Told])
    shas = {one.sha256 for one in told if one.sha256}
    size = sum(_sizes(shas).values())
    if size > most_bytes:
        raise TooMuch(size)
    return _artefact(look, repository, told, _bodies(shas))


def _artefact(
    look: Look | PastLook,
    repository: ImageRepository,
    told: Sequence[Told],
    bodies: Mapping[str, bytes],
) -> StoredArtefact:
    return StoredArtefact(
        repository.pk,
        repository.source_id,
        repository.full_name,
        look.digest,
        look.evidence,
        look.index_digest,
        {(one.kind, one.name): one for one in told},
        {one.sha256: bodies[one.sha256] for one in told if one.sha256},
    )


def _looks(wanted: Sequence[tuple[int, str]]) -> list[Look]:
    asked = keys(wanted)
    found = Look.objects.raw(
        f"SELECT l.* FROM {asked.text} JOIN {sql.table(Look)} l"
        " ON l.repository_id = w.repository_id AND l.digest = w.digest"
        " ORDER BY l.repository_id, l.digest",
        asked.parameters,
    )
    looks = list(found)
    repositories = ImageRepository.objects.in_bulk({look.repository_id for look in looks})
    for look in looks:
        look.repository = repositories[look.repository_id]
    return looks


def _portions(
    looks: Sequence[Look], told: Mapping[int, Sequence[Told]], sizes: Mapping[str, int]
) -> Iterator[list[Look]]:
    portion: list[Look] = []
    size = 0
    for look in looks:
        own = sum(sizes[one.sha256] for one in told[look.pk] if one.sha256)
        if portion and size + own > BYTES_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(look)
        size += own
    if portion:
        yield portion


def _sizes(shas: Iterable[str]) -> dict[str, int]:
    asked = sql.wanted("w", {"sha256": "text"}, [(one,) for one in sorted(shas)])
    rows = sql.select(
        f"SELECT b.sha256, b.size FROM {asked.text} JOIN {sql.table(Blob)} b ON b.sha256 = w.sha256",
        asked.parameters,
    )
    return dict(rows)


def _bodies(shas: Iterable[str]) -> dict[str, bytes]:
    asked = sql.wanted("w", {"sha256": "text"}, [(one,) for one in sorted(shas)])
    rows = sql.select(
        f"SELECT b.sha256, b.body FROM {asked.text} JOIN {sql.table(Blob)} b ON b.sha256 = w.sha256",
        asked.parameters,
    )
    return {sha: bytes(body) for sha, body in rows}
