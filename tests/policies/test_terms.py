"""Rows that say until when the things in a material count."""

import pytest

from tests.simulators.expecting import give
from tests.simulators.expiring import DAY, LOG_ENDS, NOW, authority, root_with_a_log_that_ends
from tests.simulators.image_repository import files
from trustui.policies.models import MaterialKind, MaterialTerm, TrustMaterial
from trustui.policies.terms import rebuild_terms, terms_of

pytestmark = pytest.mark.django_db


def rows() -> list[tuple[object, ...]]:
    names = [one.attname for one in MaterialTerm._meta.concrete_fields if one.name != "id"]
    return sorted(MaterialTerm.objects.values_list(*names), key=repr)


def test_a_material_that_is_set_has_a_row_for_each_thing_that_ends() -> None:
    material = give("sigstore", root_with_a_log_that_ends(LOG_ENDS))
    found = MaterialTerm.objects.filter(material=material).order_by("position")
    assert [(one.position, one.kind) for one in found] == [
        (1, "certificate"),
        (2, "certificate"),
        (4, "certificate"),
        (5, "certificate"),
        (8, "trusted_root"),
    ]
    last = found[4]
    assert (last.what, last.expires_at) == ("log of certificates", LOG_ENDS)
    assert last.begins_at is not None
    assert len(last.fingerprint) == 64


def test_of_two_certificates_of_one_subject_the_shorter_is_superseded() -> None:
    both = authority("CN=a", NOW).pem + authority("CN=a", NOW + DAY).pem
    give("ca:a", both)
    found = MaterialTerm.objects.order_by("expires_at").values_list("title", "is_superseded")
    assert list(found) == [("CN=a", True), ("CN=a", False)]


def test_a_key_never_ends() -> None:
    give("key.pub", files()["key.pub"])
    assert terms_of(MaterialKind.PUBLIC_KEY, b"") == ()
    assert not MaterialTerm.objects.exists()


def test_rebuilt_they_are_the_same() -> None:
    give("sigstore", root_with_a_log_that_ends(LOG_ENDS))
    give("ca:a", authority("CN=a", NOW).pem)
    give("ca:a", authority("CN=b", NOW).pem)
    before = rows()
    MaterialTerm.objects.update(title="x", is_superseded=True)
    MaterialTerm.objects.order_by("pk")[0].delete()
    assert rebuild_terms() == len(before) == 7
    assert rows() == before


def test_what_cannot_be_read_any_more_has_no_rows() -> None:
    give("ca:a", authority("CN=a", NOW).pem)
    TrustMaterial.objects.update(body=b"something else")
    assert rebuild_terms() == 0
