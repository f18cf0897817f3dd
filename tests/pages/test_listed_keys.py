"""Which roles list a key, from the store."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import held_by, of_role, twins
from tests.simulators.seen import viewer_of, with_bins
from tests.simulators.watched import DAY, START
from trustui.pages import listed_keys
from trustui.pages.listed_keys import Told, told_of, uses_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)
STRANGER = Viewer("stranger", 0, {}, {})

pytestmark = pytest.mark.django_db


def test_each_role_is_told_source_by_source(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    east, west = twins()
    keys = [of_role(east.source, role).key.fingerprint for role in ("root", "snapshot")]
    own = [east.source.pk, west.source.pk]
    with django_assert_num_queries(3):
        uses, is_cut = uses_of(own, keys)
    assert not is_cut
    assert [(one.source, one.role, one.delegator) for one in uses[keys[1]]] == [
        ("east", "snapshot", "root"),
        ("west", "snapshot", "root"),
    ]
    assert set(uses) == set(keys)
    with django_assert_num_queries(4):
        told = told_of(viewer_of(east), PRESENT, keys)
    assert told == Told({keys[0]: ["root"], keys[1]: ["snapshot"]}, {}, is_cut=False)


def test_who_holds_a_key_is_told_where_its_metadata_says_so() -> None:
    watched = held_by("@lind", "timestamp")
    keys = [of_role(watched.source, role).key.fingerprint for role in ("timestamp", "snapshot")]
    assert told_of(viewer_of(watched), PRESENT, keys).owners == {keys[0]: "@lind"}
    assert told_of(STRANGER, PRESENT, keys) == Told({}, {}, is_cut=False)


def test_bins_are_one_role_that_has_no_page() -> None:
    watched = with_bins()
    fingerprint = of_role(watched.source, "bin", "pool").key.fingerprint
    uses, _ = uses_of([watched.source.pk], [fingerprint])
    assert [(one.role, one.role_id) for one in uses[fingerprint]] == [("bin: 16 bins", "")]


def test_what_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    east, west = twins()
    fingerprint = of_role(east.source, "root").key.fingerprint
    own = [east.source.pk, west.source.pk]
    uses, is_cut = uses_of(own, [fingerprint], most=1)
    assert ([one.source for one in uses[fingerprint]], is_cut) == (["east"], True)
    monkeypatch.setattr(listed_keys, "MOST_DELEGATIONS", 1)
    assert told_of(viewer_of(east), PRESENT, [fingerprint]).is_cut
    monkeypatch.setattr(listed_keys, "MOST_SETS", 0)
    assert told_of(viewer_of(east), PRESENT, [fingerprint]) == Told({}, {}, is_cut=True)


def test_sources_of_others_do_not_count() -> None:
    east, west = twins()
    fingerprint = of_role(east.source, "root").key.fingerprint
    uses, _ = uses_of([west.source.pk], [fingerprint])
    assert [one.source for one in uses[fingerprint]] == ["west"]
    assert uses_of([], [fingerprint]) == ({}, False)
