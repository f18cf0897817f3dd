"""What is signed: the material, the signature itself, the log's copy, the statement."""

import hashlib

from trustui.core.checks import attestation
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.formats.sigstore_bundle.case import Case
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.keys import HASHES
from trustui.core.primitives.text import counted, visible
from trustui.core.tlog.entries import LogEntry, Logged, LoggedSignature, read_body, verifier_key
from trustui.core.trace import Judgement, Severity, failed, noted, passed, undecided


def judge_material(case: Case) -> Judgement:
    """A certificate where an identity is wanted, a bare key where a key is; no root among them."""
    bundle = case.bundle
    has_key, has_certificate = bundle.key_hint is not None, bool(bundle.certificates)
    if has_key == has_certificate:
        return failed(
            "the bundle must name either a certificate or a key",
            expected="one of both",
            found="both" if has_key else "neither",
        )
    if case.trust.key is not None and has_certificate:
        return failed(
            "a key was named, but a certificate signed",
            expected="a bundle of a bare key",
            found="a bundle with a certificate",
        )
    if case.trust.key is None and has_key:
        return failed(
            "an identity is wanted, but a bare key signed",
            expected="a bundle with a certificate",
            found=f"a key with the hint {visible(bundle.key_hint or '', 60) or '(empty)'}",
        )
    return _about_certificates(case) if has_certificate else passed("a bare key signed")


def _about_certificates(case: Case) -> Judgement:
    if case.bundle.has_chain and case.bundle.version == "0.3":
        return failed(
            "bundles of version 0.3 carry one certificate", expected="certificate", found="a chain"
        )
    try:
        held = case.certificates
    except ParseError as error:
        return failed(error.because, expected=error.expected, found=error.found)
    roots = [one.title for one in held if one.is_self_issued]
    if roots:
        return failed(
            "a root certificate stands in the bundle, where nobody has a reason to trust it",
            expected="no self-signed certificate",
            found=roots[0],
        )
    return passed("a certificate signed", found=held[0].title, serial=held[0].serial)


def judge_signature_count(case: Case) -> Judgement:
    """Exactly one signature."""
    envelope = case.bundle.envelope
    if envelope is None:
        return passed("the bundle has one signature")
    return attestation.judge_signature_count(envelope)


def judge_digest(case: Case) -> Judgement:
    """The digest in the bundle, where there is one, names the artifact that is verified.

    It proves nothing and is never verified with (MessageSignature.message_digest); but a bundle that
    names another artifact than the one it signs is not in order.
    """
    message = case.bundle.message
    if message is None or not message.digest:
        return noted("the bundle states no digest of the artifact")
    known = case.digests.get(message.hash_name)
    if known is None:
        return noted("the digest that the bundle states cannot be compared with anything here")
    if known != message.digest.hex():
        return failed(
            "the digest that the bundle states is not that of the artifact",
            expected=f"{message.hash_name}:{known}",
            found=f"{message.hash_name}:{message.digest.hex()[:128]}",
        )
    return passed("the digest that the bundle states is that of the artifact", found=known)


def judge_signature(case: Case) -> Judgement:
    """The signature verifies with the key of the certificate, or with the key that was named."""
    key = case.key
    if key is None:
        problems = "" if case.leaf is None else "; ".join(case.leaf.problems[:2])
        return failed("there is no key that could have signed", found=problems or "no key")
    verified = _verifies(case)
    if verified is None and isinstance(case.question.artifact, Problem):
        return _missing(case.question.artifact)
    if verified is None:
        return undecided(
            "the artifact is not at hand, and its digest is of another kind than the signature's",
            expected="the artifact itself",
            found=", ".join(case.digests) or "nothing",
        )
    of_whom = f"{key.kind} key {key.fingerprint[:16]}"
    if not verified:
        return failed(
            "the signature does not verify: something else was signed, or somebody else signed",
            expected=f"a signature by {of_whom}",
            found="a signature of something else or by somebody else",
        )
    return passed(f"the signature verifies with {of_whom}", found=key.fingerprint)


def _missing(artifact: Problem) -> Judgement:
    return failed(
        f"the artifact cannot be read: {artifact.because}",
        expected="the artifact",
        found=visible(artifact.location),
    )


def _verifies(case: Case) -> bool | None:
    """None where it cannot be known for want of the artifact."""
    key, bundle = case.key, case.bundle
    assert key is not None
    if bundle.envelope is not None:
        return key.verifies(bundle.signature, bundle.envelope.signed_bytes)
    if isinstance(case.question.artifact, bytes):
        return key.verifies(bundle.signature, case.question.artifact)
    for name, encoded in case.digests.items():
        if name in HASHES and key.verifies_digest(bundle.signature, _unhex(encoded), name):
            return True
    return None if _may_be_of_another_kind(case) else False


def _may_be_of_another_kind(case: Case) -> bool:
    message = case.bundle.message
    assert message is not None
    return not case.digests or (
        message.hash_name in HASHES and message.hash_name not in case.digests
    )


def _unhex(encoded: str) -> bytes:
    try:
        return bytes.fromhex(encoded)
    except ValueError:
        return b""


def judge_consistent(case: Case) -> Judgement:
    """What is in the log is this signature, by this key, of this artifact."""
    if not case.wanted.needs_log:
        return noted("the log was waived by whoever asked")
    for entry, _ in case.logged:
        try:
            logged = read_body(entry)
            problem = _difference(case, entry, logged)
        except ParseError as error:
            return failed(error.because, expected=error.expected, found=error.found)
        if problem is not None:
            return problem
    return passed("the log entry is about this signature, key and artifact")


def _difference(case: Case, entry: LogEntry, logged: Logged) -> Judgement | None:
    same = [one for one in logged.signatures if one.signature == case.bundle.signature]
    if not same:
        return failed(
            "the log entry is about another signature",
            expected="the bundle's signature",
            found=f"{counted(len(logged.signatures), 'other signature')} in {entry.title}",
        )
    if not all(_is_by_signer(case, one) for one in same):
        return failed(
            "the log entry names another key or certificate",
            expected="that of the bundle",
            found=f"another one in {entry.title}",
        )
    stated, ours = _logged_digest(case, logged)
    if ours is not None and stated != ours:
        return failed("the log entry is about something else", expected=ours, found=visible(stated))
    return None


def _is_by_signer(case: Case, logged: LoggedSignature) -> bool:
    if case.leaf is None:
        return case.key is not None and verifier_key(logged.verifier).material == case.key.material
    try:
        return parse_certificate(logged.verifier).der == case.leaf.der
    except ParseError:
        return False


def _logged_digest(case: Case, logged: Logged) -> tuple[str, str | None]:
    """What the log says was signed, and what it should say; None where that is not known."""
    envelope = case.bundle.envelope
    stated = logged.digest or logged.payload_digest
    name = stated.partition(":")[0]
    if envelope is not None:
        signed = envelope.signed_bytes if logged.digest else envelope.payload
        return stated, f"{name}:{hashlib.new(name, signed).hexdigest()}" if name in HASHES else ""
    if not logged.digest:
        return stated, "a digest of the artifact"
    known = case.digests.get(name)
    return stated, None if known is None else f"{name}:{known}"


def judge_type(case: Case) -> Judgement:
    """An attestation is an in-toto statement."""
    found = case.attestation
    if found is None:
        return failed(
            "an attestation is wanted, but the artifact itself is signed",
            expected="an in-toto statement",
            found="a signature over the artifact",
        )
    return attestation.judge_type(found)


def judge_subject(case: Case) -> Judgement:
    """The statement is about the artifact."""
    if isinstance(case.question.artifact, Problem):
        return _missing(case.question.artifact)
    if not case.digests:
        return undecided(
            "nobody said which artifact the bundle should be about",
            expected="an artifact, or its digest",
            found="neither",
        )
    found = case.attestation
    if found is None:
        return noted("the artifact itself is signed: the signature says what it is about")
    if found.statement is None:
        return attestation.judge_type(found)
    return attestation.judge_subject(found.statement, case.subject_in(found.statement))


def judge_annotations(case: Case) -> Judgement:
    """What was wanted beside the subject stands there."""
    wanted = dict(case.wanted.annotations)
    if not wanted or not case.wanted.checks_claims:
        return noted("no annotations are wanted" if not wanted else "claims were waived")
    statement = None if case.attestation is None else case.attestation.statement
    if statement is None or not case.digests:
        return failed(
            "nothing but the artifact is signed", expected=", ".join(wanted), found="none"
        )
    return attestation.judge_annotations(statement, case.subject_in(statement), wanted)


def judge_predicate(case: Case) -> Judgement:
    """What is attested is of the wanted type."""
    statement = None if case.attestation is None else case.attestation.statement
    if statement is None:
        return failed("nothing is attested", expected=case.wanted.predicate_type, found="none")
    return attestation.judge_predicate(statement, case.wanted.predicate_type)


def judge_conditions(case: Case) -> Judgement:
    """The predicate says what is stated about it; only asked where something is."""
    statement = None if case.attestation is None else case.attestation.statement
    if statement is None:
        return failed("nothing is attested", expected=case.wanted.predicate_type, found="none")
    return attestation.judge_conditions(statement, case.wanted.conditions)


def tell_predicate(case: Case) -> Judgement:
    """Any statement about an artifact counts as its signature; what it says is told."""
    found = "" if case.attestation is None else case.attestation.predicate_type
    if found in {"", attestation.COSIGN_SIGNATURE}:
        return noted("nothing else than a signature is stated", found=found or None)
    return noted(
        "the statement attests something; it counts as a signature because one was asked for",
        finding=Severity.LOW,
        found=visible(found),
    )
