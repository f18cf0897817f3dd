"""What was known about revocation at an instant, from the store alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.simulators.revocation_store import (
    OTHER,
    ROOT,
    allow,
    enquiries,
    given,
    known,
    leaf_at,
    noted,
)
from tests.simulators.revoking import CRL_URL, DAY, Entry, List, make_list
from trustui.core.pki.revocation import Status
from trustui.demo.images.certifying import SIGNED
from trustui.revocation.evidence import StoredEvidence

pytestmark = pytest.mark.django_db
UNTIL = SIGNED + 30 * DAY


def test_the_newest_answer_of_the_instant_counts_and_of_the_past_too() -> None:
    leaf = leaf_at()
    place = noted(leaf)
    revoked = Entry(leaf.certificate.serial_number)
    given(place, make_list(List(number=1, until=UNTIL), ROOT), SIGNED)
    given(place, make_list(List((revoked,), number=2, until=UNTIL), ROOT), SIGNED + 2 * DAY)
    found = {days: known(leaf, SIGNED + days * DAY).status for days in (-1, 0, 1, 2, 3, 31)}
    assert found == {
        -1: Status.NOT_ASKED,
        0: Status.GOOD,
        1: Status.GOOD,
        2: Status.REVOKED,
        3: Status.REVOKED,
        31: Status.UNKNOWN,
    }


def test_a_host_that_nobody_allowed_leaves_it_undecided_and_says_how_to_allow_it() -> None:
    found = known(leaf_at())
    assert found.status is Status.NOT_ASKED
    assert "crl.acme.example is not among the hosts" in found.because
    assert "TRUSTUI_REVOCATION_HOSTS allows it" in found.because
    assert "`trustui revocation import`" in found.because


def test_what_was_imported_counts_whether_its_host_is_allowed_or_not() -> None:
    leaf = leaf_at()
    given(noted(leaf), make_list(List(), ROOT))
    assert known(leaf).status is Status.GOOD


def test_an_allowed_host_that_was_not_asked_yet_is_told_so(settings: Settings) -> None:
    allow(settings, "crl.acme.example")
    leaf = leaf_at()
    for _ in range(2):
        found = known(leaf)
        assert found.status is Status.NOT_ASKED
        assert "a worker asks it soon" in found.because
        noted(leaf)


def test_an_allowed_host_that_gave_nothing_fails_with_its_reason(settings: Settings) -> None:
    allow(settings, "crl.acme.example")
    leaf = leaf_at()
    given(noted(leaf), b"<html>", SIGNED)
    found = known(leaf)
    assert found.status is Status.UNKNOWN
    assert "its answer does not count: the answer cannot be read" in found.because
    assert known(leaf, SIGNED - DAY).status is Status.NOT_ASKED


def test_an_answer_counts_for_the_issuer_that_gave_it() -> None:
    given(noted(leaf_at()), make_list(List(), ROOT))
    assert known(leaf_at(by=OTHER), by=OTHER).status is Status.NOT_ASKED


def test_without_a_named_place_the_database_is_not_used() -> None:
    with CaptureQueriesContext(connection) as captured:
        evidence = StoredEvidence(SIGNED)
    assert len(captured) == 0
    (enquiry,) = enquiries(leaf_at())
    with CaptureQueriesContext(connection) as captured:
        first = evidence(enquiry)
        assert evidence(enquiry) is first
    assert len(captured) == 1
    assert enquiry.address == CRL_URL


@pytest.mark.django_db(transaction=True)
def test_a_thread_without_a_transaction_keeps_no_connection() -> None:
    (enquiry,) = enquiries(leaf_at())
    StoredEvidence(SIGNED)(enquiry)
    assert connection.connection is None
