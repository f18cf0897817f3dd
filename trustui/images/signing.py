"""Who signs in which repository, how often and since when: kept with the signatures it is counted from."""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from trustui.images.models import ImageRepository, ImageSignature, Manifest, RepositorySigner
from trustui.inventory import sql

Layer: TypeAlias = tuple[int, int]
"""A manifest and the position of a layer in it: where one signature stands."""

_COUNTED = (
    f"INSERT INTO {sql.table(RepositorySigner)}"
    " (repository_id, source_id, identity_id, signatures, first_at, newest_at)"
    " SELECT s.repository_id, r.source_id, s.identity_id, COUNT(*), MIN(m.first_seen_at),"
    " MAX(m.first_seen_at)"
)
_JOINED = (
    f" JOIN {sql.table(Manifest)} m ON m.id = s.manifest_id"
    f" JOIN {sql.table(ImageRepository)} r ON r.id = s.repository_id"
    " WHERE s.identity_id IS NOT NULL GROUP BY s.repository_id, r.source_id, s.identity_id"
    " ORDER BY s.identity_id, s.repository_id"
)
_OLD = sql.table(RepositorySigner)
_MORE = (
    " ON CONFLICT (identity_id, repository_id) DO UPDATE SET"
    f" signatures = {_OLD}.signatures + excluded.signatures,"
    f" first_at = CASE WHEN excluded.first_at < {_OLD}.first_at"
    f" THEN excluded.first_at ELSE {_OLD}.first_at END,"
    f" newest_at = CASE WHEN excluded.newest_at > {_OLD}.newest_at"
    f" THEN excluded.newest_at ELSE {_OLD}.newest_at END"
)


class Signer(msgspec.Struct, frozen=True, order=True):
    """Who signs, and where: ids of rows."""

    identity_id: int
    repository_id: int


def signers_in(layers: Iterable[Layer]) -> dict[Layer, Signer]:
    """Who signs there, as it is stored; without those that name nobody: one statement."""
    asked = _asked(layers)
    rows = sql.select(
        f"SELECT s.manifest_id, s.position, s.identity_id, s.repository_id FROM {asked.text}"
        f" JOIN {sql.table(ImageSignature)} s"
        " ON s.manifest_id = w.manifest_id AND s.position = w.position"
        " WHERE s.identity_id IS NOT NULL",
        asked.parameters,
    )
    return {
        (manifest, position): Signer(identity, repository)
        for manifest, position, identity, repository in rows
    }


def keep_signers(before: Mapping[Layer, Signer], now: Mapping[Layer, Signer]) -> None:
    """Count what was just written: `before` is what `signers_in` said of the same layers.

    Nothing is written where they are the same. Whoever writes signatures of a repository holds its
    source, so that nobody else counts them meanwhile.
    """
    _add(layer for layer, signer in now.items() if before.get(layer) != signer)
    _count_again(signer for layer, signer in before.items() if now.get(layer) != signer)


def _add(layers: Iterable[Layer]) -> None:
    """One statement, in which an identity with very many signatures costs no more than others."""
    if new := list(layers):
        asked = _asked(new)
        sql.execute(
            f"{_COUNTED} FROM {asked.text} JOIN {sql.table(ImageSignature)} s"
            f" ON s.manifest_id = w.manifest_id AND s.position = w.position {_JOINED}{_MORE}",
            asked.parameters,
        )


def _count_again(signers: Iterable[Signer]) -> None:
    """Of whom a signature turned out to be of somebody else: two statements, and rarely."""
    if left := sorted(set(signers)):
        columns = {"identity_id": "bigint", "repository_id": "bigint"}
        asked = sql.wanted("w", columns, [(one.identity_id, one.repository_id) for one in left])
        sql.execute(
            f"DELETE FROM {sql.table(RepositorySigner)} WHERE (identity_id, repository_id) IN"
            f" (SELECT w.identity_id, w.repository_id FROM {asked.text})",
            asked.parameters,
        )
        sql.execute(
            f"{_COUNTED} FROM {asked.text} JOIN {sql.table(ImageSignature)} s"
            f" ON s.identity_id = w.identity_id AND s.repository_id = w.repository_id {_JOINED}",
            asked.parameters,
        )


def _asked(layers: Iterable[Layer]) -> sql.Wanted:
    columns = {"manifest_id": "bigint", "position": "bigint"}
    return sql.wanted("w", columns, sorted(layers))
