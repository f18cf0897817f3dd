"""How often who signs where, kept with the signatures."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import Identity, ImageSignature, RepositorySigner
from trustui.images.signing import Signer, keep_signers, signers_in

pytestmark = pytest.mark.django_db

CERTIFIED = TagPlan(with_certificate=True, logged=True)


def kept() -> list[tuple[str, int]]:
    rows = RepositorySigner.objects.order_by("identity__subject")
    return list(rows.values_list("identity__subject", "signatures"))


def test_each_crawl_adds_what_it_found() -> None:
    behind = Repository()
    vendor = Imaged({"team/app": behind})
    sign_tag(behind, image(behind), CERTIFIED, TagPlan(logged=True))
    vendor.crawl(START)
    ((subject, count),) = kept()
    assert count == 1
    first = RepositorySigner.objects.get()
    sign_tag(behind, image(behind, "2.0", b"other"), CERTIFIED, CERTIFIED)
    vendor.crawl(START + HOUR)
    assert kept() == [(subject, 3)]
    row = RepositorySigner.objects.get()
    assert (row.first_at, row.source_id) == (first.first_at, vendor.source.pk)
    assert row.newest_at > first.newest_at
    assert str(row) == f"{row.identity_id} in {row.repository_id}"


def test_a_signature_that_turns_out_to_be_of_somebody_else_moves() -> None:
    behind = Repository()
    sign_tag(behind, image(behind), CERTIFIED, CERTIFIED)
    Imaged({"team/app": behind}).crawl(START)
    ((subject, _),) = kept()
    other = Identity.objects.create(identity_id="0" * 64, issuer="x", subject=f"{subject} and more")
    layers = list(ImageSignature.objects.order_by("position").values_list("manifest", "position"))
    for several, expected in (
        (layers[:1], [(subject, 1), (other.subject, 1)]),
        (layers[1:], [(other.subject, 2)]),
    ):
        before = signers_in(several)
        manifest, position = several[0]
        ImageSignature.objects.filter(manifest=manifest, position=position).update(identity=other)
        repository = RepositorySigner.objects.order_by("pk")[0].repository_id
        assert signers_in(several) == {several[0]: Signer(other.pk, repository)}
        keep_signers(before, signers_in(several))
        assert kept() == expected


def test_nothing_is_written_where_nothing_changed() -> None:
    behind = Repository()
    sign_tag(behind, image(behind), CERTIFIED)
    Imaged({"team/app": behind}).crawl(START)
    layers = list(ImageSignature.objects.order_by("pk").values_list("manifest", "position"))
    there = signers_in(layers)
    with CaptureQueriesContext(connection) as queries:
        keep_signers(there, there)
    assert len(queries) == 0
