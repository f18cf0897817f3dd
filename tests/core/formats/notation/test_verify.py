"""What one signature came to: outcome, signer, times, when it turns, and what is only logged."""

from typing import Any

import msgspec

from tests.simulators.notation_signer import NOW, SUBJECT, Plan, world
from tests.simulators.revoking import CRL_URL, Places
from tests.vectors.notation.asking import Case, stores_with_stamps
from tests.vectors.notation.envelopes import DEMANDS_PLUGIN, JWS
from tests.vectors.notation.times import (
    EXPIRES,
    FORBIDDEN,
    LISTED,
    STAMPED,
    UNLISTED,
    revocable_stamps,
)
from tests.vectors.notation.trust import (
    ANY_PURPOSE,
    BY_AUTHORITY,
    LOGGED,
    OTHER_ROOT,
    SOMEBODY_ELSE,
)
from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.formats.notation import (
    LOGGED_FAILURE,
    SignatureQuestion,
    Wanted,
    verify_signature,
)
from trustui.core.formats.notation.verify import CHECKS, TOLERATED_PURPOSE
from trustui.core.pki.certificates import parse_certificate
from trustui.core.trace import Outcome, collect
from trustui.demo.images.certifying import MINUTE, SIGNED, YEAR, Stamp


def outcome_of(case: Case, **changes: Any) -> SignatureOutcome:
    question: SignatureQuestion = msgspec.structs.replace(case.question(), **changes)
    _, found = collect(verify_signature, question)
    return found


def test_a_good_signature_names_its_signer() -> None:
    found = outcome_of(JWS)
    signer = parse_certificate(world().signer.der)
    assert signer.key is not None
    assert (found.outcome, found.first_failing) == (Outcome.PASSED, None)
    assert (found.identity, found.issuer, found.key) == (
        SUBJECT,
        "CN=between,O=Acme,ST=WA,C=US",
        signer.key.fingerprint,
    )


def test_a_bad_one_names_its_signer_and_what_failed_first() -> None:
    found = outcome_of(SOMEBODY_ELSE)
    assert (found.outcome, found.first_failing, found.identity) == (
        Outcome.FAILED,
        "notation.identity",
        SUBJECT,
    )
    assert outcome_of(DEMANDS_PLUGIN).outcome is Outcome.UNDECIDED
    assert outcome_of(FORBIDDEN).first_failing == "notation.revocation"


def test_an_envelope_that_cannot_be_read_names_nobody() -> None:
    for case in (Case(content=b"{}"), Case(Plan(spoil=lambda one: one["header"].clear()))):
        found = outcome_of(case)
        assert (found.outcome, found.identity, found.turns) == (Outcome.FAILED, "", ())


def test_what_rests_on_a_broken_policy_is_undecided() -> None:
    assert outcome_of(JWS, rests_on="notation.policy").outcome is Outcome.UNDECIDED


def test_only_a_timestamp_that_was_used_is_a_proven_time() -> None:
    assert [one.at for one in outcome_of(STAMPED).times] == [SIGNED]
    unused = Case(
        Plan(stamp=Stamp()), stores=stores_with_stamps(), verify_timestamp="afterCertExpiry"
    )
    assert outcome_of(unused).times == ()
    assert outcome_of(BY_AUTHORITY).times == ()


def test_it_says_when_the_present_decides_otherwise() -> None:
    turns = {one.at for one in outcome_of(EXPIRES).turns}
    assert NOW + MINUTE in turns
    assert SIGNED - YEAR in turns
    assert min(turns) < SIGNED < max(turns)
    listed = outcome_of(UNLISTED).turns
    assert any("revocation of" in one.because for one in listed)
    assert outcome_of(STAMPED).turns == ()
    assert outcome_of(BY_AUTHORITY).turns == ()


def test_nobody_is_asked_for_the_certificates_of_a_signature_that_is_not_trusted() -> None:
    asked = Places({})
    hostile = Case(Plan(chain=(LISTED, *world().chain[1:])), stores=OTHER_ROOT.stores)
    told = hostile.ask(evidence=asked)
    assert told.first == "notation.authenticity"
    assert told.step("notation.revocation").outcome is Outcome.NOTED
    assert asked.asked == []
    hostile = Case(
        Plan(stamp=Stamp(), stamp_signer=revocable_stamps(), more={"cty": "x"}),
        stores=stores_with_stamps(),
    )
    assert hostile.ask(evidence=asked).first == "notation.content_type"
    assert asked.asked == []
    Case(Plan(chain=(LISTED, *world().chain[1:]))).ask(evidence=asked)
    assert [address for address, _ in asked.asked] == [CRL_URL]


def test_nothing_that_is_wanted_is_never_met() -> None:
    assert Case(wanted=Wanted()).ask().first == "notation.payload"


def test_a_logged_failure_is_told_and_decides_nothing() -> None:
    told = LOGGED.ask()
    assert told.outcome is Outcome.PASSED
    logged = [step for step in told.trace.steps if step.evidence.get("enforced") is False]
    assert [step.check for step in logged] == ["notation.authenticity", "notation.identity"]
    assert {step.outcome for step in logged} == {Outcome.FAILED}
    assert [one.id for one in told.trace.findings] == [LOGGED_FAILURE, LOGGED_FAILURE]


def test_a_tolerated_purpose_is_a_finding() -> None:
    told = ANY_PURPOSE.ask()
    assert told.outcome is Outcome.PASSED
    assert [one.id for one in told.trace.findings] == [TOLERATED_PURPOSE]


def test_every_check_is_planned_in_the_order_in_which_it_is_asked() -> None:
    told = JWS.ask()
    assert [step.check for step in told.trace.steps] == [check.id for check in CHECKS]
    cut = Case(content=b"{}").ask()
    assert [one.check for one in cut.trace.not_reached] == [check.id for check in CHECKS[1:]]
