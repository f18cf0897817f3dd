"""A layout with a signature by Notation, a configuration directory and a signed file, on disk."""

import json
from pathlib import Path

from tests.core.images.notation.signed import payload_of, sign
from tests.core.trust_policy.notation.written import Json, body, for_files, statement
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import BLOB, Plan, blob_target, make_envelope, world
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.demo.images.certifying import Issued
from trustui.demo.images.repository import descriptor, image

REF_NAME = "org.opencontainers.image.ref.name"


def write_layout(folder: Path, repository: Repository) -> Path:
    """The repository as a directory; what refers to an image is listed without a tag."""
    for name, raw in repository.blobs.items():
        path = folder / "blobs" / Path(name.replace(":", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    listed = [
        descriptor(repository.blobs[named], OCI_MANIFEST, annotations={REF_NAME: tag})
        for tag, named in repository.tags.items()
    ]
    listed += [one for several in repository.referrers.values() for one in several]
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
    return folder


def write_configuration(folder: Path, *statements: Json) -> Path:
    """A directory as `~/.config/notation` that trusts the private authority."""
    store = folder / "truststore" / "x509" / "ca" / "acme"
    store.mkdir(parents=True, exist_ok=True)
    (store / "root.crt").write_bytes(world().root.der)
    (folder / "trustpolicy.json").write_bytes(body(*(statements or (statement(),))))
    files = body(for_files("reports"), for_files("rest", globalPolicy=True))
    (folder / "trustpolicy.blob.json").write_bytes(files)
    return folder


def places(folder: Path) -> Path:
    """`app` (a layout), `notation` (a configuration), `notes.txt` and its signature."""
    repository = Repository()
    sign(repository, image(repository))
    write_layout(folder / "app", repository)
    write_configuration(folder / "notation")
    (folder / "notes.txt").write_bytes(BLOB)
    envelope = make_envelope(Plan(payload=json.dumps(blob_target()).encode()))
    (folder / "notes.txt.jws.sig").write_bytes(envelope)
    return folder


def sign_with(folder: Path, leaf: Issued) -> None:
    """The layout `revocable`, and the file signed anew, by the holder of another certificate."""
    chain = (leaf, world().between, world().root)
    repository = Repository()
    digest = image(repository)
    sign(repository, digest, Plan(payload=payload_of(repository, digest), chain=chain))
    write_layout(folder / "revocable", repository)
    envelope = make_envelope(Plan(payload=json.dumps(blob_target()).encode(), chain=chain))
    (folder / "notes.txt.jws.sig").write_bytes(envelope)
