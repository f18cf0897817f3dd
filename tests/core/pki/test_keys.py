"""Public keys as certificates and files carry them."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.keys import MAX_KEY_BYTES, as_key, load_key
from trustui.demo.images.certifying import new_key, pem, spki

MESSAGE = b"notes"
RSA = rsa.generate_private_key(65537, 2048)
CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]
SHA2 = [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()]


def test_pem_and_der_are_the_same_key() -> None:
    key = new_key()
    one, other = load_key(pem(key)), load_key(spki(key))
    assert one.material == other.material == spki(key)
    assert one.fingerprint == hashlib.sha256(spki(key)).hexdigest()


@pytest.mark.parametrize("curve", CURVES, ids=lambda one: one.name)
@pytest.mark.parametrize("algorithm", SHA2, ids=lambda one: one.name)
def test_curves_sign_any_digest_of_sha_2(
    curve: ec.EllipticCurve, algorithm: hashes.HashAlgorithm
) -> None:
    private = ec.generate_private_key(curve)
    key = load_key(spki(private))
    signature = private.sign(MESSAGE, ec.ECDSA(algorithm))
    assert key.kind == f"ECDSA P-{curve.key_size}"
    assert key.verifies(signature, MESSAGE)
    assert not key.verifies(signature, b"other")
    assert not key.verifies(b"no signature", MESSAGE)


@pytest.mark.parametrize("algorithm", SHA2, ids=lambda one: one.name)
def test_rsa_signs_in_both_paddings(algorithm: hashes.HashAlgorithm) -> None:
    key = load_key(spki(RSA))
    assert key.kind == "RSA 2048"
    pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.DIGEST_LENGTH)
    for way in (padding.PKCS1v15(), pss):
        signature = RSA.sign(MESSAGE, way, algorithm)
        assert key.verifies(signature, MESSAGE)
        assert not key.verifies(signature, b"other")


def test_ed25519_signs_pure_messages() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    key = load_key(spki(private))
    assert key.kind == "Ed25519"
    assert key.verifies(private.sign(MESSAGE), MESSAGE)
    assert not key.verifies(private.sign(MESSAGE), b"other")


def test_ed25519_signs_digests_of_sha_512_alone() -> None:
    """RFC 8032 §7.3."""
    public = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
    signature = bytes.fromhex(
        "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
        "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
    )
    loaded = ed25519.Ed25519PublicKey.from_public_bytes(public)
    key = load_key(loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert key.verifies(signature, b"abc")
    assert key.verifies_digest(signature, hashlib.sha512(b"abc").digest(), "sha512")
    assert not key.verifies_digest(signature, hashlib.sha256(b"abc").digest(), "sha256")


def test_a_digest_of_another_length_or_name_verifies_nothing() -> None:
    private = new_key()
    key, digest = load_key(spki(private)), hashlib.sha256(MESSAGE).digest()
    signature = private.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    assert key.verifies_digest(signature, digest, "sha256")
    assert not key.verifies_digest(signature, digest[:-1], "sha256")
    assert not key.verifies_digest(signature, hashlib.sha1(MESSAGE).digest(), "sha1")  # noqa: S324


@pytest.mark.parametrize(
    ("private", "found"),
    [
        (ec.generate_private_key(ec.SECP256K1()), "a key on secp256k1"),
        (rsa.generate_private_key(65537, 1024), "an RSA key of 1,024 bits"),  # noqa: S505
        (dsa.generate_private_key(2048), "DSAPublicKey"),
    ],
    ids=["curve", "short", "kind"],
)
def test_other_keys_sign_nothing_here(private: dsa.DSAPrivateKey, found: str) -> None:
    public = private.public_key()
    raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ParseError) as caught:
        load_key(raw)
    assert found in caught.value.found


@pytest.mark.parametrize("raw", [b"", b"no key", b"-----BEGIN PUBLIC KEY-----\n!\n"])
def test_what_is_no_key_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError, match="cannot be read"):
        load_key(raw)


def test_a_key_that_is_too_long_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        load_key(bytes(MAX_KEY_BYTES + 1))


def test_an_ed25519_point_of_small_order_is_refused() -> None:
    """Every signature of zeros would verify with the neutral element."""
    point = ed25519.Ed25519PublicKey.from_public_bytes(b"\x01" + bytes(31))
    with pytest.raises(ParseError, match="small order"):
        as_key(point)
