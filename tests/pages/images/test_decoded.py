"""What a signature says of itself; whatever it holds, nothing is raised."""

import json

import pytest

from tests.simulators.notation_signer import IMAGE_TYPE, SUBJECT, make_envelope, target, world
from tests.simulators.notation_signer import Plan as NotationPlan
from tests.simulators.sigstore_stack import stack
from trustui.core.formats.cosign.payload import CERTIFICATE, CHAIN, LOG_ENTRY, TIMESTAMP
from trustui.core.formats.notation.envelope import (
    COSE_TYPE,
    EXPIRY,
    JWS_TYPE,
    SCHEME,
    SCHEME_AUTHORITY,
)
from trustui.core.pki.certificates import parse_certificate
from trustui.core.primitives.instants import write_instant
from trustui.demo.images.bundles import Plan, bundle_of
from trustui.demo.images.certifying import SIGNED, YEAR, Stamp
from trustui.demo.images.tag_format import TagPlan, tag_layer
from trustui.pages.images.decoded import (
    LONGEST,
    CertificateLine,
    Decoded,
    Material,
    certificate_line,
    decode,
    in_words,
)

DIGEST = f"sha256:{'ab' * 32}"


def layer(plan: TagPlan) -> Material:
    body, found = tag_layer(DIGEST, plan, stack())
    return Material(body, found["annotations"], is_bundle=False, is_statement=bool(plan.predicate))


def test_every_part_of_the_tag_format_is_told() -> None:
    found = decode(layer(TagPlan(with_certificate=True, logged=True, stamped=True)))
    assert found.problem == ""
    assert next(one.text for one in found.lines) == DIGEST
    assert len(found.chain) == 2
    assert found.chain[0].extensions
    assert found.entries[0].has_promise
    assert found.stamps[0].at is not None
    assert in_words(found) == "a certificate, 1 log entry, 1 timestamp"


def test_an_attestation_is_told_with_its_subjects() -> None:
    found = decode(layer(TagPlan(predicate="https://slsa.dev/provenance/v1")))
    assert found.form == "attestation in cosign's tag format"
    assert any("ab" * 32 in one for one in found.subjects)
    assert in_words(found) == "a bare key, no log entry, no timestamp"


def test_a_bundle_is_told() -> None:
    body = json.dumps(bundle_of(Plan(), stack())).encode()
    found = decode(Material(body, {}, is_bundle=True, is_statement=False))
    assert found.form == "sigstore bundle 0.3"
    assert (found.problem, len(found.entries)) == ("", 1)


@pytest.mark.parametrize("is_bundle", [True, False])
@pytest.mark.parametrize("is_statement", [True, False])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"\xff\xfe", b'{"critical": 1}', b"[" * 100_000, b"x" * (LONGEST + 1)],
)
def test_what_cannot_be_read_is_a_problem_in_words(
    body: bytes, *, is_bundle: bool, is_statement: bool
) -> None:
    found = decode(Material(body, {}, is_bundle, is_statement))
    assert found.problem
    assert found.raw == ("" if len(body) > LONGEST else body.decode(errors="replace"))


@pytest.mark.parametrize("name", [CERTIFICATE, CHAIN, LOG_ENTRY, TIMESTAMP])
@pytest.mark.parametrize("text", ["nonsense", "{}", "\u202e", "-----BEGIN CERTIFICATE-----\nxx"])
def test_annotations_that_are_nonsense_are_told_beside_the_rest(name: str, text: str) -> None:
    good = layer(TagPlan())
    found = decode(Material(good.body, {**good.annotations, name: text}, False, False))
    assert found.problem == ""
    told = [*(one.problems for one in found.chain), *(one.problem for one in found.entries)]
    assert any(told) or any(one.problem for one in found.stamps)
    assert isinstance(found, Decoded)


# Notation -----------------------------------------------------------------------------------------

TYPES = {"jws": JWS_TYPE, "cose": COSE_TYPE}


def enveloped(plan: NotationPlan) -> Decoded:
    material = Material(make_envelope(plan), {}, False, False, TYPES[plan.format])
    return decode(material)


def lines(found: Decoded) -> dict[str, str]:
    return {one.label: one.text for one in found.lines}


@pytest.mark.parametrize("form", TYPES)
def test_every_part_of_an_envelope_is_told(form: str) -> None:
    said = target(DIGEST, annotations={"build": "17\u202e"})
    plan = NotationPlan(
        format=form, payload=json.dumps(said).encode(), expiry=SIGNED + YEAR, stamp=Stamp()
    )
    found = enveloped(plan)
    assert (found.problem, found.form) == ("", f"Notation, {form.upper()} envelope")
    told = lines(found)
    assert (told["Signs"], told["Of the type"], told["Bytes"]) == (DIGEST, IMAGE_TYPE, "528")
    assert told["Claims build"] == "17\\u{202E}"
    assert told["Signing scheme"] == "notary.x509"
    assert told["Critical headers"] == f"{SCHEME}, {EXPIRY}"
    assert told["Signed at, says the signer"] == write_instant(SIGNED)
    assert told["Ends at"] == write_instant(SIGNED + YEAR)
    assert told["Signing agent"] == "trustui-tests/1.0"
    assert [one.fingerprint for one in found.chain] == [one.fingerprint for one in chain()]
    assert found.chain[0].subject == SUBJECT
    assert found.chain[0].not_after == SIGNED + YEAR
    assert found.stamps[0].at is not None
    assert not found.may_be_logged
    assert in_words(found) == "a certificate, 1 timestamp"
    assert DIGEST in found.text


def chain() -> list[CertificateLine]:
    return [certificate_line(parse_certificate(one.der)) for one in world().chain]


def test_jws_stands_there_as_text_and_cose_in_hexadecimal_up_to_a_length() -> None:
    assert enveloped(NotationPlan()).raw == make_envelope(NotationPlan()).decode()
    assert enveloped(NotationPlan(format="cose")).raw.startswith("d284 ")
    long = json.dumps(target(annotations={"x": "y" * LONGEST})).encode()
    for form in TYPES:
        found = enveloped(NotationPlan(format=form, payload=long))
        assert (found.problem, found.raw, found.text) == ("", "", "")


def test_what_a_signing_authority_and_plugins_say_is_told() -> None:
    more = {
        "io.cncf.notary.verificationPlugin": "com.example.plugin",
        "io.cncf.notary.verificationPluginMinVersion": "1.0.0",
        "com.example.own": "mine",
    }
    told = lines(enveloped(NotationPlan(scheme=SCHEME_AUTHORITY, more=more)))
    assert told["Signed at, says the signing authority"] == write_instant(SIGNED)
    assert "Signed at, says the signer" not in told
    assert told["Verification plugin"] == "com.example.plugin"
    assert told["Plugin, at least"] == "1.0.0"
    assert "mine" in told["Header com.example.own"]


def test_an_envelope_whose_parts_are_nonsense_is_told_beside_the_rest() -> None:
    def spoil(envelope: dict[str, object]) -> None:
        stamp = {"io.cncf.notary.timestampSignature": "AAAA"}
        envelope["header"] = {"x5c": ["AAAA"], **stamp}

    found = enveloped(NotationPlan(payload=b"{}", spoil=spoil))
    assert found.problem == ""
    assert lines(found)["Signs"] == "no descriptor that can be read"
    assert found.chain[0].problems
    assert found.stamps[0].problem
    bare = enveloped(NotationPlan(spoil=lambda envelope: envelope.update(header={})))
    assert in_words(bare) == "no certificate, no timestamp"


@pytest.mark.parametrize("media_type", TYPES.values())
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[" * 100_000, b"x" * (LONGEST + 1)])
def test_an_envelope_that_cannot_be_read_is_a_problem_in_words(
    body: bytes, media_type: str
) -> None:
    assert decode(Material(body, {}, False, False, media_type)).problem
