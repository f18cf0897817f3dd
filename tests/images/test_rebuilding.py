"""Projections of artefacts made again are the projections that were there."""

import pytest

from tests.core.images.verified import bundle
from tests.simulators.image_repository import PROVENANCE, Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged, projections
from trustui.demo.images.repository import attach_bundle, image, platforms, referrer
from trustui.demo.images.tag_format import TagPlan
from trustui.images import rebuilding
from trustui.images.models import (
    Certificate,
    Identity,
    ImageSignature,
    Manifest,
    RepositorySigner,
)
from trustui.images.rebuilding import rebuild_images

pytestmark = pytest.mark.django_db

CERTIFIED = TagPlan(with_certificate=True, logged=True)


def test_a_past_of_every_kind_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "AT_ONCE", 3)
    behind, other = Repository(), Repository(offers_referrers=False)
    vendor = Imaged({"team/app": behind, "team/other": other})
    digest = image(behind)
    sign_tag(behind, digest, CERTIFIED, TagPlan(logged=True))
    vendor.crawl(START)
    attach_bundle(behind, digest, bundle(digest))
    attach_bundle(behind, digest, bundle(digest, with_key=False))
    bill = referrer(behind, digest, b"{}", "application/spdx+json")
    attach_bundle(behind, bill, bundle(bill))
    vendor.crawl(START + HOUR)
    _, one, _ = platforms(other)
    sign_tag(other, one, TagPlan(predicate=PROVENANCE))
    attach_bundle(other, one, bundle(one))
    behind.referrers.clear()
    behind.put(b"[]", "broken")
    vendor.crawl(START + 2 * HOUR)
    before = projections()
    assert {name: len(rows) for name, rows in before.items()} == {
        "Manifest": 12,
        "Platform": 3,
        "Identity": 1,
        "Certificate": 2,
        "ImageSignature": 7,
        "RepositorySigner": 1,
    }
    told = []
    assert rebuild_images(lambda *progress: told.append(progress)) == len(before["Manifest"])
    assert told[-1] == (12, 12, "manifests")
    assert projections() == before


def test_what_a_manifest_says_of_itself_is_told_again() -> None:
    behind = Repository()
    sign_tag(behind, image(behind), CERTIFIED)
    Imaged({"team/app": behind}).crawl(START)
    before = projections()
    Manifest.objects.update(media_type="x", artifact_type="y", kind="other")
    ImageSignature.objects.update(identity=None, certificate=None)
    RepositorySigner.objects.all().delete()
    Certificate.objects.all().delete()
    Identity.objects.all().delete()
    rebuild_images()
    assert projections() == before


def test_an_empty_store_is_made_again() -> None:
    assert rebuild_images() == 0
