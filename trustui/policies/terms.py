"""Until when the things in materials count: rows that lists and metrics read, made from the bytes alone."""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from trustui.core.errors import ParseError
from trustui.core.trust_policy.terms import Term, terms_of_certificates, terms_of_root
from trustui.policies.models import MaterialKind, MaterialTerm, TrustMaterial

_READERS = {
    MaterialKind.TRUSTED_ROOT: terms_of_root,
    MaterialKind.CERTIFICATES: terms_of_certificates,
}
"""A key by itself never ends."""
AT_ONCE = 100


def terms_of(kind: str, body: bytes) -> tuple[Term, ...]:
    """Everything in a material that counts for a time. Raises ParseError."""
    reader = _READERS.get(MaterialKind(kind))
    return () if reader is None else reader(body)


def needed() -> "QuerySet[MaterialTerm]":
    """Those that nothing goes on for, whatever version of a material they are of."""
    return MaterialTerm.objects.filter(is_superseded=False)


def in_force() -> "QuerySet[MaterialTerm]":
    """Those of them that are in materials that policies may name now."""
    return needed().filter(material__is_current=True)


def write_terms(material: TrustMaterial) -> None:
    """The rows of a version that has none yet: one statement."""
    MaterialTerm.objects.bulk_create(_rows(material))


@transaction.atomic
def rebuild_terms() -> int:
    """Delete the rows of all materials and make them again; gives how many there are."""
    MaterialTerm.objects.all().delete()
    made = 0
    for material in TrustMaterial.objects.order_by("pk").iterator(AT_ONCE):
        made += len(MaterialTerm.objects.bulk_create(_rows(material)))
    return made


def _rows(material: TrustMaterial) -> Iterable[MaterialTerm]:
    return [
        MaterialTerm(
            material=material,
            position=position,
            kind=term.kind.value,
            what=term.what,
            title=term.title,
            fingerprint=term.fingerprint,
            begins_at=term.begins_at,
            expires_at=term.ends_at,
            is_superseded=term.is_superseded,
        )
        for position, term in enumerate(_readable(material))
        if term.ends_at is not None
    ]


def _readable(material: TrustMaterial) -> Iterator[Term]:
    """Nothing where this version of trustui cannot read what another one took."""
    try:
        yield from terms_of(material.kind, bytes(material.body))
    except ParseError:
        return
