"""Hashes that metadata states, beside what the bytes have."""

import hashlib

import pytest

from trustui.core.primitives.digests import ALGORITHMS, WEAK, compare, sha256

# RFC 6234 §8.5 and FIPS 180-4: "abc"
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_sha256_is_lower_case_hexadecimal() -> None:
    assert sha256(b"abc") == SHA256_OF_ABC


def test_hexadecimal_case_does_not_matter() -> None:
    (one,) = compare(b"abc", {"sha256": SHA256_OF_ABC.upper()})
    assert one.holds
    assert (one.algorithm, one.found) == ("sha256", SHA256_OF_ABC)


def test_other_bytes_do_not_hold() -> None:
    (one,) = compare(b"abd", {"sha256": SHA256_OF_ABC})
    assert not one.holds


def test_an_unknown_algorithm_is_told_and_never_holds() -> None:
    (one,) = compare(b"abc", {"shake_256": SHA256_OF_ABC})
    assert one.found is None
    assert not one.holds


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_known_algorithm_can_be_computed(algorithm: str) -> None:
    stated = hashlib.new(algorithm, b"abc").hexdigest()
    (one,) = compare(b"abc", {algorithm: stated})
    assert one.holds


def test_the_weak_ones_are_known() -> None:
    assert WEAK < ALGORITHMS
