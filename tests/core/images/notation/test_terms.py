"""What ends a Notation signature, whichever comes first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.simulators.notation_signer import LEAF, SUBJECT, Plan, make_envelope, world
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE, SCHEME_AUTHORITY
from trustui.core.formats.notation.reading import parse_envelope
from trustui.core.images.notation.terms import BY_CERTIFICATE, BY_EXPIRY, term_of_envelope
from trustui.core.trust_policy.terms import Term, TermKind
from trustui.demo.images.certifying import SIGNED, YEAR, Stamp

LATER = SIGNED + timedelta(days=30)


def told(plan: Plan) -> Term | None:
    media_type = JWS_TYPE if plan.format == "jws" else COSE_TYPE
    return term_of_envelope(parse_envelope(make_envelope(plan), media_type))


@pytest.mark.parametrize("form", ["jws", "cose"])
def test_without_a_timestamp_it_ends_with_its_certificate(form: str) -> None:
    found = told(Plan(format=form))
    assert found is not None
    assert (found.kind, found.what, found.title) == (TermKind.SIGNATURE, BY_CERTIFICATE, SUBJECT)
    assert found.ends_at == SIGNED + YEAR


@pytest.mark.parametrize("form", ["jws", "cose"])
def test_it_ends_at_the_expiry_that_its_signer_set(form: str) -> None:
    found = told(Plan(format=form, expiry=LATER))
    assert found is not None
    assert (found.what, found.begins_at, found.ends_at) == (BY_EXPIRY, SIGNED, LATER)
    assert len(found.fingerprint) == 64
    sooner = told(Plan(format=form, expiry=SIGNED + 9 * YEAR))
    assert sooner is not None
    assert sooner.what == BY_CERTIFICATE


def test_the_first_of_the_chain_to_end_counts() -> None:
    root = world().root
    short = root.issue(replace(LEAF, end=SIGNED + timedelta(days=2)))
    found = told(Plan(chain=(short, root)))
    assert found is not None
    assert found.ends_at == SIGNED + timedelta(days=2)


@pytest.mark.parametrize(
    "plan", [Plan(stamp=Stamp()), Plan(scheme=SCHEME_AUTHORITY)], ids=["stamped", "authority"]
)
def test_where_somebody_vouches_for_the_time_the_certificate_may_end(plan: Plan) -> None:
    assert told(plan) is None
    found = told(plan.changed(expiry=LATER))
    assert found is not None
    assert (found.what, found.begins_at) == (BY_EXPIRY, SIGNED)


def without_chain(envelope: dict[str, object]) -> None:
    envelope["header"] = {"x5c": ["AAAA"]}


def test_a_certificate_that_cannot_be_read_is_left_out() -> None:
    assert told(Plan(spoil=without_chain)) is None
    found = told(Plan(expiry=LATER, spoil=without_chain))
    assert found is not None
    assert (found.title, found.fingerprint) == ("", "")
