"""A repository of artefacts in memory, and what is attached to them as clients do."""

import json
from dataclasses import dataclass, field
from typing import Any

from trustui.core.oci.manifests import EMPTY, OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.references import digest_of, fallback_tag
from trustui.demo.images.bundles import BUNDLE_3
from trustui.demo.images.stack import Json

LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"


def descriptor(body: bytes, media_type: str, **more: object) -> Json:
    return {"mediaType": media_type, "digest": digest_of(body), "size": len(body), **more}


@dataclass
class ImageRepository:
    """Blobs by digest, tags, and what refers to which digest."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    referrers: dict[str, list[Json]] = field(default_factory=dict)
    offers_referrers: bool = True

    def put(self, body: bytes, tag: str = "") -> str:
        digest = digest_of(body)
        self.blobs[digest] = body
        if tag:
            self.tags[tag] = digest
        return digest

    def attach(self, subject: str, body: bytes, **listed: object) -> str:
        """A manifest that refers to a digest, listed by the interface or by the fallback tag."""
        digest = self.put(body)
        self.referrers.setdefault(subject, []).append(descriptor(body, OCI_MANIFEST, **listed))
        if not self.offers_referrers:
            self.put(index(self.referrers[subject]), fallback_tag(subject))
        return digest


def index(manifests: list[Json], **more: object) -> bytes:
    return json.dumps(
        {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests, **more}
    ).encode()


def manifest(layers: list[Json], config: Json | None = None, **more: object) -> bytes:
    config = config or descriptor(b"{}", CONFIG)
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": config,
            "layers": layers,
            **more,
        }
    ).encode()


def image(repository: ImageRepository, tag: str = "1.0", text: bytes = b"web") -> str:
    """An image of one layer; gives its digest."""
    repository.put(text)
    return repository.put(manifest([descriptor(text, LAYER)]), tag)


def platforms(repository: ImageRepository, tag: str = "1.0") -> tuple[str, str, str]:
    """An index of two images; gives the digests of the index and of both."""
    one, two = image(repository, "", b"amd64"), image(repository, "", b"arm64")
    listed = [
        descriptor(
            repository.blobs[digest], OCI_MANIFEST, platform={"os": "linux", "architecture": name}
        )
        for digest, name in ((one, "amd64"), (two, "arm64"))
    ]
    return repository.put(index(listed), tag), one, two


def referrer(
    repository: ImageRepository,
    subject: str,
    body: bytes,
    media_type: str,
    artifact_type: str = "",
    **more: Any,
) -> str:
    """A manifest of one layer that refers to a digest; its type is that of the layer, or as stated."""
    stated = artifact_type or media_type
    repository.put(body)
    repository.put(b"{}")
    subjects = {"subject": descriptor(repository.blobs[subject], OCI_MANIFEST)}
    made = manifest(
        [descriptor(body, media_type)],
        descriptor(b"{}", EMPTY),
        **{"artifactType": stated, **subjects, **more},
    )
    return repository.attach(subject, made, artifactType=stated)


def attach_bundle(repository: ImageRepository, digest: str, bundle: Json, **more: Any) -> str:
    return referrer(repository, digest, json.dumps(bundle).encode(), BUNDLE_3, **more)
