"""Ed25519ph, by the vector of RFC 8032 §7.3 and by signatures that are made here."""

import hashlib

import pytest

from trustui.core.pki.ed25519ph import verifies_prehashed

PUBLIC = bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf")
SIGNATURE = bytes.fromhex(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"
)
DIGEST = hashlib.sha512(b"abc").digest()


def test_the_vector_of_the_rfc_verifies() -> None:
    assert verifies_prehashed(PUBLIC, SIGNATURE, DIGEST)


def test_another_message_does_not() -> None:
    assert not verifies_prehashed(PUBLIC, SIGNATURE, hashlib.sha512(b"abd").digest())


@pytest.mark.parametrize("position", [0, 31, 32, 50])
def test_a_changed_signature_does_not(position: int) -> None:
    changed = bytearray(SIGNATURE)
    changed[position] ^= 1
    assert not verifies_prehashed(PUBLIC, bytes(changed), DIGEST)


def test_a_signature_of_another_length_does_not() -> None:
    assert not verifies_prehashed(PUBLIC, SIGNATURE[:-1], DIGEST)


def test_a_scalar_beyond_the_order_is_refused() -> None:
    """§5.1.7: or a second signature could be made of every one."""
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(SIGNATURE[32:], "little") + order
    assert not verifies_prehashed(PUBLIC, SIGNATURE[:32] + scalar.to_bytes(32, "little"), DIGEST)


@pytest.mark.parametrize(
    "point",
    [
        b"\xff" * 31 + b"\x7f",  # y is not below the prime
        b"\x02" + bytes(31),  # no x belongs to it
        b"\x01" + bytes(30) + b"\x80",  # x is 0, and yet has a sign
    ],
)
def test_what_is_no_point_verifies_nothing(point: bytes) -> None:
    assert not verifies_prehashed(point, SIGNATURE, DIGEST)
    assert not verifies_prehashed(PUBLIC, point + SIGNATURE[32:], DIGEST)
