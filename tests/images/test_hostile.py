"""Hostile names and manifests are kept, told and made again; nothing is lost and nothing raises."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulators.image_repository import Repository, sign_tag, tag_layer
from tests.simulators.imaged import HOUR, START, Imaged, projections
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.core.oci.references import cosign_tag, digest_of, fallback_tag
from trustui.demo.images.repository import descriptor, image, index, manifest, referrer
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import MEDIA_TYPE, Attachment, ImageSignature, Look, Manifest, TagMove
from trustui.images.rebuilding import rebuild_images
from trustui.inventory.models import Blob, Crawl, CrawlOutcome

pytestmark = pytest.mark.django_db

Shared = Callable[[str], Path]


def hostile_bodies(shared_data: Shared) -> dict[str, bytes]:
    folders = ("hostile/oci-malformed", "hostile/oci-manifests")
    files = [path for name in folders for path in sorted(shared_data(name).glob("*.json"))]
    assert len(files) == 18 + 23
    return {path.stem.replace(".", "-"): path.read_bytes() for path in files}


def assert_made_again() -> None:
    before = projections()
    rebuild_images()
    assert projections() == before


def test_hostile_manifests_at_tags_are_kept_told_and_made_again(shared_data: Shared) -> None:
    behind = Repository()
    bodies = hostile_bodies(shared_data)
    for tag, body in bodies.items():
        behind.put(body, tag)
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert TagMove.objects.count() == len(bodies)
    kept = set(Blob.objects.values_list("sha256", flat=True))
    assert {digest_of(body).partition(":")[2] for body in bodies.values()} <= kept
    assert Look.objects.count() == len({digest_of(body) for body in bodies.values()})
    assert_made_again()
    assert vendor.crawl(START + HOUR).looked == ()


def test_hostile_manifests_that_are_attached_are_lost_with_a_reason(shared_data: Shared) -> None:
    behind = Repository()
    digest = image(behind)
    bodies = hostile_bodies(shared_data)
    listed = [descriptor(body, "application/x") for body in bodies.values()]
    for body in bodies.values():
        behind.put(body)
    behind.referrers[digest] = listed
    behind.put(index(listed), fallback_tag(digest))
    behind.put(bodies["cosign-cert-garbage"], cosign_tag(digest, "sig"))
    behind.put(bodies["data-mismatch"], cosign_tag(digest, "att"))
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    lost = Attachment.objects.filter(is_lost=True)
    assert lost.count() == len({digest_of(body) for body in bodies.values()})
    assert not lost.filter(because="").exists()
    assert_made_again()
    assert vendor.crawl(START + HOUR).looked == ()
    (problem,) = Crawl.objects.latest("pk").problems  # a payload that is named and not there
    assert problem["kind"] == "absent"


def test_hostile_lists_of_referrers_are_told(shared_data: Shared) -> None:
    for name, body in hostile_bodies(shared_data).items():
        behind = Repository(page=body)
        image(behind)
        vendor = Imaged({"team/app": behind})
        recorded = vendor.crawl(START)
        assert len(recorded.looked) == 1, name


def test_naughty_texts_in_annotations_and_types_are_kept_and_made_again(
    shared_data: Shared,
) -> None:
    stated = json.loads((shared_data("hostile/naughty-strings") / "blns.json").read_bytes())
    naughty = [text for text in dict.fromkeys(stated) if text]
    assert len(naughty) > 500
    behind = Repository()
    digest = image(behind)
    layers = []
    for text in naughty[:150]:
        body, layer = tag_layer(digest, TagPlan())
        annotations = dict.fromkeys(layer["annotations"], text) | {text: text}
        behind.put(body)
        layers.append({**layer, "annotations": annotations})
    behind.put(
        manifest(layers, annotations={text: text for text in naughty}), cosign_tag(digest, "sig")
    )
    entry = descriptor(
        b"{}", "application/x", platform={"os": naughty[-1] * 50, "architecture": "\x00"}
    )
    behind.put(index([entry]), "index")
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert ImageSignature.objects.count() == 150
    assert_made_again()


def test_naughty_tags_are_told_and_never_asked(shared_data: Shared) -> None:
    stated = json.loads((shared_data("hostile/naughty-strings") / "blns.json").read_bytes())
    behind = Repository()
    digest = image(behind)
    for text in stated:
        behind.tags[text] = digest
    vendor = Imaged({"team/app": behind})
    recorded = vendor.crawl(START)
    assert recorded.outcome is CrawlOutcome.PARTIAL
    assert vendor.place.asked["head"] < len(stated)
    places = [one["place"] for one in Crawl.objects.get().problems]
    assert places
    assert all(one.startswith("team/app: tag ") for one in places)


def test_other_bytes_than_the_digest_names_are_kept_and_asked_for_again() -> None:
    behind = Repository()
    digest = image(behind)
    bill = referrer(behind, digest, b"{}", "application/spdx+json")
    good, behind.blobs[bill] = behind.blobs[bill], b'{"other": "bytes"}'
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert vendor.attached() == [(digest, bill, True)]
    assert not Manifest.objects.filter(digest=bill).exists()
    assert not Look.objects.get().is_complete
    behind.blobs[bill] = good
    vendor.crawl(START + HOUR)
    assert vendor.attached() == [(digest, bill, False)]


def test_what_an_index_says_its_attestations_belong_to_may_be_anything() -> None:
    behind = Repository()
    long_type = f"application/{'x' * 120}; {'y' * 198}"
    statement = behind.put(
        manifest([descriptor(b"{}", "application/vnd.in-toto+json")], artifactType=long_type)
    )
    listed = [
        descriptor(
            body,
            OCI_MANIFEST,
            annotations={
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": "\x00" + "x" * 500,
            },
        )
        for body in (behind.blobs[statement], b"not there")
    ]
    behind.put(index(listed), "1.0")
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    assert vendor.attached() == [("", statement, False), ("", digest_of(b"not there"), True)]
    stored = Manifest.objects.get(digest=statement).artifact_type
    assert stored.startswith(long_type[:200])
    assert len(stored) <= MEDIA_TYPE
    assert_made_again()
    assert vendor.crawl(START + HOUR).looked == ()


def test_a_certificate_that_says_anything_is_kept() -> None:
    behind = Repository()
    digest = image(behind)
    sign_tag(behind, digest, TagPlan(annotations=(("dev.sigstore.cosign/certificate", "\x00é"),)))
    Imaged({"team/app": behind}).crawl(START)
    assert ImageSignature.objects.get().certificate is None
