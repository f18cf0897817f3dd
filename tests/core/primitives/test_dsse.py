from typing import Any

import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.dsse import (
    MAX_SIGNATURES,
    parse_envelope,
    pre_authentication_encoding,
    read_base64,
)

GOOD: dict[str, Any] = {
    "payload": "aGVsbG8gd29ybGQ=",
    "payloadType": "http://example.com/HelloWorld",
    "signatures": [{"sig": "AA==", "keyid": "one"}],
}


def test_the_encoding_is_that_of_the_specification() -> None:
    """protocol.md, "Test vectors"."""
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_lengths_are_of_bytes() -> None:
    assert pre_authentication_encoding("ä", b"") == "DSSEv1 2 ä 0 ".encode()


def test_it_reads_an_envelope() -> None:
    found = parse_envelope(GOOD)
    assert (found.payload, found.signatures[0].keyid) == (b"hello world", "one")
    assert found.signed_bytes.endswith(b" 11 hello world")
    assert parse_envelope({**GOOD, "signatures": [{"sig": "AA=="}]}).signatures[0].keyid == ""


@pytest.mark.parametrize(
    "value",
    [
        [],
        {**GOOD, "payload": 1},
        {**GOOD, "payload": "?"},
        {**GOOD, "payloadType": None},
        {**GOOD, "signatures": {}},
        {**GOOD, "signatures": ["AA=="]},
        {**GOOD, "signatures": [{"sig": "AA==", "keyid": 1}]},
        {**GOOD, "signatures": [{}]},
    ],
)
def test_it_refuses_what_is_none(value: Any) -> None:
    with pytest.raises(ParseError):
        parse_envelope(value)


def test_it_reads_no_more_signatures_than_a_bound() -> None:
    with pytest.raises(LimitExceeded):
        parse_envelope({**GOOD, "signatures": GOOD["signatures"] * (MAX_SIGNATURES + 1)})


def test_both_alphabets_of_base64_are_read() -> None:
    assert read_base64("-_8=", "it") == read_base64("+/8=", "it") == b"\xfb\xff"
