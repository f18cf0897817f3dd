"""The checks of the tag format, in the order of cosign's own verification (handbook, 2.a).

Rows of check and judge. To add a check, write its judge, add its row, and describe it in
docs/formats/cosign.md.
"""

from collections.abc import Callable
from typing import TypeAlias

from trustui.core.checks import attestation
from trustui.core.checks.attestation import judge_envelope, judge_signature_count
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.errors import ParseError
from trustui.core.formats.cosign import judges, proofs
from trustui.core.formats.cosign.case import Case, TagQuestion
from trustui.core.formats.cosign.payload import LOG_ENTRY
from trustui.core.trace import Chain, Check, Judgement, Outcome, Planned, Verification

SPEC = "cosign SIGNATURE_SPEC"

Rows: TypeAlias = tuple[tuple[Check, Callable[[Case], Judgement]], ...]


def _rows(*stated: tuple[str, str, Callable[[Case], Judgement]]) -> Rows:
    return tuple((Check(f"cosign.{name}", clause), judge) for name, clause, judge in stated)


_STORAGE = f'{SPEC} "Storage"'
_VERIFYING = f'{SPEC} "Signature Verification"'
_LOG = f'{SPEC} "Properties"'

LAYER = _rows(
    ("find", _STORAGE, judges.layer_is_there),
    ("media_type", _STORAGE, judges.media_type_is_known),
    ("payload", _STORAGE, judges.payload_is_there),
)
SIGNATURE = _rows(("sig_b64", _STORAGE, judges.signature_is_base64))
TIMES = _rows(
    ("cert_present", _LOG, judges.certificate_is_there),
    ("tsa", "RFC 3161 §2.4.2", judges.timestamp_verifies),
    ("tlog_present", _LOG, proofs.entry_is_there),
)
LOG_PARSE = _rows(("tlog_parse", _LOG, proofs.entry_can_be_read))
LOG = _rows(
    ("tlog_entry", _LOG, proofs.entry_is_consistent),
    ("tlog_sig", _LOG, proofs.entry_has_this_signature),
    ("tlog_key", _LOG, proofs.entry_has_this_key),
    ("tlog_hash", _LOG, proofs.entry_has_this_digest),
    ("tlog_keyid", _LOG, proofs.log_is_known),
    ("tlog_set", _LOG, proofs.promise_is_good),
)
CERTIFICATE = _rows(
    ("cert_chain", _VERIFYING, proofs.chain_is_trusted),
    ("sct", "RFC 6962 §3.2", proofs.sct_is_good),
)
IDENTITY = _rows(("identity", _VERIFYING, judges.identity_is_wanted))
SIG = _rows(("sig", _VERIFYING, judges.signature_verifies))
CLAIMS = _rows(
    ("claim", f'{SPEC} "Payloads"', judges.claims_name_this_artefact),
    ("annotations", f'{SPEC} "Optional Claims"', judges.annotations_are_claimed),
)
EXPIRY = _rows(("expiry", _VERIFYING, proofs.certificate_was_valid))

OF_ATTESTATION: Rows = (
    (attestation.TYPE, judges.statement_is_signed),
    (attestation.SUBJECT, judges.statement_is_about_it),
    (attestation.PREDICATE, judges.predicate_is_wanted),
)
CONDITIONS: Rows = ((attestation.CONDITION, judges.predicate_meets_conditions),)
"""Where conditions are stated, which is only of attestations."""

ALL = (
    *LAYER,
    *SIGNATURE,
    *TIMES,
    *LOG_PARSE,
    *LOG,
    *CERTIFICATE,
    *IDENTITY,
    *SIG,
    *CLAIMS,
    *EXPIRY,
)
CHECKS = tuple(check for check, _ in ALL)


def verify_layer(question: TagQuestion) -> Verification[SignatureOutcome]:
    """One signature or attestation of the tag format against one expectation."""
    case = Case(question)
    chain = Chain(question.group, question.on)
    yield Planned(question.group, question.on, _plan(question))
    yield from _run(case, chain, LAYER)
    if chain.broken_by is None:
        yield from _read(case, chain)
    if case.message:
        yield from _judge(case, chain)
    return _outcome(case, chain)


def _read(case: Case, chain: Chain) -> Verification[None]:
    """What is signed, and the signature."""
    if not case.question.is_attestation:
        yield from _run(case, chain, SIGNATURE)
        return
    judges.read_envelope(case)
    found = case.attestation
    assert found is not None
    yield chain.judge(attestation.ENVELOPE, judge_envelope, found)
    if not isinstance(found, ParseError):
        yield chain.judge(attestation.SIGCOUNT, judge_signature_count, found.envelope)


def _judge(case: Case, chain: Chain) -> Verification[None]:
    yield from _run(case, chain, TIMES)
    if case.expectation.needs_log and case.annotation(LOG_ENTRY):
        yield from _run(case, chain, LOG_PARSE)
        if case.logged is not None:
            yield from _run(case, chain, LOG)
    has_certificate = case.certificate is not None
    if has_certificate:
        yield from _run(case, chain, CERTIFICATE)
        yield from _run(case, chain, _identity(case))
    yield from _run(case, chain, _signature(case))
    yield from _run(case, chain, OF_ATTESTATION if case.question.is_attestation else CLAIMS)
    if case.expectation.conditions:
        yield from _run(case, chain, CONDITIONS)
    if has_certificate:
        yield from _run(case, chain, EXPIRY)


def _run(case: Case, chain: Chain, rows: Rows) -> Verification[None]:
    for check, judge in rows:
        yield chain.judge(check, judge, case)


def _identity(case: Case) -> Rows:
    """Of an attestation, whose signature it is has an id of its own, in either carrier."""
    if case.question.is_attestation:
        return ((attestation.IDENTITY, judges.identity_is_wanted),)
    return IDENTITY


def _signature(case: Case) -> Rows:
    if case.question.is_attestation:
        return ((attestation.SIG, judges.signature_verifies),)
    return SIG


def _plan(question: TagQuestion) -> tuple[str, ...]:
    """What every signature must come through; further checks depend on what is found."""
    if question.is_attestation:
        ids = (attestation.ENVELOPE, attestation.SIGCOUNT, attestation.SIG, attestation.PREDICATE)
        conditions = (attestation.CONDITION,) if question.expectation.conditions else ()
        last = tuple(check.id for check in (*ids, *conditions))
    else:
        last = tuple(check.id for check, _ in (*SIGNATURE, *SIG, *CLAIMS))
    first = tuple(check.id for check, _ in (*LAYER, *TIMES))
    wanted = () if question.expectation.key else (EXPIRY[0][0].id,)
    return (*first, *last, *wanted)


def _outcome(case: Case, chain: Chain) -> SignatureOutcome:
    """Whose it is, for the whole image; `images.verify` concludes from the steps."""
    signer = judges.identity_of(case)
    statement = judges.statement_of(case)
    key = case.key
    return SignatureOutcome(
        group=case.question.group,
        on=case.question.on,
        outcome=Outcome.PASSED if chain.broken_by is None else Outcome.FAILED,
        first_failing=chain.broken_by,
        identity=signer.names[0] if signer.names else "",
        issuer=signer.issuer,
        key="" if key is None else key.fingerprint,
        predicate_type="" if statement is None else statement.predicate_type,
        times=tuple(case.times),
        turns=tuple(proofs.turns(case)),
    )
