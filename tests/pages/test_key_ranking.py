"""Keys in the order of what they may sign."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.kept import made_once
from tests.simulators.keyed import of_role
from tests.simulators.seen import viewer_of
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import PublicKey, RoleState
from trustui.pages.key_ranking import KeyRow, Ranked, ranked, ranked_slice
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, write_cursor

pytestmark = pytest.mark.django_db

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)
TOP = ("root", "targets", "snapshot", "timestamp")


@pytest.fixture
@made_once
def watched() -> Watched:
    repo = vendor()
    repo.add_delegation("targets", "eu", paths=["eu/*"])
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    return watched


def order_of(watched: Watched) -> list[Ranked]:
    rows = PublicKey.objects.order_by("id").values_list(*KeyRow.__struct_fields__)
    return ranked(viewer_of(watched), PRESENT, [KeyRow(*row) for row in rows])


def test_the_top_level_comes_before_delegated_roles_and_those_before_no_role(
    watched: Watched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):  # one of them lists the keys
        order = order_of(watched)
    fingerprints = [one.fingerprint for one in order]
    assert fingerprints[:4] == [of_role(watched.source, role).key.fingerprint for role in TOP]
    assert [one.rank for one in order] == [0, 1, 2, 3, 4]
    RoleState.objects.filter(source=watched.source).update(is_listed=False)
    assert {one.rank for one in order_of(watched)} == {5}


def test_no_key_has_no_order(watched: Watched) -> None:
    assert ranked(viewer_of(watched), PRESENT, []) == []


def test_a_page_begins_after_the_last_key_of_the_one_before_even_if_that_is_gone(
    watched: Watched,
) -> None:
    order = order_of(watched)
    first = ranked_slice(order, None, 2)
    assert first.after is not None
    rest = ranked_slice([one for one in order if one != order[1]], first.after, 9)
    shown = [one.fingerprint for one in (*first.rows, *rest.rows)]
    assert (shown, rest.after) == ([one.fingerprint for one in order], None)


@pytest.mark.parametrize("values", [["zz", 7], ["zz"], [1, 2]])
def test_a_cursor_of_another_list_is_refused(watched: Watched, values: list[str | int]) -> None:
    with pytest.raises(PagingError):
        ranked_slice(order_of(watched), write_cursor(values), 9)
