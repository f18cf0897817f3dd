"""The bytes in question."""

import json

from tests.simulators.answers import FAILED, step
from tests.simulators.watched import vendor
from trustui.pages.excerpt import LONGEST, excerpt

EXPIRED = step("tuf.timestamp.freeze.expired", FAILED)
UNSIGNED = step("tuf.timestamp.signature.threshold", FAILED)
OTHER = step("tuf.timestamp.rollback.version", FAILED)


def test_of_an_expiry_it_shows_the_expiry() -> None:
    body = vendor().document("timestamp", 1)
    assert excerpt(EXPIRED, body).split("\n") == [
        '"_type": "timestamp", "version": 1',
        '"expires": "2026-03-08T12:00:00Z"',
    ]


def test_of_signatures_it_shows_whose_they_are() -> None:
    body = vendor().document("timestamp", 1)
    lines = excerpt(UNSIGNED, body).split("\n")
    assert lines[1] == '"signatures": 1'
    keyid = json.loads(body)["signatures"][0]["keyid"]
    assert keyid[:16] in lines[2]
    assert len(lines[2]) < 100


def test_otherwise_it_shows_what_is_listed_and_counts_the_rest() -> None:
    meta = {f"role-{number}.json": {"version": 1} for number in range(100)}
    body = json.dumps({"signed": {"_type": "snapshot", "version": 2, "meta": meta}}).encode()
    lines = excerpt(OTHER, body).split("\n")
    assert lines[1] == '"meta":'
    assert lines[-1] == "  and 94 more"


def test_what_is_no_metadata_is_shown_as_it_begins() -> None:
    assert excerpt(OTHER, b"<html>\x00") == "<html>\\u{0000}"
    assert excerpt(OTHER, b"[1]") == "[1]"
    assert excerpt(OTHER, b"[" * 100_000).startswith("[[[")


def test_a_document_that_is_too_long_is_not_read() -> None:
    body = b'{"signed": {"_type": "root"}}' + b" " * LONGEST
    assert '"_type": "root"' in excerpt(EXPIRED, body)
    assert excerpt(EXPIRED, body).startswith("{")


def test_odd_members_break_nothing() -> None:
    body = json.dumps({"signed": {"expires": ["\u202e"]}, "signatures": [1, {"keyid": 5}]}).encode()
    assert "\\u{202E}" in excerpt(EXPIRED, body)
    assert "5" in excerpt(UNSIGNED, body)
