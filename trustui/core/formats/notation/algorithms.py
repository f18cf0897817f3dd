"""The six algorithms of Notation's signatures (signature-specification.md "Algorithm Selection").

The key says which one: RSA of 2,048, 3,072 or 4,096 bits, ECDSA on P-256, P-384 or P-521. What an
envelope states is only compared with it.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from trustui.core.pki.keys import HASHES, PkixKey

HASH_OF = {
    "PS256": "sha256",
    "PS384": "sha384",
    "PS512": "sha512",
    "ES256": "sha256",
    "ES384": "sha384",
    "ES512": "sha512",
}
"""The names of JWS (RFC 7518 §3.1), and what each hashes with."""
COSE_NAMES = {-37: "PS256", -38: "PS384", -39: "PS512", -7: "ES256", -35: "ES384", -36: "ES512"}
"""The same in COSE (RFC 9053 §2.1, RFC 8230 §2)."""

_OF_RSA = {2048: "PS256", 3072: "PS384", 4096: "PS512"}
_OF_CURVE = {256: "ES256", 384: "ES384", 521: "ES512"}


def algorithm_of(key: PkixKey) -> str | None:
    """What this key signs with; None for keys that the specification does not allow."""
    match key.loaded:
        case rsa.RSAPublicKey(key_size=bits):
            return _OF_RSA.get(bits)
        case ec.EllipticCurvePublicKey(key_size=bits):
            return _OF_CURVE[bits]
        case _:
            return None


def verifies(key: PkixKey, algorithm: str, signature: bytes, message: bytes) -> bool:
    """Whether this is a signature of the key by this algorithm, one of `HASH_OF`.

    RSASSA-PSS has salts as long as the hash (RFC 7518 §3.5), ECDSA is r and s in a row (§3.4) on
    the curve that the algorithm names.
    """
    hashed = HASHES[HASH_OF[algorithm]]
    try:
        match key.loaded:
            case rsa.RSAPublicKey() as public if algorithm.startswith("PS"):
                salted = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
                public.verify(signature, message, salted, hashed)
            case ec.EllipticCurvePublicKey() as point if algorithm == algorithm_of(key):
                der = _as_der(signature, (point.key_size + 7) // 8)
                point.verify(der, message, ec.ECDSA(hashed))
            case _:
                return False
    except (InvalidSignature, ValueError):
        return False
    return True


def _as_der(signature: bytes, size: int) -> bytes:
    if len(signature) != 2 * size:
        raise ValueError("r and s have another length")
    r, s = signature[:size], signature[size:]
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
