"""Help as values."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.simulators.onlookers import STRANGER, onlooker, past, present, time_passes
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.check_pages import load_pages
from trustui.core.trace import TrustState
from trustui.demo.publisher import Publisher
from trustui.pages.help import check_help, help_index

NOW = START + WEEK + DAY
EXPIRED = "tuf.timestamp.freeze.expired"

CountQueries = Callable[[int], AbstractContextManager[object]]


def test_every_check_and_finding_is_in_the_index_once() -> None:
    index = help_index()
    listed = [line.id for section in index.sections for line in section.lines]
    assert sorted(listed) == sorted(load_pages())
    assert index.found == len(listed)


def test_a_search_finds_pages_with_all_its_words() -> None:
    index = help_index("Timestamp  EXPIRED")
    listed = {line.id for section in index.sections for line in section.lines}
    assert EXPIRED in listed
    assert index.found == len(listed) < len(load_pages())


def test_a_search_for_what_there_is_not_finds_nothing() -> None:
    assert help_index("zeppelin").sections == ()


def test_an_endless_query_is_cut() -> None:
    assert len(help_index("x" * 10_000).query) == 200


def test_every_state_is_explained() -> None:
    assert [one.means for one in help_index().states if not one.means.endswith(".")] == []
    assert len(help_index().states) == len(TrustState)


@pytest.mark.django_db
def test_a_check_tells_where_it_does_not_hold_now(
    django_assert_max_num_queries: CountQueries,
) -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    time_passes(watched, NOW)
    viewer = onlooker(watched)
    with django_assert_max_num_queries(2):
        found = check_help(viewer, present(NOW), EXPIRED)
    assert found is not None
    (place,) = found.failing
    assert (place.source, place.verdict_id) == ("vendor-updates", watched.verdicts[-1].pk)
    assert "tuf.timestamp.rollback.version" in [one.id for one in found.near]


@pytest.mark.django_db
def test_a_finding_tells_where_it_was_seen() -> None:
    repo = Publisher("vendor", START)
    repo.publish(START)
    watched = Watched(repo, name="vendor-updates")
    watched.crawl(START + DAY)
    viewer = onlooker(watched)
    seen = {
        place.source
        for check_id in load_pages()
        if (found := check_help(viewer, present(START + DAY), check_id)) is not None
        for place in found.findings
    }
    assert seen == {"vendor-updates"}


@pytest.mark.django_db
def test_a_stranger_does_not_learn_where() -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    time_passes(watched, NOW)
    found = check_help(STRANGER, present(NOW), EXPIRED)
    assert found is not None
    assert (found.failing, found.findings) == ((), ())


@pytest.mark.django_db
def test_of_the_past_it_does_not_tell_where() -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    time_passes(watched, NOW)
    found = check_help(onlooker(watched), past(NOW), EXPIRED)
    assert found is not None
    assert found.failing == ()


def test_an_id_that_there_is_not_has_no_page() -> None:
    assert check_help(STRANGER, present(NOW), "tuf.nothing") is None


def test_a_check_tells_how_clients_say_it() -> None:
    page = check_help(STRANGER, past(START), "cosign.tlog_present")
    assert page is not None
    assert ("cosign", "offline verification failed") in [
        (one.client, one.words) for one in page.said
    ]


def test_groups_have_the_names_of_chapters_and_those_of_tuf_come_first() -> None:
    sections = help_index().sections
    assert [(one.book, one.chapter) for one in sections][:2] == [("TUF", "Clock"), ("TUF", "Root")]
    books = help_index().books
    assert books[0] == ("TUF", 1)
    assert len(dict(books)) == len(books)
    assert all(sections[number - 1].book == book for book, number in books)
    assert "Checks" not in {one.chapter for one in sections}
