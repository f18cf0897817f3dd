"""How the question about expiries is read and narrowed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, Cast, make_cast
from tests.simulators.watched import DAY, START
from trustui.inventory.models import RoleState, Source
from trustui.pages.due import (
    ALL,
    TICK,
    Asked,
    AskedError,
    asked_of,
    documents,
    instants,
    judged_at,
    of_source,
    of_this,
    source_given,
    sources_then,
)
from trustui.pages.moment import Moment
from trustui.pages.viewer import viewer_of

AT = START + 3 * DAY


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


def test_a_question_is_read_from_an_address() -> None:
    given = {
        "window": "14", "from": "2026-06-01", "to": "2026-06-07", "team": "3", "source": " up ",
        "role": "root",
    }  # fmt: skip
    assert asked_of(given) == Asked(
        "14", date(2026, 6, 1), date(2026, 6, 7), team=3, source="up", role="root"
    )
    assert [asked_of({"kind": one}).kind for one in ("", "role", "certificate", "x", "roles")] == [
        "", "role", "certificate", "", "",
    ]  # fmt: skip
    assert asked_of({"window": "15"}, "7") == Asked("7")
    assert asked_of({}) == Asked(ALL)


def test_days_the_wrong_way_round_are_turned() -> None:
    found = asked_of({"from": "2026-06-07", "to": "2026-06-01"})
    assert (found.begins, found.ends) == (date(2026, 6, 1), date(2026, 6, 7))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "yesterday"), ("to", "2026-02-30"), ("from", "0001-01-01"), ("to", "9999-12-31"),
        ("team", "x"), ("team", "-1"), ("team", "²"), ("team", "9" * 40), ("from", "\x00"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told(name: str, value: str) -> None:
    with pytest.raises(AskedError, match=f"^{name}: expected a"):
        asked_of({name: value})


def test_a_source_is_given_by_its_number() -> None:
    assert source_given(Asked(), "7").source_id == 7
    assert source_given(Asked(), "").source_id is None
    assert of_source(Asked(role="x"), 3) == Asked(role="x", source_id=3)
    with pytest.raises(AskedError, match="source_id"):
        source_given(Asked(), "x")


def test_of_a_source_what_it_has_is_asked_for() -> None:
    metadata, registry = Source(pk=3, kind="directory"), Source(pk=4, kind="oci_registry")
    assert of_this(Asked("7", kind="signature"), metadata) == Asked("7", source_id=3, kind="role")
    assert of_this(Asked(), registry) == Asked(source_id=4, kind="signature")


def test_windows_and_days_are_bounds() -> None:
    assert instants(Asked(ALL), AT) == (None, None)
    assert instants(Asked("overdue"), AT) == (None, AT + TICK)
    assert instants(Asked("7"), AT) == (AT + TICK, AT + 7 * DAY + TICK)
    assert instants(Asked("later"), AT) == (AT + 90 * DAY + TICK, None)
    day = datetime(2026, 6, 1, tzinfo=UTC)
    assert instants(Asked("7", begins=day.date(), ends=day.date()), AT) == (day, day + DAY)
    assert instants(Asked("7", ends=day.date()), AT) == (None, day + DAY)


def test_instants_that_no_picture_reaches_are_brought_nearer() -> None:
    far = Moment(AT, AT, datetime(9999, 12, 31, tzinfo=UTC))
    assert (judged_at(far) + 1000 * DAY).year == 9002
    assert judged_at(Moment(AT, AT, AT)) == AT


def names(cast: Cast, asked: Asked, moment: Moment) -> list[str]:
    viewer = viewer_of(cast.own.administrator)
    then = [] if moment.at == moment.now else sources_then(viewer, moment, asked)
    assert then is not None
    found = documents(viewer, moment, asked, then)
    return [f"{row.role} of {row.source}" for row in found.page((None, None), None, 50)]


def test_only_what_ones_teams_look_after_is_found(cast: Cast) -> None:
    now = Moment(AT, AT, AT)
    past = Moment(AT + DAY, AT, AT)
    for moment in (now, past):
        assert len(names(cast, Asked(), moment)) == 4
        for asked in (
            Asked(source=HIDDEN_NAME),
            Asked(team=cast.other.team.pk),
            Asked(source_id=cast.other.source.pk),
        ):
            assert names(cast, asked, moment) == []
        assert names(cast, Asked(team=cast.own.team.pk, role="ro"), moment) == [
            f"root of {cast.own.source.name}"
        ]


def test_of_a_source_that_was_removed_its_own_page_still_tells(cast: Cast) -> None:
    Source.objects.update(removed_at=AT)
    now = Moment(AT + DAY, AT + DAY, AT + DAY)
    assert names(cast, Asked(), now) == []
    assert len(names(cast, Asked(source_id=cast.own.source.pk), now)) == 4
    before = Moment(AT + DAY, AT - timedelta(hours=1), AT)
    assert len(names(cast, Asked(), before)) == 4
    after = Moment(AT + 2 * DAY, AT + DAY, AT)
    assert names(cast, Asked(), after) == []


def test_counting_takes_one_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    found = documents(viewer_of(cast.own.administrator), Moment(AT, AT, AT), Asked())
    RoleState.objects.filter(role="root").update(expires_at=AT)
    with django_assert_num_queries(1):
        tally = found.tallies(AT)["role"]
    assert tally.windows["overdue"] == 1
    assert tally.windows["7"] == 1
    assert tally.days[AT.date()] == 1
