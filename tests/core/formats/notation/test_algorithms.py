"""The six algorithms, and the keys that go with them; tests/data/test_wycheproof_jws.py asks for more."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from tests.simulators.notation_signer import Plan, key_of_kind, world
from trustui.core.formats.notation.algorithms import HASH_OF, algorithm_of, verifies
from trustui.core.pki.keys import as_key
from trustui.demo.images.certifying import Issued
from trustui.demo.images.envelopes import raw_signature


@pytest.mark.parametrize("name", HASH_OF)
def test_each_verifies_what_its_own_key_signed_and_nothing_else(name: str) -> None:
    secret = key_of_kind(name)
    key = as_key(secret.public_key())
    assert algorithm_of(key) == name
    signature = raw_signature(Plan(chain=(Issued(world().root.certificate, secret),)), b"x")
    assert [one for one in HASH_OF if verifies(key, one, signature, b"x")] == [name]
    assert not verifies(key, name, signature, b"y")


def test_a_key_of_another_size_has_no_algorithm() -> None:
    assert algorithm_of(as_key(key_of_kind("RSA 2304").public_key())) is None


def test_a_row_of_r_and_s_has_the_length_of_its_curve() -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    key = as_key(secret.public_key())
    assert not verifies(key, "ES256", bytes(63), b"x")
    assert not verifies(key, "ES384", bytes(96), b"x")
    assert not verifies(key, "PS256", bytes(64), b"x")


def test_ed25519_signs_nothing_here() -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    key = as_key(secret.public_key())
    assert algorithm_of(key) is None
    assert not verifies(key, "ES256", secret.sign(b"x"), b"x")
