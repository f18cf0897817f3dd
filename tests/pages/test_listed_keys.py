"""Which roles list a key, from the store."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import held_by, of_role, twins
from tests.simulators.seen import viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched
from trustui.pages import listed_keys
from trustui.pages.listed_keys import Told, told_of, uses_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)
STRANGER = Viewer("stranger", 0, {}, {})

pytestmark = pytest.mark.django_db


def named(watched: Watched, *roles: str) -> list[tuple[int, str]]:
    """The id and fingerprint of the key of each role."""
    keys = [of_role(watched.source, role).key for role in roles]
    return [(key.pk, key.fingerprint) for key in keys]


def test_each_role_is_told_source_by_source(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    east, _ = twins()
    by_id = dict(named(east, "root", "snapshot"))
    keys = list(by_id.values())
    with django_assert_num_queries(3):
        uses, is_cut = uses_of(viewer_of(east), PRESENT, keys)
    assert not is_cut
    assert [(one.source, one.role, one.delegator) for one in uses[keys[1]]] == [
        ("east", "snapshot", "root"),
        ("west", "snapshot", "root"),
    ]
    assert set(uses) == set(keys)
    with django_assert_num_queries(3):
        told = told_of(viewer_of(east), PRESENT, by_id)
    assert told == Told({keys[0]: ["root"], keys[1]: ["snapshot"]}, {}, is_cut=False)


def test_who_holds_a_key_is_told_where_its_metadata_says_so() -> None:
    watched = held_by("@lind", "timestamp")
    keys = dict(named(watched, "timestamp", "snapshot"))
    owned, *_ = keys.values()
    assert told_of(viewer_of(watched), PRESENT, keys).owners == {owned: "@lind"}
    assert told_of(STRANGER, PRESENT, keys) == Told({}, {}, is_cut=False)


def test_bins_are_one_role_that_has_no_page() -> None:
    watched = with_bins()
    fingerprint = of_role(watched.source, "bin", "pool").key.fingerprint
    uses, _ = uses_of(viewer_of(watched), PRESENT, [fingerprint])
    assert [(one.role, one.role_id) for one in uses[fingerprint]] == [("bin: 16 bins", "")]


def test_what_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    east, _ = twins()
    ((pk, fingerprint),) = named(east, "root")
    uses, is_cut = uses_of(viewer_of(east), PRESENT, [fingerprint], most=1)
    assert ([one.source for one in uses[fingerprint]], is_cut) == (["east"], True)
    monkeypatch.setattr(listed_keys, "MOST_DELEGATIONS", 1)
    assert told_of(viewer_of(east), PRESENT, {pk: fingerprint}).is_cut
    monkeypatch.setattr(listed_keys, "MOST_SETS", 0)
    assert told_of(viewer_of(east), PRESENT, {pk: fingerprint}) == Told({}, {}, is_cut=True)


def test_sources_of_others_do_not_count() -> None:
    east, west = twins()
    fingerprint = of_role(east.source, "root").key.fingerprint
    uses, _ = uses_of(viewer_of(east), PRESENT, [fingerprint], [west.source.pk])
    assert [one.source for one in uses[fingerprint]] == ["west"]
    assert uses_of(viewer_of(east), PRESENT, [fingerprint], []) == ({}, False)
    assert uses_of(STRANGER, PRESENT, [fingerprint], [west.source.pk]) == ({}, False)
