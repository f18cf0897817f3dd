"""Who signed, and when: certificates, trust stores, identities, time and revocation."""

from collections.abc import Sequence
from datetime import datetime

from trustui.core.checks.expiry import judge_expiry as judge_instant
from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.formats.notation.case import Case, Store
from trustui.core.formats.notation.profile import (
    ProfileProblem,
    code_signing_problem,
    time_stamping_problem,
)
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.names import is_subset, subject_attributes
from trustui.core.pki.revocation import CertificateStatus, Status, statuses_of, worst_of
from trustui.core.pki.timestamps import Countersignature, TimestampProblem
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Judgement, failed, noted, passed, undecided
from trustui.core.trust_policy.notation.identities import nearest_miss
from trustui.core.trust_policy.notation.rules import subject_of
from trustui.core.trust_policy.notation.statements import (
    AFTER_EXPIRY,
    EVERYTHING,
    Action,
    Validation,
)


def judge_cert_profile(case: Case) -> Judgement:
    """The chain is complete and its certificates are made for signing code."""
    chain = case.certificates
    problem = code_signing_problem(chain)
    if problem is not None:
        return _profile_failure(problem)
    return passed(
        f"{counted(len(chain), 'certificate')}, made for signing code",
        found=" → ".join(one.title for one in chain),
        certificates=[one.fingerprint for one in chain],
    )


def _profile_failure(problem: ProfileProblem) -> Judgement:
    return failed(problem.because, expected=problem.expected, found=problem.found)


def judge_store(case: Case) -> Judgement:
    """Every trust store that counts for the signing scheme can be loaded."""
    kind = case.store_kind
    stores = case.asked.stores_of(kind)
    if not stores:
        named = ", ".join(visible(name, 60) for name in list(case.asked.stores)[:8]) or "none"
        return noted(f"the statement names no store of the kind {kind}", found=named)
    problem = _store_problem(stores)
    if problem is not None:
        return problem
    held = sum(len(store) for store in stores.values() if isinstance(store, tuple))
    return passed(
        f"{counted(len(stores), 'trust store')} with {counted(held, 'certificate')}",
        found=", ".join(visible(name, 60) for name in list(stores)[:8]),
    )


def _store_problem(stores: dict[str, Store]) -> Judgement | None:
    for name, store in stores.items():
        if isinstance(store, Problem | ParseError):
            return failed(
                f"the trust store {visible(name, 80)} cannot be used: {store.because}",
                expected="a store with certificates of authorities",
                found=visible(name, 80),
            )
    return None


def judge_authenticity(case: Case) -> Judgement:
    """A certificate of the chain stands in one of the stores that count."""
    stores = case.asked.stores_of(case.store_kind)
    for name, store in stores.items():
        trusted = {one.der for one in store} if isinstance(store, tuple) else set()
        for certificate in case.certificates:
            if certificate.der in trusted:
                words = f"{certificate.title} stands in the trust store {visible(name, 80)}"
                return passed(words, found=certificate.fingerprint, store=visible(name, 80))
    chain = [f"{one.title} {one.fingerprint[:16]}…" for one in case.certificates]
    return failed(
        "no certificate of the chain is trusted: none stands in a store that counts",
        expected=f"one of the chain in {_named(stores, case.store_kind)}",
        found=chain[-1] if chain else "no certificate",
        chain=chain,
    )


def _named(stores: dict[str, Store], kind: str) -> str:
    if not stores:
        return f"a store of the kind {kind}, and none is named"
    return ", ".join(visible(name, 60) for name in list(stores)[:8])


def judge_identity(case: Case) -> Judgement:
    """The signer is one of those whom the statement trusts."""
    identities = case.asked.identities
    if EVERYTHING in identities:
        words = "the statement trusts whomever the authorities in its stores certified"
        return passed(words, found=case.leaf.title)
    subject = subject_attributes(case.leaf)
    wanted = [(one, subject_of(one)) for one in identities]
    for identity, attributes in wanted:
        if attributes is not None and is_subset(attributes, subject):
            return passed(
                "signed by whom the statement trusts",
                expected=visible(identity, 200),
                found=case.leaf.title,
            )
    miss = nearest_miss(identities, subject)
    if miss is None:
        words = "the statement names no identity that a certificate could have"
        return failed(words, expected="x509.subject: …", found=case.leaf.title)
    return failed(
        "signed by somebody whom the statement does not trust",
        expected=miss.expected,
        found=miss.found,
        nearest=visible(miss.identity, 300),
        differing=[one.name for one in miss.differing],
    )


def judge_expiry(case: Case) -> Judgement:
    """The signer's own end of the signature has not come."""
    if case.envelope.expiry is None:
        return noted("the signer set no end")
    return judge_instant("the signature", case.envelope.expiry, case.question.at)


# Time -----------------------------------------------------------------------------------------


def judge_timestamp(case: Case) -> Judgement:
    """Every certificate of the chain was valid when it signed, by a time that somebody vouches for."""
    if case.is_by_authority:
        at = case.envelope.authentic_signing_time
        if at is None:
            return failed("the signing authority does not say when it signed")
        return _valid_at(case.certificates, at, "when the signing authority signed")
    if case.uses_timestamp:
        return _by_timestamp(case)
    return _valid_at(case.certificates, case.question.at, _why_now(case))


def _why_now(case: Case) -> str:
    if case.asked.verify_timestamp == AFTER_EXPIRY and case.asked.stores_of("tsa"):
        return "now, and a timestamp counts only once one has expired"
    if case.envelope.timestamp:
        return "now, and the timestamp does not count: the statement names no store of the kind tsa"
    return "now, and no timestamp proves an earlier signature"


def _valid_at(chain: Sequence[Certificate], at: datetime, when: str) -> Judgement:
    for certificate in chain:
        if not certificate.is_valid_at(at):
            return failed(
                f"the certificate {certificate.title} was not valid {when}",
                expected=str(certificate.window),
                found=write_instant(at),
            )
    words = f"every certificate of the chain was valid {when}"
    return passed(words, found=write_instant(at))


def _by_timestamp(case: Case) -> Judgement:
    if not case.envelope.timestamp:
        words = "no timestamp is stored with the signature, and the statement demands one"
        return failed(words, expected="an RFC 3161 timestamp", found="none")
    problem = _store_problem(case.asked.stores_of("tsa"))
    if problem is not None:
        return problem
    found = case.countersignature
    if isinstance(found, TimestampProblem):
        return failed(found.because, expected=found.expected or None, found=found.found or None)
    return (
        _authority_problem(found)
        or _range_problem(case, found)
        or _authority_revoked(case, found)
        or _timestamped(case, found)
    )


def _authority_problem(found: Countersignature) -> Judgement | None:
    if not found.names_certificate:
        return failed(
            "the timestamp does not say which certificate signed it",
            expected="a signing-certificate-v2 attribute (RFC 5816)",
            found="none that binds",
        )
    problem = time_stamping_problem(found.chain.certificates)
    return None if problem is None else _profile_failure(problem)


def _range_problem(case: Case, found: Countersignature) -> Judgement | None:
    """The time may be off by its accuracy, and must be inside even then."""
    for at in (found.time.at - found.accuracy, found.time.at + found.accuracy):
        for certificate in case.certificates:
            if not certificate.is_valid_at(at):
                return failed(
                    f"the certificate {certificate.title} was not valid at the time of the timestamp",
                    expected=str(certificate.window),
                    found=f"{write_instant(found.time.at)} ± {found.accuracy.total_seconds():g} s",
                )
    return None


def _authority_revoked(case: Case, found: Countersignature) -> Judgement | None:
    """The timestamp authority is not revoked; asked wherever revocation is not skipped."""
    if case.action(Validation.REVOCATION) == Action.SKIP or case.broken_by is not None:
        return None
    question = case.question
    statuses = statuses_of(found.chain.certificates, question.evidence, question.at)
    case.statuses += statuses
    return _revocation_problem(statuses, "the timestamp authority")


def _timestamped(case: Case, found: Countersignature) -> Judgement:
    case.times.append(found.time)
    at = write_instant(found.time.at)
    return passed(
        f"every certificate of the chain was valid at {at}, by {found.time.because}",
        found=at,
        accuracy_seconds=f"{found.accuracy.total_seconds():g}",
        authority=found.chain.leaf.title,
    )


# Revocation -----------------------------------------------------------------------------------


def judge_revocation(case: Case) -> Judgement:
    """No certificate of the chain was revoked, as far as it can be: OCSP, else CRLs."""
    if case.broken_by is not None:
        return noted(f"nobody was asked: {case.broken_by} does not hold")
    question = case.question
    statuses = statuses_of(case.certificates, question.evidence, question.at, case.signed_at)
    case.statuses += statuses
    problem = _revocation_problem(statuses, "the signer")
    if problem is not None:
        return problem
    told = [_told(one) for one in statuses]
    if all(one.status is Status.NOT_REVOCABLE for one in statuses):
        return passed("no certificate of the chain can be revoked: none names a place", told=told)
    return passed("no certificate of the chain is revoked", told=told)


def _revocation_problem(statuses: Sequence[CertificateStatus], whose: str) -> Judgement | None:
    worst = worst_of(statuses)
    if worst is None:
        return None
    conclude, words, expected = _OF_STATUS[worst.status]
    return conclude(
        f"the certificate {worst.certificate.title} of {whose} {words}",
        expected=expected,
        found=worst.because,
        source=visible(worst.source, 200),
        told=[_told(one) for one in statuses],
    )


_ANSWER = "an answer of OCSP or a CRL"
_OF_STATUS = {
    Status.REVOKED: (failed, "is revoked", "good"),
    Status.UNKNOWN: (failed, "may be revoked, and nobody gives an answer that counts", _ANSWER),
    Status.NOT_ASKED: (undecided, "may be revoked, and nobody may be asked from here", _ANSWER),
}


def _told(one: CertificateStatus) -> str:
    return f"{one.certificate.title}: {one.status.value}, {one.because}"
