"""Makes an image in a registry, what is attached to it, and what is expected of it."""

import base64
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.differential.images.cosign.client import Cosign
from tests.differential.images.cosign.combinations import Combination
from tests.simulators.image_repository import Repository, files
from tests.simulators.pushing import Pushing
from tests.simulators.sigstore_stack import EMAIL, ISSUER, signer_wish, stack
from trustui.core.oci.references import Reference
from trustui.demo.images.bundles import Plan, bundle_of
from trustui.demo.images.certifying import SIGNED, Issued, Stamp, new_key
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.stack import Json, Stack, b64, found_stack
from trustui.demo.images.tag_format import TagPlan, sign_tag

SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
VULNERABILITIES = "https://cosign.sigstore.dev/attestation/vuln/v1"
HOUR = timedelta(hours=1)
ANOTHER = f"sha256:{'5' * 64}"


@dataclass(frozen=True)
class Made:
    """What both verifiers are asked."""

    reference: Reference
    expected: Json


@dataclass(frozen=True)
class Maker:
    host: str
    cosign: Cosign

    def make(self, number: int, one: Combination) -> Made:
        name = f"team/app{number}"
        repository = Repository(offers_referrers=False)
        digest = image(repository, "1.0", f"image {number}".encode())
        by_peer = one.fits_cosign and number % 2 == 0
        if not by_peer:
            for _ in range(2 if one.tampered == "signed twice" else 1):
                ATTACH[one.form](repository, digest, one)
        self._push(name, repository)
        if by_peer:
            self._sign(Reference(self.host, name, None, digest), one)
        if one.tampered == "tag moved":
            image(repository, "1.0", b"another")
            self._push(name, repository)
        return Made(Reference(self.host, name, "1.0"), expectation(one))

    def _push(self, name: str, repository: Repository) -> None:
        with closing(Pushing(self.host)) as pushing:
            pushing.push(name, repository)

    def _sign(self, at_digest: Reference, one: Combination) -> None:
        for _ in range(2 if one.tampered == "signed twice" else 1):
            if one.kind == "attestation":
                self.cosign.attest(at_digest, one.form, predicate_of(one.predicate))
            else:
                self.cosign.sign(at_digest, one.form, annotations_of(one.annotations))


def predicate_of(predicate: str) -> str:
    """What is attested, which the question of the combination may not be about."""
    return VULNERABILITIES if predicate == "another" else PROVENANCE


def annotations_of(annotations: str) -> dict[str, str]:
    """What is signed beside the image."""
    return {"build": "7"} if annotations.startswith("signed") else {}


# What is expected -----------------------------------------------------------------------------


def expectation(one: Combination) -> Json:
    """The members of `verify image --expect`."""
    by_key = one.signer == "key"
    if one.asked == "the other kind of signer":
        by_key = not by_key
    who: Json = {"key": "key.pub"} if by_key else {"identity": EMAIL, "issuer": ISSUER}
    if one.asked == "another key" and by_key:
        who = {"key": "another.pub"}
    elif one.asked in PEOPLE and not by_key:
        who = dict(PEOPLE[one.asked])
    if not by_key or "required" in {one.log_asked, one.stamp_asked}:
        who["trusted_root"] = f"{one.root}.json"
    who["log"] = one.log_asked
    if one.stamp_asked == "required":
        who["signed_timestamp"] = "required"
    if one.kind == "attestation":
        who["predicate_type"] = PROVENANCE
    else:
        texts = {"signed and wanted": "7", "wanted": "7", "other wanted": "8"}
        if one.annotations in texts:
            who["annotations"] = {"build": texts[one.annotations]}
    return who


PEOPLE = {
    "another identity": {"identity": "bob@acme.example", "issuer": ISSUER},
    "another issuer": {"identity": EMAIL, "issuer": "https://accounts.example"},
    "a pattern": {"identity_regexp": r"^[a-z]+@acme\.example$", "issuer_regexp": "^https://.*$"},
    "a loose pattern": {"identity_regexp": "lice@acme", "issuer": ISSUER},
    "identity without issuer": {"identity": EMAIL},
}


def write_files(folder: Path) -> None:
    """Everything that an expectation of `expectation` may name."""
    ours, other = stack(), found_stack("strangers", "strangers.example", signer_wish())
    (folder / "key.pub").write_bytes(files()["key.pub"])
    public = new_key().public_key()
    another = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "another.pub").write_bytes(another)
    whole, strange = ours.trusted_root(), other.trusted_root()
    roots = {
        "whole": whole,
        "of strangers": strange,
        "other log": {**whole, "tlogs": strange["tlogs"]},
        "other stamps": {**whole, "timestampAuthorities": strange["timestampAuthorities"]},
        "other promises": {**whole, "ctlogs": strange["ctlogs"]},
        "authority given up": json.loads(files()["retired.json"]),
    }
    for name, root in roots.items():
        (folder / f"{name}.json").write_text(json.dumps(with_algorithms(root)))


def with_algorithms(root: Json) -> Json:
    """With what a log hashes and signs with, which cosign asks for and ours reads from the key."""
    logs = {
        kind: [
            {
                **log,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {**log["publicKey"], "keyDetails": _key_details(log)},
            }
            for log in root[kind]
        ]
        for kind in ("tlogs", "ctlogs")
    }
    return {**root, **logs}


def _key_details(log: Json) -> str:
    """As the enumeration of sigstore's protocol buffers names it; only logs of tiles have Ed25519."""
    return "PKIX_ED25519" if "tiles." in log["baseUrl"] else "PKIX_ECDSA_P256_SHA_256"


# What is attached -----------------------------------------------------------------------------


def _certificate(one: Combination) -> Callable[[Stack], Issued]:
    def issued(made: Stack) -> Issued:
        if one.promise == "none":
            return made.authority.issue(signer_wish())
        return made.certify(spoiled=one.promise == "spoiled")

    return issued


def _stamps(one: Combination) -> tuple[Stamp, ...]:
    late = SIGNED + HOUR if one.stamp == "late" else SIGNED
    return () if one.stamp == "none" else (Stamp(late),)


def _attach_bundle(repository: Repository, digest: str, one: Combination) -> None:
    predicate = predicate_of(one.predicate) if one.kind == "attestation" else SIGNATURE
    if one.tampered == "other predicate attached":
        predicate = PROVENANCE if one.kind == "signature" else SIGNATURE
    signed = ANOTHER if one.tampered == "another image" else digest
    subject: Json = {"digest": {"sha256": signed.partition(":")[2]}}
    if annotations_of(one.annotations) and one.kind == "signature":
        subject["annotations"] = annotations_of(one.annotations)
    plan = Plan(
        statement={
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [subject],
            "predicateType": predicate,
            "predicate": {},
        },
        with_key=one.signer == "key",
        first_generation=one.log == "first generation",
        entry="dsse" if one.log == "first generation" else "hashedrekord",
        logged=one.log != "none",
        stamps=_stamps(one),
        certificate=_certificate(one),
    )
    bundle = bundle_of(plan, stack())
    _stamp_otherwise(bundle, one)
    if one.tampered == "entry of another":
        entries = bundle_of(plan, stack())["verificationMaterial"].get("tlogEntries")
        if entries is not None:
            bundle["verificationMaterial"]["tlogEntries"] = entries
    elif one.tampered in SPOILED:
        SPOILED[one.tampered](bundle)
    attach_bundle(repository, digest, bundle)


def _stamp_otherwise(bundle: Json, one: Combination) -> None:
    """Put in a timestamp by strangers, or of something else."""
    signature = base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])
    signer = stack()
    if one.stamp == "by strangers":
        signer = found_stack("strangers", "strangers.example", signer_wish())
    elif one.stamp == "of other content":
        signature = b"another"
    else:
        return
    stamps = [{"signedTimestamp": b64(signer.stamp(signature))}]
    bundle["verificationMaterial"]["timestampVerificationData"] = {"rfc3161Timestamps": stamps}


def flipped(text: str) -> str:
    """The same base64 with one bit of the middle turned."""
    raw = bytearray(base64.b64decode(text))
    raw[len(raw) // 2] ^= 1
    return b64(bytes(raw))


def _spoil_signature(bundle: Json) -> None:
    signature = bundle["dsseEnvelope"]["signatures"][0]
    signature["sig"] = flipped(signature["sig"])


def _spoil_payload(bundle: Json) -> None:
    envelope = bundle["dsseEnvelope"]
    statement = json.loads(base64.b64decode(envelope["payload"]))
    envelope["payload"] = b64(json.dumps({**statement, "more": 1}).encode())


def _spoil_proof(bundle: Json) -> None:
    for entry in bundle["verificationMaterial"].get("tlogEntries", ()):
        hashes = entry["inclusionProof"]["hashes"]
        hashes[0] = flipped(hashes[0])


def _spoil_checkpoint(bundle: Json) -> None:
    for entry in bundle["verificationMaterial"].get("tlogEntries", ()):
        checkpoint = entry["inclusionProof"]["checkpoint"]
        head, _, signature = checkpoint["envelope"].rstrip("\n").rpartition(" ")
        checkpoint["envelope"] = f"{head} {flipped(signature)}\n"


def _spoil_base64(bundle: Json) -> None:
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = "!"


SPOILED: dict[str, Callable[[Json], None]] = {
    "signature": _spoil_signature,
    "payload": _spoil_payload,
    "proof": _spoil_proof,
    "checkpoint": _spoil_checkpoint,
    "not base64": _spoil_base64,
}


def _attach_tag(repository: Repository, digest: str, one: Combination) -> None:
    with_certificate = one.signer == "certificate"
    plan = TagPlan(
        with_certificate=with_certificate,
        logged=one.log == "first generation",
        stamped=one.stamp not in {"none", "by strangers"},
        claims=annotations_of(one.annotations) or None,
        predicate=predicate_of(one.predicate) if one.kind == "attestation" else "",
        entry="intoto" if one.kind == "attestation" else "hashedrekord",
        subject=ANOTHER if one.tampered == "another image" else "",
        certificate=_certificate(one)(stack()) if with_certificate else None,
    )
    if one.tampered == "signature":
        plan = replace(plan, annotations=((_SIGNATURE, b64(b"another")),))
    elif one.tampered == "not base64":
        plan = replace(plan, annotations=((_SIGNATURE, "!"),))
    elif one.tampered == "payload":
        plan = replace(plan, raw=b"{}")
    sign_tag(repository, digest, stack(), plan)


_SIGNATURE = "dev.cosignproject.cosign/signature"
ATTACH: dict[str, Callable[[Repository, str, Combination], None]] = {
    "bundle": _attach_bundle,
    "tag": _attach_tag,
}
