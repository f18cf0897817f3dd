"""What of the answers is kept, what is turned down, and who hears of it."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from tests.simulators.revocation_store import (
    OTHER,
    ROOT,
    given,
    known,
    leaf_at,
    new_repository,
    noted,
)
from tests.simulators.revoking import CRL_URL, DAY, Entry, List, make_list
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.pki.revocation import Status
from trustui.demo.images.certifying import SIGNED
from trustui.events.models import Event
from trustui.inventory.models import Blob
from trustui.revocation.keeping import (
    CHANGED,
    LATEST,
    SOONEST,
    judged,
    keep,
    pause_after,
    pause_until,
)
from trustui.revocation.models import AskedPlace, RevocationAnswer

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UNTIL = SIGNED + 30 * DAY


def changed() -> list[object]:
    """The serial numbers that each event names, in order."""
    rows = Event.objects.filter(kind=CHANGED).order_by("id")
    return [detail["certificates"] for detail in rows.values_list("detail", flat=True)]


def listed(*serials: int, number: int = 1, until: datetime = UNTIL) -> bytes:
    return make_list(List(tuple(map(Entry, serials)), number=number, until=until), ROOT)


def test_a_first_answer_is_kept_and_told() -> None:
    leaf = leaf_at()
    place = noted(leaf)
    assert given(place, listed()).new == (place.pk,)
    answer = RevocationAnswer.objects.get()
    assert (answer.fetched_at, answer.next_update, answer.origin) == (SIGNED, UNTIL, "")
    assert bytes(answer.blob.body) == listed_again(answer)
    event = Event.objects.get(kind=CHANGED)
    assert (event.subject, event.actor) == (CRL_URL, "worker")
    assert event.detail == {
        "place": place.pk,
        "certificates": [f"{leaf.certificate.serial_number:x}"],
    }


def listed_again(answer: RevocationAnswer) -> bytes:
    return bytes(Blob.objects.get(sha256=answer.blob.sha256).body)


def test_the_same_bytes_are_kept_once_and_told_of_nothing() -> None:
    place, body = noted(leaf_at()), listed()
    given(place, body)
    assert given(place, body, SIGNED + HOUR).same == (place.pk,)
    assert RevocationAnswer.objects.count() == Blob.objects.count() == 1
    assert len(changed()) == 1
    place.refresh_from_db()
    assert place.looked_at == SIGNED + HOUR


def test_of_a_new_list_only_those_are_told_of_whom_it_says_something_else() -> None:
    one, two, three = leaf_at(), leaf_at(), leaf_at()
    for leaf in (one, two, three):
        place = noted(leaf)
    serials = [leaf.certificate.serial_number for leaf in (one, two, three)]
    given(place, listed(serials[0]))
    given(place, listed(serials[0], 99, number=2), SIGNED + HOUR)
    given(place, listed(99, serials[1], number=3), SIGNED + 2 * HOUR)
    assert changed() == [
        sorted(f"{one:x}" for one in serials),
        sorted(f"{one:x}" for one in serials[:2]),
    ]


def test_after_an_answer_had_run_out_everybody_is_told() -> None:
    place = noted(leaf_at())
    given(place, listed(until=SIGNED + HOUR))
    given(place, listed(number=2), SIGNED + 2 * HOUR)
    assert len(changed()) == 2


def test_an_older_answer_turns_nothing_back() -> None:
    """Who sits between us and the authority has kept the list of the day before the revocation."""
    leaf = leaf_at()
    place = noted(leaf)
    old = listed()
    answer = RevocationAnswer.objects
    given(place, listed(leaf.certificate.serial_number, number=2))
    answer.update(this_update=SIGNED - HOUR)
    kept = given(place, old, SIGNED + MINUTE)
    assert kept.failed == {
        place.pk: "it gave an answer of 2026-11-19T12:01:00Z, "
        "older than that of 2026-11-20T11:01:00Z which it gave before"
    }
    assert known(leaf, SIGNED + MINUTE).status is Status.REVOKED
    assert answer.count() == 1


@pytest.mark.parametrize(
    "lie",
    [make_list(List(number=9, until=UNTIL), ROOT, OTHER), b"<html>", b""],
    ids=["forged", "a page", "nothing"],
)
def test_a_lie_leaves_what_was_known(lie: bytes) -> None:
    leaf = leaf_at()
    place = noted(leaf)
    given(place, listed())
    assert place.pk in given(place, lie, SIGNED + HOUR).failed
    assert known(leaf, SIGNED + 2 * HOUR).status is Status.GOOD
    place.refresh_from_db()
    assert (place.failures, place.because.split(":")[0]) == (1, "its answer does not count")
    assert given(place, listed(number=2), SIGNED + 3 * HOUR).new == (place.pk,)
    place.refresh_from_db()
    assert (place.failures, place.because) == (0, "")


def test_a_problem_is_a_failure_with_its_words() -> None:
    place = noted(leaf_at())
    problem = Problem(CRL_URL, ProblemKind.TOO_SLOW, "silent for 5 s")
    for count in (1, 2, 3):
        with transaction.atomic():
            keep([judged(place.pk, place.enquiry, problem, SIGNED)], SIGNED)
        place.refresh_from_db()
        assert (place.failures, place.because) == (count, "silent for 5 s")
        assert place.due_at == SIGNED + MINUTE * 2 ** (count - 1)


def test_what_is_gone_meanwhile_is_passed_over() -> None:
    place = noted(leaf_at())
    AskedPlace.objects.all().delete()
    with transaction.atomic():
        kept = keep(
            [judged(place.pk, place.enquiry, Problem("", ProblemKind.ABSENT, "x"), SIGNED)], SIGNED
        )
    assert (kept.new, kept.failed) == ((), {})


def test_several_places_are_written_together() -> None:
    repository = new_repository()
    places = [noted(leaf_at(f"http://crl.example/{n}"), repository) for n in range(3)]
    found = [
        judged(one.pk, one.enquiry, document(one, listed(number=one.pk)), SIGNED) for one in places
    ]
    with transaction.atomic():
        assert keep(found, SIGNED).new == tuple(one.pk for one in places)
    assert len(changed()) == 3


def document(place: AskedPlace, body: bytes) -> Document:
    return Document(place.address, body)


@pytest.mark.parametrize(
    ("left", "pause"),
    [
        (MINUTE, SOONEST),
        (HOUR, HOUR / 2),
        (DAY, LATEST),
        (300 * DAY, LATEST),
        (-DAY, SOONEST),
    ],
)
def test_a_place_is_asked_again_before_its_answer_runs_out(
    left: timedelta, pause: timedelta
) -> None:
    assert pause_until(SIGNED + left, SIGNED) == pause


def test_a_place_that_fails_is_left_alone_longer_and_longer() -> None:
    pauses = [pause_after(count) for count in (1, 2, 3, 9, 10, 5_000)]
    assert pauses == [MINUTE, 2 * MINUTE, 4 * MINUTE, 256 * MINUTE, LATEST, LATEST]
