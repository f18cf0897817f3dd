"""Until when signatures can be good: a row for each that ends, and whether anybody still relies on it.

Only Notation's are here: Sigstore's certificates live ten minutes, and a log or a timestamp vouches for
the time of the signature, so that their end matters to nobody.
"""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from django.db.models import QuerySet

from trustui.core.formats.notation.envelope import Envelope
from trustui.core.images.notation.terms import term_of_envelope
from trustui.images.models import (
    Attachment,
    ImageRepository,
    Manifest,
    Platform,
    SignatureTerm,
    Tag,
    TagMove,
)
from trustui.images.writing import keys
from trustui.inventory import sql
from trustui.inventory.text import storable

_TITLE = 300
_TERM = (
    *("source", "repository", "manifest", "position", "subject_digest", "kind", "what", "title"),
    *("fingerprint", "begins_at", "expires_at", "is_in_force"),
)
_TERM_AGAIN = "ON CONFLICT (manifest_id, position) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}"
    for name in ("subject_digest", "what", "title", "fingerprint", "begins_at", "expires_at")
)


class Enveloped(msgspec.Struct, frozen=True):
    """A signature of Notation's as it is stored: where it stands, what it hangs on, what it says."""

    repository_id: int
    manifest_id: int
    position: int
    subject: str
    content_digest: str
    envelope: Envelope


def write_terms(envelopes: Sequence[Enveloped]) -> None:
    """The rows of those that end; two statements, none where there is no envelope."""
    if not envelopes:
        return
    ids = {one.repository_id for one in envelopes}
    found = ImageRepository.objects.filter(pk__in=ids).values_list("pk", "source_id")
    sql.insert(SignatureTerm, _TERM, list(_rows(envelopes, dict(found))), _TERM_AGAIN)


def _rows(envelopes: Sequence[Enveloped], sources: dict[int, int]) -> Iterator[tuple[object, ...]]:
    for one in sorted(envelopes, key=lambda one: (one.manifest_id, one.position)):
        term = term_of_envelope(one.envelope)
        if term is not None:
            yield (
                *(sources[one.repository_id], one.repository_id, one.manifest_id, one.position),
                *(one.subject, term.kind.value, term.what, storable(term.title, _TITLE)),
                *(term.fingerprint, term.begins_at, term.ends_at, False),
            )


def in_force() -> "QuerySet[SignatureTerm]":
    """Of repositories that the registry still has."""
    return SignatureTerm.objects.filter(is_in_force=True, repository__gone_at=None)


# In force -----------------------------------------------------------------------------------------


def mark_in_force(artefacts: Iterable[tuple[int, str]]) -> None:
    """Say again of what hangs or hung on these, and on the platforms of those that are indexes.

    They are given by repository id and digest. One statement.
    """
    asked = keys(artefacts)
    sql.execute(
        f"WITH asked AS (SELECT w.repository_id, w.digest FROM {asked.text}),"
        " touched AS (SELECT repository_id, digest FROM asked UNION"
        f" SELECT i.repository_id, p.digest FROM asked JOIN {sql.table(Manifest)} i"
        " ON i.repository_id = asked.repository_id AND i.digest = asked.digest"
        f" JOIN {sql.table(Platform)} p ON p.index_id = i.id)"
        f" UPDATE {sql.table(SignatureTerm)} AS t SET is_in_force = {_IS_IN_FORCE}"
        f" WHERE t.manifest_id IN (SELECT a.manifest_id FROM touched JOIN {sql.table(Attachment)} a"
        " ON a.repository_id = touched.repository_id AND a.artefact_digest = touched.digest)",
        asked.parameters,
    )


def mark_all_in_force() -> None:
    """The same of every row; one statement."""
    sql.execute(f"UPDATE {sql.table(SignatureTerm)} AS t SET is_in_force = {_IS_IN_FORCE}")


_TAGGED = (
    f"FROM {sql.table(Tag)} g JOIN {sql.table(TagMove)} m ON m.id = g.move_id"
    " WHERE g.repository_id = a.repository_id AND g.gone_at IS NULL AND NOT g.is_helper"
)
_IS_IN_FORCE = (
    f"EXISTS (SELECT 1 FROM {sql.table(Attachment)} a WHERE a.manifest_id = t.manifest_id"
    f" AND a.gone_at IS NULL AND (EXISTS (SELECT 1 {_TAGGED} AND m.digest = a.artefact_digest)"
    f" OR EXISTS (SELECT 1 {_TAGGED} AND m.digest IN (SELECT i.digest FROM {sql.table(Platform)} p"
    f" JOIN {sql.table(Manifest)} i ON i.id = p.index_id WHERE p.digest = a.artefact_digest"
    " AND i.repository_id = a.repository_id))))"
)
