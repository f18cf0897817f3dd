"""Which roles have a history, and which of them changed last."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, NOBODY, moment, published_twice, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched
from trustui.pages import history as module
from trustui.pages.history_roles import HistoryRoles, history_roles
from trustui.pages.moment import Moment

pytestmark = pytest.mark.django_db


def page_of(watched: Watched, at: Moment | None = None) -> HistoryRoles:
    found = history_roles(viewer_of(watched), at or moment(LATER), watched.source.pk)
    assert found is not None
    return found


def test_every_role_is_told_with_its_newest_version_and_its_last_change() -> None:
    found = page_of(published_twice())
    root = found.roles[0]
    assert (root.role, root.version, root.versions) == ("root", "2", 2)
    assert found.last is not None
    assert found.last.changed_at == max(one.changed_at for one in found.roles)
    assert not found.is_cut


def test_in_the_past_it_is_told_as_it_was_then() -> None:
    watched = published_twice()
    root = page_of(watched, moment(START + DAY)).roles[0]
    assert (root.version, root.versions) == ("1", 1)
    before = page_of(watched, moment(START - DAY))
    assert (before.roles, before.last) == ((), None)


def test_bins_are_not_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = with_bins()
    assert [one.role for one in page_of(watched).roles][4:] == ["eu", "pool", "releases"]
    monkeypatch.setattr("trustui.pages.history_roles.MOST_ROLES", module.MOST_ROLES // 10)
    assert page_of(watched).is_cut


def test_of_others_there_is_none(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    watched = published_twice()
    assert history_roles(NOBODY, moment(LATER), watched.source.pk) is None
    with django_assert_max_num_queries(4):
        page_of(watched)
