"""When it was signed, and whether a certificate was revoked."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus

from tests.simulators.notation_signer import LEAF, NOW, SIGNS_TIME, Plan, certificates, world
from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    Entry,
    List,
    Response,
    make_list,
    make_response,
    told_by,
)
from tests.vectors.notation.asking import Case, scenario, stores, stores_with_stamps
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.notation.envelope import SCHEME_AUTHORITY
from trustui.core.pki.revocation import NO_EVIDENCE
from trustui.demo.images.certifying import AUTHORITY, MINUTE, SIGNED, YEAR, Issued, Stamp, issue

LATER = SIGNED + 2 * YEAR
"""After the leaf has expired, and before its authorities."""
SECOND = timedelta(seconds=1)

# Expiry


@scenario(passed="notation.expiry")
def an_expiry_that_has_not_come() -> Case:
    return EXPIRES


EXPIRES = Case(Plan(expiry=NOW + MINUTE))


@scenario(failed="notation.expiry")
def an_expiry_at_this_very_instant() -> Case:
    return Case(Plan(expiry=NOW))


# Without a timestamp


@scenario(failed="notation.timestamp")
def a_leaf_that_has_expired() -> Case:
    return Case(at=LATER)


@scenario(failed="notation.timestamp")
def an_intermediate_that_has_expired() -> Case:
    short = world().root.issue(replace(AUTHORITY, subject="short", end=SIGNED))
    return Case(Plan(chain=(short.issue(LEAF), short, world().root)))


@scenario(failed="notation.timestamp")
def a_timestamp_that_does_not_count_without_a_store() -> Case:
    return Case(Plan(stamp=Stamp()), at=LATER)


# With one


@scenario(passed="notation.timestamp")
def a_timestamp_proves_that_the_expired_leaf_signed_in_time() -> Case:
    return STAMPED


STAMPED = Case(Plan(stamp=Stamp()), stores=stores_with_stamps(), at=LATER)


@scenario(passed="notation.timestamp")
def a_timestamp_in_cose_by_the_baseline_policy() -> Case:
    stamp = Stamp(policy="0.4.0.2023.1.1")
    return Case(Plan(format="cose", stamp=stamp), stores=stores_with_stamps(), at=LATER)


@scenario(passed="notation.timestamp")
def no_timestamp_is_needed_before_the_expiry() -> Case:
    return Case(stores=stores_with_stamps(), verify_timestamp="afterCertExpiry")


@scenario(passed="notation.timestamp")
def a_timestamp_counts_after_the_expiry() -> Case:
    plan = Plan(stamp=Stamp())
    return Case(plan, stores=stores_with_stamps(), verify_timestamp="afterCertExpiry", at=LATER)


@scenario(failed="notation.timestamp")
def a_timestamp_is_demanded_and_there_is_none() -> Case:
    return Case(stores=stores_with_stamps())


@scenario(failed="notation.timestamp")
def a_timestamp_of_another_signature() -> Case:
    return stamped(stamped_message=b"else")


@scenario(failed="notation.timestamp")
def a_timestamp_of_an_authority_that_is_not_trusted() -> Case:
    other = {**stores(), "tsa:other": certificates(world().root)}
    return Case(Plan(stamp=Stamp()), stores=other)


@scenario(failed="notation.timestamp")
def a_store_of_timestamp_authorities_that_is_missing() -> Case:
    absent = Problem("tsa/stamps", ProblemKind.ABSENT, "no such directory")
    return Case(Plan(stamp=Stamp()), stores={**stores(), "tsa:stamps": absent})


@scenario(failed="notation.timestamp")
def a_timestamp_that_names_no_certificate() -> Case:
    return stamped(Stamp(names_certificate=False))


@scenario(failed="notation.timestamp")
def a_timestamp_after_the_end_of_the_leaf() -> Case:
    late = replace(SIGNS_TIME, end=SIGNED + 3 * YEAR)
    return stamped(Stamp(at=SIGNED + YEAR + MINUTE), signer=world().stamp_root.issue(late))


@scenario(failed="notation.timestamp")
def a_timestamp_that_may_be_off_to_before_the_leaf() -> Case:
    young = world().between.issue(replace(LEAF, start=SIGNED - SECOND))
    plan = Plan(stamp=Stamp(accuracy=(2, 0, 0)), chain=(young, *world().chain[1:]))
    return Case(plan, stores=stores_with_stamps())


@scenario(failed="notation.timestamp")
def a_timestamp_authority_whose_chain_breaks_the_profile() -> Case:
    loose = issue(replace(AUTHORITY, subject="loose", ca_critical=False), None)
    plan = Plan(stamp=Stamp(), stamp_signer=loose.issue(SIGNS_TIME))
    return Case(plan, stores={**stores(), "tsa:loose": certificates(loose)})


def stamped(
    stamp: Stamp = Stamp(),  # noqa: B008  frozen
    *,
    signer: Issued | None = None,
    stamped_message: bytes | None = None,
) -> Case:
    signer = signer or world().stamp_signer
    plan = Plan(stamp=stamp, stamp_signer=signer, stamped=stamped_message)
    return Case(plan, stores=stores_with_stamps())


@scenario(failed="notation.timestamp")
def a_signing_authority_that_signed_before_its_certificate() -> Case:
    plan = Plan(scheme=SCHEME_AUTHORITY, chain=(young(), *world().chain[1:]))
    authority = {"signingAuthority:acme": certificates(world().root)}
    return Case(plan, stores=authority)


@cache
def young() -> Issued:
    return world().between.issue(replace(LEAF, start=SIGNED + MINUTE))


# Revocation


@cache
def revocable(*, by_list: bool, by_responder: bool = False) -> Issued:
    places = told_by(
        responders=(OCSP_URL,) if by_responder else (), lists=(CRL_URL,) if by_list else ()
    )
    return world().between.issue(replace(LEAF, extensions=places))


def plan_of(leaf: Issued) -> Plan:
    return Plan(chain=(leaf, *world().chain[1:]))


@cache
def listing(leaf: Issued, **about: object) -> bytes:
    entry = Entry(leaf.certificate.serial_number, **about)  # type: ignore[arg-type]
    return make_list(List((entry,), until=NOW + YEAR), world().between)


EMPTY_LIST = make_list(List(until=NOW + YEAR), world().between)
LISTED = revocable(by_list=True)


@scenario(passed="notation.revocation")
def a_list_that_does_not_have_it() -> Case:
    return UNLISTED


UNLISTED = Case(plan_of(LISTED), answers={CRL_URL: EMPTY_LIST})


@scenario(failed="notation.revocation")
def a_list_that_has_it() -> Case:
    return REVOKED


REVOKED = Case(
    plan_of(LISTED),
    answers={CRL_URL: listing(LISTED, reason=x509.ReasonFlags.key_compromise)},
)


@scenario(failed="notation.revocation")
def a_list_that_cannot_be_had() -> Case:
    return SILENT


SILENT = Case(plan_of(LISTED))


@scenario(undecided="notation.revocation")
def a_list_whose_host_may_not_be_asked() -> Case:
    return FORBIDDEN


FORBIDDEN = Case(plan_of(LISTED), evidence=NO_EVIDENCE)


@scenario(noted="notation.revocation")
def revocation_that_the_statement_skips() -> Case:
    return Case(plan_of(LISTED), actions={"revocation": "skip"})


@scenario(passed="notation.payload")
def revocation_that_the_statement_only_logs() -> Case:
    return Case(plan_of(LISTED), actions={"revocation": "log"})


@scenario(passed="notation.revocation")
def signed_before_the_date_from_which_it_was_invalid() -> Case:
    plan = replace(plan_of(LISTED), stamp=Stamp())
    answers = {CRL_URL: listing(LISTED, invalid_since=SIGNED + MINUTE)}
    return Case(plan, stores=stores_with_stamps(), answers=answers)


@scenario(failed="notation.revocation")
def signed_after_the_date_from_which_it_was_invalid() -> Case:
    plan = replace(plan_of(LISTED), stamp=Stamp())
    answers = {CRL_URL: listing(LISTED, invalid_since=SIGNED - MINUTE)}
    return Case(plan, stores=stores_with_stamps(), answers=answers)


RESPONDED = revocable(by_list=False, by_responder=True)


@cache
def response(status: OCSPCertStatus) -> bytes:
    return make_response(Response(status, NOW + YEAR), RESPONDED, world().between)


@scenario(passed="notation.revocation")
def a_responder_that_says_good() -> Case:
    answers = {OCSP_URL: response(OCSPCertStatus.GOOD)}
    return Case(plan_of(RESPONDED), answers=answers)


@scenario(failed="notation.revocation")
def a_responder_that_says_revoked() -> Case:
    answers = {OCSP_URL: response(OCSPCertStatus.REVOKED)}
    return Case(plan_of(RESPONDED), answers=answers)


# Of the timestamp authority


@cache
def revocable_stamps() -> Issued:
    places = told_by(lists=(CRL_URL,))
    return world().stamp_root.issue(replace(SIGNS_TIME, extensions=places))


def by_stamps(answer: bytes | None, action: str = "enforce") -> Case:
    plan = Plan(stamp=Stamp(), stamp_signer=revocable_stamps())
    return Case(
        plan,
        actions={"revocation": action},
        stores=stores_with_stamps(),
        answers={} if answer is None else {CRL_URL: answer},
    )


@scenario(failed="notation.timestamp")
def a_timestamp_authority_that_was_revoked() -> Case:
    entry = Entry(revocable_stamps().certificate.serial_number)
    return by_stamps(make_list(List((entry,), until=NOW + YEAR), world().stamp_root))


@scenario(failed="notation.timestamp")
def a_timestamp_authority_about_which_nobody_can_be_asked() -> Case:
    return by_stamps(None)


@scenario(passed="notation.timestamp", noted="notation.revocation")
def a_timestamp_authority_whose_revocation_is_skipped_as_all_is() -> Case:
    return by_stamps(None, "skip")
