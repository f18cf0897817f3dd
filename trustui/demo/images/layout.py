"""A repository of artefacts as the files of an OCI image layout (image specification 1.1)."""

import json
from collections.abc import Iterator

from trustui.core.oci.manifests import parse_manifest
from trustui.demo.images.repository import ImageRepository, descriptor
from trustui.demo.images.stack import Json

REF_NAME = "org.opencontainers.image.ref.name"


def layout_files(repository: ImageRepository) -> dict[str, bytes]:
    """All files by their names below the folder; `index.json` lists tags and what refers to digests."""
    files = {f"blobs/{digest.replace(':', '/')}": body for digest, body in repository.blobs.items()}
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": list(_listed(repository)),
    }
    return files | {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps(index, indent=1).encode(),
    }


def _listed(repository: ImageRepository) -> Iterator[Json]:
    for tag, digest in repository.tags.items():
        yield _descriptor(repository, digest, annotations={REF_NAME: tag})
    for listed in repository.referrers.values():
        for one in listed:
            yield _descriptor(repository, one["digest"])


def _descriptor(repository: ImageRepository, digest: str, **more: object) -> Json:
    body = repository.blobs[digest]
    return descriptor(body, parse_manifest(body).media_type, **more)
