"""Whole lists, a few rows at a time."""

from datetime import UTC, datetime

import msgspec
import pytest

from tests.simulators.people import Cast, make_cast
from tests.simulators.watched import DAY, START, WEEK, Watched, look_closely, vendor
from trustui.accounts.models import Role
from trustui.inventory.models import Source
from trustui.pages import exporting
from trustui.pages.due import AskedError
from trustui.pages.events import EventFilterError
from trustui.pages.moment import Moment
from trustui.pages.repository import repository
from trustui.pages.viewer import Viewer, viewer_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def viewer(cast: Cast) -> Viewer:
    return viewer_of(cast.people[Role.ADMINISTRATOR])


@pytest.fixture
def lapsed(cast: Cast) -> Source:
    watched = Watched(vendor("lapsed"), name="lapsed")
    watched.crawl(START + DAY)
    look_closely()
    watched.crawl(START + 2 * WEEK)
    Source.objects.filter(pk=watched.source.pk).update(team=cast.own.team)
    return watched.source


def names(rows: exporting.Rows | None, name: str = "source") -> list[str]:
    assert rows is not None
    return [str(getattr(row, name)) for row in rows]


def test_what_fails_is_a_row_for_each_source(viewer: Viewer, lapsed: Source) -> None:
    (row,) = exporting.now(viewer, PRESENT, {})
    assert isinstance(row, exporting.FailingRow)
    assert (row.source_id, row.taken_by) == (lapsed.pk, "")
    assert row.check == "tuf.timestamp.freeze.expired"


@pytest.mark.usefixtures("lapsed")
def test_lists_are_of_ones_own_teams(viewer: Viewer) -> None:
    own = {"vendor-updates", "lapsed"}
    everything = {"window": "all"}
    assert set(names(exporting.sources(viewer, PRESENT, {}), "name")) == own
    assert set(names(exporting.expiries(viewer, PRESENT, everything))) == own
    assert names(exporting.keys(viewer, PRESENT, {}), "fingerprint")


def test_lists_of_one_source_are_nobody_elses(cast: Cast, viewer: Viewer) -> None:
    for rows in (exporting.roles, exporting.history, exporting.verdicts, exporting.timeline):
        assert rows(viewer, PRESENT, {}, cast.other.source.pk) is None
        assert rows(viewer, PRESENT, {}, cast.own.source.pk) is not None


def test_roles_are_those_of_the_page(viewer: Viewer, lapsed: Source) -> None:
    page = repository(viewer, PRESENT, lapsed.pk)
    rows = exporting.roles(viewer, PRESENT, {}, lapsed.pk)
    assert page is not None
    assert rows is not None
    assert tuple(rows) == page.roles


def test_verdicts_and_versions_are_of_the_instant(viewer: Viewer, lapsed: Source) -> None:
    then = Moment(NOW, START + 2 * DAY, START + 2 * DAY)
    assert names(exporting.verdicts(viewer, then, {}, lapsed.pk), "word") == ["verified"]
    assert len(names(exporting.verdicts(viewer, PRESENT, {}, lapsed.pk), "word")) == 2
    before = Moment(NOW, START - WEEK, START - WEEK)
    assert names(exporting.history(viewer, before, {}, lapsed.pk), "role") == []


def test_what_cannot_be_asked_is_refused_before_any_row(viewer: Viewer) -> None:
    with pytest.raises(EventFilterError):
        exporting.events(viewer, PRESENT, {"kind": "odd"})
    with pytest.raises(AskedError):
        exporting.expiries(viewer, PRESENT, {"from": "soon"})


def test_pages_are_asked_for_one_after_the_other() -> None:
    class One(msgspec.Struct):
        number: int

    asked: list[str | None] = []

    def portion(after: str | None) -> tuple[list[One], str | None]:
        asked.append(after)
        number = int(after or 0)
        return [One(number)], str(number + 1) if number < 2 else None

    rows = exporting.portions(portion)
    assert asked == [None]  # the first at once
    assert [row.number for row in rows if isinstance(row, One)] == [0, 1, 2]
    assert asked == [None, "1", "2"]
