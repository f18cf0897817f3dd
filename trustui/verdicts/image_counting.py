"""How many tags and artefacts of each repository are signed, trusted, failing: kept, not counted anew.

A repository is counted whole where a crawl changed it; where only verdicts became others, what
these change is added. Who calls holds the sources, in one order, so that nobody counts meanwhile.
"""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from trustui.core.trace import TrustState
from trustui.images.models import (
    ImageRepository,
    ImageSignature,
    Manifest,
    Platform,
    Tag,
    TagMove,
)
from trustui.images.writing import keys as asked_keys
from trustui.inventory import sql
from trustui.verdicts.models import ArtefactStanding, RepositoryCount

Key: TypeAlias = tuple[int, str]
"""A repository and the digest of an artefact in it."""
Counts: TypeAlias = dict[int, Counter[str]]
"""By repository, the numbers by their columns."""

TRUSTED = (TrustState.VERIFIED, TrustState.EXPIRES_SOON)
"""States of what is trusted by what is signed of it itself."""
AT_ONCE = 1_000
"""Repositories that are counted by one statement where all of them are."""
COLUMNS = tuple(
    f"{what}{part}"
    for what in ("tags", "digests")
    for part in ("", "_signed", "_trusted", "_failing", "_unknown")
)
_ANEW = "ON CONFLICT (repository_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in COLUMNS
)
_ADDED = "ON CONFLICT (repository_id) DO UPDATE SET " + ", ".join(
    f"{name} = {sql.table(RepositoryCount)}.{name} + excluded.{name}" for name in COLUMNS
)


def count_repositories(repository_ids: Collection[int]) -> None:
    """Count these anew: three statements."""
    if repository_ids:
        ids = sorted(set(repository_ids))
        _write(ids, _of_repositories(ids), _ANEW)


def count_all_repositories() -> int:
    """Count everything anew; gives how many repositories there are. Bounded memory."""
    ids = list(ImageRepository.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), AT_ONCE):
        count_repositories(ids[first : first + AT_ONCE])
    return len(ids)


@contextmanager
def counting(artefacts: Collection[Key]) -> Iterator[None]:
    """Add what becomes of the counts while the standings of these artefacts are written.

    Five statements, none where there are no artefacts; their cost depends on how many artefacts are
    given, not on how large the repositories are.
    """
    if not artefacts:
        yield
        return
    concerned = [*artefacts, *_listed_by(artefacts)]
    before = _of_artefacts(concerned)
    yield
    changed = _differences(before, _of_artefacts(concerned))
    _write(sorted(changed), changed, _ADDED)


# Counting -----------------------------------------------------------------------------------------

_SIGNED = (
    f"EXISTS (SELECT 1 FROM {sql.table(ImageSignature)} g"
    " WHERE g.subject_digest = u.digest AND g.repository_id = u.repository_id)"
)
_TRUSTED_STATES = ", ".join(f"'{state}'" for state in TRUSTED)
_CARRIED = (
    f"EXISTS (SELECT 1 FROM {sql.table(Platform)} p JOIN {sql.table(Manifest)} m ON m.id = p.index_id"
    f" JOIN {sql.table(ArtefactStanding)} i"
    " ON i.repository_id = m.repository_id AND i.digest = m.digest"
    " WHERE p.digest = u.digest AND m.repository_id = u.repository_id"
    f" AND i.trust_state IN ({_TRUSTED_STATES}))"
)
_STATE = (
    f"CASE WHEN s.trust_state IN ({_TRUSTED_STATES}) THEN '_trusted'"
    f" WHEN s.trust_state = '{TrustState.FAILING}' THEN '_failing'"
    f" WHEN s.trust_state IS NULL OR s.trust_state = '{TrustState.COULD_NOT_CHECK}'"
    " THEN '_unknown'"
    f" WHEN s.trust_state = '{TrustState.INHERITED}' AND {_CARRIED} THEN '_trusted'"
    " ELSE '' END"
)
_PEOPLES = "NOT t.is_helper AND t.gone_at IS NULL"


def _of_repositories(ids: Sequence[int]) -> Counts:
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in ids])
    return _counted(
        f"SELECT t.repository_id, v.digest, COUNT(*) AS tags, 0 AS digests FROM {asked.text}"
        f" JOIN {sql.table(Tag)} t ON t.repository_id = w.id"
        f" JOIN {sql.table(TagMove)} v ON v.id = t.move_id"
        f" WHERE {_PEOPLES} GROUP BY t.repository_id, v.digest"
        f" UNION ALL SELECT h.repository_id, h.digest, 0, 1 FROM {asked.text}"
        f" JOIN {sql.table(ArtefactStanding)} h ON h.repository_id = w.id",
        asked,
    )


def _of_artefacts(artefacts: Iterable[Key]) -> Counts:
    asked = asked_keys(artefacts)
    return _counted(
        f"SELECT t.repository_id, v.digest, COUNT(*) AS tags, 0 AS digests FROM {asked.text}"
        f" JOIN {sql.table(TagMove)} v ON v.digest = w.digest"
        f" JOIN {sql.table(Tag)} t ON t.move_id = v.id AND t.repository_id = w.repository_id"
        f" WHERE {_PEOPLES} GROUP BY t.repository_id, v.digest"
        f" UNION ALL SELECT h.repository_id, h.digest, 0, 1 FROM {asked.text}"
        f" JOIN {sql.table(ArtefactStanding)} h"
        " ON h.repository_id = w.repository_id AND h.digest = w.digest",
        asked,
    )


def _counted(artefacts: str, asked: sql.Wanted) -> Counts:
    """Of `artefacts`, a query of repository, digest, and how often each counts, which asks twice."""
    rows = sql.select(
        "SELECT x.repository_id, x.is_signed, x.state, SUM(x.tags), SUM(x.digests) FROM"
        f" (SELECT u.repository_id, u.tags, u.digests, {_SIGNED} AS is_signed, {_STATE} AS state"
        f" FROM ({artefacts}) u LEFT JOIN {sql.table(ArtefactStanding)} s"
        " ON s.repository_id = u.repository_id AND s.digest = u.digest) x"
        " GROUP BY x.repository_id, x.is_signed, x.state",
        (*asked.parameters, *asked.parameters),
    )
    found: Counts = {}
    for repository, is_signed, state, *both in rows:
        counts = found.setdefault(repository, Counter())
        for what, count in zip(("tags", "digests"), map(int, both), strict=True):
            parts = {what, f"{what}{state}", *([f"{what}_signed"] if is_signed else [])}
            counts.update(dict.fromkeys(parts, count))
    return found


def _listed_by(artefacts: Iterable[Key]) -> list[Key]:
    """What those that are indexes list: it stands as they do where it is not signed itself."""
    asked = asked_keys(artefacts)
    return sql.select(
        f"SELECT m.repository_id, p.digest FROM {asked.text} JOIN {sql.table(Manifest)} m"
        " ON m.repository_id = w.repository_id AND m.digest = w.digest"
        f" JOIN {sql.table(Platform)} p ON p.index_id = m.id",
        asked.parameters,
    )


def _differences(before: Counts, now: Counts) -> Counts:
    changed = {pk: Counter(counts) for pk, counts in now.items()}
    for pk, counts in before.items():
        changed.setdefault(pk, Counter()).subtract(counts)
    return {pk: counts for pk, counts in changed.items() if any(counts.values())}


def _write(ids: Sequence[int], counts: Counts, conflict: str) -> None:
    """One row each, ascending; two statements."""
    if not ids:
        return
    sources = dict(ImageRepository.objects.filter(pk__in=ids).values_list("pk", "source"))
    nothing = Counter[str]()
    rows = [
        (pk, sources[pk], *(counts.get(pk, nothing)[name] for name in COLUMNS))
        for pk in ids
        if pk in sources
    ]
    sql.insert(RepositoryCount, ("repository", "source", *COLUMNS), rows, conflict)
