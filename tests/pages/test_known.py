"""What is known of a source at an instant."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import (
    LATER,
    NOBODY,
    known_now,
    moment,
    published_twice,
    viewer_of,
    with_roles,
)
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.pages import known as module
from trustui.pages.known import known

pytestmark = pytest.mark.django_db


def test_it_starts_from_the_root_that_was_kept_then() -> None:
    watched = published_twice()
    for at, version in ((START + DAY, b'"version":1'), (LATER, b'"version":2')):
        found = known_now(watched, moment(at))
        assert found.question.anchor.origin is AnchorOrigin.KEPT
        body = getattr(found.question.anchor.document, "body", b"")
        assert version in body.replace(b" ", b"")
        assert set(found.question.trusted) == {"timestamp", "snapshot", "targets"}


def test_a_source_of_others_is_not_there() -> None:
    assert known(NOBODY, moment(LATER), published_twice().source.pk) is None


def test_what_nobody_pinned_starts_from_its_own_first_root() -> None:
    watched = Watched(vendor(), is_pinned=False)
    watched.crawl(START + DAY)
    assert known_now(watched).question.anchor.origin is AnchorOrigin.NOBODY


def test_the_number_of_queries_does_not_depend_on_the_number_of_roles(
    django_assert_max_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(with_roles(20))
    watched.crawl(START + DAY)
    for few in (100, 0):
        monkeypatch.setattr(module, "FEW", few)
        with django_assert_max_num_queries(2):
            found = known(viewer_of(watched), moment(LATER), watched.source.pk)
        assert found is not None
        with django_assert_max_num_queries(5):
            assert found.question.anchor.origin is AnchorOrigin.KEPT
        with django_assert_max_num_queries(0):
            for number in range(20):
                assert found.question.trusted[f"team-{number}"].body
