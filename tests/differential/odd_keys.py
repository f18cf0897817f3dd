"""Keys as real and hostile repositories write them, each with signatures of its own kind."""

import base64
from collections.abc import Callable
from functools import cache
from random import Random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.differential.scenario import Workshop
from trustui.demo.keys import JsonObject, Scheme, SigningKey

SPKI = PublicFormat.SubjectPublicKeyInfo


class OddKey(SigningKey):
    """A key whose public form and whose signatures are both given from outside."""

    def __init__(self, public: JsonObject, sign: Callable[[bytes], bytes]) -> None:
        self.scheme = Scheme.ED25519
        self.holder = ""
        self.__dict__["public"] = public
        self._sign = sign

    def sign(self, message: bytes) -> str:
        return self._sign(message).hex()


def key_object(keytype: str, scheme: str, public: str) -> JsonObject:
    """A key as TUF writes it (§4.2.2)."""
    return {"keytype": keytype, "scheme": scheme, "keyval": {"public": public}}


@cache
def rsa_private(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def rsa_pem(bits: int = 2048) -> str:
    return rsa_private(bits).public_key().public_bytes(Encoding.PEM, SPKI).decode()


def pkcs1_key() -> OddKey:
    """RSA with the older padding: python-tuf knows the scheme."""

    def sign(message: bytes) -> bytes:
        return rsa_private(2048).sign(message, padding.PKCS1v15(), hashes.SHA256())

    return OddKey(key_object("rsa", "rsa-pkcs1v15-sha256", rsa_pem()), sign)


def pss_key(salt: int = 32, bits: int = 2048, digest: str = "sha256") -> OddKey:
    """RSA-PSS with a salt of our choice."""
    algorithm: hashes.HashAlgorithm = hashes.SHA256() if digest == "sha256" else hashes.SHA512()

    def sign(message: bytes) -> bytes:
        scheme = padding.PSS(padding.MGF1(algorithm), salt)
        return rsa_private(bits).sign(message, scheme, algorithm)

    return OddKey(key_object("rsa", f"rsassa-pss-{digest}", rsa_pem(bits)), sign)


def small_order_key(_: Random) -> OddKey:
    """The neutral point: one signature fits every message."""
    neutral = (1).to_bytes(32, "little")
    return OddKey(key_object("ed25519", "ed25519", neutral.hex()), lambda _: neutral + bytes(32))


def ecdsa_key(
    rng: Random, keytype: str, encoding: str, curve: ec.EllipticCurve | None = None
) -> OddKey:
    """ECDSA with the public key as PEM, hex of the point, or base64 of the DER."""
    chosen = curve or ec.SECP256R1()
    private = ec.derive_private_key(rng.getrandbits(200) + 1, chosen)
    digest: hashes.HashAlgorithm = hashes.SHA256() if chosen.key_size == 256 else hashes.SHA512()
    public = private.public_key()
    text = {
        "pem": public.public_bytes(Encoding.PEM, SPKI).decode(),
        "hex": public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
        "base64": base64.b64encode(public.public_bytes(Encoding.DER, SPKI)).decode(),
    }[encoding]
    scheme = f"ecdsa-sha2-nistp{chosen.key_size}"
    return OddKey(
        key_object(keytype or scheme, scheme, text),
        lambda message: private.sign(message, ec.ECDSA(digest)),
    )


def ed25519_key(
    rng: Random, keytype: str = "ed25519", scheme: str = "ed25519", form: str = "hex"
) -> OddKey:
    private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
    public = private.public_key()
    raw = public.public_bytes_raw()
    text = {
        "hex": raw.hex(),
        "upper": raw.hex().upper(),
        "spaced": raw.hex(" "),
        "pem": public.public_bytes(Encoding.PEM, SPKI).decode(),
        "short": raw.hex()[:-2],
    }[form]
    return OddKey(key_object(keytype, scheme, text), private.sign)


def twins(rng: Random) -> tuple[OddKey, OddKey]:
    """One public key with two key ids: the second object has a member more."""
    one = ed25519_key(rng)
    return one, OddKey({**one.public, "x-name": "the other"}, one._sign)


_P521 = ec.SECP521R1()

KINDS: dict[str, Callable[[Random], OddKey]] = {
    "rsa_pkcs1v15": lambda _: pkcs1_key(),
    "rsa_pss_long_salt": lambda _: pss_key(salt=100),
    "rsa_pss_no_salt": lambda _: pss_key(salt=0),
    "rsa_pss_sha512": lambda _: pss_key(salt=64, digest="sha512"),
    "rsa_1024": lambda _: pss_key(bits=1024),
    "small_order": small_order_key,
    "ecdsa_hex": lambda rng: ecdsa_key(rng, "ecdsa", "hex"),
    "ecdsa_base64": lambda rng: ecdsa_key(rng, "ecdsa", "base64"),
    "ecdsa_old_keytype": lambda rng: ecdsa_key(rng, "", "pem"),
    "ecdsa_old_keytype_hex": lambda rng: ecdsa_key(rng, "", "hex"),
    "ecdsa_p521": lambda rng: ecdsa_key(rng, "ecdsa", "pem", _P521),
    "ed25519_upper": lambda rng: ed25519_key(rng, form="upper"),
    "ed25519_spaced": lambda rng: ed25519_key(rng, form="spaced"),
    "ed25519_pem": lambda rng: ed25519_key(rng, form="pem"),
    "ed25519_short": lambda rng: ed25519_key(rng, form="short"),
    "unknown_keytype": lambda rng: ed25519_key(rng, keytype="ed448"),
    "unknown_scheme": lambda rng: ed25519_key(rng, scheme="ed25519ph"),
}
"""Ways to write a key, by name."""


def rotate_to_odd_key(shop: Workshop) -> None:
    """A role is signed with an odd key from now on, alone or beside keys that it has."""
    role = shop.rng.choice(shop.role_names())
    odd = KINDS[shop.rng.choice(list(KINDS))](shop.rng)
    others = shop.keys(role)[: shop.rng.choice((0, 0, 1))]
    _hand_over(shop, role, (odd, *others), shop.rng.choice((1, 1, 1 + len(others))))


def rotate_to_twins(shop: Workshop) -> None:
    """One public key is to fill a threshold of two."""
    _hand_over(
        shop, shop.rng.choice(shop.role_names()), twins(shop.rng), shop.rng.choice((1, 2, 2))
    )


def share_keys(shop: Workshop) -> None:
    """A role gets the keys of another."""
    names = shop.role_names()
    _hand_over(shop, shop.rng.choice(names), shop.keys(shop.rng.choice(names)), 1)


def _hand_over(shop: Workshop, role: str, keys: tuple[SigningKey, ...], threshold: int) -> None:
    shop.known_keys |= {key.key_id: key for key in keys}
    try:
        shop.rotate(role, to=keys, threshold=threshold)
    except ValueError:
        shop.renew(role)  # a bin, whose keys are those of all others


KEYS = (rotate_to_odd_key, rotate_to_odd_key, rotate_to_odd_key, rotate_to_twins, share_keys)
