"""Public keys in every encoding that real metadata uses, and what must never count as a key."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trustui.core.errors import ParseError
from trustui.core.primitives.keys import (
    SCHEMES,
    PublicKey,
    load_public_key,
    scheme_is_supported,
)
from trustui.demo.keys import Scheme, throwaway_key

MESSAGE = b"what is signed"

ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"ed25519").digest())
P256 = ec.derive_private_key(2**200 + 7, ec.SECP256R1())
P384 = ec.derive_private_key(2**200 + 7, ec.SECP384R1())


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any) -> str:
    return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def der(key: Any) -> bytes:
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def base64_der(key: Any) -> str:
    return base64.b64encode(der(key)).decode()


def point(
    key: ec.EllipticCurvePublicKey, form: PublicFormat = PublicFormat.UncompressedPoint
) -> str:
    return key.public_bytes(Encoding.X962, form).hex()


# Encodings


class Written(NamedTuple):
    keytype: str
    scheme: str
    public: str
    encoding: str


def ecdsa_ways(keytype: str, scheme: str, key: ec.EllipticCurvePublicKey) -> Iterator[Written]:
    yield Written(keytype, scheme, point(key), "hex")
    yield Written(keytype, scheme, point(key).upper(), "hex")
    yield Written(keytype, scheme, point(key, PublicFormat.CompressedPoint), "hex")
    yield Written(keytype, scheme, pem(key), "pem")
    yield Written(keytype, scheme, f"\n  {pem(key)}\n", "pem")
    yield Written(keytype, scheme, pem(key).replace("\n", "\r\n"), "pem")
    yield Written(keytype, scheme, base64_der(key), "base64-der")


ED25519_WAYS = [
    Written("ed25519", "ed25519", ED25519.public_key().public_bytes_raw().hex(), "hex"),
    Written("ed25519", "ed25519", ED25519.public_key().public_bytes_raw().hex().upper(), "hex"),
    Written("ed25519", "ed25519", pem(ED25519.public_key()), "pem"),
    Written("ed25519", "ed25519", base64_der(ED25519.public_key()), "base64-der"),
]
P256_WAYS = [
    *ecdsa_ways("ecdsa", "ecdsa-sha2-nistp256", P256.public_key()),
    *ecdsa_ways("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", P256.public_key()),
]
P384_WAYS = [
    *ecdsa_ways("ecdsa", "ecdsa-sha2-nistp384", P384.public_key()),
    *ecdsa_ways("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", P384.public_key()),
]


@pytest.mark.parametrize("written", ED25519_WAYS)
def test_an_ed25519_key_is_one_key_however_it_is_written(written: Written) -> None:
    key = load_public_key(written.keytype, written.scheme, written.public)
    assert (key.encoding, key.bits) == (written.encoding, 256)
    assert key.material == der(ED25519.public_key())
    assert key.verifies(ED25519.sign(MESSAGE), MESSAGE)
    assert not key.verifies(ED25519.sign(MESSAGE), b"something else")


@pytest.mark.parametrize("written", P256_WAYS)
def test_a_p_256_key_is_one_key_however_it_is_written(written: Written) -> None:
    key = load_public_key(written.keytype, written.scheme, written.public)
    signature = P256.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    assert (key.encoding, key.bits) == (written.encoding, 256)
    assert key.material == der(P256.public_key())
    assert key.verifies(signature, MESSAGE)
    assert not key.verifies(signature, b"something else")


@pytest.mark.parametrize("written", P384_WAYS)
def test_a_p_384_key_is_one_key_however_it_is_written(written: Written) -> None:
    key = load_public_key(written.keytype, written.scheme, written.public)
    signature = P384.sign(MESSAGE, ec.ECDSA(hashes.SHA384()))
    assert (key.encoding, key.bits) == (written.encoding, 384)
    assert key.material == der(P384.public_key())
    assert key.verifies(signature, MESSAGE)
    assert not key.verifies(P384.sign(MESSAGE, ec.ECDSA(hashes.SHA256())), MESSAGE)


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
def test_rsa_pss_verifies_with_the_hash_of_its_scheme(
    rsa_key: rsa.RSAPrivateKey, algorithm: hashes.HashAlgorithm
) -> None:
    pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.DIGEST_LENGTH)
    signature = rsa_key.sign(MESSAGE, pss, algorithm)
    for scheme in sorted(SCHEMES["rsa"]):
        key = load_public_key("rsa", scheme, pem(rsa_key.public_key()))
        assert key.verifies(signature, MESSAGE) is scheme.endswith(algorithm.name)


def test_an_rsa_key_is_one_key_however_it_is_written(rsa_key: rsa.RSAPrivateKey) -> None:
    public = rsa_key.public_key()
    ways = {"pem": pem(public), "base64-der": base64_der(public), "hex": der(public).hex()}
    keys = [load_public_key("rsa", "rsassa-pss-sha256", text) for text in ways.values()]
    assert [key.encoding for key in keys] == list(ways)
    assert {key.material for key in keys} == {der(public)}
    assert {key.bits for key in keys} == {2048}


@pytest.mark.parametrize("scheme", Scheme)
def test_every_key_that_the_publisher_makes_can_be_loaded(scheme: Scheme) -> None:
    made = throwaway_key("any", scheme)
    fields: dict[str, Any] = made.public
    key = load_public_key(fields["keytype"], fields["scheme"], fields["keyval"]["public"])
    assert key.verifies(bytes.fromhex(made.sign(MESSAGE)), MESSAGE)


# Types and schemes


@pytest.mark.parametrize(
    ("keytype", "scheme"),
    [
        ("ed25519", "ecdsa-sha2-nistp256"),
        ("rsa", "ed25519"),
        ("rsa", "rsa-pkcs1v15-sha256"),
        ("ecdsa", "rsassa-pss-sha256"),
        ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"),
        ("ECDSA", "ecdsa-sha2-nistp256"),
        ("sigstore-oidc", "Fulcio"),
        ("", ""),
    ],
)
def test_type_and_scheme_must_belong_together(keytype: str, scheme: str) -> None:
    assert not scheme_is_supported(keytype, scheme)
    with pytest.raises(ParseError, match="does not go with scheme") as caught:
        load_public_key(keytype, scheme, ED25519_WAYS[0].public)
    assert caught.value.found == f"{keytype}/{scheme}"


@pytest.mark.parametrize("written", [*ED25519_WAYS, *P256_WAYS, *P384_WAYS])
def test_the_pairs_in_use_are_supported(written: Written) -> None:
    assert scheme_is_supported(written.keytype, written.scheme)


@pytest.mark.parametrize(
    ("keytype", "scheme", "public"),
    [
        ("ecdsa", "ecdsa-sha2-nistp256", pem(P384.public_key())),
        ("ecdsa", "ecdsa-sha2-nistp384", pem(P256.public_key())),
        ("ecdsa", "ecdsa-sha2-nistp384", base64_der(P256.public_key())),
        (
            "ecdsa",
            "ecdsa-sha2-nistp256",
            pem(ec.derive_private_key(5, ec.SECP256K1()).public_key()),
        ),
    ],
)
def test_a_key_on_another_curve_is_refused(keytype: str, scheme: str, public: str) -> None:
    with pytest.raises(ParseError, match="the curve is another") as caught:
        load_public_key(keytype, scheme, public)
    assert caught.value.expected == scheme


@pytest.mark.parametrize(
    ("keytype", "scheme", "public"),
    [
        ("ed25519", "ed25519", pem(P256.public_key())),
        ("ecdsa", "ecdsa-sha2-nistp256", pem(ED25519.public_key())),
        ("rsa", "rsassa-pss-sha256", pem(P256.public_key())),
        ("rsa", "rsassa-pss-sha512", base64_der(ED25519.public_key())),
    ],
)
def test_a_key_of_another_kind_is_refused(keytype: str, scheme: str, public: str) -> None:
    with pytest.raises(ParseError, match="the key is of another kind"):
        load_public_key(keytype, scheme, public)


@pytest.mark.parametrize(
    "public",
    [
        ed448.Ed448PrivateKey.generate().public_key(),
        dsa.generate_private_key(2048).public_key(),
    ],
    ids=["Ed448", "DSA"],
)
@pytest.mark.parametrize("write", [pem, base64_der, lambda key: der(key).hex()])
def test_a_key_of_an_algorithm_that_tuf_does_not_know_is_refused(
    public: object, write: Callable[[object], str]
) -> None:
    with pytest.raises(ParseError, match="no key that TUF signs with"):
        load_public_key("rsa", "rsassa-pss-sha256", write(public))


@pytest.mark.parametrize(
    ("keytype", "scheme", "public"),
    [
        ("ed25519", "ed25519", ""),
        ("ed25519", "ed25519", "00" * 31),
        ("ed25519", "ed25519", "00" * 33),
        ("ed25519", "ed25519", "abc"),
        ("ed25519", "ed25519", "鍵"),
        ("ed25519", "ed25519", "not base64!"),
        ("ed25519", "ed25519", base64.b64encode(b"no DER").decode()),
        ("ed25519", "ed25519", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("ed25519", "ed25519", "-----BEGIN \ud800"),
        ("ecdsa", "ecdsa-sha2-nistp256", "04" + "00" * 64),
        ("ecdsa", "ecdsa-sha2-nistp256", point(P256.public_key())[:-2] + "00"),
        ("ecdsa", "ecdsa-sha2-nistp256", "00"),
        ("ecdsa", "ecdsa-sha2-nistp256", point(P384.public_key())),
        ("rsa", "rsassa-pss-sha256", "00" * 270),
    ],
)
def test_what_is_no_key_is_refused(keytype: str, scheme: str, public: str) -> None:
    with pytest.raises(ParseError, match="the public key cannot be read") as caught:
        load_public_key(keytype, scheme, public)
    assert scheme in caught.value.expected
    assert caught.value.found.endswith(f"{len(public)} characters")


# Weak Ed25519 points

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def small_order_ys() -> set[int]:
    """The y of all eight points of the torsion group, computed from the curve (RFC 8032 §5.1).

    Order 1: y=1; order 2: y=-1; order 4: y=0; order 8: y^2 = (-1 ± sqrt(1+d))/d, where a double
    of the point has y=0.
    """
    root = next(r for r in square_roots((1 + D) % P))
    squares = {(-1 + sign * root) * pow(D, -1, P) % P for sign in (1, -1)}
    eighths = {y for square in squares for y in square_roots(square)}
    return {1, P - 1, 0} | eighths


def square_roots(value: int) -> list[int]:
    candidate = pow(value, (P + 3) // 8, P)
    for root in (candidate, candidate * pow(2, (P - 1) // 4, P) % P):
        if root * root % P == value:
            return [root, P - root]
    return []


def encodings() -> Iterator[tuple[str, str]]:
    """Every 32 bytes that decode to a point of small order, canonical or not, sign bit or not."""
    for y in small_order_ys():
        for value, problem in ((y, "small order"), (y + P, "not in canonical form")):
            for sign in (0, 1):
                if value < 2**255:
                    yield (value | sign << 255).to_bytes(32, "little").hex(), problem


def test_the_torsion_group_has_its_five_heights() -> None:
    # Eight points: one each of order 1 and 2, two of order 4, four of order 8 with two heights.
    assert len(small_order_ys()) == 5
    assert len(list(encodings())) == 14


@pytest.mark.parametrize(("public", "problem"), list(encodings()))
def test_every_encoding_of_a_point_of_small_order_is_refused(public: str, problem: str) -> None:
    with pytest.raises(ParseError, match=problem) as caught:
        load_public_key("ed25519", "ed25519", public)
    assert caught.value.found == public


@pytest.mark.parametrize("public", [f"{2**255 - 1:064x}", f"{P:064x}", f"{P + 5:064x}"])
def test_a_height_beyond_the_prime_is_refused(public: str) -> None:
    raw = bytes.fromhex(public)[::-1]
    with pytest.raises(ParseError, match="not in canonical form"):
        load_public_key("ed25519", "ed25519", raw.hex())


def test_a_weak_point_in_pem_is_refused_too() -> None:
    weak = ed25519.Ed25519PublicKey.from_public_bytes((1).to_bytes(32, "little"))
    with pytest.raises(ParseError, match="small order"):
        load_public_key("ed25519", "ed25519", pem(weak))


def test_a_signature_by_nobody_verifies_under_a_weak_point_which_is_why_it_is_refused() -> None:
    identity = (1).to_bytes(32, "little")
    nobody = identity + bytes(32)
    ed25519.Ed25519PublicKey.from_public_bytes(identity).verify(nobody, b"any message at all")


def test_a_signature_of_the_wrong_form_does_not_verify() -> None:
    key = load_public_key("ecdsa", "ecdsa-sha2-nistp256", point(P256.public_key()))
    assert not key.verifies(b"", MESSAGE)
    assert not key.verifies(b"\x30\x00", MESSAGE)


# Wycheproof: C2SP/wycheproof, testvectors_v1

WYCHEPROOF = "hostile/wycheproof"
USED = {
    "ecdsa_secp256r1_sha256_test.json": ("ecdsa", "ecdsa-sha2-nistp256"),
    "ed25519_test.json": ("ed25519", "ed25519"),
    "rsa_pss_2048_sha256_mgf1_32_test.json": ("rsa", "rsassa-pss-sha256"),
}
NOT_OF_TUF = {
    "ecdsa_secp256r1_sha256_p1363_test.json": "TUF's ECDSA signatures are DER, not raw r and s",
    "json_web_crypto_test.json": "JOSE envelopes: tests/data/test_wycheproof_jws.py reads them",
    "json_web_key_test.json": "JOSE keys: tests/data/test_wycheproof_jws.py reads them",
    "json_web_signature_test.json": "JOSE envelopes: tests/data/test_wycheproof_jws.py reads them",
    "rsa_signature_2048_sha256_test.json": "PKCS#1 v1.5 is no scheme of TUF",
}


def public_keys(keytype: str, scheme: str, group: dict[str, Any]) -> Iterator[PublicKey]:
    """The key of a test group, in each of the encodings that the file has it in."""
    yield load_public_key(keytype, scheme, group["publicKeyPem"])
    yield load_public_key(
        keytype, scheme, base64.b64encode(bytes.fromhex(group["publicKeyDer"])).decode()
    )
    hexadecimal = group["publicKey"].get("uncompressed") or group["publicKey"].get("pk")
    if hexadecimal:
        yield load_public_key(keytype, scheme, hexadecimal)


@pytest.mark.parametrize("name", USED)
def test_it_answers_as_wycheproof_says(name: str, shared_data: Callable[[str], Path]) -> None:
    vectors = json.loads((shared_data(WYCHEPROOF) / name).read_bytes())
    wrong = []
    for group in vectors["testGroups"]:
        keys = list(public_keys(*USED[name], group))
        assert len({key.material for key in keys}) == 1
        wrong += [
            test["tcId"]
            for test in group["tests"]
            if keys[0].verifies(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            is not (test["result"] == "valid")
        ]
    assert sum(len(group["tests"]) for group in vectors["testGroups"]) == vectors["numberOfTests"]
    assert wrong == []


def test_every_wycheproof_file_is_used_or_listed_with_its_reason(
    shared_data: Callable[[str], Path],
) -> None:
    files = {file.name for file in shared_data(WYCHEPROOF).glob("*.json")}
    assert files == {*USED, *NOT_OF_TUF}


def test_a_key_longer_than_any_key_is_refused_unread() -> None:
    with pytest.raises(ParseError, match="longer than any key") as refused:
        load_public_key("ed25519", "ed25519", "00" * 8_193)
    assert refused.value.found == "16,386 characters"
