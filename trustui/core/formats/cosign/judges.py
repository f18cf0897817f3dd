"""One judge a check of the tag format; cosign SIGNATURE_SPEC.md unless another source is named."""

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from trustui.core.checks.attestation import (
    judge_conditions,
    judge_predicate,
    judge_subject,
    judge_type,
    read_attestation,
)
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind, VerifiedTime
from trustui.core.formats.cosign.case import Case
from trustui.core.formats.cosign.payload import (
    CERTIFICATE,
    CHAIN,
    DSSE,
    PAYLOAD_TYPE,
    SIGNATURE,
    SIMPLE_SIGNING,
    TIMESTAMP,
    SimpleSigning,
    parse_payload,
)
from trustui.core.limits import MIB, JsonLimits
from trustui.core.oci.references import has_digest
from trustui.core.pki.certificates import Certificate, parse_certificate, parse_certificates
from trustui.core.pki.keys import PkixKey
from trustui.core.pki.timestamps import verify_timestamp
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.dsse import read_base64
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.statements import Statement
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.trace import Judgement, Severity, failed, noted, passed, undecided
from trustui.core.trust_policy.identity import SignerIdentity, judge_identity

# The layer ------------------------------------------------------------------------------------


def layer_is_there(case: Case) -> Judgement:
    """The tag names a manifest with a layer for each signature."""
    return noted("the manifest at the tag has this layer", found=case.question.layer.digest)


def media_type_is_known(case: Case) -> Judgement:
    """The layer says what it is; cosign and most others do not look, so it decides nothing."""
    expected = DSSE if case.question.is_attestation else SIMPLE_SIGNING
    stated = case.question.layer.media_type
    if stated != expected:
        return noted(
            "the layer is of another type: clients that filter by it miss this signature",
            finding=Severity.LOW,
            expected=expected,
            found=visible(stated, 100),
        )
    return noted(f"the layer is of the type {expected}")


def payload_is_there(case: Case) -> Judgement:
    """The payload can be had, and is the one that the layer names."""
    answer, layer = case.question.payload, case.question.layer
    if isinstance(answer, Problem):
        conclude = failed if answer.kind is ProblemKind.ABSENT else undecided
        return conclude(
            f"the payload cannot be had: {answer.because}",
            expected=layer.digest,
            found=visible(answer.location),
        )
    if len(answer.body) != layer.size or not has_digest(answer.body, layer.digest):
        return failed(
            "the payload is not the one that the layer names",
            expected=f"{layer.digest}, {layer.size:,} bytes",
            found=f"{len(answer.body):,} other bytes",
        )
    return passed(f"the payload of {layer.size:,} bytes is there", found=layer.digest)


def signature_is_base64(case: Case) -> Judgement:
    """The annotation holds the signature."""
    try:
        case.signature = read_base64(case.annotation(SIGNATURE) or None, "the signature")
    except ParseError as error:
        return failed(error.because, expected=f"base64 in {SIGNATURE}", found=error.found)
    case.message = case.body
    return passed(f"a signature of {counted(len(case.signature), 'byte')}")


def certificate_is_there(case: Case) -> Judgement:
    """Where an identity is wanted, a certificate says whose key signed."""
    pem = case.annotation(CERTIFICATE)
    if case.expectation.key:
        found = "a certificate, unused" if pem else "no certificate"
        return noted("a key is wanted: no certificate is needed", found=found)
    if not pem:
        return failed(
            "the signature has no certificate, so nobody's identity is proven",
            expected=case.expectation.who,
            found="a signature with a bare key",
        )
    try:
        case.certificate = parse_certificate(pem.encode())
        case.intermediates = _intermediates(case.annotation(CHAIN))
    except ParseError as error:
        return failed(error.because, expected=error.expected, found=error.found)
    return passed(f"a certificate for {case.certificate.title}")


def _intermediates(pem: str) -> tuple[Certificate, ...]:
    return parse_certificates(pem.encode()) if pem.strip() else ()


# Times ----------------------------------------------------------------------------------------


def timestamp_verifies(case: Case) -> Judgement:
    """A signed timestamp says when the signature was there already (RFC 3161)."""
    stated = case.annotation(TIMESTAMP)
    wanted = case.expectation.needs_timestamp
    authorities = case.trust.timestamp_authorities
    if not stated:
        words = "no signed timestamp is stored with the signature"
        return (
            failed(words, expected="a signed timestamp", found="none") if wanted else noted(words)
        )
    if not authorities and not wanted:
        return noted("a signed timestamp is stored; no timestamp authority was named to verify it")
    try:
        token = _token(stated)
    except ParseError as error:
        return failed(error.because, expected=error.expected, found=error.found)
    # Of an attestation, cosign has the whole envelope stamped (its layer has no signature of its own).
    stamped = case.body if case.question.is_attestation else case.signature
    found = verify_timestamp(token, stamped, authorities)
    if isinstance(found, VerifiedTime):
        case.times.append(found)
        return passed(found.because, found=write_instant(found.at))
    conclude = failed if wanted else noted
    return conclude(
        f"the signed timestamp proves nothing: {found.because}",
        expected=found.expected,
        found=found.found,
    )


def _token(annotation: str) -> bytes:
    value = load(annotation.encode(), JsonLimits(max_bytes=MIB)).value
    stated = value.get("SignedRFC3161Timestamp") if isinstance(value, dict) else None
    return read_base64(stated, "the signed timestamp")


# Certificate ----------------------------------------------------------------------------------


def identity_is_wanted(case: Case) -> Judgement:
    """Subject, issuer and extensions are as expected."""
    assert case.certificate is not None
    return judge_identity(case.expectation, identity_of(case))


def identity_of(case: Case) -> SignerIdentity:
    """Who signed, as the certificate says."""
    if case.certificate is None:
        return SignerIdentity(())
    names = tuple(name for _, name in case.certificate.names)
    return SignerIdentity(names, case.certificate.oidc_issuer, case.certificate.fulcio)


# Signature and claims -------------------------------------------------------------------------


def signature_verifies(case: Case) -> Judgement:
    """The signature over the payload was made with the key."""
    key = case.key
    if key is None:
        return failed(
            "there is no key to verify with", expected="a usable public key", found="none"
        )
    if not key.verifies(case.signature, case.message):
        return failed(
            "the signature does not verify: another key made it, or what is signed was changed",
            expected=f"a signature by {key.kind} {key.fingerprint[:16]}…",
            found=f"{counted(len(case.signature), 'byte')} that are none",
            key=key.fingerprint,
        )
    words = f"signed by {key.kind} {key.fingerprint[:16]}…"
    if _is_prehashed(key, case):
        return passed(f"{words}, prehashed", key=key.fingerprint, cosign_refuses=True)
    return passed(words, key=key.fingerprint)


def _is_prehashed(key: PkixKey, case: Case) -> bool:
    """Cosign signs Ed25519ph with keys in files, and then verifies plain Ed25519 only."""
    if not isinstance(key.loaded, Ed25519PublicKey):
        return False
    try:
        key.loaded.verify(case.signature, case.message)
    except InvalidSignature:
        return True
    return False


def claims_name_this_artefact(case: Case) -> Judgement:
    """The payload names the digest of this artefact, and says that it is a signature."""
    claims = read_claims(case)
    if isinstance(claims, ParseError):
        return failed(
            f"the payload is no claim: {claims.because}",
            expected=claims.expected,
            found=claims.found,
        )
    if not case.expectation.checks_claims:
        return noted(
            "claims are not compared, as was asked: a signature of another artefact would do",
            finding=Severity.HIGH,
            expected=case.question.subject,
            found=visible(claims.digest, 100),
        )
    if claims.digest != case.question.subject:
        return failed(
            "the signature is for another artefact",
            expected=case.question.subject,
            found=visible(claims.digest, 100),
        )
    if claims.type != PAYLOAD_TYPE:
        return failed(
            "the payload is signed as something else",
            expected=PAYLOAD_TYPE,
            found=visible(claims.type, 100),
            cosign_accepts=True,
        )
    return passed("the payload names this artefact", found=claims.digest)


def read_claims(case: Case) -> SimpleSigning | ParseError:
    """The payload, read once."""
    if case.claims is None:
        try:
            case.claims = parse_payload(Document("", case.body))
        except ParseError as error:
            case.claims = error
    return case.claims


def annotations_are_claimed(case: Case) -> Judgement:
    """Wanted annotations are among the signed claims."""
    wanted = case.expectation.annotations
    if not wanted:
        return noted("no annotations are wanted")
    if not case.expectation.checks_claims:
        return noted(
            "annotations are wanted and not compared, because claims are not",
            finding=Severity.MEDIUM,
        )
    claims = read_claims(case)
    stated: Mapping[str, JsonValue] = {} if isinstance(claims, ParseError) else claims.claims
    for name, text in wanted.items():
        if stated.get(name) != text:
            found = quoted(stated[name], 80) if name in stated else f"no {visible(name, 40)}"
            return failed(
                f"the claim {visible(name, 40)} is not as wanted",
                expected=f"{visible(name, 40)}={visible(text, 80)}",
                found=found,
            )
    return passed(f"{counted(len(wanted), 'wanted claim')} signed as wanted")


# Attestations ---------------------------------------------------------------------------------


def read_envelope(case: Case) -> None:
    """Set the attestation, its signature and what that signs."""
    try:
        case.attestation = read_attestation(case.body)
    except ParseError as error:
        case.attestation = error
        return
    signatures = case.attestation.envelope.signatures
    case.signature = signatures[0].signature if signatures else b""
    case.message = case.attestation.envelope.signed_bytes


def statement_is_signed(case: Case) -> Judgement:
    """The envelope holds an in-toto statement."""
    assert case.attestation is not None and not isinstance(case.attestation, ParseError)  # noqa: PT018
    return judge_type(case.attestation)


def statement_of(case: Case) -> Statement | None:
    """The statement of the envelope, where there is one."""
    found = case.attestation
    return None if found is None or isinstance(found, ParseError) else found.statement


def statement_is_about_it(case: Case) -> Judgement:
    """The statement is about this artefact."""
    statement = statement_of(case)
    if statement is None:
        return failed("there is no statement", expected="an in-toto statement", found="none")
    if not case.expectation.checks_claims:
        return noted("subjects are not compared, as was asked", finding=Severity.HIGH)
    return judge_subject(statement, case.question.subject)


def predicate_is_wanted(case: Case) -> Judgement:
    """What is attested is of the wanted type."""
    statement = statement_of(case)
    if statement is None:
        return failed("there is no statement", expected="an in-toto statement", found="none")
    return judge_predicate(statement, case.expectation.predicate_type)


def predicate_meets_conditions(case: Case) -> Judgement:
    """The predicate says what is stated about it; only asked where something is."""
    statement = statement_of(case)
    if statement is None:
        return failed("there is no statement", expected="an in-toto statement", found="none")
    return judge_conditions(statement, case.expectation.conditions)
