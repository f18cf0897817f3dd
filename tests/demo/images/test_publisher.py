"""What a publisher of images leaves in its repository."""

import json
from datetime import UTC, datetime

import pytest

from trustui.core.oci.manifests import Index, parse_manifest
from trustui.core.oci.references import cosign_tag
from trustui.demo.images.publisher import PLATFORMS, ImagePublisher

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def repo() -> ImagePublisher:
    return ImagePublisher("app", NOW)


def test_a_build_is_another_image(repo: ImagePublisher) -> None:
    first = repo.push("1.0")
    assert repo.push("1.0") == first
    assert repo.push("1.0", build=2) != first
    assert first in repo.repository.blobs


def test_an_index_lists_its_platforms(repo: ImagePublisher) -> None:
    listed = parse_manifest(repo.repository.blobs[repo.push_for_all("1.0")])
    assert isinstance(listed, Index)
    assert [one.platform.architecture for one in listed.manifests if one.platform] == list(
        PLATFORMS
    )


def test_what_is_attached_refers_to_the_image(repo: ImagePublisher) -> None:
    digest = repo.push("1.0")
    repo.sign("1.0")
    repo.attest("1.0", "https://slsa.dev/provenance/v1", {})
    repo.attach_bill("1.0")
    attached = [one["digest"] for one in repo.repository.referrers[digest]]
    subjects = {json.loads(repo.repository.blobs[one])["subject"]["digest"] for one in attached}
    assert (len(attached), subjects) == (3, {digest})


def test_the_tag_format_stands_at_its_tag(repo: ImagePublisher) -> None:
    digest = repo.push("1.0")
    repo.sign_at_tag("1.0")
    signed = repo.repository.tags[cosign_tag(digest, "sig")]
    (layer,) = json.loads(repo.repository.blobs[signed])["layers"]
    assert "dev.sigstore.cosign/bundle" in layer["annotations"]
    repo.sign_at_tag_without_proof("1.0")
    signed = repo.repository.tags[cosign_tag(digest, "sig")]
    (layer,) = json.loads(repo.repository.blobs[signed])["layers"]
    assert set(layer["annotations"]) == {
        "dev.cosignproject.cosign/signature",
        "dev.sigstore.cosign/certificate",
        "dev.sigstore.cosign/chain",
    }
