"""One word for a manifest."""

import pytest

from trustui.core.images.kinds import kind_of
from trustui.core.oci.manifests import Index, Manifest, parse_manifest
from trustui.core.oci.places import Place
from trustui.demo.images.repository import CONFIG, LAYER, descriptor, index, manifest


def read(layer: str = LAYER, config: str = CONFIG, **more: object) -> Manifest | Index:
    return parse_manifest(manifest([descriptor(b"a", layer)], descriptor(b"{}", config), **more))


EMPTY = "application/vnd.oci.empty.v1+json"


def test_an_index_is_one_wherever_it_hangs() -> None:
    assert kind_of(parse_manifest(index([])), [Place.SIGNATURES], ["signature"]) == "index"


def test_what_cannot_be_read_is_other() -> None:
    assert kind_of(None, [Place.SIGNATURES], ()) == "other"


def test_what_is_signed_in_it_comes_first() -> None:
    assert kind_of(read(), [Place.SBOMS], ["signature"]) == "signature"
    assert kind_of(read(), [Place.SBOMS], ["signature", "attestation"]) == "attestation"


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Place.SIGNATURES, "signature"),
        (Place.ATTESTATIONS, "attestation"),
        (Place.IN_INDEX, "attestation"),
        (Place.SBOMS, "sbom"),
        (Place.REFERRERS, "image"),
    ],
)
def test_a_place_says_what_hangs_there(place: Place, kind: str) -> None:
    assert kind_of(read(), [place], ()) == kind


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("application/vnd.dev.sigstore.bundle.v0.3+json", "signature"),
        ("application/vnd.cncf.notary.signature", "signature"),
        ("application/vnd.dev.cosign.simplesigning.v1+json", "signature"),
        ("application/vnd.dsse.envelope.v1+json", "attestation"),
        ("application/vnd.in-toto+json", "attestation"),
        ("application/spdx+json", "sbom"),
        ("application/vnd.cyclonedx+json", "sbom"),
        ("application/vnd.example.thing", "other"),
    ],
)
def test_its_own_type_or_that_of_a_layer_tells(media_type: str, kind: str) -> None:
    assert kind_of(read(media_type, EMPTY), (), ()) == kind
    assert kind_of(read(LAYER, EMPTY, artifactType=media_type), (), ()) == kind


@pytest.mark.parametrize("config", [CONFIG, "application/vnd.docker.container.image.v1+json"])
def test_an_image_is_told_by_its_configuration(config: str) -> None:
    assert kind_of(read(config=config), (), ()) == "image"
