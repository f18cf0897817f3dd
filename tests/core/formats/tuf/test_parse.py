"""Bytes to facts without a verification."""

import re
from datetime import UTC, datetime

import msgspec
import pytest

from tests.vectors.tuf.builders import delegating, small
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf import recognizes
from trustui.core.formats.tuf.large_maps import LARGE
from trustui.core.formats.tuf.parse import parse, parse_again, parse_for_signing
from trustui.core.limits import JsonLimits, TufLimits
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.digests import sha256
from trustui.demo.roles import TOP_LEVEL

SEEN = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize("role", [*TOP_LEVEL, "team"])
def test_it_gives_the_facts_of_each_type(role: str) -> None:
    repo = delegating()
    body = repo.document(role)
    metadata = parse(Document("somewhere", body, seen_at=SEEN))
    assert metadata.type == ("targets" if role == "team" else role)
    assert (metadata.version, metadata.spec_version) == (1, "1.0.34")
    assert metadata.expires == repo.archive.latest[role].expires
    assert (metadata.length, metadata.digest) == (len(body), sha256(body))
    assert metadata.seen_at == SEEN
    assert recognizes(Document("somewhere", body))


def test_unknown_members_are_kept() -> None:
    repo = small()
    repo.add_field("targets", "x-vendor", {"deep": ["kept", 1, None]})
    repo.publish()
    metadata = parse(Document("", repo.document("targets")))
    assert metadata.signed["x-vendor"] == {"deep": ["kept", 1, None]}


def test_what_is_signed_is_the_canonical_form_of_the_signed_part() -> None:
    body = small().document("root")
    parsed = parse_for_signing(Document("", body))
    assert parsed.signed.signed_bytes == canonical(msgspec.json.decode(body)["signed"])


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        (b'"_type": "targets"', b'"_type": "mirrors"', "tuf.meta.type"),
        (b'"_type": "targets"', b'"_type": 5', "tuf.meta.type"),
        (b'"_type": "targets"', b'"type": "targets"', "tuf.meta.type"),
        (b'"_type": "targets"', b'"_type": "root"', "tuf.meta.schema"),
        (b'"version": 1', b'"version": 0', "tuf.meta.version.positive"),
        (b'"1.0.34"', b'"2.0"', "tuf.meta.spec_version"),
        (b'"targets": {', b'"target": {', "tuf.meta.schema"),
    ],
)
def test_it_names_the_check_that_the_bytes_fail(old: bytes, new: bytes, check: str) -> None:
    body = small().document("targets")
    assert old in body
    with pytest.raises(ParseError) as caught:
        parse(Document("", body.replace(old, new)))
    assert caught.value.check == check
    assert caught.value.because


def test_what_deviates_harmlessly_is_still_read() -> None:
    body = small().document("targets").replace(b"00:00Z", b"00:00.5Z")
    assert parse(Document("", body)).expires.microsecond == 0


@pytest.mark.parametrize("body", [b"", b"[]", b'{"signed": 5}', b'{"signed": {}, "signed": {}}'])
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    assert not recognizes(Document("", body))


def test_more_bytes_than_allowed_are_not_read() -> None:
    body = small().document("targets")
    with pytest.raises(LimitExceeded, match="bytes"):
        parse(Document("", body), TufLimits(targets_bytes=len(body) - 1))


def test_a_large_honest_document_is_within_all_bounds() -> None:
    entry = '{"custom":{},"hashes":{"sha256":"00"},"length":0}'
    entries = ",".join(f'"packages/{number:06}":{entry}' for number in range(50_000))
    text = small(compact=True).document("targets").decode()
    body = re.sub(r'"targets":\{.*?\}\},', f'"targets":{{{entries}}},', text).encode()
    # The nodes of one document may be more than usual where its bytes are.
    assert body.count(b",") + body.count(b"{") > JsonLimits().max_nodes
    assert len(parse(Document("", body)).signed["targets"]) == 50_000


@pytest.mark.parametrize("role", TOP_LEVEL)
def test_what_passed_before_is_read_again_to_the_same_facts(role: str) -> None:
    document = Document("somewhere", small().document(role), seen_at=SEEN)
    assert parse_again(document) == parse(document)


def test_what_is_large_and_passed_before_is_read_again_to_the_same_facts() -> None:
    repo = delegating()
    for number in range(200):
        repo.add_target("targets", f"packages/{number:06}", b"one of many")
    repo.publish()
    document = Document("somewhere", repo.document("targets"))
    assert len(document.body) > LARGE
    again = parse_again(document)
    assert again == parse(document)
    assert again.delegations == parse(document).delegations
