"""Until when signatures can be good, and on which of them somebody relies."""

from datetime import datetime, timedelta

import pytest

from tests.core.images.notation.signed import payload_of, sign
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import HOUR, START, Imaged
from tests.simulators.notation_signer import Plan
from trustui.core.images.notation.terms import BY_CERTIFICATE, BY_EXPIRY
from trustui.demo.images.certifying import SIGNED, YEAR, Stamp
from trustui.demo.images.repository import image, platforms, referrer
from trustui.images.models import ImageRepository, SignatureTerm
from trustui.images.rebuilding import rebuild_images

pytestmark = pytest.mark.django_db

LATER = SIGNED + timedelta(days=90)


def expiring(repository: Repository, digest: str, at: datetime = LATER) -> Plan:
    return Plan(payload=payload_of(repository, digest), expiry=at, stamp=Stamp())


def in_force() -> dict[str, bool]:
    """By what it hangs on."""
    return dict(SignatureTerm.objects.values_list("subject_digest", "is_in_force"))


def rebuilt_is_equal() -> None:
    names = [field.attname for field in SignatureTerm._meta.concrete_fields if field.name != "id"]
    before = sorted(map(repr, SignatureTerm.objects.values_list(*names)))
    rebuild_images()
    assert sorted(map(repr, SignatureTerm.objects.values_list(*names))) == before
    assert before


def test_a_signature_that_ends_has_a_row_that_says_why() -> None:
    behind = Repository()
    first, second, third = (image(behind, tag, tag.encode()) for tag in ("1.0", "2.0", "3.0"))
    sign(behind, first, expiring(behind, first))
    sign(behind, second)
    sign(behind, third, Plan(payload=payload_of(behind, third), stamp=Stamp()))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    rows = SignatureTerm.objects.order_by("expires_at")
    assert [(one.subject_digest, one.what, one.expires_at) for one in rows] == [
        (first, BY_EXPIRY, LATER),
        (second, BY_CERTIFICATE, SIGNED + YEAR),
    ]
    assert {one.source_id for one in rows} == {vendor.source.pk}
    assert all(one.is_in_force and one.title.startswith("CN=release") for one in rows)
    rebuilt_is_equal()


def test_a_tag_that_moves_takes_its_signature_out_of_force_and_brings_it_back() -> None:
    behind = Repository()
    old = image(behind, "latest", b"old")
    sign(behind, old, expiring(behind, old))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    new = image(behind, "latest", b"new")
    sign(behind, new, expiring(behind, new))
    vendor.crawl(START + HOUR)
    assert in_force() == {old: False, new: True}
    rebuilt_is_equal()
    behind.tags["stable"] = old
    vendor.crawl(START + 2 * HOUR)
    assert in_force() == {old: True, new: True}
    del behind.tags["latest"]
    vendor.crawl(START + 3 * HOUR)
    assert in_force() == {old: True, new: False}
    rebuilt_is_equal()


def test_a_platform_is_relied_on_through_its_index() -> None:
    behind = Repository()
    index, one, _ = platforms(behind)
    sign(behind, one, expiring(behind, one))
    bill = referrer(behind, one, b"{}", "application/spdx+json")
    sign(behind, bill, expiring(behind, bill))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert in_force() == {one: True, bill: True}
    behind.tags["1.0"] = image(behind, "", b"another")
    vendor.crawl(START + HOUR)
    assert in_force() == {one: False, bill: False}
    assert index not in in_force()
    rebuilt_is_equal()


def test_what_hangs_there_no_longer_is_out_of_force() -> None:
    behind = Repository()
    digest = image(behind)
    sign(behind, digest, expiring(behind, digest))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    behind.referrers.clear()
    vendor.crawl(START + HOUR)
    assert in_force() == {digest: False}
    rebuilt_is_equal()


def test_tags_for_machines_hold_nothing_in_force() -> None:
    behind = Repository(offers_referrers=False)
    digest = image(behind)
    sign(behind, digest, expiring(behind, digest))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert in_force() == {digest: True}
    behind.tags = {name: to for name, to in behind.tags.items() if name != "1.0"}
    vendor.crawl(START + HOUR)
    assert in_force() == {digest: False}


def test_the_same_digest_in_another_repository_is_judged_there() -> None:
    behind, other = Repository(), Repository()
    digest = image(behind)
    assert image(other, "") == digest
    sign(behind, digest, expiring(behind, digest))
    sign(other, digest, expiring(other, digest))
    vendor = Imaged({"team/app": behind, "team/other": other})
    vendor.crawl(START)
    (row,) = SignatureTerm.objects.filter(is_in_force=True)
    assert row.repository == ImageRepository.objects.get(name="team/app")


def test_what_cannot_be_read_has_no_row() -> None:
    behind = Repository()
    digest = image(behind)
    behind.put(b"{}")
    referrer(
        behind,
        digest,
        b"{}",
        "application/jose+json",
        artifactType="application/vnd.cncf.notary.signature",
    )
    Imaged({"team/app": behind}).crawl(START)
    assert SignatureTerm.objects.count() == 0
