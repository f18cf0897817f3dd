"""The expiry timeline of everything, of one source, and its part on a repository's page."""

from datetime import date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, make_cast
from tests.simulators.seen import NOBODY, moment, published_twice, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import Blob, RoleState, RoleVersion
from trustui.inventory.text import identity
from trustui.pages import timeline as module
from trustui.pages.due import Asked
from trustui.pages.moment import Moment
from trustui.pages.timeline import TimelinePage, repository_part, timeline, versions_of
from trustui.pages.viewer import Viewer
from trustui.pages.viewer import viewer_of as viewer_of_user

pytestmark = pytest.mark.django_db
MOST_QUERIES = 16


def at(days: float) -> Moment:
    when = START + days * DAY
    return Moment(when, when, when)


def of_source(watched: Watched, when: Moment, **given: object) -> TimelinePage:
    asked = Asked(source_id=watched.source.pk, **given)  # type: ignore[arg-type]
    found = timeline(viewer_of(watched), when, asked)
    assert found is not None
    return found


def renewed(*days: float) -> Watched:
    """A timestamp that lives a week, published and seen on these days."""
    repo = vendor()
    watched = Watched(repo)
    for day in days:
        repo.renew("timestamp")
        repo.publish(START + day * DAY)
        watched.crawl(START + day * DAY)
    return watched


def test_a_source_has_a_lane_for_each_role_and_a_bar_for_each_version() -> None:
    found = of_source(renewed(0, 3, 6), at(7))
    lanes = {lane.name: lane for lane in found.picture.lanes}
    assert list(lanes) == [line.role for line in found.page.lines]
    assert [bar.title.partition(",")[0] for bar in lanes["timestamp"].bars] == [
        "timestamp v2",
        "timestamp v3",
        "timestamp v4",
    ]
    assert lanes["timestamp"].when == "14 Mar"
    assert found.source == found.page.lines[0].source


def test_lapses_are_listed_with_the_newest_in_front() -> None:
    found = of_source(renewed(0, 9, 18), at(26))
    assert [(one.role, one.version, one.lasted, one.is_open) for one in found.lapses] == [
        ("timestamp", "4", "1 day", True),
        ("timestamp", "3", "2 days", False),
        ("timestamp", "2", "2 days", False),
    ]
    assert len(found.picture.lanes[0].lapses) == 3


def test_a_place_that_went_back_serves_the_old_document_again() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START)
    before = dict(repo.files)
    repo.renew("timestamp")
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    watched.crawl(START + 2 * DAY, before)
    found = of_source(watched, at(3))
    lane = next(one for one in found.picture.lanes if one.name == "timestamp")
    assert lane.when == "8 Mar"
    assert [bar.title.partition(",")[0] for bar in lane.bars] == [
        "timestamp v1", "timestamp v2", "timestamp v1",
    ]  # fmt: skip
    assert "from 3 Mar 2026" in lane.bars[-1].title


def test_the_picture_of_one_source_begins_with_what_was_seen_first() -> None:
    watched = renewed(0, 3)
    picture = of_source(watched, at(30)).picture
    assert picture.begins == START.date()
    assert not picture.has_sources
    new = of_source(watched, at(0.5)).picture
    assert new.begins == date(2026, 2, 23)


def test_chosen_days_lie_on_the_axis_however_far_they_are() -> None:
    watched = renewed(0)
    for begins, ends in ((date(2025, 6, 1), date(2025, 6, 2)), (date(2028, 1, 1), None)):
        picture = of_source(watched, at(1), begins=begins, ends=ends).picture
        assert picture.begins <= begins <= picture.ends
    far = of_source(watched, at(1), begins=date(1970, 1, 1), ends=date(8998, 1, 1)).picture
    assert far.ends.year == 2029


def test_of_everything_each_lane_names_its_source() -> None:
    cast = make_cast()
    found = timeline(viewer_of_user(cast.own.administrator), at(3), Asked("7"))
    assert found is not None
    assert [(lane.name, lane.source) for lane in found.picture.lanes] == [("timestamp", OWN_NAME)]
    assert found.picture.has_sources
    assert HIDDEN_NAME not in repr(found)


def test_a_source_of_others_is_not_there() -> None:
    cast = make_cast()
    asked = Asked(source_id=cast.other.source.pk)
    assert timeline(viewer_of_user(cast.own.administrator), at(3), asked) is None
    assert (
        repository_part(viewer_of_user(cast.own.administrator), at(3), cast.other.source.pk) is None
    )
    nothing = timeline(NOBODY, at(3), Asked())
    assert nothing is not None
    assert nothing.picture.is_empty


def test_the_past_shows_what_was_known_then() -> None:
    watched = published_twice()
    then = of_source(watched, Moment(START + 9 * DAY, START + 1.5 * DAY, START + 1.5 * DAY))
    assert not then.picture.is_now
    root = next(lane for lane in then.picture.lanes if lane.name == "root")
    assert [bar.title.partition(",")[0] for bar in root.bars] == ["root v1"]


def test_a_repository_shows_its_lanes_in_the_order_in_which_a_client_asks() -> None:
    watched = with_bins(2)
    found = repository_part(viewer_of(watched), moment(START + 2 * DAY), watched.source.pk)
    assert found is not None
    names = [lane.name for lane in found.picture.lanes]
    assert names[:4] == ["root", "timestamp", "snapshot", "targets"]
    assert names[4:] == sorted(names[4:])
    ys = [lane.y for lane in found.picture.lanes]
    assert ys == sorted(set(ys))
    assert found.more_lanes == 0


def test_lanes_that_look_the_same_are_one_where_they_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LANES", 30)
    watched = with_bins(4)
    found = repository_part(viewer_of(watched), moment(START + 2 * DAY), watched.source.pk)
    assert found is not None
    *top, rest = found.picture.lanes
    assert [lane.name for lane in top] == ["root", "timestamp", "snapshot", "targets"]
    assert rest.name == "bin-0, 18 alike"
    assert "bin-f, eu, pool, releases" in rest.title
    assert rest.href == f"/sources/{watched.source.pk}/timeline/"
    assert found.picture.height == 22 + 5 * 34 + 18
    assert (found.drawn, found.more_lanes) == (4 + 19, 0)


@pytest.mark.parametrize("when", [START + 2 * DAY, START + 90 * DAY])
def test_no_top_level_role_is_left_out_for_hash_bins_that_expire_before_it(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    when: datetime,
) -> None:
    monkeypatch.setattr(module, "LANES", 6)
    watched = with_bins(4)
    RoleState.objects.exclude(role="root").update(expires_at=START + 30 * DAY)
    RoleState.objects.filter(role="root").update(expires_at=START + 300 * DAY)
    viewer, count = viewer_of(watched), len(RoleState.objects.filter(is_listed=True))
    for shown_at in (moment(when), Moment(when + DAY, when, when)):
        with django_assert_max_num_queries(MOST_QUERIES):
            part = repository_part(viewer, shown_at, watched.source.pk)
        assert part is not None
        names = [lane.name for lane in part.picture.lanes]
        assert names[:4] == ["root", "timestamp", "snapshot", "targets"]
        assert (part.drawn, part.more_lanes) == (6, count - 6)


def test_roles_without_a_lane_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LANES", 3)
    watched = with_bins(4)
    part = repository_part(viewer_of(watched), moment(START + 2 * DAY), watched.source.pk)
    assert part is not None
    assert part.more_lanes == len(RoleState.objects.filter(is_listed=True)) - 3
    whole = of_source(watched, moment(START + 2 * DAY))
    assert whole.undrawn == len(whole.page.lines) - 3


def test_the_queries_do_not_grow(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins(5)
    viewer: Viewer = viewer_of(watched)
    for when in (
        moment(START + 2 * DAY),
        Moment(START + 9 * DAY, START + 2 * DAY, START + 2 * DAY),
    ):
        for asked in (Asked(source_id=watched.source.pk), Asked(), Asked("7")):
            with django_assert_max_num_queries(MOST_QUERIES):
                assert timeline(viewer, when, asked) is not None


def test_only_versions_that_counted_since_an_instant_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watched = renewed(0, 1, 2, 3, 4)
    role = (watched.source.pk, identity("timestamp"))
    found = versions_of([role], START + 9 * DAY, START + 2.5 * DAY)
    assert [one.version for one in found[role]] == ["4", "5", "6"]
    before = versions_of([role], START + 2.5 * DAY, START)
    assert [one.version for one in before[role]] == ["2", "3", "4"]
    monkeypatch.setattr(module, "MOST_VERSIONS", 2)
    newest = versions_of([role], START + 9 * DAY, START)
    assert [one.version for one in newest[role]] == ["5", "6"]
    assert versions_of([], START, START) == {}


def test_a_thousand_versions_of_a_role_make_one_readable_lane() -> None:
    watched = renewed(0)
    served = RoleVersion.objects.get(source=watched.source, role="timestamp", version="2")
    blobs = Blob.objects.bulk_create(
        Blob(sha256=f"{n:064x}", size=2, body=b"{}", written_at=START) for n in range(1_500)
    )
    RoleVersion.objects.bulk_create(
        RoleVersion(
            source=watched.source,
            role="timestamp",
            role_id=served.role_id,
            type="timestamp",
            version=str(number),
            version_rank=f"0009{number:09d}",
            blob=blob,
            spec_version="1.0.34",
            first_seen_at=START + number * DAY / 24,
            expires_at=START + number * DAY / 24 + DAY,
            signature_count=1,
        )
        for number, blob in enumerate(blobs)
    )
    newest = RoleVersion.objects.get(version="1499")
    RoleState.objects.filter(role="timestamp").update(served=newest, expires_at=newest.expires_at)
    found = of_source(watched, at(63))
    lane = next(one for one in found.picture.lanes if one.name == "timestamp")
    assert len(lane.bars) < 10
    assert "versions" in lane.bars[-2].title
    assert lane.bars[-1].title.startswith("timestamp v1499")
