"""Public keys in every encoding that real metadata uses, and signatures made with them.

A table says which key types, schemes and curves belong together (handbook/tuf §5; TUF 1.0.34
§4.2.1); a key of another combination is not a key. The key decides the algorithm, never the
signature.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import TypeAlias

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from trustui.core.errors import ParseError

AnyPublicKey: TypeAlias = "ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey"

SCHEMES: dict[str, frozenset[str]] = {
    "ed25519": frozenset({"ed25519"}),
    "ecdsa": frozenset({"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"}),
    "ecdsa-sha2-nistp256": frozenset({"ecdsa-sha2-nistp256"}),
    "ecdsa-sha2-nistp384": frozenset({"ecdsa-sha2-nistp384"}),
    "rsa": frozenset({"rsassa-pss-sha256", "rsassa-pss-sha384", "rsassa-pss-sha512"}),
}
"""Key type to the schemes it may sign with."""

RSA_MIN_BITS = 2048

LONGEST_KEY = 16_384
"""Characters. An RSA key of 16,384 bits takes 2,900 as PEM; keys are kept in a cache."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_CURVES: dict[str, type[ec.SECP256R1 | ec.SECP384R1]] = {
    "ecdsa-sha2-nistp256": ec.SECP256R1,
    "ecdsa-sha2-nistp384": ec.SECP384R1,
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "ecdsa-sha2-nistp256": hashes.SHA256(),
    "ecdsa-sha2-nistp384": hashes.SHA384(),
    "rsassa-pss-sha256": hashes.SHA256(),
    "rsassa-pss-sha384": hashes.SHA384(),
    "rsassa-pss-sha512": hashes.SHA512(),
}
_ECDSA = {scheme: ec.ECDSA(_HASHES[scheme]) for scheme in _CURVES}
_PSS = {
    scheme: padding.PSS(padding.MGF1(algorithm), padding.PSS.DIGEST_LENGTH)
    for scheme, algorithm in _HASHES.items()
    if scheme.startswith("rsassa")
}


class PublicKey(msgspec.Struct, frozen=True):
    """A usable public key. Two keys are the same key when their `material` is equal."""

    scheme: str
    material: bytes
    """The subject public key info, DER: one form whatever the encoding was."""
    encoding: str
    """How the metadata wrote it: `hex`, `pem` or `base64-der`."""
    bits: int
    loaded: AnyPublicKey

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the signature over the message was made with this key."""
        try:
            _VERIFIERS[self.scheme.partition("-")[0]](self, signature, message)
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            return False
        return True


def scheme_is_supported(keytype: str, scheme: str) -> bool:
    """Tell whether this key type and this scheme belong together and are known."""
    return scheme in SCHEMES.get(keytype, frozenset())


def load_public_key(keytype: str, scheme: str, public: str) -> PublicKey:
    """Load the `keyval.public` of a TUF key. Raises ParseError with what was expected and found.

    Ed25519: 32 bytes as hex. ECDSA: an X9.62 point as hex. Any: PEM, or DER as base64.
    Refused: points off the curve, Ed25519 points of small order or not in canonical form.
    """
    if not scheme_is_supported(keytype, scheme):
        raise ParseError(
            f"key type {keytype[:40]!r} does not go with scheme {scheme[:40]!r}",
            expected="a known pair of key type and scheme",
            found=f"{keytype[:40]}/{scheme[:40]}",
        )
    if len(public) > LONGEST_KEY:
        raise ParseError(
            "the public key is longer than any key is",
            expected=f"at most {LONGEST_KEY:,} characters",
            found=f"{len(public):,} characters",
        )
    loaded, encoding = _decode(scheme, public)
    _check_kind(scheme, loaded)
    material = loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    bits = 256 if isinstance(loaded, ed25519.Ed25519PublicKey) else loaded.key_size
    return PublicKey(scheme, material, encoding, bits, loaded)


def _decode(scheme: str, public: str) -> tuple[AnyPublicKey, str]:
    try:
        if public.lstrip().startswith("-----BEGIN"):
            return _known(load_pem_public_key(public.strip().encode())), "pem"
        if _HEX.fullmatch(public):
            return _from_hex(scheme, bytes.fromhex(public)), "hex"
        der = base64.b64decode(public, validate=True)
        return _known(load_der_public_key(der)), "base64-der"
    except (ValueError, UnsupportedAlgorithm, binascii.Error) as error:
        raise ParseError(
            f"the public key cannot be read: {str(error) or type(error).__name__}",
            expected=f"hex, PEM or base64 DER of a key for {scheme}",
            found=f"{public[:24]!r}, {len(public)} characters",
        ) from error


def _from_hex(scheme: str, raw: bytes) -> AnyPublicKey:
    if scheme == "ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    if scheme in _CURVES:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[scheme](), raw)
    return _known(load_der_public_key(raw))


def _known(key: object) -> AnyPublicKey:
    if isinstance(key, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        return key
    raise ValueError(f"a {type(key).__name__} is no key that TUF signs with")


def _check_kind(scheme: str, key: AnyPublicKey) -> None:
    if scheme == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
        refuse_weak_point(key.public_bytes_raw())
    elif scheme in _CURVES and isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(key.curve, _CURVES[scheme]):
            raise ParseError("the curve is another", expected=scheme, found=key.curve.name)
    elif not (scheme.startswith("rsassa-pss") and isinstance(key, rsa.RSAPublicKey)):
        raise ParseError("the key is of another kind", expected=scheme, found=type(key).__name__)


_P = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})


def refuse_weak_point(raw: bytes) -> None:
    """Raises ParseError for an Ed25519 key (32 bytes) that proves nothing.

    RFC 8032 §5.1.3 refuses y >= p; a point of small order verifies signatures of nobody.
    """
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P:
        raise ParseError("the Ed25519 point is not in canonical form", found=raw.hex())
    if y in _SMALL_ORDER_Y:
        raise ParseError(
            "the Ed25519 point has small order: signatures that anybody can make would verify",
            expected="a point of the prime-order group",
            found=raw.hex(),
        )


def _verify_ed25519(key: PublicKey, signature: bytes, message: bytes) -> None:
    assert isinstance(key.loaded, ed25519.Ed25519PublicKey)
    key.loaded.verify(signature, message)


def _verify_ecdsa(key: PublicKey, signature: bytes, message: bytes) -> None:
    assert isinstance(key.loaded, ec.EllipticCurvePublicKey)
    key.loaded.verify(signature, message, _ECDSA[key.scheme])


def _verify_rsa_pss(key: PublicKey, signature: bytes, message: bytes) -> None:
    assert isinstance(key.loaded, rsa.RSAPublicKey)
    key.loaded.verify(signature, message, _PSS[key.scheme], _HASHES[key.scheme])


_VERIFIERS: dict[str, Callable[[PublicKey, bytes, bytes], None]] = {
    "ed25519": _verify_ed25519,
    "ecdsa": _verify_ecdsa,
    "rsassa": _verify_rsa_pss,
}
