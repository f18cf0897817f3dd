"""A repository: its tags, their states, and what is expected of it."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW, Registered
from tests.simulators.port import Port
from trustui.core.trace import TrustState
from trustui.demo.images.stories import crane_controller
from trustui.images.models import ImageRepository, TagMove
from trustui.pages.images.repository import (
    MOST_QUERIES,
    Filter,
    exported,
    filter_of,
    image_repository,
    title_of,
)
from trustui.pages.images.shares import Share
from trustui.pages.paging import PagingError


def test_it_tells_tags_with_state_signers_and_last_move(
    crane: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        page = image_repository(crane.viewer, crane.now, crane.repository_id)
    assert page is not None
    assert [one.state.word for one in page.lines] == ["not signed"] * 2 + ["verified"] * 3
    assert [one.moved_at for one in page.lines] == sorted(
        (one.moved_at for one in page.lines), reverse=True
    )
    signed = [one for one in page.lines if one.state.word == "verified"]
    assert all(one.signers and one.signers[0].key for one in signed)
    assert page.helpers == 3
    assert page.cover is not None
    assert page.cover.pattern == "localhost/crane-controller"
    assert [fact.label for fact in page.facts] == ["Tags", "Digests", "Policy", "Reach"]


def test_another_team_sees_nothing(crane: Port) -> None:
    assert image_repository(crane.stranger, crane.now, crane.repository_id) is None
    assert exported(crane.stranger, crane.now, crane.repository_id, Filter()) is None


def test_it_is_shown_as_it_was_then(crane: Port) -> None:
    then = crane.then(crane.told.story, 1)
    page = image_repository(crane.viewer, then, crane.repository_id)
    assert page is not None
    assert page.tags == Share(all=len(page.lines), signed=2, trusted=2)
    assert all(one.moved_at <= then.at for one in page.lines)
    before = crane.then(crane.told.story, 0)
    ImageRepository.objects.update(first_seen_at=NOW)
    assert image_repository(crane.viewer, before, crane.repository_id) is None


def test_tags_are_narrowed_by_state_and_text_and_paged(crane: Port) -> None:
    unsigned = image_repository(
        crane.viewer, crane.now, crane.repository_id, Filter(state="not_signed")
    )
    assert unsigned is not None
    assert {one.state.word for one in unsigned.lines} == {"not signed"}
    named = image_repository(crane.viewer, crane.now, crane.repository_id, Filter(text="4.3.0"))
    assert named is not None
    assert len(named.lines) == 1
    first = image_repository(crane.viewer, crane.now, crane.repository_id, size=2)
    assert first is not None
    rest = image_repository(crane.viewer, crane.now, crane.repository_id, after=first.after)
    assert rest is not None
    assert (
        len(first.lines) + len(rest.lines) == TagMove.objects.filter(tag__is_helper=False).count()
    )
    with pytest.raises(PagingError):
        image_repository(crane.viewer, crane.now, crane.repository_id, after="nonsense")
    assert filter_of({"state": "odd", "text": "a\0b "}) == Filter("", "ab")


def test_as_many_queries_for_much_as_for_little(
    crane: Port, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    story = crane_controller(NOW)
    early = Registered(crane.team, story, name="early")
    early.crawl(story.past[0].since, story.past[0].files)
    with django_assert_num_queries(MOST_QUERIES):
        image_repository(crane.viewer, crane.now, early.repository.pk)
    with django_assert_num_queries(MOST_QUERIES):
        image_repository(crane.viewer, crane.now, crane.repository_id)


def test_every_tag_is_exported_with_who_signed_it(crane: Port) -> None:
    rows = exported(crane.viewer, crane.now, crane.repository_id, Filter())
    assert rows is not None
    told = list(rows)
    assert {one.trust_state for one in told} == {TrustState.VERIFIED, TrustState.NOT_SIGNED}
    assert all(one.signers[0].startswith("key ") for one in told if one.trust_state == "verified")


@pytest.mark.parametrize(
    ("share", "title"),
    [
        (Share(), "No tags yet"),
        (Share(1, 1, 1), "Its one tag is verified"),
        (Share(3, 3, 3), "All 3 tags verified"),
        (Share(4, 2, 2), "2 of 4 tags verified"),
        (Share(4, 2, 1, 1, 1), "1 tag fails, 1 could not be checked, 1 of 4 tags verified"),
    ],
)
def test_the_title_is_the_answer(share: Share, title: str) -> None:
    assert title_of(share) == title
