"""What verifications asked is noted once, and with whom it belongs together."""

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.revocation_store import (
    OTHER,
    ROOT,
    enquiries,
    given,
    leaf_at,
    new_repository,
    noted,
)
from tests.simulators.revoking import CRL_URL, DAY, List, make_list
from trustui.demo.images.certifying import SIGNED
from trustui.revocation.asking import MOST, Told, identity_of, want
from trustui.revocation.models import AskedPlace, Concern

pytestmark = pytest.mark.django_db


def test_a_place_is_noted_once_for_all_who_ask_it() -> None:
    one, two = new_repository("team/one"), new_repository("team/two")
    first, second = leaf_at(), leaf_at()
    for repository, leaf in ((one, first), (one, second), (two, first), (one, first)):
        noted(leaf, repository)
    place = AskedPlace.objects.get()
    assert (place.address, place.host, place.request) == (CRL_URL, "crl.acme.example", None)
    assert (place.due_at, place.looked_at, place.enquiry.issuer.der) == (SIGNED, None, ROOT.der)
    concerns = set(Concern.objects.values_list("repository", "serial", "certificate"))
    serials = [f"{leaf.certificate.serial_number:x}" for leaf in (first, second)]
    assert concerns == {
        (one.pk, serials[0], "CN=leaf"),
        (one.pk, serials[1], "CN=leaf"),
        (two.pk, serials[0], "CN=leaf"),
    }


def test_who_names_the_list_of_another_authority_has_a_place_of_its_own() -> None:
    """Else the first to name it would decide whose signature it needs."""
    honest = leaf_at()
    noted(leaf_at(by=OTHER), by=OTHER)
    place = noted(honest)
    assert AskedPlace.objects.count() == 2
    assert given(place, make_list(List(), ROOT)).new == (place.pk,)


def test_a_number_of_statements_that_does_not_grow() -> None:
    counts = []
    for number in (1, 6):
        asked = []
        for count in range(number):
            leaf = leaf_at(f"http://crl{count}.{number}.example/")
            asked.append((new_repository(f"team/{number}{count}").pk, enquiries(leaf)))
        with CaptureQueriesContext(connection) as captured:
            want(asked, SIGNED)
        with CaptureQueriesContext(connection) as again:
            want(asked, SIGNED + DAY)
        counts.append((len(captured), len(again)))
    assert counts[0] == counts[1] == (6, 3)
    assert AskedPlace.objects.count() == 7


def test_nothing_is_noted_of_what_cannot_be_asked() -> None:
    (enquiry,) = enquiries(leaf_at())
    odd = msgspec.structs.replace(enquiry, address="http://\x00/")
    want([(new_repository().pk, [odd])], SIGNED)
    want([], SIGNED)
    assert not AskedPlace.objects.exists()


def test_of_one_verdict_no_more_is_noted_than_anybody_needs() -> None:
    (enquiry,) = enquiries(leaf_at())
    many = [
        msgspec.structs.replace(enquiry, address=f"http://crl.example/{number}")
        for number in range(MOST + 5)
    ]
    want([(new_repository().pk, many)], SIGNED)
    assert AskedPlace.objects.count() == MOST


def test_the_newest_answer_is_told_and_when_it_came() -> None:
    leaf, repository = leaf_at(), new_repository()
    (enquiry,) = enquiries(leaf)
    assert want([(repository.pk, [enquiry])], SIGNED) == {}
    place = noted(leaf, repository)
    for number in range(2):
        listed = make_list(List(number=number, until=SIGNED + 9 * DAY), ROOT)
        given(place, listed, SIGNED + number * DAY)
    told = want([(repository.pk, [enquiry, enquiry])], SIGNED)
    assert told == {identity_of(enquiry): Told(CRL_URL, SIGNED + DAY)}
