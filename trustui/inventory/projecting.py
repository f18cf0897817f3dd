"""From parsed documents to the rows that search reads; all of them can be made again.

Each function writes any number of documents with the same number of statements.
"""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from trustui.core.formats.tuf.metadata import Metadata
from trustui.inventory import sql
from trustui.inventory.delegating import (
    DelegationSetForm,
    delegation_set,
    write_keys,
    write_sets,
)
from trustui.inventory.models import NAME, Blob, RoleSignature, RoleVersion, SourceKey
from trustui.inventory.text import identity, storable, version_rank, version_text

_SPEC_VERSION = 40

FormKey: TypeAlias = tuple[int, str, int]
"""Source, role id and blob: what a role version is one of."""


class Form(msgspec.Struct, frozen=True):
    """A document that a source showed as a role's; `role` is its real name, times are UTC."""

    source_id: int
    role: str
    role_id: str
    blob_id: int
    metadata: Metadata
    first_seen_at: datetime
    origin: str = ""

    @property
    def key(self) -> FormKey:
        """What is unique of it."""
        return self.source_id, self.role_id, self.blob_id

    @property
    def version(self) -> str:
        """The version as it is stored."""
        return version_text(str(self.metadata.version))


class Written(msgspec.Struct, frozen=True):
    """A role version's row."""

    id: int
    form: int
    """Counts different documents of one role and version."""
    blob_id: int
    version: str
    version_rank: str
    expires_at: datetime
    first_seen_at: datetime


class Projected(msgspec.Struct, frozen=True):
    """The rows of the documents given, and which of them are new."""

    rows: dict[FormKey, Written]
    new: tuple[Form, ...]


def project(forms: Iterable[Form]) -> Projected:
    """Write what search reads of these documents; what is there already stays.

    Documents that are the first of their version keep that place: give them in the order in which
    they were seen.
    """
    earliest: dict[FormKey, Form] = {}
    for form in forms:
        known = earliest.get(form.key)
        if known is None:
            earliest[form.key] = form
        elif form.first_seen_at < known.first_seen_at:
            # The place in the order stays, as a rebuild goes by that too.
            earliest[form.key] = form
    if not earliest:
        return Projected({}, ())
    of_version = _known_rows(earliest.values())
    rows = {key: row for found in of_version.values() for key, row in found.items()}
    new = tuple(form for key, form in earliest.items() if key not in rows)
    rows |= _write_versions(new, of_version)
    return Projected({key: rows[key] for key in earliest}, new)


_Version: TypeAlias = tuple[int, str, str]
"""Source, role id and version text."""


def _version_of(form: Form) -> _Version:
    return form.source_id, form.role_id, form.version


def _known_rows(forms: Iterable[Form]) -> dict[_Version, dict[FormKey, Written]]:
    """The rows that stand for the versions of these documents, in whatever form."""
    keys = {
        (form.source_id, form.role_id, version_rank(form.metadata.version), form.version)
        for form in forms
    }
    columns = {"source_id": "bigint", "role_id": "text", "version_rank": "text", "version": "text"}
    asked = sql.wanted("w", columns, sorted(keys))
    found = RoleVersion.objects.raw(
        f"SELECT {_ROW} FROM {asked.text} JOIN {sql.table(RoleVersion)} t"
        " ON t.source_id = w.source_id AND t.role_id = w.role_id"
        " AND t.version_rank = w.version_rank AND t.version = w.version",
        asked.parameters,
    )
    known: dict[_Version, dict[FormKey, Written]] = {}
    for row in found:
        version = (row.source_id, row.role_id, row.version)
        key = (row.source_id, row.role_id, row.blob_id)
        known.setdefault(version, {})[key] = _written(row)
    return known


_ROW = (
    "t.id, t.source_id, t.role_id, t.version, t.version_rank, t.form, t.blob_id, t.expires_at,"
    " t.first_seen_at"
)


def _written(row: RoleVersion) -> Written:
    return Written(
        *(row.pk, row.form, row.blob_id, row.version, row.version_rank),
        *(row.expires_at, row.first_seen_at),
    )


def known_versions(wanted: Iterable[tuple[int, str, str]]) -> dict[tuple[int, str, str], Written]:
    """The rows of documents that are there, by source, role id and SHA-256; one statement."""
    columns = {"source_id": "bigint", "role_id": "text", "sha256": "text"}
    asked = sql.wanted("w", columns, sorted(set(wanted)))
    found = RoleVersion.objects.raw(
        # Blobs first: without statistics a planner may walk through a role's whole past for each.
        "WITH b AS MATERIALIZED (SELECT w.source_id, w.role_id, w.sha256, o.id"
        f" FROM {asked.text} JOIN {sql.table(Blob)} o ON o.sha256 = w.sha256)"
        f" SELECT {_ROW}, b.sha256 FROM b JOIN {sql.table(RoleVersion)} t"
        " ON t.source_id = b.source_id AND t.role_id = b.role_id AND t.blob_id = b.id",
        asked.parameters,
    )
    return {
        (row.source_id, row.role_id, row.sha256): _written(row)  # type: ignore[attr-defined]
        for row in found
    }


def move_back(earlier: Mapping[int, tuple[datetime, str]]) -> None:
    """Set role versions, by row id, to an earlier time at which they were seen, and its origin."""
    sql.update(
        RoleVersion,
        "first_seen_at = {first_seen_at}, origin = {origin}",
        ("id", "first_seen_at", "origin"),
        [(id_, *earlier[id_]) for id_ in sorted(earlier)],
    )


_COLUMNS = (
    "id", "source", "role", "role_id", "type", "version", "version_rank", "form", "blob",
    "spec_version", "expires_at", "first_seen_at", "origin", "signature_count", "delegation_set",
)  # fmt: skip


def _write_versions(
    new: Sequence[Form], of_version: Mapping[_Version, dict[FormKey, Written]]
) -> dict[FormKey, Written]:
    if not new:
        return {}
    sets = [delegation_set(form.metadata) for form in new]
    set_ids = _write_delegations(new, sets)
    counts = {version: len(known) for version, known in of_version.items()}
    ids = sql.next_ids(RoleVersion, len(new))
    written: dict[FormKey, Written] = {}
    rows: list[tuple[object, ...]] = []
    for id_, form, grants in zip(ids, new, sets, strict=True):
        version = _version_of(form)
        number = counts.get(version, 0)
        counts[version] = number + 1
        written[form.key] = Written(
            *(id_, number, form.blob_id, form.version, version_rank(form.metadata.version)),
            *(form.metadata.expires, form.first_seen_at),
        )
        rows.append(_row(id_, form, number, None if grants is None else set_ids[grants.digest]))
    sql.insert(RoleVersion, _COLUMNS, rows)
    _write_signatures(zip(ids, new, strict=True))
    return written


def _row(id_: int, form: Form, number: int, set_id: int | None) -> tuple[object, ...]:
    metadata = form.metadata
    return (
        id_,
        form.source_id,
        storable(form.role, NAME),
        form.role_id,
        metadata.type,
        form.version,
        version_rank(metadata.version),
        number,
        form.blob_id,
        storable(metadata.spec_version, _SPEC_VERSION),
        metadata.expires,
        form.first_seen_at,
        form.origin,
        len(metadata.signatures),
        set_id,
    )


def _write_delegations(
    forms: Sequence[Form], of_forms: Sequence[DelegationSetForm | None]
) -> dict[str, int]:
    """Keys, delegation sets, and by which ids each source calls its keys."""
    sets = [one for one in of_forms if one is not None]
    if not sets:
        return {}
    key_ids = write_keys(key.usable for one in sets for key in one.keys if key.usable is not None)
    names: dict[tuple[int, str, int], str] = {}
    for form, grants in zip(forms, of_forms, strict=True):
        for key in () if grants is None else grants.keys:
            if key.usable is not None:
                named = form.source_id, key.keyid_id, key_ids[key.usable.fingerprint]
                names[named] = key.keyid
    rows = [(*named, names[named]) for named in sorted(names)]
    sql.insert(SourceKey, ("source", "keyid_id", "key", "keyid"), rows, sql.DO_NOTHING)
    return write_sets(sets, key_ids)


def _write_signatures(versions: Iterable[tuple[int, Form]]) -> None:
    rows = [
        (
            id_,
            form.source_id,
            position,
            storable(signature.keyid, NAME),
            identity(signature.keyid),
            not signature.sig,
        )
        for id_, form in versions
        for position, signature in enumerate(form.metadata.signatures)
    ]
    names = ("role_version", "source", "position", "keyid", "keyid_id", "is_empty")
    sql.insert(RoleSignature, names, rows)
