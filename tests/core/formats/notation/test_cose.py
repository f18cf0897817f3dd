"""The COSE envelope: what is read, and every form in which it is refused."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.cbor_writer import Raw, Tag, encode
from tests.simulators.notation_signer import Plan, make_envelope
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.formats.notation import Envelope, parse_envelope
from trustui.core.formats.notation.cose import ALG, CONTENT_TYPE, CRIT, X5CHAIN
from trustui.core.formats.notation.envelope import COSE_TYPE, EXPIRY, SCHEME, TIMESTAMP
from trustui.core.primitives.cbor import Tagged, decode
from trustui.demo.images.certifying import SIGNED


def parts_of(body: bytes) -> Any:
    value = decode(body)
    assert isinstance(value, Tagged)
    return value.value


EXPIRES = Plan(format="cose", expiry=SIGNED + timedelta(hours=1))
PROTECTED, UNPROTECTED, PAYLOAD, SIGNATURE = parts_of(make_envelope(EXPIRES))
HEADERS: Any = decode(PROTECTED)


def envelope(
    protected: Any = PROTECTED,
    unprotected: Any = UNPROTECTED,
    payload: Any = PAYLOAD,
    signature: Any = SIGNATURE,
    tag: int = 18,
) -> bytes:
    return encode(Tag(tag, [protected, unprotected, payload, signature]))


def with_headers(**changes: Any) -> bytes:
    """Protected headers by their labels; numbers with an `_` in front."""
    named = {int(name[1:]) if name[0] == "_" else name: value for name, value in changes.items()}
    return envelope(encode({**HEADERS, **named}))


def read(body: bytes) -> Envelope:
    return parse_envelope(body, COSE_TYPE)


def test_it_reads_what_the_signer_wrote() -> None:
    found = read(envelope())
    assert (found.format, found.algorithm, found.scheme) == ("cose", "ES256", "notary.x509")
    assert (found.signing_time, found.expiry) == (SIGNED, SIGNED + timedelta(hours=1))
    assert found.critical == (SCHEME, EXPIRY)
    assert found.headers == (
        "label 1",
        "label 3",
        SCHEME,
        "io.cncf.notary.signingTime",
        EXPIRY,
        "label 2",
    )
    assert (found.extended, found.agent, len(found.certificates)) == ({}, "trustui-tests/1.0", 3)


def test_headers_of_the_signers_own_are_shown_as_text() -> None:
    found = read(with_headers(a=SIGNED, b=b"\x00\x01", c=["x"], _99=7))
    assert found.extended == {
        "a": "2026-11-20T12:01:00Z",
        "b": "2 bytes",
        "c": "a list of 1",
        "label 99": "7",
    }


@pytest.mark.parametrize(
    ("stated", "shown"), [(-8, "-8"), ("ES256", "'ES256'"), (-7, "ES256"), (-38, "PS384")]
)
def test_only_registered_numbers_are_algorithms(stated: int | str, shown: str) -> None:
    assert read(with_headers(**{f"_{ALG}": stated})).algorithm == shown


def test_absent_headers_are_empty() -> None:
    found = read(envelope(encode({}), {}))
    assert (found.algorithm, found.content_type, found.scheme, found.critical) == ("", "", "", None)
    assert (found.signing_time, found.certificates, found.timestamp) == (None, (), b"")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xd2", "ends too early"),
        (encode([PROTECTED, UNPROTECTED, PAYLOAD, SIGNATURE]), "this is no COSE_Sign1"),
        (envelope(tag=98), "this is no COSE_Sign1"),
        (encode(Tag(18, [PROTECTED, UNPROTECTED, PAYLOAD])), "made of other things"),
        (envelope(payload=None), "made of other things"),
        (envelope(unprotected=[]), "made of other things"),
        (envelope(protected=b""), "ends too early"),
        (envelope(protected=encode([])), "protected headers are none"),
        (envelope(protected=encode({b"a": 1})), "protected headers are none"),
        (envelope(unprotected={b"a": 1}), "unprotected headers are none"),
        (envelope(unprotected={**UNPROTECTED, SCHEME: "x"}), "protected and not protected"),
        (with_headers(**{f"_{ALG}": True}), "the algorithm is none"),
        (with_headers(**{f"_{CONTENT_TYPE}": 50}), "label 3 is no text"),
        (with_headers(**{EXPIRY: 1_800_000_000}), "expiry is no time"),
        (with_headers(**{f"_{CRIT}": []}), "crit is no list of headers"),
        (with_headers(**{f"_{CRIT}": SCHEME}), "crit is no list of headers"),
        (with_headers(**{f"_{CRIT}": [b"x"]}), "that is no header"),
        (with_headers(**{f"_{CRIT}": [True]}), "that is no header"),
        (envelope(unprotected={X5CHAIN: b"x"}), "x5chain is no list"),
        (envelope(unprotected={X5CHAIN: [1]}), "a certificate in x5chain is none"),
        (envelope(unprotected={TIMESTAMP: "x"}), "timestampSignature is none"),
        (envelope() + b"\x00", "bytes after the value"),
        (envelope(protected=Raw(b"\x5f\x41\xa0\xff")), "indefinite"),
    ],
)
def test_it_refuses_another_form(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words) as refused:
        read(body)
    assert refused.value.check == "notation.parse"


@pytest.mark.parametrize(
    "body",
    [
        envelope(unprotected={X5CHAIN: [b""] * 33}),
        with_headers(**{f"_{CRIT}": ["x"] * 65}),
        with_headers(**{f"x{number}": 1 for number in range(65)}),
        bytes(4 * 1024 * 1024 + 1),
    ],
)
def test_it_stops_at_its_limits(body: bytes) -> None:
    with pytest.raises(LimitExceeded):
        read(body)


def test_critical_labels_may_be_numbers() -> None:
    assert read(with_headers(**{f"_{CRIT}": [SCHEME, 99]})).critical == (SCHEME, "label 99")
