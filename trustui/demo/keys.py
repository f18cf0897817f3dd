"""Throw-away signing keys: derived from a seed, held in memory, never written anywhere."""

import hashlib
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trustui.core.diff.signers import KEY_OWNER
from trustui.core.primitives.canonical_json import JsonValue, canonical

JsonObject: TypeAlias = dict[str, JsonValue]
PrivateKey: TypeAlias = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Scheme(StrEnum):
    """The signature schemes of TUF 1.0.34 §4.2.1 that the publisher can sign with."""

    ED25519 = "ed25519"
    ECDSA_P256 = "ecdsa-sha2-nistp256"
    ECDSA_P384 = "ecdsa-sha2-nistp384"
    RSA_PSS = "rsassa-pss-sha256"


_KEYTYPES = {
    Scheme.ED25519: "ed25519",
    Scheme.ECDSA_P256: "ecdsa",
    Scheme.ECDSA_P384: "ecdsa",
    Scheme.RSA_PSS: "rsa",
}


class SigningKey:
    """A private key with its public form as TUF writes it (TUF 1.0.34 §4.2.1)."""

    def __init__(self, scheme: Scheme, private: PrivateKey) -> None:
        self.scheme = scheme
        self.holder = ""
        """Who holds it, where the repository says so."""
        self._private = private

    def __repr__(self) -> str:
        return f"<{self.scheme} key {self.key_id[:8]}>"

    @cached_property
    def public(self) -> JsonObject:
        """The key object: keytype, scheme, and keyval as hex (Ed25519) or PEM (the others)."""
        return {
            "keytype": _KEYTYPES[self.scheme],
            "scheme": self.scheme.value,
            "keyval": {"public": self._public_text()},
        }

    @property
    def listed(self) -> JsonObject:
        """The key object as metadata lists it: with its holder, as tuf-on-ci writes it."""
        return {**self.public, KEY_OWNER: self.holder} if self.holder else self.public

    @cached_property
    def key_id(self) -> str:
        """SHA-256 of the canonical JSON of the key object, as hex; its holder has no part in it."""
        return hashlib.sha256(canonical(self.public)).hexdigest()

    def sign(self, message: bytes) -> str:
        """Sign, as hex. Ed25519 and ECDSA give the same signature on every run, RSA does not."""
        match self._private:
            case Ed25519PrivateKey():
                return self._private.sign(message).hex()
            case ec.EllipticCurvePrivateKey():
                digest = hashes.SHA384() if self.scheme is Scheme.ECDSA_P384 else hashes.SHA256()
                return self._private.sign(
                    message, ec.ECDSA(digest, deterministic_signing=True)
                ).hex()
            case _:
                sha256 = hashes.SHA256()
                padded = padding.PSS(padding.MGF1(sha256), padding.PSS.DIGEST_LENGTH)
                return self._private.sign(message, padded, sha256).hex()

    def _public_text(self) -> str:
        public = self._private.public_key()
        if self.scheme is Scheme.ED25519:
            return public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode("ascii")


def throwaway_key(seed: str, scheme: Scheme = Scheme.ED25519) -> SigningKey:
    """Derive a key from a text. RSA cannot be derived: such a key is fresh on every call."""
    secret = hashlib.sha256(seed.encode()).digest()
    match scheme:
        case Scheme.ED25519:
            return SigningKey(scheme, Ed25519PrivateKey.from_private_bytes(secret))
        case Scheme.ECDSA_P256:
            return SigningKey(scheme, _on_curve(secret, ec.SECP256R1()))
        case Scheme.ECDSA_P384:
            return SigningKey(scheme, _on_curve(secret, ec.SECP384R1()))
        case Scheme.RSA_PSS:
            return SigningKey(scheme, rsa.generate_private_key(65537, 2048))


def _on_curve(secret: bytes, curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    # 2^255 lies below the order of both curves, so every seed gives a private value.
    return ec.derive_private_key(int.from_bytes(secret) % 2**255 + 1, curve)
