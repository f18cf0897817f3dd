"""What cosign attached to an image, taken from its registry, spoiled, and put elsewhere."""

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from tests.differential.images.cosign.making import SPOILED as SPOILED_BUNDLES
from tests.differential.images.cosign.making import flipped
from tests.differential.images.private_sigstore.combinations import Combination
from trustui.core.formats.cosign.payload import CERTIFICATE, CHAIN, SIGNATURE, TIMESTAMP
from trustui.core.oci.manifests import OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.references import Reference, cosign_tag, digest_of, fallback_tag
from trustui.demo.images.repository import ImageRepository, attach_bundle, manifest
from trustui.demo.images.stack import Json, b64


@dataclass
class Bundle:
    """A bundle, which refers to its image."""

    value: Json

    def put(self, repository: ImageRepository, digest: str) -> None:
        attach_bundle(repository, digest, self.value)

    @property
    def material(self) -> Json:
        found: Json = self.value["verificationMaterial"]
        return found


@dataclass
class Layer:
    """A layer of the manifest at cosign's tag: its descriptor, and the blob."""

    suffix: str
    descriptor: Json
    blob: bytes = field(repr=False)

    def put(self, repository: ImageRepository, digest: str) -> None:
        repository.put(self.blob)
        self.descriptor |= {"digest": digest_of(self.blob), "size": len(self.blob)}
        repository.put(b"{}")
        repository.put(manifest([self.descriptor]), cosign_tag(digest, self.suffix))

    @property
    def annotations(self) -> Json:
        found: Json = self.descriptor["annotations"]
        return found


Attached: TypeAlias = Bundle | Layer


# Taken from the registry ------------------------------------------------------------------------


def attached(at_digest: Reference, one: Combination) -> list[Attached]:
    """All that cosign put there of one form and kind, in no order."""
    place = f"http://{at_digest.host}/v2/{at_digest.repository}"
    assert at_digest.digest is not None
    if one.form == "tag":
        suffix = "att" if one.kind == "attestation" else "sig"
        listed = _read(f"{place}/manifests/{cosign_tag(at_digest.digest, suffix)}")
        return [
            Layer(suffix, layer, _bytes(f"{place}/blobs/{layer['digest']}"))
            for layer in listed["layers"]
        ]
    bundles: list[Attached] = []
    for listed in _referrers(place, at_digest.digest)["manifests"]:
        (layer,) = _read(f"{place}/manifests/{listed['digest']}")["layers"]
        bundles.append(Bundle(_read(f"{place}/blobs/{layer['digest']}")))
    return bundles


def _referrers(place: str, digest: str) -> Json:
    try:
        return _read(f"{place}/referrers/{digest}")
    except urllib.error.HTTPError as error:
        with error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
    return _read(f"{place}/manifests/{fallback_tag(digest)}")


def _read(url: str) -> Json:
    found: Json = json.loads(_bytes(url))
    return found


def _bytes(url: str) -> bytes:
    asked = urllib.request.Request(url, headers={"Accept": f"{OCI_INDEX}, {OCI_MANIFEST}"})  # noqa: S310  of this machine
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  the same
        body: bytes = answer.read()
    return body


# Spoiled ----------------------------------------------------------------------------------------

Spoil: TypeAlias = Callable[..., None]
"""Changes the first of what it is given; the second is what was signed before, if anything was."""


def _nothing(_one: Attached) -> None:
    """What belongs to another image is put there as it is."""


def _in_bundles(name: str) -> Spoil:
    def spoil(one: Attached, *_before: Attached) -> None:
        if isinstance(one, Bundle):
            SPOILED_BUNDLES[name](one.value)

    return spoil


def _signature(turned: Callable[[str], str]) -> Spoil:
    def spoil(one: Attached) -> None:
        if isinstance(one, Bundle):
            said = one.value["dsseEnvelope"]["signatures"][0]
            said["sig"] = turned(said["sig"])
        elif one.suffix == "sig":
            one.annotations[SIGNATURE] = turned(one.annotations[SIGNATURE])
        else:
            envelope = json.loads(one.blob)
            envelope["signatures"][0]["sig"] = turned(envelope["signatures"][0]["sig"])
            one.blob = json.dumps(envelope).encode()

    return spoil


def _payload(one: Attached) -> None:
    if isinstance(one, Bundle):
        SPOILED_BUNDLES["payload"](one.value)
        return
    said = json.loads(one.blob)
    if one.suffix == "sig":
        said["optional"] = {"more": "1"}
    else:
        statement = json.loads(base64.b64decode(said["payload"]))
        said["payload"] = b64(json.dumps({**statement, "more": 1}).encode())
    one.blob = json.dumps(said).encode()


def _no_entry(one: Attached) -> None:
    if isinstance(one, Bundle):
        one.material.pop("tlogEntries", None)


def _no_stamp(one: Attached) -> None:
    if isinstance(one, Bundle):
        one.material.pop("timestampVerificationData", None)
    else:
        one.annotations.pop(TIMESTAMP, None)


def _of_another(member: str, *annotations: str) -> Spoil:
    """Of a bundle a member of its material is exchanged, in the tag format annotations."""

    def spoil(one: Attached, before: Attached) -> None:
        if isinstance(one, Bundle) and isinstance(before, Bundle):
            _exchange(one.material, before.material, (member,))
        elif isinstance(one, Layer) and isinstance(before, Layer):
            _exchange(one.annotations, before.annotations, annotations)

    return spoil


def _exchange(ours: Json, others: Json, names: Iterable[str]) -> None:
    for name in names:
        if name in others:
            ours[name] = others[name]


def _certificate(one: Attached, before: Attached) -> None:
    _of_another("certificate", CERTIFICATE, CHAIN)(one, before)
    if isinstance(one, Bundle):
        one.material.pop("publicKey", None)


SPOILED: dict[str, Spoil] = {
    "of another image": _nothing,
    "signature": _signature(flipped),
    "payload": _payload,
    "not base64": _signature(lambda _: "!"),
    "proof": _in_bundles("proof"),
    "checkpoint": _in_bundles("checkpoint"),
    "no entry": _no_entry,
    "no stamp": _no_stamp,
    "entry of another": _of_another("tlogEntries"),
    "stamp of another": _of_another("timestampVerificationData", TIMESTAMP),
    "certificate of another": _certificate,
}
BEFORE = frozenset({"proof", "entry of another", "stamp of another", "certificate of another"})
"""For these somebody signs once more, before; a proof of a log's first entry has nothing to spoil."""
