"""Makes an artefact in a registry, its signature and the directory of who verifies it."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.core.images.notation.signed import JWS, payload_of
from tests.core.trust_policy.notation.written import IDENTITY, body
from tests.differential.images.notation.client import Notation
from tests.differential.images.notation.combinations import Combination
from tests.differential.images.notation.parties import (
    DAY,
    HOUR,
    Parties,
    evidence,
    leaf_end,
    leaf_for,
)
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import Plan, make_envelope
from tests.simulators.pushing import Pushing
from trustui.core.formats.notation.envelope import (
    AUTHENTIC_TIME,
    SCHEME,
    SCHEME_AUTHORITY,
    SCHEME_X509,
    SIGNING_TIME,
)
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.manifests import EMPTY, OCI_MANIFEST
from trustui.core.oci.references import Reference
from trustui.demo.images.certifying import Issued, Stamp
from trustui.demo.images.repository import descriptor, image, manifest

COSE = "application/cose"
OTHER_IDENTITY = "x509.subject: C=US, ST=WA, O=Umbrella"
IDENTITIES = {
    "matching": [IDENTITY],
    "anybody": ["*"],
    "other": [OTHER_IDENTITY],
    "one of two": [OTHER_IDENTITY, IDENTITY],
    "overlapping": [IDENTITY, f"{IDENTITY}, CN=release"],
    "incomplete": ["x509.subject: C=US, O=Acme"],
    "other beside anybody": ["*", OTHER_IDENTITY],
}


@dataclass(frozen=True)
class Made:
    """What both verifiers are asked about."""

    reference: Reference
    home: Path
    """As XDG_CONFIG_HOME; `notation` below it is Notation's own directory."""
    evidence: Mapping[str, bytes]
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Maker:
    """What all combinations share: the registry, the signer of the peer and where revocation is told."""

    host: str
    parties: Parties
    notation: Notation
    places: str
    folder: Path

    def make(self, number: int, one: Combination) -> Made:
        name, home = f"team/app{number}", self.folder / str(number)
        places = f"{self.places}/{number}"
        leaf = leaf_for(self.parties, one, places)
        configure(home / "notation", self.parties, one, f"{self.host}/{name}", leaf)
        repository = Repository(offers_referrers=False)
        digest = image(repository, "1.0", f"image {number}".encode())
        by_peer = one.fits_notation and number % 2 == 0
        if not by_peer:
            attach(repository, digest, one, _envelope(self.parties, one, leaf, repository, digest))
        self._push(name, repository)
        at_digest = Reference(self.host, name, None, digest)
        if by_peer:
            chain = (leaf, self.parties.between, self.parties.root)
            annotated = {"build": "7"} if one.metadata.startswith("signed") else {}
            self.notation.sign(at_digest, home, chain, one, annotated)
        if one.tampered == "tag moved":
            image(repository, "1.0", b"another")
            self._push(name, repository)
        by_tag = one.tag == "named by tag" or one.tampered == "tag moved"
        told = evidence(self.parties, one, leaf, places)
        reference = Reference(self.host, name, "1.0") if by_tag else at_digest
        return Made(reference, home, told, wanted_metadata(one))

    def _push(self, name: str, repository: Repository) -> None:
        with closing(Pushing(self.host)) as pushing:
            pushing.push(name, repository)


def wanted_metadata(one: Combination) -> dict[str, str]:
    texts = {"signed and wanted": "7", "wanted": "7", "other wanted": "8"}
    return {"build": texts[one.metadata]} if one.metadata in texts else {}


# The directory --------------------------------------------------------------------------------


def configure(folder: Path, made: Parties, one: Combination, repository: str, leaf: Issued) -> None:
    """As `~/.config/notation`."""
    kind = "signingAuthority" if one.signer == "for somebody" else "ca"
    if one.store == "of the other kind":
        kind = "ca" if kind == "signingAuthority" else "signingAuthority"
    stores = [f"{kind}:acme"]
    held = {"between": made.between, "leaf": leaf, "strangers": made.strange_root}
    if one.store != "absent":
        _store(folder, kind, "acme", held.get(one.store, made.root))
    if one.store == "root and absent":
        stores.append(f"{kind}:none")
    if one.store == "text beside root":
        (folder / "truststore/x509" / kind / "acme" / "README.txt").write_text("read me")
    if one.stamps != "nobody's count":
        stores.append("tsa:stamps")
        _store(folder, "tsa", "stamps", made.stamp_root)
    folder.mkdir(parents=True, exist_ok=True)
    statements = _statements(one, repository, stores)
    (folder / "trustpolicy.json").write_bytes(body(*statements))


def _store(folder: Path, kind: str, name: str, held: Issued) -> None:
    place = folder / "truststore/x509" / kind / name
    place.mkdir(parents=True)
    (place / "one.pem").write_bytes(held.pem)


def _statements(one: Combination, repository: str, stores: list[str]) -> list[dict[str, Any]]:
    level: dict[str, Any] = {"level": one.level}
    if one.override:
        level["override"] = dict(one.override)
    if one.stamps == "after expiry":
        level["verifyTimestamp"] = "afterCertExpiry"
    this: dict[str, Any] = {"name": "this", "signatureVerification": level}
    if one.level != "skip":
        this |= {"trustStores": stores, "trustedIdentities": IDENTITIES[one.identity]}
    beside = {
        "name": "beside",
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:none"],
        "trustedIdentities": [OTHER_IDENTITY],
    }
    exact, everything, other = [repository], ["*"], [f"{repository}-other"]
    scopes = {
        "exact": [(this, exact)],
        "everything": [(this, everything)],
        "exact beside everything": [(beside, everything), (this, exact)],
        "other": [(this, other)],
        "other beside everything": [(beside, other), (this, everything)],
    }
    return [{**told, "registryScopes": names} for told, names in scopes[one.scope]]


# The signature --------------------------------------------------------------------------------


def _envelope(
    made: Parties, one: Combination, leaf: Issued, repository: Repository, digest: str
) -> bytes:
    if one.tampered == "no envelope":
        return b"nothing"
    root = () if one.tampered == "no root" else (made.root,)
    for_somebody = one.signer == "for somebody"
    ends = {"ahead": made.at + 30 * DAY, "past": made.at - HOUR}
    plan = Plan(
        format=one.form,
        scheme=SCHEME_AUTHORITY if for_somebody else SCHEME_X509,
        payload=_payload(one, repository, digest),
        chain=(leaf, made.between, *root),
        expiry=ends.get(one.expiry),
        stamp=_stamp(made, one),
        stamp_signer=made.strange_stamps if one.stamp == "by strangers" else made.stamp_signer,
        stamped=b"another" if one.stamp == "of other content" else None,
        more={AUTHENTIC_TIME if for_somebody else SIGNING_TIME: made.signed_at},
    )
    return make_envelope(_tampered(plan, one))


def _payload(one: Combination, repository: Repository, digest: str) -> bytes:
    changes: dict[str, dict[str, Any]] = {
        "another image": {"digest": f"sha256:{'5' * 64}"},
        "size": {"size": 7},
        "type": {"mediaType": "application/vnd.acme.image+json"},
    }
    more = dict(changes.get(one.tampered, {}))
    if one.metadata.startswith("signed"):
        more["annotations"] = {"build": "7"}
    target = json.loads(payload_of(repository, digest))["targetArtifact"]
    return json.dumps({"targetArtifact": {**target, **more}}).encode()


def _stamp(made: Parties, one: Combination) -> Stamp | None:
    if one.stamp == "none":
        return None
    late = leaf_end(made, one) + HOUR / 2
    return Stamp(at=late if one.stamp == "late" else made.signed_at, accuracy=(1, 0, 0))


def _tampered(plan: Plan, one: Combination) -> Plan:
    if one.tampered in {"signature", "payload"}:
        return plan.changed(spoil=lambda parts: _flip(parts, one.tampered))
    if one.tampered == "critical header":
        named = [SCHEME, *([AUTHENTIC_TIME] if plan.scheme == SCHEME_AUTHORITY else [])]
        ends = ["io.cncf.notary.expiry"] if plan.expiry else []
        more = {**plan.more, "com.acme.note": "read me"}
        return plan.changed(critical=(*named, *ends, "com.acme.note"), more=more)
    if one.tampered == "no critical scheme":
        return plan.changed(critical=("com.acme.note",), more={**plan.more, "com.acme.note": "x"})
    if one.tampered == "payload type":
        return plan.changed(more={**plan.more, "cty": "application/vnd.acme+json"})
    if one.tampered == "other algorithm":
        other = "ES384" if one.key == "ES256" else "PS384" if one.key == "PS256" else "ES256"
        return plan.changed(algorithm=other)
    return plan


def _flip(parts: dict[str, Any], name: str) -> None:
    """One character, or one bit, in the middle of it."""
    old = parts[name]
    middle = len(old) // 2
    if isinstance(old, bytes):
        parts[name] = old[:middle] + bytes([old[middle] ^ 1]) + old[middle + 1 :]
    else:
        parts[name] = old[:middle] + ("A" if old[middle] != "A" else "B") + old[middle + 1 :]


def attach(repository: Repository, digest: str, one: Combination, envelope: bytes) -> None:
    """As Notation stores it."""
    repository.put(envelope)
    repository.put(b"{}")
    layer = descriptor(envelope, JWS if one.form == "jws" else COSE)
    kind = "application/vnd.acme" if one.tampered == "wrong artifact type" else SIGNATURE_TYPE
    made = manifest(
        [layer] * (2 if one.tampered == "two layers" else 1),
        descriptor(b"{}", EMPTY),
        artifactType=kind,
        subject=descriptor(repository.blobs[digest], OCI_MANIFEST),
    )
    repository.attach(digest, made, artifactType=kind)
