"""The keys of one repository against its roles."""

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import of_role, spared
from tests.simulators.seen import LATER, NOBODY, moment, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.pages import repository_keys as pages
from trustui.pages.moment import Moment
from trustui.pages.repository_keys import RepositoryKeysPage, Row, repository_keys

pytestmark = pytest.mark.django_db


def page_of(watched: Watched, at: Moment | None = None) -> RepositoryKeysPage:
    found = repository_keys(viewer_of(watched), at or moment(LATER), watched.source.pk)
    assert found is not None
    return found


def row_of(page: RepositoryKeysPage, keyid: str) -> Row:
    return next(row for row in page.rows if row.keyid == keyid)


def told(row: Row) -> dict[str, str]:
    return {cell.column: cell.sign for cell in row.cells if cell.word}


def test_each_cell_says_whether_the_key_signs_the_role(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = spared()
    with django_assert_max_num_queries(8):
        page = page_of(watched)
    assert [one.role for one in page.columns] == [
        *("root", "timestamp", "snapshot", "targets", "team"),
    ]
    assert (page.columns[0].threshold, page.columns[0].keys) == (2, 3)
    assert (page.columns[0].delegator, page.columns[4].delegator) == ("", "targets")
    assert told(row_of(page, of_role(watched.source, "root").keyid)) == {"root": "ok"}
    assert told(row_of(page, of_role(watched.source, "root", number=2).keyid)) == {"root": "none"}


def test_the_rows_say_what_breaks_and_what_a_thief_has() -> None:
    watched = spared()
    page = page_of(watched)
    spare = row_of(page, of_role(watched.source, "targets", number=1).keyid)
    assert (spare.lost, spare.stolen) == ((), ("targets", "team"))
    assert page.rows[0].stolen == ("targets", "team")  # the most dangerous first
    team = row_of(page, of_role(watched.source, "team", "targets").keyid)
    assert (team.lost, team.stolen, team.takes_all) == (("team",), ("team",), False)
    assert page.title == "8 keys, 5 of which forge something alone"
    assert page.lead == "No single key is enough to publish a new root."
    assert [fact.word for fact in page.facts] == [
        *("3 keys without a spare", "2 keys", "no key", "no key"),
    ]


def test_a_root_of_one_key_is_everything() -> None:
    page = page_of(with_bins())
    assert page.rows[0].takes_all
    assert page.lead.startswith("One key is enough to publish a new root")
    assert "bin-*" in {one.role for one in page.columns}
    assert [one.role_id for one in page.columns if one.role == "bin-*"] == [""]


def test_what_does_not_fit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = spared()
    monkeypatch.setattr(pages, "MOST_KEYS", 3)
    monkeypatch.setattr(pages, "MOST_ROLES", 2)
    page = page_of(watched)
    assert (len(page.rows), page.more_rows) == (3, 5)
    assert (len(page.columns), page.more_columns) == (2, 3)


def test_a_signature_under_a_key_that_the_role_does_not_list_is_flagged() -> None:
    repo = vendor()
    repo.sign_with("targets", *repo.keys("targets"), *repo.keys("snapshot"))
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    row = row_of(page_of(watched), of_role(watched.source, "snapshot").keyid)
    assert told(row) == {"snapshot": "ok", "targets": "soon"}


def test_bins_that_were_not_read_are_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustui.pages.stored_bins.MOST_BINS", 2)
    watched = with_bins()
    row = row_of(page_of(watched), of_role(watched.source, "bin", "pool").keyid)
    assert [cell.word for cell in row.cells if cell.word] == [pages.OF_BINS[1]]


def test_what_was_known_then_is_told_then() -> None:
    watched = spared()
    before = page_of(watched, moment(START))  # the root that was pinned, and nothing crawled
    assert (len(before.rows), len(page_of(watched, moment(START + DAY)).rows)) == (7, 8)


def test_what_a_repository_says_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = spared()
    first = page_of(watched)
    watched.source.name = "renamed"
    watched.source.save()
    monkeypatch.setattr(pages, "_page", None)
    again = page_of(watched)
    assert again == msgspec.structs.replace(first, source="renamed")
    with pytest.raises(TypeError):
        page_of(watched, moment(START))  # what was known then is worked out on its own


def test_a_stranger_sees_nothing() -> None:
    assert repository_keys(NOBODY, moment(LATER), spared().source.pk) is None
