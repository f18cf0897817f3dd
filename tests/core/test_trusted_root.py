"""Trusted roots: whom they name, and what makes one malformed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulators.sigstore_stack import stack
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.trusted_root import MAX_ENTRIES, TrustedRoot, parse_trusted_root
from trustui.demo.images.stack import b64

Spoil = Callable[[dict[str, Any]], object]


def parsed(spoil: Spoil = lambda _: None) -> TrustedRoot:
    root = stack().trusted_root()
    spoil(root)
    return parse_trusted_root(json.dumps(root).encode())


def test_it_reads_authorities_and_logs_with_their_windows() -> None:
    root = parsed()
    (authority,) = root.certificate_authorities
    assert authority.title == "https://fulcio.acme.example"
    assert [one.title for one in authority.chain] == [
        "CN=acme.example authority",
        "CN=acme.example root",
    ]
    assert authority.root.title == "CN=acme.example root"
    assert authority.window.start is not None
    assert authority.window.end is None
    assert [log.host for log in root.logs] == ["tiles.acme.example", "rekor.acme.example"]
    assert root.logs[0].log_id == stack().tiles.log_id
    assert len(root.ct_logs) == len(root.timestamp_authorities) == 1


def test_an_end_of_a_window_is_read() -> None:
    def end(root: dict[str, Any]) -> None:
        root["ctlogs"][0]["publicKey"]["validFor"]["end"] = "2027-01-01T00:00:00Z"

    (log,) = parsed(end).ct_logs
    assert log.window.end is not None


def test_a_checkpoint_may_name_the_key_in_another_way() -> None:
    def name(root: dict[str, Any]) -> None:
        root["tlogs"][0]["checkpointKeyId"] = {"keyId": b64(b"four letters")}

    assert parsed(name).logs[0].note_id == b"four"


def test_a_root_of_nobody_is_well_formed() -> None:
    body = b'{"mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json"}'
    assert parse_trusted_root(body) == TrustedRoot((), (), (), ())


def without_start(root: dict[str, Any]) -> None:
    del root["tlogs"][1]["publicKey"]["validFor"]["start"]


def bad_time(root: dict[str, Any]) -> None:
    root["tlogs"][0]["publicKey"]["validFor"]["start"] = "yesterday"


def no_chain(root: dict[str, Any]) -> None:
    root["certificateAuthorities"][0]["certChain"] = {}


def bad_certificate(root: dict[str, Any]) -> None:
    root["certificateAuthorities"][0]["certChain"]["certificates"][0]["rawBytes"] = "AAAA"


def bad_key(root: dict[str, Any]) -> None:
    root["ctlogs"][0]["publicKey"]["rawBytes"] = "AAAA"


def no_list(root: dict[str, Any]) -> None:
    root["tlogs"] = {}


def another_type(root: dict[str, Any]) -> None:
    root["mediaType"] = "application/json"


def no_type(root: dict[str, Any]) -> None:
    del root["mediaType"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_start, r"tlogs\[1\]: the window of validity has no start"),
        (bad_time, r"tlogs\[0\]: not a UTC time"),
        (no_chain, r"certificateAuthorities\[0\]: the authority has no certificate"),
        (
            bad_certificate,
            r"certificateAuthorities\[0\]: certificates\[0\]: this is no certificate",
        ),
        (bad_key, r"ctlogs\[0\]: the public key cannot be read"),
        (no_list, "tlogs is no list"),
        (another_type, "does not say that it is a trusted root"),
        (no_type, "does not say that it is a trusted root"),
    ],
)
def test_a_malformed_root_is_refused_and_the_place_told(spoil: Spoil, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parsed(spoil)


def test_too_many_logs_are_not_read() -> None:
    def multiply(root: dict[str, Any]) -> None:
        root["tlogs"] = root["tlogs"][:1] * (MAX_ENTRIES + 1)

    with pytest.raises(LimitExceeded):
        parsed(multiply)
