"""Reading bundles of every version, and the form that they must have."""

import json
from collections.abc import Callable

import pytest

from tests.simulators.sigstore_stack import ARTIFACT, make_bundle, statement_about
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.formats.sigstore_bundle.bundle import MAX_PARTS, Bundle, parse
from trustui.demo.images.bundles import BUNDLE_1, BUNDLE_2, BUNDLE_3, Plan
from trustui.demo.images.certifying import Stamp
from trustui.demo.images.stack import Json, sha256

Spoil = Callable[[Json], object]


def read(bundle: Json) -> Bundle:
    return parse(Document("bundle", json.dumps(bundle).encode()))


@pytest.mark.parametrize(
    ("media_type", "version"),
    [
        (BUNDLE_1, "0.1"),
        (BUNDLE_2, "0.2"),
        (BUNDLE_3, "0.3"),
        ("application/vnd.dev.sigstore.bundle+json; version=0.3", "0.3"),
    ],
)
def test_the_media_type_states_the_version(media_type: str, version: str) -> None:
    assert read({**make_bundle(), "mediaType": media_type}).version == version


def test_a_signature_of_an_artifact_has_a_hint_of_its_digest() -> None:
    found = read(make_bundle())
    assert found.message is not None
    assert (found.message.hash_name, found.message.digest.hex()) == ("sha256", sha256(ARTIFACT))
    assert found.signature == found.message.signature
    assert (len(found.certificates), found.has_chain, found.key_hint) == (1, False, None)
    assert (len(found.entries), len(found.timestamps), found.envelope) == (1, 1, None)


def test_an_envelope_has_the_signature_that_timestamps_are_about() -> None:
    found = read(make_bundle(Plan(statement=statement_about(ARTIFACT))))
    assert found.envelope is not None
    assert found.signature == found.envelope.signatures[0].signature
    assert found.message is None


def test_an_envelope_may_have_no_signature_at_all() -> None:
    bundle = make_bundle(Plan(statement=statement_about(ARTIFACT)))
    bundle["dsseEnvelope"]["signatures"] = []
    assert read(bundle).signature == b""


def test_a_bare_key_is_named_by_a_hint_that_may_be_empty() -> None:
    bundle = make_bundle(Plan(with_key=True))
    assert read(bundle).key_hint == "a key"
    bundle["verificationMaterial"]["publicKey"] = {}
    assert read(bundle).key_hint == ""


def test_older_versions_carry_a_chain() -> None:
    assert read(make_bundle(Plan(media_type=BUNDLE_2))).has_chain


def test_zero_values_may_be_left_out() -> None:
    bundle = make_bundle()
    del bundle["messageSignature"]["messageDigest"]
    del bundle["verificationMaterial"]["tlogEntries"]
    del bundle["verificationMaterial"]["timestampVerificationData"]
    found = read(bundle)
    assert found.message is not None
    assert (found.message.digest, found.entries, found.timestamps) == (b"", (), ())


def both(bundle: Json) -> None:
    bundle["dsseEnvelope"] = {}


@pytest.mark.parametrize(
    ("spoil", "check", "words"),
    [
        (lambda one: one.pop("mediaType"), "bundle.media_type", "does not say"),
        (lambda one: one.update(mediaType=7), "bundle.media_type", "does not say"),
        (lambda one: one.update(mediaType=BUNDLE_3 + "x"), "bundle.media_type", "does not say"),
        (lambda one: one.update(mediaType=BUNDLE_1 + "1"), "bundle.version", "not read here"),
        (lambda one: one.pop("messageSignature"), "bundle.parse", "one thing that is signed"),
        (both, "bundle.parse", "one thing that is signed"),
        (lambda one: one.pop("verificationMaterial"), "bundle.parse", "verificationMaterial"),
    ],
)
def test_another_form_is_refused_by_the_check_that_it_fails(
    spoil: Spoil, check: str, words: str
) -> None:
    bundle = make_bundle()
    spoil(bundle)
    with pytest.raises(ParseError, match=words) as caught:
        read(bundle)
    assert caught.value.check == check


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"a": 1, "a": 2}'])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse(Document("bundle", body))
    assert caught.value.check == "bundle.parse"


def test_more_timestamps_than_anybody_makes_are_not_read() -> None:
    bundle = make_bundle(Plan(stamps=(Stamp(),)))
    stamps = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    stamps *= MAX_PARTS + 1
    with pytest.raises(LimitExceeded):
        read(bundle)
