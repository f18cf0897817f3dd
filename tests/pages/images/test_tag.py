"""Where a tag pointed, and whether a digest was valid while it was there."""

from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.port import Port
from trustui.images.models import Tag, TagMove
from trustui.pages.images.tag import MOST_QUERIES, tag
from trustui.pages.moment import Moment


def move(port: Port, name: str, digest: str, after: timedelta) -> None:
    """Let a tag move on, as a crawl would write it."""
    row = port.told.tag(name)
    newest = row.move
    assert newest is not None
    made = TagMove.objects.create(
        tag=row, ordinal=newest.ordinal + 1, digest=digest, first_seen_at=NOW - after,
        last_seen_at=NOW - after, last_crawl_id=0,
    )  # fmt: skip
    Tag.objects.filter(pk=row.pk).update(move=made)


def test_it_tells_every_stay_and_that_one_came_back(
    crane: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    good, other = crane.digest("4.3.0"), crane.digest("4.5.0")
    move(crane, "4.3.0", other, timedelta(hours=5))
    move(crane, "4.3.0", good, timedelta(hours=2))
    row = crane.told.tag("4.3.0")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = tag(crane.viewer, crane.now, crane.repository_id, row.pk, good)
    assert page is not None
    assert [(one.digest, one.is_back, one.state_then.word) for one in page.lines] == [
        (good, True, "verified"), (other, False, "not signed"), (good, False, "verified"),
    ]  # fmt: skip
    assert page.title == "4.3.0 moved twice"
    assert page.lines[0].until is None
    assert page.asked is not None
    assert page.asked.answer == "Yes, twice, and it is there. It was valid all that time."


def test_a_digest_that_was_never_valid_there_is_told(crane: Port) -> None:
    row = crane.told.tag("4.5.0")
    page = tag(crane.viewer, crane.now, crane.repository_id, row.pk, crane.digest("4.5.0"))
    assert page is not None
    assert page.asked is not None
    assert page.asked.sign == "bad"
    assert page.asked.answer.endswith("It was never valid while it was there.")


def test_a_digest_that_was_never_there_and_one_that_is_none(crane: Port) -> None:
    row = crane.told.tag("4.5.0")
    never = tag(crane.viewer, crane.now, crane.repository_id, row.pk, f"sha256:{'0' * 64}")
    assert never is not None
    assert never.asked is not None
    assert (never.asked.answer, never.asked.stays) == (
        "This digest was never seen on this tag.",
        (),
    )
    odd = tag(crane.viewer, crane.now, crane.repository_id, row.pk, "sha256:zz\0\u202e")
    assert odd is not None
    assert odd.asked is None
    assert odd.wrong
    assert "\0" not in odd.wrong


def test_another_team_and_an_earlier_instant_see_nothing(crane: Port) -> None:
    row = crane.told.tag("4.5.0")
    assert tag(crane.stranger, crane.now, crane.repository_id, row.pk) is None
    early = crane.then(crane.told.story, 0)
    assert tag(crane.viewer, early, crane.repository_id, row.pk) is None


def test_a_tag_that_was_taken_away_says_so(crane: Port) -> None:
    row = crane.told.tag("4.5.0")
    Tag.objects.filter(pk=row.pk).update(gone_at=NOW)
    later = NOW + timedelta(days=1)
    page = tag(crane.viewer, Moment(later, later, later), crane.repository_id, row.pk)
    assert page is not None
    assert (page.gone_at, page.title, page.lines[0].until) == (
        NOW, "4.5.0 is gone, after 1 digest", NOW,
    )  # fmt: skip
