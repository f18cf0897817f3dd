"""What is asked of a place that holds artefacts. Sources answer; they decide nothing."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.limits import MIB
from trustui.core.oci.manifests import MAX_MANIFEST

MAX_BLOB = 20 * MIB
"""Bytes of a blob that is read: a signature's payload, a bundle, an attestation with its SBOM."""


class ImageRequest(msgspec.Struct, frozen=True):
    """One question about the repository that a source stands for.

    `manifest` is asked by tag or digest, `blob` by digest, `referrers` by the digest of the
    subject (distribution 1.1, "Listing Referrers"); the answer to that is an image index, all its
    pages as one, or a Problem of the kind ABSENT where the interface is not offered.
    """

    kind: Literal["manifest", "blob", "referrers"]
    name: str
    max_length: int


Ask: TypeAlias = Callable[[ImageRequest], Document | Problem]
"""How a verification reads a place. It never raises for the place's faults."""


def manifest_request(name: str) -> ImageRequest:
    """A manifest or index by its tag or digest."""
    return ImageRequest("manifest", name, MAX_MANIFEST)


def referrers_request(digest: str) -> ImageRequest:
    """What refers to a digest, as the registry lists it."""
    return ImageRequest("referrers", digest, MAX_MANIFEST)


def blob_request(digest: str, size: int) -> ImageRequest:
    """A blob of a stated size; never more than that is read, nor more than any needs."""
    return ImageRequest("blob", digest, min(size, MAX_BLOB))
