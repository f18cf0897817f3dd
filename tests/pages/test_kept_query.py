"""Statements that are written once and asked again with other values."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.db.models import Count, F, QuerySet
from pytest_django import DjangoAssertNumQueries

from tests.simulators.watched import DAY, START
from trustui.accounts.models import Role, Team
from trustui.inventory.models import Source
from trustui.pages import kept_query
from trustui.pages.kept_query import About, KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, sliced, write_cursor
from trustui.pages.standings import sources_of
from trustui.pages.viewer import Viewer

pytestmark = pytest.mark.django_db

NOW = START + 9 * DAY
PRESENT = Moment(NOW, NOW, NOW)
NAMES = ("ash", "birch", "elm", "fir", "oak")


class Row(msgspec.Struct, frozen=True):
    id: int
    name: str
    since: datetime
    every_seconds: int = 0


class Asked:
    """A list of sources that counts how often it is written."""

    def __init__(self) -> None:
        self.written = 0
        columns = "id", "name", "created_at"
        self.kept = KeptQuery(self._query, columns, Row)

    def _query(
        self, viewer: Viewer, moment: Moment, chosen: str | None, *about: Any
    ) -> "QuerySet[Source]":
        self.written += 1
        rows = sources_of(viewer, moment)
        if chosen:
            rows = rows.filter(name__icontains=chosen)
        return rows.filter(pk__in=about[0]) if about else rows

    def names(
        self, viewer: Viewer, moment: Moment, chosen: str = "", about: tuple[About, ...] = ()
    ) -> list[str]:
        rows = self.kept.rows(viewer, moment, chosen, ("name",), about=about)
        return [row.name for row in rows]


def planted(team: str = "Wood") -> Viewer:
    """One source a day; whoever looks after them."""
    row = Team.objects.create(name=team, created_at=START)
    for number, name in enumerate(NAMES):
        Source.objects.create(
            team=row,
            name=f"{team} {name}",
            kind="tuf",
            location=f"https://{name}.example/",
            created_at=START + number * DAY,
            every_seconds=600 - number,
        )
    return Viewer("wanda", row.pk, {row.pk: Role.VIEWER}, {row.pk: team})


def at(instant: datetime) -> Moment:
    return Moment(NOW, instant, instant)


def test_a_statement_is_written_once_and_asked_with_other_instants() -> None:
    viewer, asked = planted(), Asked()
    found = [asked.names(viewer, at(START + number * DAY)) for number in range(5)]
    assert found == [[f"Wood {name}" for name in NAMES[: number + 1]] for number in range(5)]
    assert asked.written == 1


def test_now_and_then_have_statements_of_their_own() -> None:
    viewer, asked = planted(), Asked()
    Source.objects.filter(name="Wood elm").update(removed_at=NOW - DAY)
    without = ["Wood ash", "Wood birch", "Wood fir", "Wood oak"]
    assert asked.names(viewer, PRESENT) == without
    assert len(asked.names(viewer, at(NOW - 2 * DAY))) == 5
    later = NOW + DAY
    assert asked.names(viewer, Moment(later, later, later)) == without
    assert asked.written == 2


def test_a_person_never_gets_the_statement_of_another() -> None:
    wood, stone, asked = planted(), planted("Stone"), Asked()
    assert asked.names(wood, PRESENT)[0] == "Wood ash"
    assert asked.names(stone, PRESENT)[0] == "Stone ash"
    nobody = msgspec.structs.replace(wood, roles={})
    assert asked.names(nobody, PRESENT) == []
    assert asked.names(wood, PRESENT)[0] == "Wood ash"
    assert asked.written == 3


def test_what_is_chosen_is_a_part_of_the_shape(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer, asked = planted(), Asked()
    with django_assert_num_queries(4):
        assert asked.names(viewer, PRESENT, "fir") == ["Wood fir"]
        assert asked.names(viewer, PRESENT, "100 %") == []
        assert asked.names(viewer, PRESENT, "%s") == []
        assert asked.names(viewer, PRESENT, "fir") == ["Wood fir"]
    assert asked.written == 3


def test_lists_of_about_the_same_length_have_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer, asked = planted(), Asked()
    ids = tuple(Source.objects.order_by("name").values_list("pk", flat=True))
    assert asked.names(viewer, PRESENT, about=(ids[:3],)) == [f"Wood {one}" for one in NAMES[:3]]
    assert asked.names(viewer, PRESENT, about=(ids[1:],)) == [f"Wood {one}" for one in NAMES[1:]]
    assert asked.written == 1
    assert len(asked.names(viewer, PRESENT, about=(ids,))) == 5
    with django_assert_num_queries(0):
        assert asked.names(viewer, PRESENT, about=((),)) == []
    assert asked.written == 3


def test_rows_come_as_django_reads_them() -> None:
    viewer, asked = planted(), Asked()
    rows = asked.kept.rows(viewer, PRESENT, order=("name",))
    assert [(row.id, row.name, row.since) for row in rows] == list(
        Source.objects.order_by("name").values_list("pk", "name", "created_at")
    )
    assert rows[0].since.utcoffset() == timedelta()


@pytest.mark.parametrize("order", [("name", "id"), ("-every_seconds", "id")])
def test_pages_are_those_of_the_query_itself(order: tuple[str, ...]) -> None:
    viewer, asked = planted(), Asked()
    after, names = None, []
    for _ in range(3):
        page = asked.kept.sliced(viewer, PRESENT, None, order, after, 2)
        plain = sliced(sources_of(viewer, PRESENT), order, after, 2)
        assert [row.id for row in page.rows] == [row.pk for row in plain.rows]
        assert page.after == plain.after
        names += [row.name for row in page.rows]
        after = page.after
    assert (after, names) == (None, [f"Wood {one}" for one in NAMES])
    assert asked.written == 2  # the first page, and all that are behind it


def test_every_row_comes_in_portions(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer, asked = planted(), Asked()
    monkeypatch.setattr(kept_query, "MOST_ROWS", 2)
    rows = asked.kept.every(viewer, PRESENT, "", ("-name", "id"))
    with django_assert_num_queries(1):
        first = next(rows).name
    with django_assert_num_queries(2):
        assert [first, *(row.name for row in rows)] == [f"Wood {name}" for name in reversed(NAMES)]
    assert list(asked.kept.every(viewer, PRESENT, "nothing", ("id",))) == []


@pytest.mark.parametrize(
    "values", [["ash"], ["ash", 1, 1], [1, 1], [START, 1], ["ash", "birch"], ["ash", START]]
)
def test_a_cursor_of_another_list_asks_no_database(
    values: list[Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer, asked = planted(), Asked()
    with django_assert_num_queries(0), pytest.raises(PagingError, match="after: expected what"):
        asked.kept.sliced(viewer, PRESENT, None, ("name", "id"), write_cursor(values))


def test_a_page_has_no_more_rows_than_any() -> None:
    with pytest.raises(PagingError, match="expected 1 to 200 rows, found 201"):
        Asked().kept.sliced(planted(), PRESENT, None, ("name", "id"), size=201)


def test_statements_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_query, "MOST_KEPT", 2)
    viewer, asked = planted(), Asked()
    for text in ("ash", "elm", "fir", "ash"):
        assert asked.names(viewer, PRESENT, text) == [f"Wood {text}"]
    assert asked.written == 4


def test_rows_may_be_counted_by_what_is_chosen() -> None:
    viewer = planted()

    class Counted(msgspec.Struct, frozen=True):
        kind: str
        count: int

    def by_kind(viewer: Viewer, moment: Moment, _: None) -> Any:
        return sources_of(viewer, moment).values("kind").annotate(count=Count("pk"))

    assert KeptQuery(by_kind, ("kind", "count"), Counted).rows(viewer, PRESENT) == [
        Counted("tuf", 5)
    ]


def test_columns_come_in_the_order_that_is_asked_for() -> None:
    viewer = planted()

    class Reckoned(msgspec.Struct, frozen=True):
        twice: int
        name: str

    def reckoned(viewer: Viewer, moment: Moment, _: None) -> Any:
        return sources_of(viewer, moment).annotate(twice=F("every_seconds") * 2)

    kept = KeptQuery(reckoned, ("twice", "name"), Reckoned)
    assert kept.rows(viewer, PRESENT, order=("name",), limit=1) == [Reckoned(1_200, "Wood ash")]


def test_an_instant_is_not_read_but_by_the_database() -> None:
    def of_its_day(viewer: Viewer, moment: Moment, _: None) -> Any:
        return sources_of(viewer, moment).filter(created_at__date=moment.at.date())

    with pytest.raises(AttributeError, match="date"):
        KeptQuery(of_its_day, ("id", "name", "created_at"), Row).rows(planted(), PRESENT)
