"""Public keys as certificates and `.pub` files carry them, and what they signed.

The key says which algorithms may have been used (Sigstore's registry of algorithms,
`PublicKeyDetails` in sigstore_common.proto); nothing beside the key is asked.
"""

import hashlib
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeAlias

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.ed25519ph import verifies_prehashed
from trustui.core.primitives.keys import refuse_weak_point

P = ParamSpec("P")
AnyKey: TypeAlias = "ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey"

MAX_KEY_BYTES = 16_384
"""An RSA key of 8,192 bits takes 1,500 as PEM."""
RSA_BITS = range(2048, 8192 + 1)
"""Smaller ones are weak; larger ones cost a verifier time and win nothing."""

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


class PkixKey(msgspec.Struct, frozen=True):
    """A usable public key; two are the same key when their `material` is equal."""

    material: bytes
    """The subject public key info, DER."""
    loaded: AnyKey

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the subject public key info, lower-case hex."""
        return hashlib.sha256(self.material).hexdigest()

    @property
    def kind(self) -> str:
        """What people call it: `ECDSA P-256`, `RSA 3072`, `Ed25519`."""
        match self.loaded:
            case ec.EllipticCurvePublicKey(curve=curve):
                return f"ECDSA P-{curve.key_size}"
            case rsa.RSAPublicKey(key_size=bits):
                return f"RSA {bits}"
            case _:
                return "Ed25519"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature over the message was made with this key.

        ECDSA and RSA (PKCS #1 v1.5, PSS) over any SHA-2 of `HASHES`; Ed25519 pure or prehashed.
        """
        if isinstance(self.loaded, ed25519.Ed25519PublicKey) and _is_good(
            self.loaded.verify, signature, message
        ):
            return True
        return any(
            self.verifies_digest(signature, hashlib.new(name, message).digest(), name)
            for name in HASHES
        )

    def verifies_digest(self, signature: bytes, digest: bytes, hash_name: str) -> bool:
        """As `verifies`, for a message of which only this digest is known."""
        if hash_name not in HASHES or len(digest) != HASHES[hash_name].digest_size:
            return False
        prehashed = utils.Prehashed(HASHES[hash_name])
        match self.loaded:
            case ec.EllipticCurvePublicKey() as key:
                return _is_good(key.verify, signature, digest, ec.ECDSA(prehashed))
            case rsa.RSAPublicKey() as rsa_key:
                return any(
                    _is_good(rsa_key.verify, signature, digest, way, prehashed)
                    for way in _paddings(hash_name)
                )
            case ed_key:
                point = ed_key.public_bytes_raw()
                return hash_name == "sha512" and verifies_prehashed(point, signature, digest)


def _paddings(hash_name: str) -> tuple[padding.AsymmetricPadding, ...]:
    pss = padding.PSS(padding.MGF1(HASHES[hash_name]), padding.PSS.AUTO)
    return (padding.PKCS1v15(), pss)


def _is_good(verify: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> bool:
    try:
        verify(*args, **kwargs)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def load_key(raw: bytes) -> PkixKey:
    """Read a public key as PEM or as DER (SubjectPublicKeyInfo). Raises ParseError."""
    if len(raw) > MAX_KEY_BYTES:
        raise LimitExceeded(
            "the public key is longer than any key is",
            expected=f"at most {MAX_KEY_BYTES:,} bytes",
            found=f"{len(raw):,} bytes",
        )
    try:
        with warnings.catch_warnings(action="ignore"):
            is_pem = raw.lstrip().startswith(b"-----BEGIN")
            loaded = load_pem_public_key(raw) if is_pem else load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ParseError(
            f"the public key cannot be read: {error}", expected="a public key as PEM or DER"
        ) from error
    return as_key(loaded)


def as_key(loaded: object) -> PkixKey:
    """A key that a library has read. Raises ParseError for kinds and sizes that sign nothing here."""
    match loaded:
        case ec.EllipticCurvePublicKey(curve=curve) if curve.name in _CURVES:
            key: AnyKey = loaded
        case rsa.RSAPublicKey(key_size=bits) if bits in RSA_BITS:
            key = loaded
        case ed25519.Ed25519PublicKey():
            refuse_weak_point(loaded.public_bytes_raw())
            key = loaded
        case _:
            raise ParseError(
                "keys of this kind sign nothing here",
                expected="ECDSA P-256, P-384 or P-521, RSA of 2,048 to 8,192 bits, or Ed25519",
                found=_named(loaded),
            )
    return PkixKey(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), key)


def _named(loaded: object) -> str:
    match loaded:
        case ec.EllipticCurvePublicKey(curve=curve):
            return f"a key on {curve.name}"
        case rsa.RSAPublicKey(key_size=bits):
            return f"an RSA key of {bits:,} bits"
        case _:
            return f"a key of type {type(loaded).__name__}"
