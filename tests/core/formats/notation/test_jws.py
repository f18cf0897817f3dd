"""The JWS envelope: what is read, and every form in which it is refused."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.notation_signer import Json, Plan, make_envelope
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.formats.notation import parse_envelope
from trustui.core.formats.notation.envelope import JWS_TYPE, SCHEME, SIGNING_TIME, TIMESTAMP
from trustui.core.formats.notation.jws import decode_base64url
from trustui.demo.images.certifying import SIGNED
from trustui.demo.images.envelopes import b64url

ENVELOPE: Json = json.loads(make_envelope(Plan(more={"acme": [1]})))


def changed(**members: Any) -> bytes:
    return json.dumps({**ENVELOPE, **members}).encode()


def with_header(**members: Any) -> bytes:
    return changed(header={**ENVELOPE["header"], **members})


def with_protected(change: Callable[[Json], object]) -> bytes:
    headers = json.loads(decode_base64url(ENVELOPE["protected"], ""))
    change(headers)
    return changed(protected=b64url(json.dumps(headers).encode()))


def test_it_reads_what_the_signer_wrote() -> None:
    found = parse_envelope(changed(other=1), JWS_TYPE)
    assert (found.format, found.algorithm, found.scheme) == ("jws", "ES256", "notary.x509")
    assert (found.signing_time, found.expiry, found.plugin) == (SIGNED, None, None)
    assert (found.agent, found.timestamp, found.extended) == (
        "trustui-tests/1.0",
        b"",
        {"acme": "a list of 1"},
    )
    assert found.signed_bytes == f"{ENVELOPE['protected']}.{ENVELOPE['payload']}".encode()
    assert found.target is not None
    assert found.target.size == 528


def test_a_time_of_null_is_none() -> None:
    body = with_protected(lambda headers: headers.update({SIGNING_TIME: None}))
    assert parse_envelope(body, "").signing_time is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "the envelope is no object"),
        (b'{"payload": "a", "payload": "b"}', "stands twice"),
        (changed(payload=1), "payload is no text"),
        (changed(payload="e30="), "payload is not base64url"),
        (changed(signature="AB"), "signature is not base64url"),
        (changed(signature="A"), "signature is not base64url"),
        (changed(protected="WzFd"), "protected is no object"),
        (changed(header=None), "unprotected header is no object"),
        (with_header(x5c="AAAA"), "x5c is no list"),
        (with_header(x5c=["A"]), "a certificate in x5c is not base64"),
        (with_header(x5c=[1]), "a certificate in x5c is not base64"),
        (with_header(**{TIMESTAMP: 7}), "timestampSignature is not base64"),
        (with_protected(lambda headers: headers.update(alg=1)), "alg is no text"),
        (with_protected(lambda headers: headers.update(crit="x")), "crit is no list of names"),
        (with_protected(lambda headers: headers.update(crit=[1])), "crit is no list of names"),
        (with_protected(lambda headers: headers.update({SCHEME: 1})), "signingScheme is no text"),
        (
            with_protected(lambda headers: headers.update({SIGNING_TIME: "yesterday"})),
            "not a UTC time",
        ),
    ],
)
def test_it_refuses_another_form(body: bytes, words: str) -> None:
    with pytest.raises(ParseError, match=words) as refused:
        parse_envelope(body, JWS_TYPE)
    assert refused.value.check == "notation.parse"


@pytest.mark.parametrize(
    "body",
    [
        with_header(x5c=[""] * 33),
        with_protected(lambda headers: headers.update(crit=["x"] * 65)),
        with_protected(lambda headers: headers.update({f"x{n}": 1 for n in range(65)})),
        b'"' + b"x" * (4 * 1024 * 1024) + b'"',
    ],
)
def test_it_stops_at_its_limits(body: bytes) -> None:
    with pytest.raises(LimitExceeded):
        parse_envelope(body, JWS_TYPE)


def test_an_absent_crit_is_not_an_empty_one() -> None:
    absent = with_protected(lambda headers: headers.pop("crit"))
    empty = with_protected(lambda headers: headers.update(crit=[]))
    assert parse_envelope(absent, "").critical is None
    assert parse_envelope(empty, "").critical == ()


@pytest.mark.parametrize("raw", [b"", b"\xff", b"ab", b"abc", b"\x00" * 32])
def test_base64url_is_read_as_it_is_written(raw: bytes) -> None:
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert decode_base64url(text, "it") == raw
