"""Ed25519ph (RFC 8032 §5.1): what Sigstore's tools sign digests with, which no library here does.

Only verification: nothing in it is secret, so plain integers will do. The points that a key and a
signature hold are read by the rules of §5.1.3; small orders are refused by who loads the key.
"""

import hashlib

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_DOM2 = b"SigEd25519 no Ed25519 collisions\x01\x00"
"""Flag 1 (prehashed) and an empty context (§5.1, dom2)."""

Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates (§5.1.4)."""

_NEUTRAL: Point = (0, 1, 1, 0)
POINT_SIZE = 32


def verifies_prehashed(public: bytes, signature: bytes, digest: bytes) -> bool:
    """Whether this Ed25519ph signature of a SHA-512 digest was made with the key (§5.1.7)."""
    if len(signature) != 2 * POINT_SIZE:
        return False
    scalar = int.from_bytes(signature[POINT_SIZE:], "little")
    key, nonce = _decode(public), _decode(signature[:POINT_SIZE])
    if key is None or nonce is None or scalar >= _ORDER:
        return False
    hashed = hashlib.sha512(_DOM2 + signature[:POINT_SIZE] + public + digest).digest()
    challenge = int.from_bytes(hashed, "little") % _ORDER
    return _same(_times(scalar, _BASE), _add(nonce, _times(challenge, key)))


def _decode(raw: bytes) -> Point | None:
    """§5.1.3; None where the bytes are no point."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x = _x_of(y, sign) if y < _P else None
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _add(one: Point, other: Point) -> Point:
    """§5.1.4."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point: Point) -> Point:
    found = _NEUTRAL
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point = _add(point, point)
        scalar >>= 1
    return found


def _same(one: Point, other: Point) -> bool:
    return not (
        (one[0] * other[2] - other[0] * one[2]) % _P or (one[1] * other[2] - other[1] * one[2]) % _P
    )


def _base() -> Point:
    point = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(POINT_SIZE, "little"))
    assert point is not None
    return point


_BASE = _base()
