"""A story's repository is published once a day."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from trustui.demo.publisher import Publisher
from trustui.demo.story import DAY, DAYS, first_day, plans, publish_daily

LAST = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def publisher() -> Publisher:
    return Publisher("story", first_day(LAST), plans=plans())


def test_it_publishes_once_a_day_up_to_the_last() -> None:
    repo = publisher()
    publish_daily(repo, LAST, {})
    times = [version.at for version in repo.versions if version.role == "timestamp"]
    assert times == [LAST - days * DAY for days in reversed(range(DAYS))]


def test_what_happens_on_a_day_is_published_on_that_day() -> None:
    repo = publisher()
    publish_daily(repo, LAST, {3: lambda: repo.add_target("targets", "a.txt", b"a")})
    [_, second] = [version for version in repo.versions if version.role == "targets"]
    assert second.at == first_day(LAST) + 3 * DAY


def test_nothing_is_left_to_expire_in_between() -> None:
    repo = publisher()
    publish_daily(repo, LAST, {})
    snapshots = [version for version in repo.versions if version.role == "snapshot"]
    left = [earlier.expires - later.at for earlier, later in pairwise(snapshots)]
    assert left == [timedelta(days=6)] * 2
