"""A private Sigstore: authority, log of certificates, logs of both generations, timestamps.

Its keys are thrown away; a trusted root says who they are.
"""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.merkle import inclusion_proof, leaf_hash, root_of
from trustui.core.primitives.signed_note import TreeHead
from trustui.demo.images.certifying import (
    AUTHORITY,
    SIGNED,
    YEAR,
    Issued,
    PrivateKey,
    Stamp,
    Wish,
    derived_key,
    issue,
    sign,
    spki,
    timestamp,
)

FULCIO = "1.3.6.1.4.1.57264.1."

Json = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def der_text(text: str) -> bytes:
    """A DER UTF8String of fewer than 128 bytes."""
    return b"\x0c" + bytes([len(text)]) + text.encode()


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


@dataclass
class RekorLog:
    """A log with a key, a name and its leaves; `tiles` is the second generation."""

    host: str
    tiles: bool
    key: PrivateKey
    leaves: list[bytes] = field(default_factory=lambda: [leaf_hash(b"one"), leaf_hash(b"two")])

    @property
    def log_id(self) -> bytes:
        if not self.tiles:
            return hashlib.sha256(spki(self.key)).digest()
        raw = self.key.public_key()
        assert isinstance(raw, ed25519.Ed25519PublicKey)
        return hashlib.sha256(self.host.encode() + b"\n\x01" + raw.public_bytes_raw()).digest()

    def checkpoint(self, leaves: list[bytes]) -> str:
        origin = self.host if self.tiles else f"{self.host} - 42"
        text = TreeHead(origin, len(leaves), root_of(leaves)).text
        signature = self.log_id[:4] + sign(self.key, text.encode())
        return f"{text}\n\u2014 {self.host} {b64(signature)}\n"

    def take(self, body: Json, at: datetime = SIGNED) -> Json:
        """The entry as a bundle carries it."""
        raw = encode_sorted(body)
        leaves = [*self.leaves, leaf_hash(raw)]
        index = len(leaves) - 1
        entry: Json = {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.log_id)},
            "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
            "canonicalizedBody": b64(raw),
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(root_of(leaves)),
                "treeSize": str(len(leaves)),
                "hashes": [b64(one) for one in inclusion_proof(leaves, index)],
                "checkpoint": {"envelope": self.checkpoint(leaves)},
            },
        }
        if not self.tiles:
            seconds = int(at.timestamp())
            entry["integratedTime"] = str(seconds)
            entry["inclusionPromise"] = {
                "signedEntryTimestamp": b64(self.promise(raw, index, seconds))
            }
        return entry

    def promise(self, body: bytes, index: int, seconds: int) -> bytes:
        promised = {
            "body": b64(body),
            "integratedTime": seconds,
            "logID": self.log_id.hex(),
            "logIndex": index,
        }
        return sign(self.key, encode_sorted(promised))

    def as_json(self, start: datetime = SIGNED - YEAR, end: datetime | None = None) -> Json:
        window = {"start": write_instant(start)}
        if end is not None:
            window["end"] = write_instant(end)
        return {
            "baseUrl": f"https://{self.host}",
            "publicKey": {"rawBytes": b64(spki(self.key)), "validFor": dict(window)},
            "logId": {"keyId": b64(self.log_id)},
        }


@dataclass(frozen=True)
class Stack:
    """The services, and what they sign with."""

    root: Issued
    authority: Issued
    ct: PrivateKey
    tiles: RekorLog
    rekor: RekorLog
    stamp_root: Issued
    stamp_signer: Issued
    key: PrivateKey
    """A key that signs without a certificate."""
    signer: Wish
    """Whom it certifies, unless somebody else is wished for."""
    since: datetime = SIGNED - YEAR
    """When its services began (UTC)."""

    @property
    def domain(self) -> str:
        """Whose it is: what the names of its logs end in."""
        return self.rekor.host.partition(".")[2]

    def trusted_root(self) -> Json:
        window = {"start": write_instant(self.since)}
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.tiles.as_json(self.since), self.rekor.as_json(self.since)],
            "certificateAuthorities": [
                {
                    "uri": f"https://fulcio.{self.domain}",
                    "certChain": chain_json(self.authority, self.root),
                    "validFor": dict(window),
                }
            ],
            "ctlogs": [
                {
                    "baseUrl": f"https://ct.{self.domain}",
                    "publicKey": {"rawBytes": b64(spki(self.ct)), "validFor": dict(window)},
                    "logId": {"keyId": b64(hashlib.sha256(spki(self.ct)).digest())},
                }
            ],
            "timestampAuthorities": [
                {
                    "uri": f"https://tsa.{self.domain}",
                    "certChain": chain_json(self.stamp_signer, self.stamp_root),
                    "validFor": dict(window),
                }
            ],
        }

    def certify(self, wish: Wish | None = None, **changes: Any) -> Issued:
        """A certificate with the promise of the log; `changes` as of `Issued.issue_with_sct`."""
        return self.authority.issue_with_sct(wish or self.signer, self.ct, **changes)

    def stamp(self, signature: bytes, stamp: Stamp = Stamp()) -> bytes:  # noqa: B008  frozen
        return timestamp(signature, self.stamp_signer, stamp)


def chain_json(*chain: Issued) -> Json:
    return {"certificates": [{"rawBytes": b64(one.der)} for one in chain]}


def found_stack(seed: str, domain: str, signer: Wish, since: datetime = SIGNED - YEAR) -> Stack:
    """A Sigstore of its own, in service since `since` (UTC); a seed gives the same one each time."""
    long = replace(AUTHORITY, start=since, end=since + 10 * YEAR)
    keys = {name: derived_key(f"{seed}/{name}") for name in _KEYS}
    root = issue(replace(long, subject=f"{domain} root"), None, keys["root"], 1)
    authority = issue(
        replace(long, subject=f"{domain} authority", path_length=0), root, keys["authority"], 2
    )
    stamp_root = issue(replace(long, subject=f"{domain} stamp root"), None, keys["stamp root"], 3)
    signs_time = Wish(
        f"{domain} stamps", since, long.end, purposes=("time",), purposes_critical=True
    )
    secret = hashlib.sha256(f"{seed}/tiles".encode()).digest()
    return Stack(
        root=root,
        authority=authority,
        ct=keys["ct"],
        tiles=RekorLog(
            f"tiles.{domain}", True, ed25519.Ed25519PrivateKey.from_private_bytes(secret)
        ),
        rekor=RekorLog(f"rekor.{domain}", False, keys["rekor"]),
        stamp_root=stamp_root,
        stamp_signer=issue(signs_time, stamp_root, keys["stamps"], 4),
        key=keys["key"],
        signer=signer,
        since=since,
    )


_KEYS = ("root", "authority", "ct", "rekor", "stamp root", "stamps", "key")
