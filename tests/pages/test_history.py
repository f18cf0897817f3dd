"""The versions of a role, and two of them compared."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, NOBODY, moment, published_twice, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched
from trustui.inventory.text import identity
from trustui.pages import history as module
from trustui.pages.history import HistoryPage, history
from trustui.pages.moment import Moment

pytestmark = pytest.mark.django_db


def page_of(
    watched: Watched, at: Moment | None = None, *, is_text: bool = False, **asked: str
) -> HistoryPage:
    found = history(
        viewer_of(watched), at or moment(LATER), watched.source.pk, is_text=is_text, **asked
    )
    assert found is not None
    return found


def test_it_begins_with_the_newest_root_and_the_one_before() -> None:
    found = page_of(published_twice())
    assert found.role.role == "root"
    assert found.old is not None
    assert found.new is not None
    assert (found.old.version, found.new.version) == ("1", "2")
    assert found.compared is not None
    assert any("widens" in line.badge for line in found.compared.changes)
    assert (found.position, found.newer) == (1, "")
    assert found.older == found.old.sha256


def test_any_two_versions_can_be_compared_either_way() -> None:
    watched = published_twice()
    first, second = page_of(watched).versions
    back = page_of(watched, old=second.sha256, new=first.sha256)
    assert (back.old, back.new) == (second, first)
    assert back.compared is not None
    assert back.compared.changes
    alone = page_of(watched, new=first.sha256)
    assert (alone.old, alone.compared) == (None, None)


def test_the_text_is_made_only_when_it_is_asked_for() -> None:
    watched = published_twice()
    assert page_of(watched).text is None
    found = page_of(watched, is_text=True)
    assert found.compared is None
    assert found.text
    assert found.digests.split() == [one.sha256 for one in found.versions]


def test_in_the_past_only_what_was_seen_then_is_there() -> None:
    found = page_of(published_twice(), moment(START + DAY))
    assert [one.version for one in found.versions] == ["1"]
    assert page_of(published_twice(), moment(START - DAY)).versions == ()


def test_each_role_can_be_chosen_bins_too() -> None:
    watched = with_bins()
    names = [one.role for one in page_of(watched).roles]
    assert names[:4] == ["root", "timestamp", "snapshot", "targets"]
    assert names[4:] == ["eu", "pool", "releases"]
    assert page_of(watched, role_id=identity("bin-3")).role.role == "bin-3"


def test_only_so_many_versions_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VERSIONS", 1)
    found = page_of(published_twice())
    assert found.is_cut
    assert [one.version for one in found.versions] == ["2"]


def test_of_others_there_is_none(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    watched = published_twice()
    assert history(NOBODY, moment(LATER), watched.source.pk) is None
    with django_assert_max_num_queries(6):
        page_of(watched)
