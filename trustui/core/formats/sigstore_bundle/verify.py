"""Verification of a bundle: rows of check id, clause and judge, in the order they are asked.

Form first; then the log's entry, for it may prove the time; then the time, at which everything
about the certificate is judged; then the log's proof; then what is signed. To add a check, write
its judge, add its row, and describe it in docs/formats/sigstore_bundle.md.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from trustui.core.checks import attestation
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.formats.sigstore_bundle import content_judges, log_judges, trust_judges
from trustui.core.formats.sigstore_bundle.bundle import SPEC, Bundle, parse
from trustui.core.formats.sigstore_bundle.case import BundleQuestion, Case
from trustui.core.primitives.text import visible
from trustui.core.trace import (
    Chain,
    Check,
    Judgement,
    Outcome,
    Planned,
    Step,
    Verification,
    failed,
    passed,
)
from trustui.core.trust_policy.expectations import Expectation

Judge: TypeAlias = Callable[[Case], Judgement]

_CLIENT = "Sigstore client specification"

PARSE = Check("bundle.parse", f"{SPEC} Bundle")
MEDIA_TYPE = Check("bundle.media_type", f"{SPEC} Bundle.media_type")
VERSION = Check("bundle.version", f"{SPEC} Bundle.media_type")
FORM = (PARSE, MEDIA_TYPE, VERSION)

MATERIAL = Check("bundle.material", f"{SPEC} VerificationMaterial")

IDENTITY = Check("bundle.identity", f"{_CLIENT} §4.3")
SIG = Check("bundle.sig", f"{_CLIENT} §4.5")
SUBJECT = Check("bundle.subject", "in-toto attestation 1 Statement")
PREDICATE = Check("bundle.predicate", "in-toto attestation 1 Predicate")

ROWS: tuple[tuple[Check, Judge], ...] = (
    (
        Check("bundle.sigcount", f"{SPEC} Bundle.dsse_envelope"),
        content_judges.judge_signature_count,
    ),
    (
        Check("bundle.log_present", f"{SPEC} VerificationMaterial.tlog_entries"),
        log_judges.judge_log_present,
    ),
    (Check("bundle.log_key", f"{_CLIENT} §4.4"), log_judges.judge_log_key),
    (Check("bundle.set", "sigstore_rekor.proto InclusionPromise"), log_judges.judge_promise),
    (Check("bundle.time", f"{_CLIENT} §4.2"), trust_judges.judge_time),
    (Check("bundle.chain", "RFC 5280 §6.1"), trust_judges.judge_chain),
    (Check("bundle.sct", "RFC 6962 §3.2"), trust_judges.judge_sct),
    (Check("bundle.profile", "RFC 5280 §4.2.1.12"), trust_judges.judge_profile),
    (IDENTITY, trust_judges.judge_identity),
    (Check("bundle.window", "RFC 5280 §4.1.2.5"), trust_judges.judge_window),
    (Check("bundle.checkpoint", "C2SP tlog-checkpoint"), log_judges.judge_checkpoint),
    (Check("bundle.proof", "RFC 6962 §2.1.1"), log_judges.judge_proof),
    (SIG, content_judges.judge_signature),
    (Check("bundle.digest", "sigstore_common.proto MessageSignature"), content_judges.judge_digest),
    (Check("bundle.consistent", f"{_CLIENT} §4.4"), content_judges.judge_consistent),
    (SUBJECT, content_judges.judge_subject),
    (Check("bundle.annotations", "cosign SIGNATURE_SPEC"), content_judges.judge_annotations),
    (PREDICATE, content_judges.tell_predicate),
)
"""Of a signature; an attestation asks some of them under the ids that every carrier shares."""

_OF_ATTESTATION: dict[str, tuple[tuple[Check, Judge], ...]] = {
    IDENTITY.id: ((attestation.IDENTITY, trust_judges.judge_identity),),
    SIG.id: ((attestation.SIG, content_judges.judge_signature),),
    SUBJECT.id: (
        (attestation.TYPE, content_judges.judge_type),
        (attestation.SUBJECT, content_judges.judge_subject),
    ),
    PREDICATE.id: ((attestation.PREDICATE, content_judges.judge_predicate),),
}

CHECKS = (*FORM, MATERIAL, *(check for check, _ in ROWS))


def rows_of(wanted: Expectation) -> tuple[tuple[Check, Judge], ...]:
    """What is asked after the form and the material."""
    if not wanted.predicate_type:
        return ROWS
    rows = tuple(row for own in ROWS for row in _OF_ATTESTATION.get(own[0].id, (own,)))
    conditions = ((attestation.CONDITION, content_judges.judge_conditions),)
    return (*rows, *conditions) if wanted.conditions else rows


def verify_bundle(question: BundleQuestion) -> Verification[SignatureOutcome]:
    """One group of steps about one bundle, and what it came to.

    The steps are `bundle.*`; with `expectation.predicate_type`, signature, identity, subject and
    predicate are `attestation.*`.
    """
    rows = rows_of(question.expectation)
    checks = (*FORM, MATERIAL, *(check for check, _ in rows))
    planned = tuple(check.id for check in checks)
    yield Planned(question.group, question.on, planned, question.needed)
    chain = Chain(question.group, question.on, question.rests_on)
    steps: list[Step] = []
    found = _read(question)
    for check in FORM:
        steps.append(chain.judge(check, judge_form, check.id, found))
        yield steps[-1]
        if isinstance(found, ParseError) and found.check == check.id:
            return _outcome(question, None, steps)
    assert isinstance(found, Bundle)
    case = Case(question, found)
    steps.append(chain.judge(MATERIAL, content_judges.judge_material, case))
    yield steps[-1]
    if steps[-1].outcome is Outcome.FAILED:
        return _outcome(question, None, steps)
    for check, judge in rows:
        steps.append(chain.judge(check, judge, case))
        yield steps[-1]
    return _outcome(question, case, steps)


def _read(question: BundleQuestion) -> Bundle | ParseError:
    if isinstance(question.document, Problem):
        return ParseError(
            f"the bundle cannot be read: {question.document.because}",
            check=PARSE.id,
            expected="a file with a bundle",
            found=visible(question.document.location),
        )
    try:
        return parse(question.document)
    except ParseError as error:
        return error


_FORM_WORDS = {
    PARSE.id: "the bundle can be read",
    MEDIA_TYPE.id: "the document says that it is a sigstore bundle",
    VERSION.id: "the version of the bundle is known here",
}


def judge_form(check: str, found: Bundle | ParseError) -> Judgement:
    """The document is a bundle of a known version."""
    if isinstance(found, ParseError) and found.check == check:
        return failed(found.because, expected=found.expected or None, found=found.found or None)
    version = f"version {found.version}" if isinstance(found, Bundle) else None
    return passed(_FORM_WORDS[check], found=version)


def _outcome(question: BundleQuestion, case: Case | None, steps: list[Step]) -> SignatureOutcome:
    broken = next(
        (
            step
            for step in steps
            if step.decides and step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}
        ),
        None,
    )
    if question.rests_on is not None:
        outcome = Outcome.UNDECIDED
    else:
        outcome = Outcome.PASSED if broken is None else broken.outcome
    concluded = SignatureOutcome(
        group=question.group,
        on=question.on,
        outcome=outcome,
        first_failing=None if broken is None else broken.check,
    )
    return concluded if case is None else _with_signer(concluded, case)


def _with_signer(concluded: SignatureOutcome, case: Case) -> SignatureOutcome:
    """What is told about a bundle whose material is in order; believed or not."""
    signer = None if case.leaf is None else trust_judges.signer_of(case.leaf)
    return msgspec.structs.replace(
        concluded,
        identity="" if signer is None else "".join(signer.names[:1]),
        issuer="" if signer is None else signer.issuer,
        key="" if case.key is None else case.key.fingerprint,
        predicate_type="" if case.attestation is None else case.attestation.predicate_type,
        times=case.times,
        turns=case.turns,
    )
