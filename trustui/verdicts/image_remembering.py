"""Artefacts as the store remembers them, with what they are judged by, ready to be verified again."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from trustui.core.limits import MIB
from trustui.images.models import Look
from trustui.images.stored_place import StoredArtefact, stored_artefacts
from trustui.images.values import Verify
from trustui.inventory.models import Crawl
from trustui.verdicts.image_verifying import verifiers
from trustui.verdicts.models import ArtefactStanding

MAX_BYTES = 256 * MIB
"""Of what is read at once, whatever hostile registries hung on their artefacts."""

Key: TypeAlias = tuple[int, str]
"""A repository and the digest of an artefact in it."""


class RememberedArtefact(msgspec.Struct, frozen=True):
    """An artefact with all that it takes to verify it again."""

    artefact: StoredArtefact
    verify: Verify
    basis: int | None
    """The verdict in force when it was read."""
    crawl_id: int | None
    """The crawl that found what is stored, where its row is still there."""

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.artefact.repository_id, self.artefact.digest


def load(
    keys: Sequence[Key], most_bytes: int | None = MAX_BYTES
) -> list[RememberedArtefact] | None:
    """Read artefacts as they were last seen; a number of statements that does not depend on how many.

    None where they hold more bytes than that; what was never looked at is left out.
    """
    if not keys:
        return []
    # What is in force first: what is written meanwhile overtakes what is read now.
    basis = _basis(keys)
    artefacts: list[StoredArtefact] = []
    size = 0
    for one in stored_artefacts(keys):
        size += sum(map(len, one.bodies.values()))
        if most_bytes is not None and size > most_bytes:
            return None
        artefacts.append(one)
    judged_by = verifiers(sorted({one.source_id for one in artefacts}))
    crawls = _crawls(keys)
    return [
        RememberedArtefact(one, judged_by[one.source_id], basis.get(key), crawls.get(key))
        for one in artefacts
        for key in [(one.repository_id, one.digest)]
    ]


def _basis(keys: Sequence[Key]) -> dict[Key, int]:
    rows = ArtefactStanding.objects.filter(
        repository__in={pk for pk, _ in keys}, digest__in={digest for _, digest in keys}
    ).values_list("repository", "digest", "verdict")
    return {(repository, digest): verdict for repository, digest, verdict in rows}


def _crawls(keys: Sequence[Key]) -> dict[Key, int]:
    looks = Look.objects.filter(
        repository__in={pk for pk, _ in keys}, digest__in={digest for _, digest in keys}
    )
    found = {
        (repository, digest): crawl
        for repository, digest, crawl in looks.values_list("repository", "digest", "crawl_id")
    }
    there = set(Crawl.objects.filter(pk__in=set(found.values())).values_list("pk", flat=True))
    return {key: crawl for key, crawl in found.items() if crawl in there}
