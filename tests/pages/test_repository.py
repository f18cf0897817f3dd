"""What the page of a repository says."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import held_by
from tests.simulators.seen import LATER, NOBODY, known_now, moment, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.text import identity
from trustui.pages import repository as module
from trustui.pages.moment import Moment
from trustui.pages.repository import RepositoryPage, if_one_is_lost, repository, what_fails

pytestmark = pytest.mark.django_db


def page_of(watched: Watched, at: Moment | None = None, **asked: str) -> RepositoryPage:
    found = repository(viewer_of(watched), at or moment(LATER), watched.source.pk, **asked)
    assert found is not None
    return found


def test_the_answer_stands_first_with_how_long_it_has_been_so() -> None:
    watched = with_bins()
    head = page_of(watched).head
    assert (head.sign, head.begins, head.told) == ("ok", "Verified for 1 day", "")
    assert head.verdict_id == watched.standing.verdict_id


def test_before_the_first_verdict_it_says_that() -> None:
    head = page_of(with_bins(), moment(START)).head
    assert head.begins == "Not checked yet"
    assert head.verdict_id is None


def test_what_failed_is_said_in_words() -> None:
    watched = Watched(vendor())
    watched.crawl(START + 9 * DAY)
    head = page_of(watched, Moment(START + 10 * DAY, START + 10 * DAY, START + 10 * DAY)).head
    assert head.begins == "Failing for 1 day"
    assert "timestamp" in head.told
    assert what_fails("tuf.unheard.of", "x", "because of this") == "because of this"
    assert what_fails("", "", "nothing") == ""


def test_nobody_else_sees_it() -> None:
    assert repository(NOBODY, moment(LATER), with_bins().source.pk) is None


def test_the_number_of_queries_is_bounded(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins()
    with django_assert_max_num_queries(10):
        page_of(watched, path="releases/eu/agent")


def test_each_role_says_what_the_loss_of_a_key_means() -> None:
    roles = {one.role: one for one in page_of(with_bins()).roles}
    assert roles["eu"].if_lost == "cannot sign"
    assert roles["eu"].is_grave
    assert roles["eu"].delegator == "releases"
    assert len(roles["eu"].listed[0].fingerprint) == 64
    assert [if_one_is_lost(2, left) for left in (1, 2, 3)] == [
        "cannot sign", "still 2 of 2, no margin", "still 2 of 3",
    ]  # fmt: skip


def test_keys_are_told_by_who_holds_them_where_the_metadata_names_them() -> None:
    roles = {one.role: one for one in page_of(held_by("@lind", "timestamp")).roles}
    assert [one.owner for one in roles["timestamp"].listed] == ["@lind"]
    assert [one.owner for one in roles["snapshot"].listed] == [""]


def test_roles_come_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROLES", 3)
    watched = with_bins()
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        found = page_of(watched, after=after)
        names += [one.role for one in found.roles]
        after = found.after
    assert names == ["root", "timestamp", "snapshot", "targets", "releases", "eu", "pool"]


def test_the_table_says_what_the_picture_says() -> None:
    found = page_of(with_bins())
    assert found.picture is not None
    assert [row.name for row in found.rows] == [
        box.name for box in sorted(found.picture.boxes, key=lambda box: box.index)
    ]
    assert [(row.level, row.position, row.siblings) for row in found.rows][:5] == [
        (1, 1, 1), (2, 1, 3), (2, 2, 3), (2, 3, 3), (3, 1, 2),
    ]  # fmt: skip


def test_the_picture_may_begin_with_a_role() -> None:
    found = page_of(with_bins(), start=identity("releases"))
    assert found.starts_at == "releases"
    assert [row.name for row in found.rows] == ["releases", "eu"]


def test_before_the_first_crawl_nothing_is_said_to_fail() -> None:
    found = page_of(Watched(vendor()))
    assert (found.head.sign, found.head.begins) == ("unknown", "Not checked yet")
    assert found.head.told == "nothing is concluded of it"
    assert (found.picture, found.rows, found.roles, found.walk) == (None, (), (), None)


def test_a_walk_tells_each_role_and_where_it_stops() -> None:
    walk = page_of(with_bins(), path="releases/eu/agent").walk
    assert walk is not None
    assert [one.role for one in walk.asked if one.is_asked] == ["targets", "releases", "eu"]
    assert walk.stopped_at == "eu"
    assert walk.asked[1].is_terminating
    assert walk.asked[1].why == "covers releases/*/*"


def test_a_walk_says_who_has_to_sign_and_whether_the_path_is_listed() -> None:
    walk = page_of(with_bins(), path="releases/eu/agent").walk
    assert walk is not None
    assert [(one.sign, one.entry) for one in walk.asked] == [
        ("ok", "does not list it"), ("ok", "does not list it"), ("ok", "lists it"),
    ]  # fmt: skip
    roles = {one.role: one for one in page_of(with_bins()).roles}
    assert [one.listed for one in walk.asked] == [
        roles[name].listed for name in ("targets", "releases", "eu")
    ]
    assert walk.refused == ""


def test_a_walk_says_why_a_client_asks_nobody_now() -> None:
    watched = with_bins()
    found = repository(
        viewer_of(watched), moment(LATER + 400 * DAY), watched.source.pk, path="releases/eu/agent"
    )
    assert found is not None
    assert found.walk is not None
    assert "expired" in found.walk.refused


def removed(watched: Watched) -> None:
    watched.repo.remove_delegation("releases", "eu")


def hostile(watched: Watched) -> None:
    watched.repo.add_delegation("targets", "a\u202eb/../c", paths=["\x1b[31m*"])


@pytest.mark.parametrize("change", [removed, hostile])
def test_odd_repositories_are_shown(change: Callable[[Watched], None]) -> None:
    watched = with_bins()
    change(watched)
    watched.repo.publish(LATER)
    watched.crawl(LATER)
    found = page_of(watched)
    assert found.picture is not None
    assert "\u202e" not in "".join(box.name + box.title for box in found.picture.boxes)
    assert known_now(watched).verdict == watched.standing.verdict
