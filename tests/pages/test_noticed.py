"""How much is noticed, accepted and repaired of what a person sees."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, make_cast
from tests.simulators.watched import DAY, START
from trustui.inventory.models import Source
from trustui.pages.moment import Moment
from trustui.pages.noticed import accepted_counts, ended_counts, tally
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.accepting import day_of
from trustui.verdicts.models import Finding

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)


def add(source: Source, check: str, day: int, gone: int | None = None) -> None:
    since = START + day * DAY
    Finding.objects.create(
        source=source,
        check_id=check,
        on=f"role-{day}",
        on_id=f"{day:064}",
        severity="low",
        because="",
        first_seen_at=since,
        last_seen_at=since,
        gone_at=None if gone is None else START + gone * DAY,
    )


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    cast = make_cast()
    Finding.objects.all().delete()
    add(cast.own.source, "a", 2)
    add(cast.own.source, "a", 3)
    add(cast.own.source, "b", 4, gone=6)
    add(cast.other.source, "a", 2)
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
