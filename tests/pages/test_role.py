"""What the page of a role says."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import (
    LATER,
    NOBODY,
    moment,
    published_twice,
    two_of_three,
    viewer_of,
    with_bins,
)
from tests.simulators.watched import DAY, START, Watched
from trustui.inventory.text import identity
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError
from trustui.pages.role import RolePage, role

pytestmark = pytest.mark.django_db


def page_of(watched: Watched, name: str, at: Moment | None = None) -> RolePage:
    found = role(viewer_of(watched), at or moment(LATER), watched.source.pk, identity(name))
    assert found is not None
    return found


def test_it_says_who_trusts_it_for_what() -> None:
    found = page_of(with_bins(), "releases")
    assert (found.word, found.version) == ("verified", "1")
    (one,) = found.trusted
    assert (one.delegator, one.paths, one.note) == (
        "targets", "releases/*, releases/*/*", "terminating",
    )  # fmt: skip
    assert (one.signed, one.threshold, len(one.listed)) == (1, 1, 1)
    assert [below.name for below in found.below] == ["eu"]


def test_it_says_whether_one_key_less_ends_it() -> None:
    (eu,) = page_of(with_bins(), "eu").trusted
    assert (eu.if_lost, eu.is_grave) == ("cannot sign", True)
    (targets,) = page_of(two_of_three(), "targets").trusted
    assert (targets.if_lost, targets.is_grave) == ("still 2 of 2, no margin", False)


def test_it_leads_to_the_verdict_on_its_repository() -> None:
    watched = with_bins()
    assert page_of(watched, "eu").verdict_id is not None
    assert page_of(watched, "eu").versions[0].version == page_of(watched, "eu").version


def test_only_what_delegates_by_paths_has_a_column_of_them() -> None:
    watched = with_bins()
    assert not page_of(watched, "root").has_paths
    assert page_of(watched, "targets").has_paths


def test_bins_stand_below_a_role_as_one() -> None:
    assert [one.name for one in page_of(with_bins(), "pool").below] == ["16 bins"]


def test_a_bin_has_a_page_of_its_versions() -> None:
    found = page_of(with_bins(), "bin-3")
    assert [one.version for one in found.versions] == ["1"]


def test_versions_come_newest_first_and_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = published_twice()
    assert [one.version for one in page_of(watched, "timestamp").versions] == ["2", "1"]
    assert [one.version for one in page_of(watched, "timestamp", moment(START + DAY)).versions] == [
        "1"
    ]
    monkeypatch.setattr(KeptQuery.sliced, "__defaults__", (None, 1))
    found = page_of(watched, "timestamp")
    assert [one.version for one in found.versions] == ["2"]
    rest = role(
        viewer_of(watched), moment(LATER), watched.source.pk, identity("timestamp"), found.after
    )
    assert rest is not None
    assert [one.version for one in rest.versions] == ["1"]


def test_a_role_that_never_was_is_not_there() -> None:
    watched = with_bins()
    asked = identity("nobody")
    assert role(viewer_of(watched), moment(LATER), watched.source.pk, asked) is None
    assert role(NOBODY, moment(LATER), watched.source.pk, identity("root")) is None


def test_a_role_that_nobody_delegates_to_any_more_says_so() -> None:
    watched = with_bins()
    watched.repo.remove_delegation("releases", "eu")
    watched.repo.publish(LATER)
    watched.crawl(LATER)
    found = page_of(watched, "eu")
    assert found.word == "nobody delegates to it"
    assert found.trusted == ()
    assert found.version == "1"


def test_the_number_of_queries_is_bounded(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins()
    with django_assert_max_num_queries(10):
        page_of(watched, "root")


def test_a_cursor_that_is_none_is_refused() -> None:
    watched = with_bins()
    with pytest.raises(PagingError):
        role(viewer_of(watched), moment(LATER), watched.source.pk, identity("root"), "x")
