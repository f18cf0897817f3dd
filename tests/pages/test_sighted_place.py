"""A place that is read as far as it is asked for."""

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, known_now, published_twice, with_bins
from trustui.core.facts import Document
from trustui.core.formats.tuf.reading import Request
from trustui.inventory.models import Blob
from trustui.inventory.text import identity
from trustui.pages import known as known_module
from trustui.pages.known import Known
from trustui.pages.sighted_place import FEW_ALONE, Bodies, SightedPlace

pytestmark = pytest.mark.django_db


def bin_of(number: int) -> Request:
    return Request(f"bin-{number:x}", 1, 10_000)


@pytest.fixture
def partly(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Sixteen bins of which none was read."""
    watched = with_bins()
    monkeypatch.setattr(known_module, "FEW", 0)
    found = known_now(watched)
    assert found.place.trusted
    return found


def test_what_was_not_read_ahead_is_read_when_it_is_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    published_twice()
    blob = Blob.objects.all()[0]
    bodies = Bodies(set())
    assert len(bodies) == 0
    with django_assert_num_queries(1):
        assert bodies[blob.pk] == bytes(blob.body) == bodies[blob.pk]
    assert list(bodies) == [blob.pk]


def test_hash_bins_are_left_out_until_they_are_asked_for(
    partly: Known, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert not [name for name in partly.place.trusted if name.startswith("bin")]
    assert {"root", "targets", "eu", "pool"} <= set(partly.place.trusted)
    with django_assert_num_queries(3):
        document = partly.place.ask(bin_of(3))
    assert isinstance(document, Document)
    assert b"bin" not in document.body
    with django_assert_num_queries(0):
        assert partly.place.ask(bin_of(3)) == document
        assert partly.question.trusted["bin-3"].body == document.body


def test_once_some_were_asked_for_everything_is_read(
    partly: Known, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2 * (FEW_ALONE + 1)):
        for number in range(16):
            assert f"bin-{number:x}" not in partly.place.trusted or number > FEW_ALONE
            partly.place.read_up(identity(f"bin-{number:x}"))
    assert len(partly.question.trusted) == 3 + 3 + 16
    with django_assert_num_queries(0):
        partly.place.read_up(identity("nobody"))


def test_what_is_read_later_is_what_had_been_read_at_once(partly: Known) -> None:
    known = partly
    whole = SightedPlace(
        known.source.location, known.source.pk, LATER, 0, known.place._problems, None
    )
    for number in range(16):
        assert whole.ask(bin_of(number)) == partly.place.ask(bin_of(number))
    assert whole.trusted == partly.place.trusted


def test_the_root_is_not_among_what_is_kept(partly: Known) -> None:
    assert "root" not in partly.question.trusted
    assert "root" not in set(partly.question.trusted)


def test_only_the_roles_that_are_named_are_read() -> None:
    watched = with_bins()
    one = Q(role_id=identity("eu"))
    place = SightedPlace(watched.source.location, watched.source.pk, LATER, 0, {}, one)
    assert set(place.trusted) == {"eu"}
