"""Wycheproof's signatures of JOSE against the six algorithms of Notation (C2SP/wycheproof, v1)."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from trustui.core.errors import ParseError
from trustui.core.formats.notation.algorithms import HASH_OF, algorithm_of, verifies
from trustui.core.formats.notation.jws import decode_base64url
from trustui.core.limits import JsonLimits
from trustui.core.pki.keys import PkixKey, as_key, load_key
from trustui.core.primitives.strict_json import load

WYCHEPROOF = "hostile/wycheproof"
FILES = ("json_web_signature_test.json", "json_web_crypto_test.json", "json_web_key_test.json")
CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}

Json = dict[str, Any]


class Vector(NamedTuple):
    """One test; `keys` are all public or shared keys of its group."""

    name: str
    jws: str
    is_valid: bool
    keys: list[Json]


def vectors_of(file: Path) -> Iterator[Vector]:
    for group in json.loads(file.read_bytes())["testGroups"]:
        held = group.get("public") or group.get("private")
        for test in group["tests"]:
            if isinstance(test.get("jws"), str):
                name = f"{file.name} {test['tcId']} {test['comment']}"
                yield Vector(name, test["jws"], test["result"] == "valid", held.get("keys", [held]))


def number(jwk: Json, member: str) -> int:
    text = jwk[member]
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def key_of(jwk: Json) -> PkixKey | None:
    """A JWK as the key that a certificate would hold; None where no certificate could."""
    try:
        if jwk["kty"] == "RSA":
            return as_key(rsa.RSAPublicNumbers(number(jwk, "e"), number(jwk, "n")).public_key())
        point = ec.EllipticCurvePublicNumbers(
            number(jwk, "x"), number(jwk, "y"), CURVES[jwk["crv"]]
        )
        return as_key(point.public_key())
    except (ParseError, ValueError, KeyError):
        return None


def is_accepted(vector: Vector) -> bool:
    """As an envelope is judged: strict form, then the algorithm that goes with the key.

    A JWK says its algorithm itself: many are RSA of 2,048 bits and sign with PS384 or PS512, for
    which Notation has longer keys. What it says takes the place of `algorithm_of`.
    """
    try:
        protected, payload, signature = vector.jws.split(".")
        headers = load(decode_base64url(protected, "protected"), JsonLimits()).value
        decode_base64url(payload, "payload")
        raw = decode_base64url(signature, "signature")
    except (ParseError, ValueError):
        return False
    if not isinstance(headers, dict):
        return False
    named = [one for one in vector.keys if one.get("kid") == headers.get("kid")]
    jwk = named[0] if len(named) == 1 else {"kty": "none"}
    key = key_of(jwk)
    if (
        key is None
        or jwk.get("use", "sig") != "sig"
        or "verify" not in jwk.get("key_ops", ["verify"])
    ):
        return False
    algorithm = jwk.get("alg", algorithm_of(key))
    if algorithm not in HASH_OF or headers.get("alg") != algorithm:
        return False
    return verifies(key, algorithm, raw, f"{protected}.{payload}".encode())


@pytest.fixture(scope="module")
def vectors(shared_data: Callable[[str], Path]) -> list[Vector]:
    return [one for name in FILES for one in vectors_of(shared_data(WYCHEPROOF) / name)]


def algorithm_in(vector: Vector) -> str:
    header = decode_base64url(vector.jws.partition(".")[0].replace("?", ""), "protected")
    return str(json.loads(header)["alg"])


MISLABELLED = {
    f"json_web_signature_test.json {rest}"
    for rest in ("346 Figure20", "347 Figure27", "350 Figure20", "351 Figure27")
}
"""RFC 7520 §4: signed with PS384 and ES512, by keys that Wycheproof labels PS256 and ES521. Under
other names it calls such keys invalid itself."""


def test_nothing_that_is_invalid_is_accepted(vectors: list[Vector]) -> None:
    assert len(vectors) > 400
    assert [one.name for one in vectors if not one.is_valid and is_accepted(one)] == []


def test_everything_valid_of_the_six_algorithms_is_accepted(vectors: list[Vector]) -> None:
    refused = [one for one in vectors if one.is_valid and not is_accepted(one)]
    families = Counter(algorithm_in(one)[:2] for one in refused if one.name not in MISLABELLED)
    assert set(families) == {"HS", "RS"}  # shared secrets and PKCS #1 v1.5 sign no envelope
    accepted = Counter(algorithm_in(one) for one in vectors if is_accepted(one))
    assert set(accepted) == {"ES256", "PS256", "PS384", "PS512"}


def test_rows_of_r_and_s_are_judged_as_wycheproof_says(
    shared_data: Callable[[str], Path],
) -> None:
    file = shared_data(WYCHEPROOF) / "ecdsa_secp256r1_sha256_p1363_test.json"
    wrong = []
    for group in json.loads(file.read_bytes())["testGroups"]:
        key = load_key(group["publicKeyPem"].encode())
        wrong += [
            test["tcId"]
            for test in group["tests"]
            if verifies(key, "ES256", bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            is not (test["result"] == "valid")
        ]
    assert wrong == []


def test_pss_is_judged_as_wycheproof_says(shared_data: Callable[[str], Path]) -> None:
    file = shared_data(WYCHEPROOF) / "rsa_pss_2048_sha256_mgf1_32_test.json"
    wrong = []
    for group in json.loads(file.read_bytes())["testGroups"]:
        key = load_key(group["publicKeyPem"].encode())
        wrong += [
            test["tcId"]
            for test in group["tests"]
            if verifies(key, "PS256", bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            is not (test["result"] == "valid")
        ]
    assert wrong == []
