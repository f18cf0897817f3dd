"""How a plot becomes a past."""

from datetime import UTC, datetime

from trustui.demo.images.publisher import ImagePublisher
from trustui.demo.images.story import PUSHED_BEFORE, lived
from trustui.demo.story import DAY, DAYS

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)


def test_each_day_is_kept_as_it_was() -> None:
    repo = ImagePublisher("app", NOW)
    past = lived(repo, {DAYS - 1: lambda: repo.push("2"), 0: lambda: repo.push("1")}, NOW)
    last = NOW - PUSHED_BEFORE
    assert [one.since for one in past] == [last - (DAYS - 1) * DAY, last]
    before, after = (set(one.files) for one in past)
    assert before < after
