"""Verification of one signature: rows of check, clause, judge, and the validation that they belong to.

The order is that of Notation: the envelope as such, then whose it is, then its times, then what it is
about. To add a check, write its judge, add its row, and describe it in docs/formats/notation.md.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.formats.notation import content_judges, profile, trust_judges
from trustui.core.formats.notation.case import Case, SignatureQuestion
from trustui.core.formats.notation.envelope import Envelope
from trustui.core.formats.notation.reading import PARSE_ID, parse_envelope
from trustui.core.trace import (
    Chain,
    Check,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Step,
    Verification,
    failed,
    noted,
)
from trustui.core.trust_policy.notation.statements import Action, Validation

Judge: TypeAlias = Callable[[Case], Judgement]

SPEC = "Notary signature-specification"
_POLICY = "Notary trust-store-trust-policy"
_STEPS = f'{_POLICY} "Steps"'

PARSE = Check(PARSE_ID, f'{SPEC} "Signature Envelope"')
INTEGRITY = Check("notation.integrity", _STEPS)
HEADER = Check("notation.header", f'{SPEC} "Standard attributes"')
CERT_PROFILE = Check("notation.cert_profile", f'{SPEC} "Certificate Requirements"')
ALGORITHM = Check("notation.algorithm", f'{SPEC} "Algorithm Selection"')
CONTENT_TYPE = Check("notation.content_type", f'{SPEC} "Standard attributes"')
PLUGIN = Check("notation.plugin", f'{SPEC} "Extended attributes for Notation Plugins"')
STORE = Check("notation.store", f'{_POLICY} "Trust Store"')
AUTHENTICITY = Check("notation.authenticity", _STEPS)
IDENTITY = Check("notation.identity", f'{_POLICY} "Trusted Identities Constraints"')
EXPIRY = Check("notation.expiry", f'{SPEC} "Expiry"')
TIMESTAMP = Check(
    "notation.timestamp", f'{_POLICY} "Timestamp Countersignature Verification details"'
)
REVOCATION = Check("notation.revocation", f'{_POLICY} "Certificate Revocation Evaluation"')
EXTENDED = Check("notation.extended", f'{SPEC} "Extended attributes"')
PAYLOAD = Check("notation.payload", f'{SPEC} "Payload"')
METADATA = Check("notation.metadata", _STEPS)

ROWS: tuple[tuple[Check, Validation, Judge], ...] = (
    (INTEGRITY, Validation.INTEGRITY, content_judges.judge_integrity),
    (HEADER, Validation.INTEGRITY, content_judges.judge_header),
    (CERT_PROFILE, Validation.INTEGRITY, trust_judges.judge_cert_profile),
    (ALGORITHM, Validation.INTEGRITY, content_judges.judge_algorithm),
    (CONTENT_TYPE, Validation.INTEGRITY, content_judges.judge_content_type),
    (PLUGIN, Validation.INTEGRITY, content_judges.judge_plugin),
    (STORE, Validation.AUTHENTICITY, trust_judges.judge_store),
    (AUTHENTICITY, Validation.AUTHENTICITY, trust_judges.judge_authenticity),
    (IDENTITY, Validation.AUTHENTICITY, trust_judges.judge_identity),
    (EXPIRY, Validation.EXPIRY, trust_judges.judge_expiry),
    (TIMESTAMP, Validation.AUTHENTIC_TIMESTAMP, trust_judges.judge_timestamp),
    (REVOCATION, Validation.REVOCATION, trust_judges.judge_revocation),
    (EXTENDED, Validation.INTEGRITY, content_judges.judge_extended),
    (PAYLOAD, Validation.INTEGRITY, content_judges.judge_payload),
    (METADATA, Validation.INTEGRITY, content_judges.judge_metadata),
)
"""Each with the validation whose action of the trust policy says what follows from a failure."""

CHECKS = (PARSE, *(check for check, _, _ in ROWS))

LOGGED_FAILURE = "notation.finding.logged_failure"
TOLERATED_PURPOSE = "notation.finding.any_purpose"

_UNHAPPY = frozenset({Outcome.FAILED, Outcome.UNDECIDED})


def verify_signature(question: SignatureQuestion) -> Verification[SignatureOutcome]:
    """One group of steps about one signature, and what it came to.

    A failure that the statement only logs is a step with `enforced` false in its evidence, and a
    finding beside it; one that it skips is not looked for.
    """
    planned = tuple(check.id for check in CHECKS)
    yield Planned(question.group, question.on, planned, question.needed)
    chain = Chain(question.group, question.on, question.rests_on)
    found = _read(question)
    steps = [chain.judge(PARSE, content_judges.judge_parse, question.content, found)]
    yield steps[-1]
    if not isinstance(found, Envelope):
        return _outcome(question, None, steps)
    case = Case(question, found)
    for check, validation, judge in ROWS:
        case.broken_by = chain.broken_by
        steps.append(chain.judge(check, _judged, judge, case, validation))
        yield steps[-1]
        yield from _findings(case, steps[-1])
    return _outcome(question, case, steps)


def _read(question: SignatureQuestion) -> Envelope | ParseError | None:
    if isinstance(question.content, Problem):
        return None
    try:
        return parse_envelope(question.content.body, question.media_type)
    except ParseError as error:
        return error


def _judged(judge: Judge, case: Case, validation: Validation) -> Judgement:
    """What the check says, by the action that the policy has for it.

    A judge may raise ParseError where what it needs cannot be read. What breaks is never only
    logged: other exceptions pass through.
    """
    action = Action.ENFORCE if validation is Validation.INTEGRITY else case.action(validation)
    if action == Action.SKIP:
        return noted(f"the statement skips the validation of {validation}")
    try:
        judgement = judge(case)
    except ParseError as error:
        judgement = failed(
            error.because, expected=error.expected or None, found=error.found or None
        )
    if action == Action.LOG and judgement.outcome in _UNHAPPY:
        return msgspec.structs.replace(
            judgement, evidence={**judgement.evidence, "enforced": False}
        )
    return judgement


def _findings(case: Case, step: Step) -> Verification[None]:
    if step.evidence.get("enforced") is False:
        because = f"{step.check} does not hold, and the statement only logs it: {step.because}"
        yield Finding(LOGGED_FAILURE, step.on, because, Severity.HIGH)
    if step.check == CERT_PROFILE.id and step.outcome is Outcome.PASSED:
        because = profile.tolerated(case.certificates)
        if because:
            yield Finding(TOLERATED_PURPOSE, step.on, because, Severity.LOW)


def _outcome(question: SignatureQuestion, case: Case | None, steps: list[Step]) -> SignatureOutcome:
    unhappy = [step for step in steps if step.decides and step.outcome in _UNHAPPY]
    broken = unhappy[0] if unhappy else None
    outcome = Outcome.PASSED if broken is None else broken.outcome
    concluded = SignatureOutcome(
        group=question.group,
        on=question.on,
        outcome=outcome if question.rests_on is None else Outcome.UNDECIDED,
        first_failing=None if broken is None else broken.check,
    )
    return concluded if case is None else _with_signer(concluded, case)


def _with_signer(concluded: SignatureOutcome, case: Case) -> SignatureOutcome:
    """What is told about a signature whose certificates can be read; believed or not."""
    try:
        leaf = case.certificates[0]
    except (ParseError, IndexError):
        return concluded
    return msgspec.structs.replace(
        concluded,
        identity=leaf.subject,
        issuer=leaf.issuer,
        key="" if leaf.key is None else leaf.key.fingerprint,
        times=tuple(case.times),
        turns=tuple(case.turns()),
    )
