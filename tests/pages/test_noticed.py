"""How much is noticed, accepted and repaired of what a person sees."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, make_cast
from tests.simulators.planted_findings import plant
from tests.simulators.watched import DAY, START
from trustui.pages.moment import Moment
from trustui.pages.noticed import accepted_counts, ended_counts, tally
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.accepting import day_of
from trustui.verdicts.models import Finding

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    cast = make_cast()
    Finding.objects.all().delete()
    plant(cast.own.source, "a", "low", 2)
    plant(cast.own.source, "a", "low", 3)
    plant(cast.own.source, "b", "low", 4, gone=6)
    plant(cast.other.source, "a", "low", 2)
    return cast


def viewer(cast: Cast) -> Viewer:
    return viewer_of(cast.own.administrator)


def test_what_is_not_repaired_is_counted_by_check_and_by_source(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    seen = viewer(cast)
    with django_assert_num_queries(3):
        found = tally(seen, PRESENT)
    assert found.noticed == {("low", "a"): 2}
    assert found.sources == ((cast.own.source.pk, cast.own.source.name, 2),)
    then = START + 5 * DAY
    assert tally(seen, Moment(NOW, then, then)).noticed == {("low", "a"): 2, ("low", "b"): 1}


def test_what_was_repaired_or_accepted_is_counted_apart(cast: Cast) -> None:
    assert ended_counts(viewer(cast), PRESENT) == {("low", "b"): 1}
    assert accepted_counts(viewer(cast), PRESENT, day_of(NOW)) == {}


def test_nobody_has_nothing() -> None:
    nobody = Viewer("", 0, {}, {})
    assert (tally(nobody, PRESENT).noticed, ended_counts(nobody, PRESENT)) == ({}, {})
