"""Envelopes, tokens, certificates and lists of notation-go and notation-core-go, and their hostile kin."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.notation import (
    Asked,
    Envelope,
    SignatureQuestion,
    Store,
    Wanted,
    parse_envelope,
    verify_signature,
)
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE
from trustui.core.pki import timestamps
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import Certificate, parse_certificate, parse_certificates
from trustui.core.pki.revocation import NO_EVIDENCE, Status, addresses, statuses_of
from trustui.core.pki.times import Window
from trustui.core.pki.timestamps import TimestampProblem, parse_token
from trustui.core.trace import Outcome, Trace, collect, trace

Shared = Callable[[str], Path]

GO = "oci/notation-go"
CORE = "oci/notation-core-go"
HOSTILE_STAMPS = "hostile/notation-timestamp"
HOSTILE_CERTIFICATES = "hostile/notation-x509"
STAMPS = "oci/notation-go/verifier/testdata/truststore/x509/tsa"

AT = datetime(2022, 8, 1, tzinfo=UTC)
"""While the certificates of the first envelopes were valid."""
LATER = datetime(2026, 11, 21, tzinfo=UTC)


def ask(
    body: bytes, at: datetime, *authorities: Certificate, spoiled: bytes | None = None
) -> Trace:
    """By its own root, so that what remains to fail is the envelope itself and its times."""
    good = parse_envelope(body, "")
    chain = tuple(parse_certificate(der) for der in good.certificates)
    stores: dict[str, Store] = {"ca:own": chain, "signingAuthority:own": chain}
    if authorities:
        stores["tsa:given"] = authorities
    assert good.target is not None
    question = SignatureQuestion(
        group="signature",
        on="envelope",
        content=Document("envelope", spoiled or body),
        media_type="",
        wanted=Wanted(good.target.digest, good.target.size, good.target.media_type),
        asked=Asked({"revocation": "skip"}, ("*",), stores),
        at=at,
        evidence=NO_EVIDENCE,
    )
    events, _ = collect(verify_signature, question)
    return trace("envelope", at, at, events)


def first(found: Trace) -> str | None:
    return None if found.first_failing is None else found.first_failing.check


# notation-go: envelopes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("internal/mock/testdata/ca_valid_sig_env.json", None),
        ("internal/mock/testdata/sa_valid_sig_env.json", None),
        ("internal/testdata/jws_signature.sig", None),
        ("internal/testdata/cose_signature.sig", None),
        ("internal/mock/testdata/ca_expired_sig_env.json", "notation.expiry"),
        ("internal/mock/testdata/sa_plugin_sig_env.json", "notation.plugin"),
    ],
)
def test_envelopes_are_judged_as_their_names_say(
    name: str, expected: str | None, shared_data: Shared
) -> None:
    assert first(ask((shared_data(GO) / name).read_bytes(), AT)) == expected


def test_every_demanded_version_of_a_plugin_leaves_the_signature_undecided(
    shared_data: Shared,
) -> None:
    files = sorted((shared_data(GO) / "internal/mock/testdata").glob("*pluginver*"))
    found = [ask(file.read_bytes(), AT) for file in files]
    assert len(found) == 7
    assert {(one.outcome, first(one)) for one in found} == {(Outcome.UNDECIDED, "notation.plugin")}


def test_an_envelope_with_a_padded_payload_is_refused(shared_data: Shared) -> None:
    file = shared_data(GO) / "internal/mock/testdata/ca_invalid_sig_env.json"
    with pytest.raises(ParseError, match="base64url"):
        parse_envelope(file.read_bytes(), JWS_TYPE)


# Timestamped envelopes


def authority(name: str, shared_data: Shared) -> Certificate:
    return parse_certificate((shared_data(STAMPS) / name).read_bytes())


def stamped(shared_data: Shared) -> Iterator[tuple[str, bytes]]:
    places = (f"{GO}/verifier/testdata/timestamp/sigEnv", f"{HOSTILE_STAMPS}/sigEnv")
    for place in places:
        for file in sorted(shared_data(place).iterdir()):
            yield f"{place}/{file.name}", file.read_bytes()


def test_every_timestamped_envelope_verifies_but_those_that_must_not(shared_data: Shared) -> None:
    root = authority("test-timestamp/globalsignRoot.cer", shared_data)
    found = {name.rpartition("/")[2]: ask(body, LATER, root) for name, body in stamped(shared_data)}
    refused = {name: first(one) for name, one in found.items() if one.outcome is not Outcome.PASSED}
    assert len(found) == 6
    assert refused == {
        "timestampAfterNotAfter.sig": "notation.timestamp",
        "withoutTimestamp.sig": "notation.timestamp",
    }


def test_a_timestamp_of_another_root_proves_nothing(shared_data: Shared) -> None:
    other = authority("test-mismatch/DigiCertTSARootSHA384.cer", shared_data)
    for name, body in stamped(shared_data):
        assert first(ask(body, LATER, other)) == "notation.timestamp", name


def test_changed_content_fails_the_signature_and_a_foreign_timestamp_the_time(
    shared_data: Shared,
) -> None:
    root = authority("test-timestamp/globalsignRoot.cer", shared_data)
    place = shared_data(HOSTILE_STAMPS) / "sigEnv"
    jws = (place / "jwsWithTimestamp.sig").read_bytes()
    envelope: Any = json.loads(jws)
    flipped = "B" if envelope["signature"][9] == "A" else "A"
    spoiled = envelope["signature"][:9] + flipped + envelope["signature"][10:]
    body = json.dumps({**envelope, "signature": spoiled}).encode()
    assert first(ask(jws, LATER, root, spoiled=body)) == "notation.integrity"
    expired = shared_data(GO) / "verifier/testdata/timestamp/sigEnv/jwsExpiredWithTimestamp.sig"
    foreign: Any = json.loads(expired.read_bytes())["header"]["io.cncf.notary.timestampSignature"]
    header = {**envelope["header"], "io.cncf.notary.timestampSignature": foreign}
    body = json.dumps({**envelope, "header": header}).encode()
    assert first(ask(jws, LATER, root, spoiled=body)) == "notation.timestamp"


def test_an_expired_chain_needs_its_timestamp(shared_data: Shared) -> None:
    body = (shared_data(HOSTILE_STAMPS) / "sigEnv/coseExpiredWithTimestamp.sig").read_bytes()
    assert first(ask(body, LATER)) == "notation.timestamp"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{HOSTILE_STAMPS}/countersignature/TimeStampToken.p7s", ""),
        (
            f"{HOSTILE_STAMPS}/countersignature/TimeStampTokenWithInvalidTSTInfo.p7s",
            "cannot be read",
        ),
        (
            f"{HOSTILE_STAMPS}/countersignature/TimeStampTokenWithInvalideContentType.p7s",
            "what is signed is no timestamp",
        ),
        (f"{GO}/verifier/testdata/timestamp/countersignature/TimeStampToken.p7s", ""),
        (
            f"{GO}/verifier/testdata/timestamp/countersignature/TimeStampTokenWithoutCertificate.p7s",
            "",
        ),
    ],
)
def test_tokens_are_read_or_refused_in_words(name: str, words: str, shared_data: Shared) -> None:
    raw = shared_data(name).read_bytes()
    if not words:
        assert parse_token(raw).at.year >= 2021
        return
    with pytest.raises(ParseError, match=words):
        parse_token(raw)


@pytest.mark.parametrize("folder", [HOSTILE_CERTIFICATES, f"{CORE}/internal/timestamp/testdata"])
def test_a_token_with_a_wrong_signature_proves_nothing(folder: str, shared_data: Shared) -> None:
    place = shared_data(folder)
    token = parse_token((place / "TimeStampTokenWithInvalidSignature.p7s").read_bytes())
    roots = [(place / "tsaRootCert.cer").read_bytes(), *token.certificates]
    trusted = [Authority("", (parse_certificate(one),), Window()) for one in roots]
    found = [timestamps._about_signer(token, [one]) for one in trusted]
    problems = {one.because[:40] for one in found if isinstance(one, TimestampProblem)}
    assert len(found) == sum(isinstance(one, TimestampProblem) for one in found)
    assert "the timestamp's signature is not one of " in problems


# notation-core-go: conformance


def test_the_conformance_envelope_of_jws_is_read(shared_data: Shared) -> None:
    file = shared_data(CORE) / "signature/jws/testdata/conformance.json"
    found = parse_envelope(file.read_bytes(), JWS_TYPE)
    assert found.payload == b'{"key":"hello JWS"}'
    assert (found.expiry, found.agent) == (
        datetime(2099, 8, 30, 13, 50, tzinfo=UTC),
        "NotationConformanceTest/1.0.0",
    )
    assert found.unknown_critical == ("signedCritKey1",)


def test_the_conformance_envelope_of_cose_is_read(shared_data: Shared) -> None:
    file = shared_data(CORE) / "signature/cose/testdata/conformance.json"
    vector = json.loads(file.read_bytes())
    found = parse_envelope(bytes.fromhex(vector["expectedOutput"]["cborHex"]), COSE_TYPE)
    assert found.payload == bytes.fromhex(vector["payload"])
    assert found.signing_time == datetime.fromtimestamp(vector["signingTime"], UTC)
    assert found.expiry == datetime.fromtimestamp(vector["expiry"], UTC)
    assert (found.algorithm, found.unknown_critical) == ("PS384", ("signedCritKey1",))
    protected = bytes.fromhex(vector["protectedHeaders"]["cborHex"])
    assert found.signed_bytes.startswith(b"\x84\x6aSignature1\x59" + len(protected).to_bytes(2))
    again = msgspec.json.decode(msgspec.json.encode(found), type=Envelope)
    assert again == found


# Certificates and lists


def test_certificates_are_read_in_every_form_or_refused_in_words(shared_data: Shared) -> None:
    place = shared_data(CORE) / "x509/testdata"
    for name in ("der.der", "pem.crt", "openssl-minimum-self-signed.pem", "timestamp_leaf.crt"):
        assert parse_certificate((place / name).read_bytes()).subject
    assert len(parse_certificates((place / "multi-pem.crt").read_bytes())) == 2
    for file in (place / "invalid", shared_data(HOSTILE_CERTIFICATES) / "invalid"):
        with pytest.raises(ParseError):
            parse_certificate(file.read_bytes())
    with pytest.raises(ParseError):
        parse_certificate((shared_data(HOSTILE_CERTIFICATES) / "multi-der.der").read_bytes())


def deltas(shared_data: Shared) -> Iterator[Path]:
    for place in (f"{CORE}/revocation/crl/testdata", HOSTILE_CERTIFICATES):
        yield from sorted(shared_data(place).glob("certificateWith*.cer"))


def test_a_pointer_to_a_delta_is_told_and_never_passed_over(shared_data: Shared) -> None:
    """Without the base list naming it, a delta that the certificate names leaves the status open."""
    bases = shared_data(f"{CORE}/revocation/crl/testdata/delta.crl").read_bytes()
    told = {}
    for file in deltas(shared_data):
        try:
            certificate = parse_certificate(file.read_bytes())
        except ParseError as error:
            told[file.name] = error.because
            continue
        (status,) = statuses_of(
            (certificate, certificate), lambda one: Document(one.address, bases), LATER
        )
        told[file.name] = status.because
        assert status.status is Status.UNKNOWN, (file.name, status.because)
    assert len(told) == 6
    assert all(told.values())


def test_freshest_lists_are_found(shared_data: Shared) -> None:
    place = shared_data(f"{CORE}/revocation/crl/testdata")
    named = addresses(parse_certificate((place / "certificateWithDeltaCRL.cer").read_bytes()))
    assert named.freshest
    silent = Problem("x", ProblemKind.UNREADABLE, "silent")
    chain = (parse_certificate((place / "certificateWithDeltaCRL.cer").read_bytes()),) * 2
    assert statuses_of(chain, lambda _: silent, LATER)[0].status is Status.UNKNOWN
