"""What a manifest is for: by its own bytes, what it holds, and the places where it hangs."""

from collections.abc import Collection
from enum import StrEnum

from trustui.core.oci.manifests import Index, Manifest
from trustui.core.oci.places import Place


class ManifestKind(StrEnum):
    """One word for a manifest."""

    IMAGE = "image"
    INDEX = "index"
    SIGNATURE = "signature"
    ATTESTATION = "attestation"
    SBOM = "sbom"
    OTHER = "other"


_BY_PLACE = {
    Place.SIGNATURES: ManifestKind.SIGNATURE,
    Place.ATTESTATIONS: ManifestKind.ATTESTATION,
    Place.IN_INDEX: ManifestKind.ATTESTATION,
    Place.SBOMS: ManifestKind.SBOM,
}
_BY_TYPE = (
    ("application/vnd.dev.sigstore.bundle", ManifestKind.SIGNATURE),
    ("application/vnd.dev.cosign.artifact.sig", ManifestKind.SIGNATURE),
    ("application/vnd.dev.cosign.simplesigning", ManifestKind.SIGNATURE),
    ("application/vnd.cncf.notary.signature", ManifestKind.SIGNATURE),
    ("application/vnd.dsse.envelope", ManifestKind.ATTESTATION),
    ("application/vnd.in-toto", ManifestKind.ATTESTATION),
    ("application/spdx", ManifestKind.SBOM),
    ("text/spdx", ManifestKind.SBOM),
    ("application/vnd.cyclonedx", ManifestKind.SBOM),
    ("application/vnd.syft", ManifestKind.SBOM),
)
"""How media types of artefacts and layers begin."""
_BEGINNINGS = tuple(beginning for beginning, _ in _BY_TYPE)
_IMAGES = (
    "application/vnd.oci.image.config",
    "application/vnd.docker.container.image",
)


def kind_of(
    manifest: Manifest | Index | None, places: Collection[Place], signed: Collection[str]
) -> ManifestKind:
    """The kind of a manifest; None is one that cannot be read.

    `places` are those where it hangs on something; `signed` the kinds of the candidates in it
    (`candidates.Kind`), which a bundle tells by its content.
    """
    if manifest is None:
        return ManifestKind.OTHER
    if isinstance(manifest, Index):
        return ManifestKind.INDEX
    if signed:
        is_statement = "attestation" in signed
        return ManifestKind.ATTESTATION if is_statement else ManifestKind.SIGNATURE
    for place, kind in _BY_PLACE.items():
        if place in places:
            return kind
    return _by_type(manifest)


def _by_type(manifest: Manifest) -> ManifestKind:
    stated = {manifest.artifact_type, *(layer.media_type for layer in manifest.layers)}
    telling = tuple(one for one in stated if one.startswith(_BEGINNINGS))
    for beginning, kind in _BY_TYPE if telling else ():
        if any(one.startswith(beginning) for one in telling):
            return kind
    is_image = manifest.artifact_type.startswith(_IMAGES)
    return ManifestKind.IMAGE if is_image else ManifestKind.OTHER
